"""One response of the events endpoint: bytes in, in pieces of any size; events and one PageEnd out.

Two rules keep the cost linear in the response's bytes and the memory within its largest event, for every input:

1. The buffer is cut at proven boundaries only. Within `items` it always begins where an element begins. If `[` + a
   prefix of it + `]` is a JSON array, the prefix consists of complete elements: JSON's grammar is deterministic from
   left to right. So the prefix up to the last place where an element seems to begin (as an earlier one did: a comma,
   `{`, the same first key) is decoded at once by the JSON library, and in an ordinary response nothing else is needed.
2. If there is no such place, or it turns out to be inside an event, `ValueScanner` finds the end of the element, and
   reads each byte once. Until it has, no other prefix is decoded.

Around `items` the page is read member by member; the same scanner finds their ends, the JSON library checks them.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec

from orch_events.errors import HtmlAnswer, NotUnderstood, TruncatedAnswer
from orch_events.wire import lenient
from orch_events.wire.event import Event, PageEnd
from orch_events.wire.scanner import ValueScanner

T = TypeVar("T")

_PART_BYTES = 1 << 17
"""How much is buffered at a time: it fits a processor's cache, and bounds what a regular expression remembers of it."""

_MARGIN_BYTES = 128
"""Longer than the opening of an element, or the white space before one."""

_WHITE = b" \t\r\n"
_SPACE = re.compile(rb"[ \t\r\n]*")
_OPENING = re.compile(rb'[ \t\r\n]*(\{[ \t\r\n]*"[^"\\]{,80}")')


