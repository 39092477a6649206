"""Events, jobs and records, as a server would write them: the one place where tests make them."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from hypothesis import strategies as st

from orch_events.job.state import JobState
from orch_events.simulator import scripts
from orch_events.wire.event import Event
from orch_events.wire.page import PageDecoder
from orch_events.wire.records import JobRecord
from tests import ROOT

ABSENT = object()
"""A key that is not there."""


def ids(events: Sequence[Event]) -> list[int | None]:
    """Return the ids of events."""
    return [one.id for one in events]


def event_from(content: Mapping[str, Any]) -> Event:
    """Return an event by its JSON object."""
    return Event.read(json.dumps(content, separators=(",", ":")).encode())


def event(
    number: int,
    kind: str = "node_running",
    node: str | None = "a",
    message: str = "",
    detail: object = ABSENT,
    *,
    timestamp: str | None = None,
) -> Event:
    """Return an event; without a timestamp it is ten seconds after the one of the number before."""
    details: dict[str, object] = {"node": node} if node is not None else {}
    if detail is not ABSENT:
        details["detail"] = detail
    stamp = timestamp if timestamp is not None else _clock(number * 10)
    return event_from({"id": str(number), "type": kind, "timestamp": stamp, "details": details, "message": message})


def event_at(
    number: int,
    kind: str,
    node: str | None = "a",
    *,
    at: int = 0,
    message: str = "",
    detail: object = ABSENT,
) -> Event:
    """Return an event `at` seconds after seven o'clock in the evening."""
    return event(number, kind, node, message, detail, timestamp=_clock(at))


def _clock(seconds: int) -> str:
    return f"2016-05-05T{19 + seconds // 3600 % 5:02}:{seconds // 60 % 60:02}:{seconds % 60:02}Z"


def run_event(
    number: object = 1267,
    kind: str = "node_running",
    node: str | None = "web-1.example.com",
    message: str = "Started puppet run",
    timestamp: str = "2016-05-05T19:50:08Z",
) -> Event:
    """Return an event of a Puppet run; its id is any JSON."""
    details = {"details": {"node": node}} if node is not None else {}
    return event_from({"id": number, "type": kind, "timestamp": timestamp, "message": message, **details})


Story = list[tuple[float, Event]]
"""Events, each with the second at which it becomes visible."""

STORY: Story = [
    (0, event(10)),
    (2, event(12, node="b")),
    (4, event(13, "node_finished")),
    (9, event(17, "node_failed", "b")),
]
FINISHED = event(18, "job_finished", None)


def record(state: str, node_count: int | None = None, **node_states: int) -> JobRecord:
    """Return a job's record."""
    return JobRecord(state, node_count, node_states)


def record_from(**values: Any) -> JobRecord:
    """Return a job's record by the values of its JSON object."""
    return JobRecord.from_json(json.dumps(values).encode())


def running_until(end: float, state: str = "finished", nodes: int | None = 2) -> Callable[[float], JobRecord]:
    """Return the record of a job by the time: it is running before `end`, and then in `state`."""
    return lambda now: record(state if now >= end else "running", nodes)


def case(name: str) -> list[Event]:
    """Return the events of an answer in tests/cases, of a shape that was seen in public."""
    decoder = PageDecoder(name)
    events = decoder.feed((ROOT / "tests" / "cases" / f"{name}.json").read_bytes())
    decoder.finish()
    return events


def job_of(*events: Event, job: str = "7", record: JobRecord | None = None) -> JobState:
    """Return what is known of a job by some events and its record."""
    state = JobState(job)
    for one in events:
        state.apply(one)
    state.record = record
    return state


@dataclass
class FollowedJob:
    """A job that is being followed; everything of it came just now, unless told otherwise."""

    state: JobState
    last_answer_at: float | None = None
    last_event_at: float | None = None
    unanswered_request_at: float | None = None


def followed(
    *events: Event, job: str = "352", node_count: int | None = None, last_event_at: float = 0.0
) -> FollowedJob:
    """Return a job that is running, of which these events came at one moment of our clock."""
    running = record("running", node_count) if node_count is not None else None
    return FollowedJob(job_of(*events, job=job, record=running), last_event_at=last_event_at if events else None)


@cache
def _simulated_events(job: int) -> list[tuple[float, Event]]:
    return [(scripted.at, event_from(json.loads(scripted.text))) for scripted in scripts()[job].events]


@cache
def simulated(job: int, at: float = math.inf) -> JobState:
    """Return what is known of one of the simulator's jobs at a moment of its time; to be read only."""
    script = scripts()[job]
    content = json.dumps(script.record(at, "https://pe.example.com")).encode()
    events = (event for moment, event in _simulated_events(job) if moment <= at)
    return job_of(*events, job=str(job), record=JobRecord.from_json(content))


Stamped = tuple[str, str, str]
"""An event of a node: the state that it is in from now on, its name, and the timestamp."""


def ran(node: str, begin: str, end: str, state: str = "finished") -> tuple[Stamped, Stamped]:
    """Return the two events of a node, by times of one day."""
    return ("running", node, f"2016-05-05T{begin}Z"), (state, node, f"2016-05-05T{end}Z")


def stamped_job(*events: Stamped, description: str = "") -> JobState:
    """Return what is known of job 1, which is running, by some events of its nodes."""
    made = [
        event(number, f"node_{state}", node, f"It {state}" if state != "running" else "", timestamp=stamp)
        for number, (state, node, stamp) in enumerate(events, 1)
    ]
    return job_of(*made, job="1", record=JobRecord("running", description=description))


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(alphabet=st.sampled_from('{}[],:"\\ \n/aé😀')),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def _written(event: dict[str, Any], *, plain: bool) -> bytes:
    return json.dumps(event, ensure_ascii=plain, separators=(",", ":")).encode()


ODD_EVENTS = st.lists(
    st.builds(
        _written,
        st.dictionaries(st.sampled_from(["id", "type", "message", "details", "x"]), _VALUES, max_size=4)
        | st.fixed_dictionaries({"id": st.integers(0, 2**64).map(str), "message": st.text(max_size=5)}),
        plain=st.booleans(),
    ),
    max_size=12,
)
"""The JSON of events as a server can write them, most of them odd."""
