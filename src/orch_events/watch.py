"""Several jobs at once: each goes on when it is due, and in between there is sleep."""

import heapq
import math
from collections.abc import Iterable, Iterator

from orch_events.clock import Clock
from orch_events.happenings import Ended, Happening, Pending, TimedOut, Waiting

_TICK_SECONDS = 1.0


def watch(jobs: Iterable[Iterator[Happening]], clock: Clock, timeout: float = math.inf) -> Iterator[Happening]:
    """Let several jobs go on at once, each when it is due, and sleep in between.

    Args:
        jobs: what happens to each, of `Follower.follow` or `once`.
        clock: the only thing that lets time pass.
        timeout: seconds after which TimedOut is the last thing that happens.
    """
    now = clock.monotonic()
    deadline = now + timeout
    due = [(now, place, steps) for place, steps in enumerate(jobs)]
    while due:
        at, place, steps = heapq.heappop(due)
        yield from _pause(clock, min(at, deadline))
        if at >= deadline:
            yield TimedOut()
            return
        for happening in steps:
            if isinstance(happening, Waiting):
                heapq.heappush(due, (clock.monotonic() + happening.seconds, place, steps))
                break
            yield happening
            if clock.monotonic() >= deadline and not isinstance(happening, Ended):
                yield TimedOut()
                return
            if isinstance(happening, Pending):
                heapq.heappush(due, (clock.monotonic(), place, steps))
                break


def _pause(clock: Clock, until: float) -> Iterator[Waiting]:
    while (left := until - clock.monotonic()) > 0:
        yield Waiting(left)
        clock.sleep(min(left, _TICK_SECONDS))
