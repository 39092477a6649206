"""The formats of recordings: each reads bytes, and yields events and the damaged places between them."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from orch_events.errors import NotUnderstood, TruncatedAnswer
from orch_events.wire.event import Event
from orch_events.wire.lines import read_lines
from orch_events.wire.page import PageDecoder

_PAGE = re.compile(rb'\s*\{\s*"(?:next-events|items|pagination)"\s*:')
_ARRAY = re.compile(rb"\s*\[\s*(?:[{\]]|\Z)")


class Part(NamedTuple):
    """A part of a recording.

    Attributes:
        events: its events.
        damaged: the damaged places in it, in words.
    """

    events: Sequence[Event]
    damaged: Sequence[str]


Kind = Callable[[Iterator[bytes]], Iterator[Part]]

_TOLD = re.compile(rb'\s*(?:\[\s*[^\s]|\{\s*(?:\}|"[^"]*"\s*:)|[^\s\[{])')


def tells_kind(head: bytes) -> bool:
    """Whether the first bytes of a recording are enough to detect its format."""
    return _TOLD.match(head) is not None


def kind_of(head: bytes) -> Kind:
    """Detect the format of a recording by its first bytes."""
    if _PAGE.match(head):
        return read_page
    return read_array if _ARRAY.match(head) else read_json_lines


def read_json_lines(pieces: Iterator[bytes]) -> Iterator[Part]:
    """Read JSON Lines, an event on each."""
    for block in read_lines(pieces):
        yield Part(block.events, [f"line {number}" for number in block.damaged])


def read_array(pieces: Iterator[bytes]) -> Iterator[Part]:
    """Read one array of events: wrapped into an object it is a page, and if it breaks off, a page that breaks off."""
    return read_page(chain([b'{"items":'], pieces, [b"}"]))


def read_page(pieces: Iterator[bytes]) -> Iterator[Part]:
    """Read a saved response of the events endpoint."""
    decoder, count = PageDecoder("the recording"), 0
    try:
        for piece in pieces:
            found = decoder.feed(piece)
            yield _only_objects(found, count)
            count += len(found)
        decoder.finish()
    except (TruncatedAnswer, NotUnderstood):
        yield _only_objects(decoder.found, count)
        yield Part((), [f"the part after {count + len(decoder.found)} events"])


def _only_objects(items: Sequence[Event], count: int) -> Part:
    """Leave out items that are nothing of an orchestrator's."""
    damaged = [f"item {number}" for number, item in enumerate(items, count + 1) if not item.is_known]
    return Part([item for item in items if item.is_known] if damaged else items, damaged)
