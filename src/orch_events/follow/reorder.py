"""Puts events in the order of their ids."""

from collections import deque
from collections.abc import Sequence
from itertools import islice
from operator import lt

from orch_events.wire.event import Event

_BUFFERED_EVENTS = 4096
_BUFFERED_BYTES = 4 << 20


class ReorderBuffer:
    """Puts events in the order of their ids, as far as its size allows.

    It holds batches of events as they came, and releases the oldest while the others alone fill it. Nothing is sorted
    unless a batch is out of order; then it is sorted together with all that is held.
    """

    def __init__(self) -> None:
        self._runs: deque[Sequence[Event]] = deque()
        self._sizes: deque[int] = deque()
        self._events = 0
        self._bytes = 0

    def put(self, events: Sequence[Event]) -> list[Event]:
        """Add events, and return those that are released, in order."""
        if not events:
            return []
        if not ascending([*(self._runs[-1][-1:] if self._runs else ()), *events]):
            events = sorted([*self.drain(), *events], key=_sort_key)
        self._runs.append(events)
        self._sizes.append(sum(map(len, [event.source for event in events])))
        self._events += len(events)
        self._bytes += self._sizes[-1]
        out: list[Event] = []
        while self._exceeds_size_without_first():
            out += self._release()
        return out

    def drain(self) -> list[Event]:
        """Return all that is held, in order."""
        return [event for _ in range(len(self._runs)) for event in self._release()]

    def _exceeds_size_without_first(self) -> bool:
        without = self._events - len(self._runs[0])
        return without >= _BUFFERED_EVENTS or (without > 0 and self._bytes > _BUFFERED_BYTES)

    def _release(self) -> Sequence[Event]:
        run = self._runs.popleft()
        self._bytes -= self._sizes.popleft()
        self._events -= len(run)
        return run


def ascending(events: Sequence[Event]) -> list[int]:
    """Return the ids of events if each is higher than the one before, as in nearly every page; else nothing."""
    numbers = [event.id for event in events if event.id is not None]
    whole = len(numbers) == len(events) and all(map(lt, numbers, islice(numbers, 1, None)))
    return numbers if whole else []


def _sort_key(event: Event) -> int:
    return -1 if event.id is None else event.id
