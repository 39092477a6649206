"""When each job is asked next: several of them take turns in one thread, and in between there is sleep.

A follower never sleeps: it yields a Pause, and `interleave` comes back to it when that has passed. The clock is the only
thing that lets time pass.
"""

import heapq
import math
from collections.abc import Iterable, Iterator

from orch_events.job.updates import JobEnded, OutcomeUnknown, Pause, Tick, TimedOut, Update
from orch_events.times import Clock

_TICK_SECONDS = 1.0
_IDLE_GROWTH = 1.5
_IDLE_SLOWEST = 5.0


class PollingInterval:
    """How long to wait between two requests: longer and longer while nothing new comes, up to five intervals.

    Args:
        interval: seconds between two requests while events come.
    """

    def __init__(self, interval: float) -> None:
        self._interval = interval
        self._seconds = interval

    def next(self, *, found: bool) -> float:
        """Return the seconds to wait after an answer, with new events or without."""
        slower = min(self._seconds * _IDLE_GROWTH, self._interval * _IDLE_SLOWEST)
        self._seconds = self._interval if found else slower
        return self._seconds


def interleave(jobs: Iterable[Iterator[Update]], clock: Clock, timeout: float = math.inf) -> Iterator[Update]:
    """Let several jobs take turns, each when it is due, and sleep in between.

    Args:
        jobs: the updates of each, of `Follower.follow` or `once`.
        clock: the only thing that lets time pass.
        timeout: seconds after which TimedOut is the last update.
    """
    now = clock.monotonic()
    deadline = now + timeout
    due = [(now, place, updates) for place, updates in enumerate(jobs)]
    while due:
        at, place, updates = heapq.heappop(due)
        yield from _sleep(clock, min(at, deadline))
        if at >= deadline:
            yield TimedOut()
            return
        for update in updates:
            if isinstance(update, Pause):
                heapq.heappush(due, (clock.monotonic() + update.seconds, place, updates))
                break
            yield update
            if clock.monotonic() >= deadline and not isinstance(update, JobEnded | OutcomeUnknown):
                yield TimedOut()
                return
            if isinstance(update, Tick):
                heapq.heappush(due, (clock.monotonic(), place, updates))
                break


def _sleep(clock: Clock, until: float) -> Iterator[Pause]:
    while (left := until - clock.monotonic()) > 0:
        yield Pause(left)
        clock.sleep(min(left, _TICK_SECONDS))
