"""Recordings, written in each of the ways in which they come about."""

import gzip
import io
import json
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st

from orch_events.recording import Recording
from orch_events.recording.file import File
from orch_events.render.events.structured import with_job
from orch_events.wire.event import Event

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

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(alphabet=st.sampled_from('{}[],:"\\ \n/aé😀')),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def _written(event: dict[str, Any], *, plain: bool) -> bytes:
    return json.dumps(event, ensure_ascii=plain, separators=(",", ":")).encode()


EVENTS = st.lists(
    st.builds(
        _written,
        st.dictionaries(st.sampled_from(["id", "type", "message", "details", "x"]), _VALUES, max_size=4)
        | st.fixed_dictionaries({"id": st.integers(0, 2**64).map(str), "message": st.text(max_size=5)}),
        plain=st.booleans(),
    ),
    max_size=12,
)
"""Events as a server can write them, most of them odd."""


def recording(content: bytes, job: str = "352", told: list[str] | None = None) -> Recording:
    """Return a recording in memory."""
    return Recording(File(io.BytesIO(content), "x.jsonl"), job, (told if told is not None else []).append)


def events_of(one: Recording, job: str = "352") -> list[Event]:
    return [event for run in one.events(job) for event in run]


def raws(one: Recording, job: str = "352") -> list[bytes]:
    return [event.raw for event in events_of(one, job)]
