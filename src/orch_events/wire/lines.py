"""JSON Lines: bytes in, in pieces of any size; events, and the numbers of damaged lines, out.

A block of lines is decoded at once, joined by commas into an array, and in an ordinary file that is all that happens.
Lines that are not JSON by themselves can be JSON together (`{"a":[1` and `2]}`), so the result counts only if each
element is as long as its line. Otherwise each line is read by itself.

Only the line that is still arriving is buffered: cost is linear in the bytes, memory in the longest line.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from orch_events.wire.event import Event
from orch_events.wire.page import compact, read_event

_LARGE_BYTES = 1 << 20

_TOO_LONG = b"?"
"""Replaces what has arrived of a line beyond the limit; whatever follows, the line is not JSON."""


class Block(NamedTuple):
    """Some consecutive lines.

    Attributes:
        events: the events in them.
        damaged: the numbers of the lines that are not events, the file's first line being 1.
    """

    events: Sequence[Event]
    damaged: Sequence[int]


def read_lines(pieces: Iterable[bytes], limit: int = 1 << 27) -> Iterator[Block]:
    """Yield the events of lines, each a JSON object of an orchestrator (`Event.is_known`); empty lines are skipped.

    Args:
        pieces: the lines' bytes; the last line need not end in a newline.
        limit: how many bytes a line may have; a longer one counts as damaged.
    """
    number = 1
    for lines in _whole_lines(pieces, limit):
        events = _read_at_once(lines)
        block = Block(events, ()) if events else _read_each(lines, number)
        number += len(lines)
        lines.clear()  # frees the memory before the next block is read
        yield block


def read_each(lines: Sequence[bytes]) -> list[Event | None]:
    """Return the event in each of some lines; None for a line that is damaged or empty."""
    try:
        events = Event.read_all(compact(b"[%b]" % b",".join(lines)))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        events = []
    if [len(event.source) for event in events] == list(map(len, lines)):
        return [event if event.is_known else None for event in events]
    return [_read_or_none(line) for line in lines]


def _read_or_none(line: bytes) -> Event | None:
    try:
        return _read_object(line.strip())
    except ValueError:
        return None


def _whole_lines(pieces: Iterable[bytes], limit: int) -> Iterator[list[bytes]]:
    """Split the bytes into lines, and yield those that are complete in blocks; the last one needs no newline."""
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
    """Join the buffered pieces, and empty the buffer."""
    joined = b"".join(held)
    held.clear()
    return joined


def _read_at_once(lines: list[bytes]) -> list[Event]:
    """Read lines together; return nothing unless all of them are well-formed events with ids, and none is large."""
    if sum(map(len, lines)) > _LARGE_BYTES:  # joining copies them
        return []
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
    event = read_event(text)
    if not event.is_known:
        raise ValueError("not an object of an orchestrator")
    return event
