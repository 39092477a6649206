"""One event, and one page of them.

An event is kept twice: as the server wrote it (`raw`, for machines) and as the few fields that following and drawing
need. Reading those never fails: whatever is missing or of another kind is None or "", and the event passes through.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from orch_events.times import parse_timestamp

_MAX_ID_DIGITS = 19
_MAX_ID = (1 << 63) - 2
"""An id is a database's 64-bit number, and one more must be one too; what is greater is no id."""


class _Details(msgspec.Struct):
    node: str | None = None


class _Wire(msgspec.Struct):
    """The fields that we read, as nearly every event has them."""

    id: str | int | None = None
    type: str | None = None
    timestamp: str | None = None
    message: str | None = None
    details: _Details | None = None


_decode_wire = msgspec.json.Decoder(_Wire).decode


class Event(msgspec.Struct, frozen=True, gc=False):
    """One event of a job.

    Attributes:
        id: its number in the server's one sequence; None where it has none that we can compare.
        type: `node_running`, `job_finished` …; an open set, "" where it is missing.
        timestamp: the server's text, UTC; "" where it is missing.
        node: the node's name; None for an event of the job.
        message: the server's sentence; "" where it is missing.
        raw: the server's own object as compact JSON, every key and number as it was written.
    """

    id: int | None
    type: str
    timestamp: str
    node: str | None
    message: str
    raw: bytes

    @classmethod
    def read(cls, raw: bytes) -> "Event":
        """Read an event from its compact, well-formed JSON, whatever is in it."""
        try:
            wire = _decode_wire(raw)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            wire = _read_leniently(raw)
        node = wire.details.node if wire.details else None
        return cls(_number(wire.id), wire.type or "", wire.timestamp or "", node or None, wire.message or "", raw)

    @property
    def at(self) -> datetime | None:
        """When it happened, or None where the timestamp can't be read."""
        return parse_timestamp(self.timestamp)

    @property
    def understood(self) -> bool:
        """Whether it has what makes an event: a number and a type."""
        return self.id is not None and bool(self.type)

    @property
    def details(self) -> Any:  # noqa: ANN401 - it is any JSON
        """The `details` as Python objects; None where there are none."""
        content = _loads(self.raw)
        return content.get("details") if isinstance(content, dict) else None


class PageEnd(msgspec.Struct, frozen=True):
    """What stood around the events of a whole page.

    Attributes:
        next_start: the `start` that the page's `next-events` names; None where it names none.
    """

    next_start: int | None


Fetched = Sequence[Event] | PageEnd
"""What a fetch yields: events, as many at once as have arrived, and at last one PageEnd."""


def read_id(value: object) -> int | None:
    """Read an id: a whole number in a string or as itself; None for anything else."""
    return _number(value) if isinstance(value, str | int) and not isinstance(value, bool) else None


def _number(value: str | int | None) -> int | None:
    text = value if isinstance(value, str) else str(value)
    number = int(text) if text.isdigit() and text.isascii() and len(text) <= _MAX_ID_DIGITS else None
    return number if number is None or number <= _MAX_ID else None


def _loads(raw: bytes) -> Any:  # noqa: ANN401 - it is any JSON
    """Read any JSON; the standard library also takes lone surrogates and numbers out of range."""
    try:
        return json.loads(raw.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None


def _read_leniently(raw: bytes) -> _Wire:
    """Take from any JSON value the fields that are of the right kind."""
    content = _loads(raw)
    if not isinstance(content, dict):
        return _Wire()
    details = content.get("details")
    node = _text(details.get("node")) if isinstance(details, dict) else None
    return _Wire(
        id=read_id(content.get("id")),
        type=_text(content.get("type")),
        timestamp=_text(content.get("timestamp")),
        message=_text(content.get("message")),
        details=_Details(node),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
