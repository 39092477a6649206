"""When each job is asked next: several of them take turns in one thread, and in between there is sleep.

A follower never sleeps: it yields a Pause, and `interleave` comes back to it when that has passed. The clock is the only
thing that lets time pass.
"""

import heapq
import math
from collections.abc import Iterable, Iterator

from orch_events.job.updates import JobEnded, Pause, Tick, TimedOut, Update
from orch_events.times import Clock

_TICK_SECONDS = 1.0
_IDLE_GROWTH = 1.5
_IDLE_MAX_FACTOR = 5.0


class PollingInterval:
    """How long to wait between two requests: longer and longer while nothing new comes, up to five intervals.

    Args:
        interval: seconds between two requests while events come.
    """

    def __init__(self, interval_seconds: float) -> None:
        self._interval_seconds = interval_seconds
        self._seconds = interval_seconds

    def next(self, *, found: bool) -> float:
        """Return the seconds to wait after an answer, with new events or without."""
        slower = min(self._seconds * _IDLE_GROWTH, self._interval_seconds * _IDLE_MAX_FACTOR)
        self._seconds = self._interval_seconds if found else slower
        return self._seconds


def interleave(jobs: Iterable[Iterator[Update]], clock: Clock, timeout: float = math.inf) -> Iterator[Update]:
    """Let several jobs take turns, each when it is due, and sleep in between.

    Args:
        jobs: the updates of each, of `Follower.follow` or `once`.
        clock: the only thing that lets time pass.
        timeout: seconds after which TimedOut is the last update.
    """
    began_at = clock.monotonic()
    deadline = began_at + timeout
    queue = [(began_at, place, updates) for place, updates in enumerate(jobs)]
    while queue:
        due_at, place, updates = heapq.heappop(queue)
        yield from _sleep(clock, min(due_at, deadline))
        if due_at >= deadline:
            yield TimedOut()
            return
        for update in updates:
            if isinstance(update, Pause):
                heapq.heappush(queue, (clock.monotonic() + update.seconds, place, updates))
                break
            yield update
            if clock.monotonic() >= deadline and not isinstance(update, JobEnded):
                yield TimedOut()
                return
            if isinstance(update, Tick):
                heapq.heappush(queue, (clock.monotonic(), place, updates))
                break


def _sleep(clock: Clock, deadline: float) -> Iterator[Pause]:
    while (left := deadline - clock.monotonic()) > 0:
        yield Pause(left)
        clock.sleep(min(left, _TICK_SECONDS))
