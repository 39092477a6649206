"""One event, and what follows the events of a page.

1. An event is kept as the server wrote it (`source`, compact JSON), with its id: what programs get is never decoded and
   encoded again. The other fields are decoded when one of them is first used, so passing events on costs nothing more.
2. Reading never fails. Whatever is missing or of another type is None or "", and the event passes through. Nearly all
   events fit the expected structs and are decoded by them; the others are read field by field (`_read_leniently`).
3. Ids are compared and counted up, so only a number that a 64-bit database column can hold, with one more above it, is
   an id. Any other makes an event without an id.
4. Events that arrive together are read together: their ids by one decoder call, their sources as views of one array.
   That is why an event that is kept for long should be a `copy`.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from orch_events.times import parse_timestamp
from orch_events.wire.lenient import loads

_MAX_ID_DIGITS = 19
_MAX_ID = (1 << 63) - 2
"""An id is a 64-bit number of a database, and so is the id after it; a greater number is not an id."""
_SAFE_ID_DIGITS = 18


class _Details(msgspec.Struct, gc=False):
    node: str | None = None
    detail: msgspec.Raw = msgspec.Raw()


class Fields(msgspec.Struct, gc=False):
    """The fields of an event that are used, with the types that nearly every event has.

    Attributes:
        type: `node_running`, `job_finished` …; an open set, "" if it is missing.
        timestamp: the server's text, UTC; "" if it is missing.
        message: the server's message; "" if it is missing.
    """

    id: str | int | None = None
    type: str = ""
    timestamp: str = ""
    message: str = ""
    details: _Details | None = None

    @property
    def node(self) -> str | None:
        """The node's name; None for an event of the job."""
        return (self.details.node or None) if self.details else None

    @property
    def detail(self) -> msgspec.Raw | bytes:
        """What the node reports, as compact JSON; empty if there is nothing. See the module `detail`."""
        return self.details.detail if self.details else b""


class _Id(msgspec.Struct, gc=False):
    """The id alone, as nearly every event has it."""

    id: str


_KNOWN_KEYS = frozenset({"id", "type", "timestamp", "message", "details", "name", "node", "record"})
"""An orchestrator's objects, an event, a job, a node, a job's record in a recording, have at least one of these."""

_decode_fields = msgspec.json.Decoder(Fields).decode
_decode_all_fields = msgspec.json.Decoder(list[Fields]).decode
_decode_ids = msgspec.json.Decoder(list[_Id]).decode
_decode_items = msgspec.json.Decoder(list[msgspec.Raw]).decode


class Event(msgspec.Struct, eq=False, gc=False):
    """One event of a job.

    Attributes:
        id: its number in the server's one sequence; None if it has none that can be compared.
        source: the server's own object as compact JSON, every key and number as it was written. It may be a view of
            everything that arrived with it: to keep an event for long, keep a `copy`.
    """

    id: int | None
    source: bytes
    _fields: Fields | None = None

    @classmethod
    def read(cls, raw: bytes) -> "Event":
        """Read an event from its compact, well-formed JSON, whatever is in it."""
        event = cls(None, raw)
        event.id = _number(event.fields.id)
        return event

    @classmethod
    def read_all(cls, array: bytes) -> list["Event"]:
        """Read the events in a compact, well-formed JSON array: the same as `read` for each, but faster.

        Raises:
            msgspec.DecodeError: it is not an array, or not JSON.
        """
        items = _decode_items(array)
        try:
            numbers = _numbers([item.id for item in _decode_ids(array)])
        except (msgspec.MsgspecError, ValueError):
            return [cls.read(bytes(item)) for item in items]
        return list(map(cls, numbers, items))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Event) and self.raw == other.raw

    def __hash__(self) -> int:
        return hash(self.raw)

    def copy(self) -> "Event":
        """Return the same event, without a reference to what arrived with it."""
        return Event(self.id, self.raw)

    @property
    def raw(self) -> bytes:
        """The source, as bytes of its own."""
        return bytes(self.source)

    @property
    def is_known(self) -> bool:
        """Whether it is an object of an orchestrator at all: one without a single key of theirs is no event."""
        if self.id is not None:
            return True
        content = loads(self.raw)
        return isinstance(content, dict) and not _KNOWN_KEYS.isdisjoint(content)

    @property
    def fields(self) -> Fields:
        """The other fields, decoded when they are first used."""
        if self._fields is None:
            try:
                self._fields = _decode_fields(self.source)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                self._fields = _read_leniently(bytes(self.source))
        return self._fields

    @property
    def type(self) -> str:
        """`node_running`, `job_finished` …; "" if it is missing."""
        return self.fields.type

    @property
    def timestamp(self) -> str:
        """The server's text, UTC; "" if it is missing."""
        return self.fields.timestamp

    @property
    def node(self) -> str | None:
        """The node's name; None for an event of the job."""
        return self.fields.node

    @property
    def message(self) -> str:
        """The server's message; "" if it is missing."""
        return self.fields.message

    @property
    def at(self) -> datetime | None:
        """When it happened; None if the timestamp can't be read."""
        return parse_timestamp(self.timestamp)

    @property
    def details(self) -> Any:  # noqa: ANN401 - it is any JSON
        """The `details` as Python objects; None if there are none."""
        content = loads(self.raw)
        return content.get("details") if isinstance(content, dict) else None


