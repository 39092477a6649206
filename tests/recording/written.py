"""Recordings, written in each of the ways in which they come about."""

import gzip
import io
from collections.abc import Callable, Sequence

from orch_events.recording import Recording
from orch_events.recording.file import File
from orch_events.wire.event import Event
from orch_events.wire.keyed import with_job

Write = Callable[[Sequence[bytes]], bytes]


def json_lines(events: Sequence[bytes]) -> bytes:
    return b"".join(event + b"\n" for event in events)


def named_lines(events: Sequence[bytes]) -> bytes:
    return json_lines([with_job(event, "352") for event in events])


def spaced_lines(events: Sequence[bytes]) -> bytes:
    return b"".join(b"\t %b \r\n\n" % event for event in events)


def array(events: Sequence[bytes]) -> bytes:
    return b"[\n" + b",\n".join(events) + b"\n]\n" if events else b"[]\n"


def compact_page(events: Sequence[bytes]) -> bytes:
    return b'{"next-events":{"id":"https://pe.example.com/orchestrator/v1/jobs/352/events?start=9"},"items":[%b]}' % (
        b",".join(events)
    )


def pretty_page(events: Sequence[bytes]) -> bytes:
    return b'{ "items" : [ %b ], "next-events" : { "event" : "9" } }\n' % b", ".join(events)


KINDS: dict[str, Write] = {
    kind.__name__: kind for kind in (json_lines, named_lines, spaced_lines, array, compact_page, pretty_page)
}

PACKED: dict[str, Callable[[bytes], bytes]] = {
    "plain": lambda content: content,
    "gzip": lambda content: gzip.compress(content, 1, mtime=0),
    "two gzips": lambda content: gzip.compress(content[:9], 1, mtime=0) + gzip.compress(content[9:], 1, mtime=0),
    "UTF-8 with its mark": lambda content: b"\xef\xbb\xbf" + content,
    "UTF-16": lambda content: content.decode().encode("utf-16"),
}


def recording(content: bytes, job: str = "352", notices: list[str] | None = None) -> Recording:
    """Return a recording in memory."""
    return Recording(File(io.BytesIO(content), "x.jsonl"), job, (notices if notices is not None else []).append)


def events_of(one: Recording, job: str = "352") -> list[Event]:
    return [event for run in one.events(job) for event in run]


def raws(one: Recording, job: str = "352") -> list[bytes]:
    return [event.raw for event in events_of(one, job)]