class PageDecoder:
    """Decodes one response.

    `feed` and `finish` raise NotUnderstood for what is not JSON, or is JSON but not a page of events. `finish` raises
    TruncatedAnswer for a response that broke off.

    Args:
        name: what the response is called in messages: its URL, for example.
        limit: how many bytes may arrive without a complete event.
        items: what its items are called in messages: a page of something else has the same shape.

    Attributes:
        found: the events that were complete when `feed` raised.
    """

    def __init__(self, name: str, limit: int = 1 << 27, items: str = "events") -> None:
        self._name = name
        self._items = items
        self._limit = limit
        self._since_last = 0
        self._buffer = bytearray()
        self._scanner = ValueScanner()
        self._tried = False
        self._opening = b""
        self._has_items = False
        self._end = PageEnd(None)
        self.found: list[Event] = []
        self._count = 0
        self._read: Callable[[], bool] = self._read_opening

    def feed(self, piece: bytes) -> list[Event]:
        """Take the next bytes of the response and return the events that they complete."""
        for at in range(0, len(piece), _PART_BYTES):
            self._feed(memoryview(piece)[at : at + _PART_BYTES])
        found, self.found = self.found, []
        self._count += len(found)
        return found

    def _feed(self, piece: memoryview) -> None:
        before, known = len(self._buffer), len(self.found)
        self._buffer += piece
        self._since_last += len(piece)
        if self._read == self._read_item and not self._tried:
            self._take_many(self._last_boundary(before))
        while self._read():
            pass
        if len(self.found) > known:
            self._since_last = len(self._buffer)
        if self._since_last > self._limit:
            raise NotUnderstood(
                f"the response from {self._name} has more than {self._limit >> 20} MB without a complete event"
            )

    def finish(self) -> PageEnd:
        """End the response: return what it has besides its events."""
        if self._read == self._read_opening and self._since_last:
            raise TruncatedAnswer(f"the response from {self._name} is only white space")
        if self._read != self._read_nothing:
            items = self._items.removesuffix("s") if self._count == 1 else self._items
            seen = f"after {self._count} {items}" if self._count else f"before any {items}"
            raise TruncatedAnswer(f"the response from {self._name} was cut off {seen}")
        if not self._has_items:
            raise NotUnderstood(f"the response from {self._name} is not a list of {self._items}: it has no items")
        return self._end

    # Each reader takes something complete off the front of the buffer and sets the next reader,
    # or returns False: more bytes are needed.

    def _read_opening(self) -> bool:
        first = self._next_byte()
        if first not in (b"", b"{"):
            raise no_json(first, self._name, f"a list of {self._items}")
        return self._move_on(first, {b"{": self._read_first_key})

    def _read_first_key(self) -> bool:
        if self._next_byte() == b"}":
            return self._read_after_member()
        return self._read_key()

    def _read_key(self) -> bool:
        end = self._scanner.end(self._buffer)
        if end is None:
            return False
        readers = {"items": self._read_items, "next-events": self._read_next_events}
        reader = readers.get(self._json(end, str), self._read_other)
        self._drop(end)
        return self._move_on(self._next_byte(), {b":": reader})

    def _read_items(self) -> bool:
        first = self._next_byte()
        if first not in (b"", b"["):
            raise NotUnderstood(
                f"the response from {self._name} is not a list of {self._items}: its items are not an array"
            )
        return self._move_on(first, {b"[": self._read_first_item})

    def _read_first_item(self) -> bool:
        self._has_items = True
        if self._next_byte() == b"]":
            return self._move_on(b"]", {b"]": self._read_after_member})
        goes_on = self._read_item()
        if goes_on and self._read == self._read_item:  # a small page has all of its elements in the first bytes
            self._take_many(self._last_boundary(0))
        return goes_on

    def _read_item(self) -> bool:
        end = self._scanner.end(self._buffer)
        if end is None:
            return False
        self.found.append(self._take_one(end))
        self._drop(end)
        self._tried = False
        return self._move_on(self._next_byte(), {b",": self._read_item, b"]": self._read_after_member})

    def _read_next_events(self) -> bool:
        return self._read_member(lambda value: setattr(self, "_end", PageEnd.read(value)))

    def _read_other(self) -> bool:
        return self._read_member(lambda _: None)

    def _read_member(self, keep: Callable[[Any], None]) -> bool:
        end = self._scanner.end(self._buffer)
        if end is None:
            return False
        keep(self._json(end, Any))
        self._drop(end)
        return self._read_after_member()

    def _read_after_member(self) -> bool:
        return self._move_on(self._next_byte(), {b",": self._read_key, b"}": self._read_nothing})

    def _read_nothing(self) -> bool:
        if self._next_byte():
            raise NotUnderstood(f"the response from {self._name} has extra data after its end")
        return False

    def _next_byte(self) -> bytes:
        """Drop white space and return the first byte after it, or b"" until there is one."""
        space = _SPACE.match(self._buffer)
        del self._buffer[: space.end() if space else 0]
        return bytes(self._buffer[:1])

    def _move_on(self, byte: bytes, readers: Mapping[bytes, Callable[[], bool]]) -> bool:
        """Take `byte` off the buffer and continue with the reader for it."""
        if not byte:
            return False
        if byte not in readers:
            raise self._malformed()
        del self._buffer[:1]
        self._read = readers[byte]
        return True

    def _drop(self, end: int) -> None:
        del self._buffer[:end]
        self._scanner = ValueScanner()

    def _last_boundary(self, begin: int) -> int:
        """Return the index of the last comma from `begin` on after which an element seems to begin, or -1."""
        if not self._opening:
            found = _OPENING.match(self._buffer)
            self._opening = found[1] if found else b""
        last = self._buffer.rfind(self._opening, max(0, begin - _MARGIN_BYTES)) if self._opening else -1
        before = bytes(self._buffer[max(0, last - _MARGIN_BYTES) : max(0, last)])
        element = before.rstrip(_WHITE)
        if not element.endswith(b","):
            self._opening = b""  # the element that it was taken from may be unlike the others: try the next one's
            return -1
        return last - len(before) + len(element) - 1

    def _take_many(self, comma: int) -> None:
        """Decode all elements before a comma at once, if it is a boundary."""
        if comma < 0:
            return
        with memoryview(self._buffer)[:comma] as elements:
            array = b"".join((b"[", elements, b"]"))
        try:
            self.found += Event.read_all(compact(array))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            self._tried = True
        else:
            self._drop(comma + 1)

    def _take_one(self, end: int) -> Event:
        with memoryview(self._buffer)[:end] as text:
            try:
                return read_event(text)
            except ValueError:
                raise self._malformed() from None

    def _json(self, end: int, kind: type[T]) -> T:
        with memoryview(self._buffer)[:end] as text:
            try:
                return msgspec.json.decode(text, type=kind)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                raise self._malformed() from None

    def _malformed(self) -> NotUnderstood:
        return NotUnderstood(f"the response from {self._name} is not JSON")


def no_json(body: bytes, name: str, wanted: str = "JSON") -> NotUnderstood:
    """Tell what an answer called `name` is, by its beginning, instead of what was wanted."""
    begin = body.lstrip(_WHITE)[:1]
    if begin == b"<":
        return HtmlAnswer(f"the response from {name} is HTML, not JSON")
    if begin == b"\0":
        return NotUnderstood(f"the response from {name} is NUL bytes, not JSON")
    if not begin:
        return NotUnderstood(f"the response from {name} is {'only white space' if body else 'empty'}")
    return NotUnderstood(f"the response from {name} is not {wanted}")


def read_event(text: bytes | memoryview) -> Event:
    """Read an event from its JSON, leniently if it must be; raises ValueError for what is not JSON."""
    try:
        return Event.read(compact(text))
    except RecursionError:
        raise ValueError("nested beyond reason") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Event.read(lenient.compact(bytes(text)))


def compact(text: bytes | memoryview) -> bytes:
    """Return JSON without white space; raises msgspec.DecodeError or UnicodeDecodeError for what is not JSON."""
    compacted = msgspec.json.format(text, indent=-1)
    if not compacted.isascii():
        compacted.decode()
    return compacted