def fields_of(events: Sequence[Event]) -> list[Fields]:
    """Return the fields of events: those that are not decoded yet are decoded together, which is faster."""
    new = [event for event in events if event._fields is None]
    try:
        found = _decode_all_fields(b"[%b]" % b",".join([event.source for event in new]))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        found = []  # then each event decodes its own
    for event, fields in zip(new, found, strict=False):
        event._fields = fields
    return [event.fields for event in events]


class PageEnd(msgspec.Struct, frozen=True):
    """The end of a complete page: what a page has besides its events.

    Attributes:
        next_start: the `start` in the URL of the page's `next-events`; None if there is none.
    """

    next_start: int | None

    @classmethod
    def read(cls, next_events: object) -> "PageEnd":
        """Read a page's `next-events`; only `start` of its URL is used."""
        url = next_events.get("id") if isinstance(next_events, dict) else None
        try:
            query = urlsplit(url).query if isinstance(url, str) else ""
        except ValueError:
            return cls(None)
        return cls(read_id(parse_qs(query).get("start", [None])[-1]))


Fetched = Sequence[Event] | PageEnd
"""What a fetch yields: batches of events as they arrive, and one PageEnd at the end."""


def read_id(value: object) -> int | None:
    """Read an id: a whole number in a string or as itself; None for anything else."""
    return _number(value) if isinstance(value, str | int) and not isinstance(value, bool) else None


def _numbers(texts: list[str]) -> list[int]:
    """Read ids that are all digits, and not too many; raises ValueError if one of them is anything else."""
    digits = "".join(texts)
    if not (digits.isdigit() and digits.isascii() and max(map(len, texts)) <= _SAFE_ID_DIGITS):
        raise ValueError("an id of another kind")
    return list(map(int, texts))


def _number(value: str | int | None) -> int | None:
    text = str(value)
    number = int(text) if text.isdigit() and text.isascii() and len(text) <= _MAX_ID_DIGITS else None
    return number if number is None or number <= _MAX_ID else None


def _read_leniently(raw: bytes) -> Fields:
    """Take the fields that have the right type from any JSON value."""
    content = loads(raw)
    if not isinstance(content, dict):
        return Fields()
    details = content.get("details")
    details = details if isinstance(details, dict) else {}
    detail = json.dumps(details.get("detail"), separators=(",", ":")).encode()
    return Fields(
        id=read_id(content.get("id")),
        type=_text(content.get("type")),
        timestamp=_text(content.get("timestamp")),
        message=_text(content.get("message")),
        details=_Details(_text(details.get("node")), msgspec.Raw(detail)),
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
