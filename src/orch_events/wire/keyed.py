"""A line that names its job: the server's own object behind a first key "job", or "plan" for a plan job.

    {"job":"352","id":"1267","type":"node_running",...}
    {"job":"352","record":{"name":"352","state":"finished",...}}

Recordings and archives have such lines, and so has JSON of several jobs. Everything but the first key is as the server
wrote it.
"""

import re
from collections.abc import Iterable

from orch_events.wire.event import Event
from orch_events.wire.job_key import PLAN, kind_and_number
from orch_events.wire.lenient import loads
from orch_events.wire.records import JobRecord

_KEY = re.compile(rb'\{"(job|plan)":(?:"([\w.+@-]+)"|(\d+)),?')
_RECORD = b'{"record":'


_NAMES = (b'"job"', b'"plan"')
_OVERLAP = max(map(len, _NAMES)) - 1
_MOST_BYTES = 1 << 30


def may_name_job(pieces: Iterable[bytes]) -> bool:
    """Whether the lines in some bytes may name a job: whether the key stands anywhere, or there is no end to them.

    A piece without a single quote is none of a recording's: to see what it is takes a closer look.
    """
    end, size = b"", 0
    for piece in pieces:
        size += len(piece)
        joint = end + piece[:_OVERLAP]
        if b'"' not in piece or size > _MOST_BYTES or any(name in piece or name in joint for name in _NAMES):
            return True
        end = piece[-_OVERLAP:]
    return False


def with_job(raw: bytes, job: str) -> bytes:
    """Put a first key "job" or "plan" into an event's compact JSON; what is not an object stays as it is."""
    if not raw.startswith(b"{"):
        return raw
    comma = b"" if raw == b"{}" else b","
    kind, number = kind_and_number(job)
    return b'{"%b":"%b"%b%b' % (kind.encode(), number.encode(), comma, raw[1:])


def split_job(event: Event) -> tuple[str | None, Event]:
    """Return the job that a line names, None if it names none, and the event as the server wrote it."""
    found = _KEY.match(event.source)
    if found is None:
        return None, event
    name = (found[2] or found[3]).decode()
    with memoryview(event.source)[found.end() :] as rest:  # which may be large: it is copied once
        own = Event(event.id, b"".join((b"{", rest)))
    return name if found[1] == b"job" else PLAN + name, own


def wrap_record(record: JobRecord) -> Event:
    """Return a job's record as it stands among the events, without the first key."""
    return Event(None, b'{"record":%b}' % record.raw)


def is_record(event: Event) -> bool:
    """Whether a line, without its first key, has a job's record."""
    return event.id is None and bytes(memoryview(event.source)[: len(_RECORD)]) == _RECORD


def read_record(event: Event) -> JobRecord | None:
    """Read the record in a line that has one; None for an event."""
    if not is_record(event):
        return None
    content = loads(event.raw)
    whole = isinstance(content, dict) and list(content) == ["record"] and isinstance(content["record"], dict)
    return JobRecord.from_json(event.raw[len(_RECORD) : -1]) if whole else None
