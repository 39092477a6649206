"""Jobs that are drawn: the simulator's at some moment, and one whose nodes are as strange as a server can make them."""

import json
from typing import NamedTuple

from orch_events.analysis.timeline import Chart
from orch_events.job.state import JobState
from orch_events.render.timeline.axis import Axis
from orch_events.render.timeline.captions import Heading
from orch_events.simulator import scripts
from orch_events.wire.event import Event
from orch_events.wire.records import JobRecord

OVER = float("inf")


class Scene(NamedTuple):
    """What is drawn."""

    chart: Chart
    heading: Heading
    axis: Axis


def scene(state: JobState, time: str = "elapsed") -> Scene:
    chart = Chart.from_state(state)
    return Scene(chart, Heading.from_state(state, chart), Axis(chart, time))


def simulated(number: int, now: float = OVER) -> JobState:
    """Return what is known of a job of the simulator at a moment of its time."""
    script, state = scripts()[number], JobState(str(number))
    for moment in script.past(now):
        state.apply(Event.read(moment.text.encode()))
    state.record = JobRecord.read(json.dumps(script.record(now, "https://pe.example.com")).encode(), "the record")
    return state


def told(*events: tuple[str, str, str], description: str = "") -> JobState:
    """Return what is known after some events: each the kind, the node, and the timestamp."""
    state = JobState("1")
    for number, (kind, node, stamp) in enumerate(events, 1):
        content = {"id": str(number), "type": f"node_{kind}", "timestamp": stamp, "details": {"node": node}}
        content["message"] = f"It {kind}" if kind != "running" else ""
        state.apply(Event.read(json.dumps(content).encode()))
    state.record = JobRecord("running", None, {}, None, None, description=description)
    return state


def ran(node: str, begin: str, end: str, kind: str = "finished") -> tuple[tuple[str, str, str], tuple[str, str, str]]:
    """Return the two events of a node, by times of one day."""
    return ("running", node, f"2016-05-05T{begin}Z"), (kind, node, f"2016-05-05T{end}Z")


STRANGE = (
    *ran("long.example.com", "09:00:00", "18:00:00"),
    *ran("short.example.com", "12:30:00", "12:30:01"),
    *ran("no-time.example.com", "12:30:00", "12:30:00", "failed"),
    *ran("backwards.example.com", "15:00:00", "14:00:00"),
    *ran("漢字-ノード.example.com", "10:00:00", "11:00:00", "errored"),
    *ran(f"{'n' * 300}.example.com", "10:00:00", "12:00:00"),
    *ran(f"db.{'very-' * 60}long.example.com", "11:00:00", "13:00:00"),
    *ran("acts\x1b[2J\u202e.example.com", "09:30:00", "09:45:00", "failed"),
    ("running", "no-end.example.com", "2016-05-05T16:00:00Z"),
    ("finished", "no-end.example.com", "soon"),
    ("finished", "no-begin.example.com", "2016-05-05T17:00:00Z"),
    ("running", "never-said.example.com", ""),
    ("skipped", "never-ran.example.com", "2016-05-05T13:30:00Z"),
    ("running", "<b>&amp;\"'.example.com", "2016-05-05T17:30:00Z"),
)
