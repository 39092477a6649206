"""Hundreds of followers that take turns in one thread: each when it is due, and none before those that are due longer.

`scheduler.interleave` waits for one response at a time, which is right for the few jobs that somebody looks at. Here up
to `at_once` members have a response under way, and whichever of these arrives is read; the others wait for their turn,
in the order in which they became due. So a slow response holds up nobody, and where there are more members than
requests that may be made, each is asked less often, and all alike.

Members are made when it is their turn: thousands of jobs that are yet to be read cost nothing before.
"""

import heapq
import math
from collections.abc import Callable, Iterator
from itertools import count

from orch_events.job.updates import NewEvents, Pause, Tick, Update
from orch_events.times import Clock

Wait = Callable[[float], None]
"""Waits until something has arrived, but not longer than so many seconds."""

_LONGEST_WAIT_SECONDS = 1.0


class _Member:
    """One of those that take turns.

    Attributes:
        key: its name.
        updates: its updates.
        entry: the number of its place in the queue; an older one is void.
        early: whether its pause may end earlier.
    """

    def __init__(self, key: str, updates: Iterator[Update]) -> None:
        self.key = key
        self.updates = updates
        self.entry = -1
        self.early = False


class FollowerPool:
    """Lets many followers take turns.

    Args:
        clock: what time it is.
        wait: waits until something of any response has arrived.
        at_once: how many may have a response under way.
    """

    def __init__(self, clock: Clock, wait: Wait, *, at_once: int = 32) -> None:
        self._clock = clock
        self._wait = wait
        self._at_once = at_once
        self._entries = count()
        self._queue: list[tuple[float, int, _Member]] = []
        self._members: dict[str, _Member] = {}
        self._active: list[_Member] = []

    def __len__(self) -> int:
        return len(self._members)

    def __contains__(self, key: str) -> bool:
        return key in self._members

    def add(self, key: str, updates: Iterator[Update]) -> None:
        """Add a member; it is due now."""
        member = self._members[key] = _Member(key, updates)
        self._enqueue(member, self._clock.monotonic())

    def hurry(self, key: str) -> None:
        """Let a member be due now, if it only waits for something to happen."""
        member = self._members.get(key)
        if member is not None and member.early:
            self._enqueue(member, self._clock.monotonic())

    def updates(self) -> Iterator[Update]:
        """Yield the updates of all members until there are none, and a Pause whenever there is nothing to do."""
        while self._members:
            self._admit()
            moved = False
            for member in list(self._active):
                for update in self._turn(member):
                    moved = True
                    yield update
            if not moved and self._members:
                seconds = self._idle_seconds()
                yield Pause(seconds)
                self._wait(seconds)

    def _admit(self) -> None:
        """Let those have a turn that are due, as long as there is room."""
        now = self._clock.monotonic()
        while self._queue and self._queue[0][0] <= now and len(self._active) < self._at_once:
            _, entry, member = heapq.heappop(self._queue)
            if entry == member.entry:
                member.early = False
                self._active.append(member)

    def _turn(self, member: _Member) -> Iterator[Update]:
        """Let a member go on until it waits; what it reads in one go is passed on in parts, for others wait too."""
        for update in member.updates:
            if isinstance(update, Tick):
                return
            if isinstance(update, Pause):
                member.early = update.early
                self._active.remove(member)
                self._enqueue(member, self._clock.monotonic() + update.seconds)
                return
            yield update
            if isinstance(update, NewEvents):
                return
        self._active.remove(member)
        del self._members[member.key]

    def _enqueue(self, member: _Member, due_at: float) -> None:
        member.entry = next(self._entries)
        heapq.heappush(self._queue, (due_at, member.entry, member))

    def _idle_seconds(self) -> float:
        full = len(self._active) >= self._at_once
        due_at = self._queue[0][0] if self._queue and not full else math.inf
        return min(_LONGEST_WAIT_SECONDS, max(0.0, due_at - self._clock.monotonic()))
