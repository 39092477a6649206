"""JSON Lines: bytes in, in pieces of any size; events, and the numbers of damaged lines, out.

A block of lines is read at once, as the array that it is with commas between them, and in an ordinary file that is all
that happens. Lines that are no JSON each for itself can be some together (`{"a":[1` and `2]}`), so it counts only if
each element is as long as its line. Otherwise each line is read by itself.

Nothing is held but the line that is still arriving: cost is linear in the bytes, memory in the longest line.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from orch_events.wire.event import Event
from orch_events.wire.page import compact, read_event

_TOO_LONG = b"?"
"""Stands for what has arrived of a line beyond the limit; whatever follows, it is no JSON."""


class Block(NamedTuple):
    """Some lines in a row.

    Attributes:
        events: those that are in them.
        damaged: the numbers of the lines that hold something else, the file's first line being 1.
    """

    events: Sequence[Event]
    damaged: Sequence[int]


def read_lines(pieces: Iterable[bytes], limit: int = 1 << 27) -> Iterator[Block]:
    """Yield the events of lines, each a JSON object; empty lines are passed over.

    Args:
        pieces: the lines' bytes; the last line need not have an end.
        limit: how many bytes a line may have, or it counts as damaged.
    """
    number = 1
    for lines in _whole_lines(pieces, limit):
        events = _read_at_once(lines)
        block = Block(events, ()) if events else _read_each(lines, number)
        number += len(lines)
        lines.clear()  # the memory may be needed for what comes
        yield block


def _whole_lines(pieces: Iterable[bytes], limit: int) -> Iterator[list[bytes]]:
    """Cut the bytes at the ends of lines, as many lines at once as are whole; the last one needs no end."""
    held: list[bytes] = []
    size = 0
    for piece in pieces:
        end = piece.rfind(b"\n")
        if end >= 0:
            held.append(piece[:end])
            yield _taken(held).split(b"\n")
            size = 0
        held.append(piece[end + 1 :])
        size += len(held[-1])
        if size > limit:
            held, size = [_TOO_LONG], 0
    if any(held):
        yield _taken(held).split(b"\n")


def _taken(held: list[bytes]) -> bytes:
    """Join what is held, and hold it no more."""
    joined = b"".join(held)
    held.clear()
    return joined


def _read_at_once(lines: list[bytes]) -> list[Event]:
    """Read lines together; return nothing where they are not what nearly all lines are."""
    try:
        events = Event.read_all(compact(b"[%b]" % b",".join(lines)))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return []
    are_the_lines = [len(event.source) for event in events] == list(map(len, lines))
    return events if are_the_lines and None not in [event.id for event in events] else []


def _read_each(lines: list[bytes], first: int) -> Block:
    events, damaged = [], []
    for number, line in enumerate(lines, first):
        text = line.strip()
        try:
            if text:
                events.append(_read_object(text))
        except ValueError:
            damaged.append(number)
    return Block(events, damaged)


def _read_object(text: bytes) -> Event:
    if not text.startswith(b"{"):
        raise ValueError("an event is an object")
    return read_event(text)
