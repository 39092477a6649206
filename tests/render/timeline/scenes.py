"""Jobs that are drawn: the simulator's at some moment, and one whose nodes are as strange as a server can make them."""

from typing import NamedTuple

from orch_events.analysis.timeline import Chart
from orch_events.job.state import JobState
from orch_events.render.timeline.axis import Axis
from orch_events.render.timeline.captions import Heading
from tests.build import ran

OVER = float("inf")


class Scene(NamedTuple):
    """What is drawn."""

    chart: Chart
    heading: Heading
    axis: Axis


def scene(state: JobState, time: str = "elapsed") -> Scene:
    chart = Chart.from_state(state)
    return Scene(chart, Heading.from_state(state, chart), Axis(chart, time))


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
