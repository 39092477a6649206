"""One event, and one page of them.

An event is kept as the server wrote it (`source`, for machines), with its id. The few other fields that following and
drawing need are read when one of them is first asked for: whoever passes events on does not pay for them. Reading never
fails: whatever is missing or of another kind is None or "", and the event passes through.
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
"""An id is a database's 64-bit number, and one more must be one too; what is greater is no id."""
_SAFE_ID_DIGITS = 18


class _Details(msgspec.Struct, gc=False):
    node: str | None = None
    detail: msgspec.Raw = msgspec.Raw()


class Fields(msgspec.Struct, gc=False):
    """The fields of an event that we read, as nearly every event has them.

    Attributes:
        type: `node_running`, `job_finished` …; an open set, "" where it is missing.
        timestamp: the server's text, UTC; "" where it is missing.
        message: the server's sentence; "" where it is missing.
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
        """What the node reports, as compact JSON; empty where there is nothing. See the module `detail`."""
        return self.details.detail if self.details else b""


class _Id(msgspec.Struct, gc=False):
    """The id alone, as nearly every event has it."""

    id: str


_decode_fields = msgspec.json.Decoder(Fields).decode
_decode_ids = msgspec.json.Decoder(list[_Id]).decode
_decode_items = msgspec.json.Decoder(list[msgspec.Raw]).decode


class Event(msgspec.Struct, eq=False, gc=False):
    """One event of a job.

    Attributes:
        id: its number in the server's one sequence; None where it has none that we can compare.
        source: the server's own object as compact JSON, every key and number as it was written; it may be a view of
            all that came with it: who keeps the event for long keeps a `copy`.
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
        """Read the events in a compact, well-formed JSON array; the same as each for itself, but faster.

        Raises:
            msgspec.DecodeError: it is no array, or not JSON.
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
        """Return the same event, that keeps nothing else in memory."""
        return Event(self.id, self.raw)

    @property
    def raw(self) -> bytes:
        """The source, as bytes of its own."""
        return bytes(self.source)

    @property
    def fields(self) -> Fields:
        """What we read of it."""
        if self._fields is None:
            try:
                self._fields = _decode_fields(self.source)
            except (msgspec.MsgspecError, UnicodeDecodeError):
                self._fields = _read_leniently(bytes(self.source))
        return self._fields

    @property
    def type(self) -> str:
        """`node_running`, `job_finished` …; "" where it is missing."""
        return self.fields.type

    @property
    def timestamp(self) -> str:
        """The server's text, UTC; "" where it is missing."""
        return self.fields.timestamp

    @property
    def node(self) -> str | None:
        """The node's name; None for an event of the job."""
        return self.fields.node

    @property
    def message(self) -> str:
        """The server's sentence; "" where it is missing."""
        return self.fields.message

    @property
    def at(self) -> datetime | None:
        """When it happened, or None where the timestamp can't be read."""
        return parse_timestamp(self.timestamp)

    @property
    def details(self) -> Any:  # noqa: ANN401 - it is any JSON
        """The `details` as Python objects; None where there are none."""
        content = loads(self.raw)
        return content.get("details") if isinstance(content, dict) else None


class PageEnd(msgspec.Struct, frozen=True):
    """What stood around the events of a whole page.

    Attributes:
        next_start: the `start` that the page's `next-events` names; None where it names none.
    """

    next_start: int | None

    @classmethod
    def read(cls, next_events: object) -> "PageEnd":
        """Read a page's `next-events`; nothing of its URL counts but `start`."""
        url = next_events.get("id") if isinstance(next_events, dict) else None
        try:
            query = urlsplit(url).query if isinstance(url, str) else ""
        except ValueError:
            return cls(None)
        return cls(read_id(parse_qs(query).get("start", [None])[-1]))


Fetched = Sequence[Event] | PageEnd
"""What a fetch yields: events, as many at once as have arrived, and at last one PageEnd."""


def read_id(value: object) -> int | None:
    """Read an id: a whole number in a string or as itself; None for anything else."""
    return _number(value) if isinstance(value, str | int) and not isinstance(value, bool) else None


def _numbers(texts: list[str]) -> list[int]:
    """Read ids that are all digits, and not too many; raises ValueError when one of them is anything else."""
    digits = "".join(texts)
    if not (digits.isdigit() and digits.isascii() and max(map(len, texts)) <= _SAFE_ID_DIGITS):
        raise ValueError("an id of another kind")
    return list(map(int, texts))


def _number(value: str | int | None) -> int | None:
    text = value if isinstance(value, str) else str(value)
    number = int(text) if text.isdigit() and text.isascii() and len(text) <= _MAX_ID_DIGITS else None
    return number if number is None or number <= _MAX_ID else None


def _read_leniently(raw: bytes) -> Fields:
    """Take from any JSON value the fields that are of the right kind."""
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
