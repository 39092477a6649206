"""When each job is polled: several followers take turns in one thread, with sleep in between.

A follower never sleeps: it yields a Pause, and `interleave` returns to it when that has passed. At a Tick it turns to
whichever follower is due, so that a slow response holds up no other job.
"""

import heapq
import math
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from orch_events.job.updates import FollowFailed, JobEnded, OutcomeUnknown, Pause, Steps, Tick, TimedOut, Update
from orch_events.times import Clock

T = TypeVar("T")

_TICK_SECONDS = 1.0
_IDLE_GROWTH = 1.5
_IDLE_MAX_FACTOR = 5.0
_PATIENT_PAGES = 8


class PollingInterval:
    """The polling interval: it grows while nothing new comes.

    Args:
        interval_seconds: the interval while events come.
        idle_seconds: up to how long it grows; None for five times its length. If it is given, the interval begins to
            grow only after eight pages without events.
    """

    def __init__(self, interval_seconds: float, idle_seconds: float | None = None) -> None:
        self._interval_seconds = interval_seconds
        self._idle_seconds = interval_seconds * _IDLE_MAX_FACTOR if idle_seconds is None else idle_seconds
        self._seconds = interval_seconds
        self._patience = self._patient_pages = 0 if idle_seconds is None else _PATIENT_PAGES

    def next(self, *, found: bool) -> float:
        """Return the seconds to wait after a page in which new events were `found`, or not."""
        if not found and self._patience:
            self._patience -= 1
            return self._seconds
        self._patience = self._patient_pages if found else 0
        slower = min(self._seconds * _IDLE_GROWTH, max(self._idle_seconds, self._interval_seconds))
        self._seconds = self._interval_seconds if found else slower
        return self._seconds


def finish(steps: Steps[T], clock: Clock, report: Callable[[Update], None]) -> T:
    """Run an operation to its end and return its result; sleep at each Pause, and report other updates.

    Raises:
        OrchEventsError: the operation fails.
    """
    while True:
        try:
            update = next(steps)
        except StopIteration as end:
            result: T = end.value
            return result
        if isinstance(update, FollowFailed):
            raise update.error
        if isinstance(update, Pause):
            clock.sleep(update.seconds)
        else:
            report(update)
        del update  # its events may be large, and the next step takes its time


def interleave(jobs: Iterable[Iterator[Update]], clock: Clock, timeout: float = math.inf) -> Iterator[Update]:
    """Yield the updates of several jobs, each job in its turn, and sleep in between.

    Args:
        jobs: the updates of each, from `Follower.follow` or `once`.
        clock: the time; it also sleeps.
        timeout: seconds after which TimedOut is the last update.
    """
    began_at = clock.monotonic()
    deadline = began_at + timeout
    queue = [(began_at, place, updates) for place, updates in enumerate(jobs)]
    while queue:
        due_at, place, updates = heapq.heappop(queue)
        yield from _sleep(clock, min(due_at, deadline))
        if due_at >= deadline:
            yield TimedOut(timeout)
            return
        for update in updates:
            if isinstance(update, Pause):
                heapq.heappush(queue, (clock.monotonic() + update.seconds, place, updates))
                break
            yield update
            if clock.monotonic() >= deadline and not isinstance(update, JobEnded | OutcomeUnknown):
                yield TimedOut(timeout)
                return
            if isinstance(update, Tick):
                heapq.heappush(queue, (clock.monotonic(), place, updates))
                break


def _sleep(clock: Clock, deadline: float) -> Iterator[Pause]:
    while (left := deadline - clock.monotonic()) > 0:
        yield Pause(left)
        clock.sleep(min(left, _TICK_SECONDS))
