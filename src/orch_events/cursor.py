"""Where the next page begins, what has been shown already, and in what order the rest is shown.

The cursor is our own: the highest id seen, plus one. A page's `next-events` counts only while no event has been seen;
it may repeat the request's own URL, so that following it would never end. It moves when a page is over, and when one is
cut: behind what had arrived if that was in order, else not at all, for what is missing can have any id.
"""

from collections.abc import Iterable

from orch_events.events import Event

_BITS = 1 << 16
_MAX_BLOCKS = 512
_WINDOW_EVENTS = 4096
_WINDOW_BYTES = 4 << 20


class ShownIds:
    """The ids that were shown, exactly, a bit each; 4 MB at most.

    Ids of one job lie close together (they come from one sequence), so 512 blocks of 65,536 hold some ten million
    events. Beyond that the block with the lowest ids is given up, and each id in it counts as shown.
    """

    def __init__(self) -> None:
        self._blocks: dict[int, bytearray] = {}
        self._floor = 0

    def add(self, number: int) -> bool:
        """Note an id; False if it was shown before."""
        if number < self._floor:
            return False
        block = self._blocks.get(number // _BITS) or self._new_block(number // _BITS)
        byte, bit = divmod(number % _BITS, 8)
        if block[byte] >> bit & 1:
            return False
        block[byte] |= 1 << bit
        return True

    def _new_block(self, index: int) -> bytearray:
        block = self._blocks[index] = bytearray(_BITS // 8)
        if len(self._blocks) > _MAX_BLOCKS:
            lowest = min(self._blocks)
            del self._blocks[lowest]
            self._floor = (lowest + 1) * _BITS
        return block


class Window:
    """Puts events in the order of their ids, as far as a window of some thousand events and a few megabytes allows."""

    def __init__(self) -> None:
        self._held: list[Event] = []
        self._bytes = 0

    def put(self, events: Iterable[Event]) -> list[Event]:
        """Take events in, and return those that are let go, in order."""
        in_order, last = True, _place(self._held[-1]) if self._held else -1
        for event in events:
            in_order, last = in_order and _place(event) >= last, _place(event)
            self._held.append(event)
            self._bytes += len(event.raw)
        if not in_order:
            self._held.sort(key=_place)
        out = len(self._held) - _WINDOW_EVENTS
        if self._bytes > _WINDOW_BYTES:
            out = max(out, len(self._held) // 2 + 1)
        return self._let_go(max(0, out))

    def empty(self) -> list[Event]:
        """Return what is held, in order."""
        return self._let_go(len(self._held))

    def _let_go(self, count: int) -> list[Event]:
        out, self._held = self._held[:count], self._held[count:]
        self._bytes -= sum(len(event.raw) for event in out)
        return out


class Cursor:
    """Decides what is new, and from where to ask next.

    Args:
        start: the first id that is wanted; None for all.

    Attributes:
        start: the `start` of the next request; None for all. It never goes back, but for `rewind`.
    """

    def __init__(self, start: int | None = None) -> None:
        self.start = start
        self._from = start
        self._shown = ShownIds()
        self._nameless: set[int] = set()
        self._highest: int | None = None
        self._behind_page: int | None = None
        self._in_order = True

    def admit(self, events: Iterable[Event]) -> list[Event]:
        """Return those events of a page that are wanted and new."""
        return [event for event in events if self._is_new(event)]

    def end_page(self, next_start: int | None) -> None:
        """Move behind a page that was whole; its own word for the next start counts where there is no better."""
        self._move(next_start if self._highest is None else self._highest + 1)

    def cut_page(self) -> None:
        """Move behind what had arrived of a page that broke off, if nothing before it can be missing."""
        self._move(self._behind_page if self._in_order else None)

    def rewind(self) -> None:
        """Ask from the beginning again: for what became visible behind our back."""
        self.start = self._from

    def _move(self, start: int | None) -> None:
        if start is not None:
            self.start = max(self.start or 0, start)
        self._behind_page, self._in_order = None, True

    def _is_new(self, event: Event) -> bool:
        if event.id is None:
            return self._is_new_and_nameless(event)
        if event.id < (self._from or 0):
            return False
        self._in_order = self._in_order and (self._highest is None or event.id > self._highest)
        self._highest = max(event.id, self._highest or 0)
        self._behind_page = self._highest + 1
        return self._shown.add(event.id)

    def _is_new_and_nameless(self, event: Event) -> bool:
        if len(self._nameless) >= _BITS:
            self._nameless.clear()
        before = len(self._nameless)
        self._nameless.add(hash(event.raw))
        return len(self._nameless) > before


def _place(event: Event) -> int:
    return -1 if event.id is None else event.id
