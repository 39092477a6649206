"""The frozen values say what the JSON says, by the same names."""

import math
from typing import Any

import msgspec
import pytest

from orch_events.analysis.failures import Failures
from orch_events.analysis.summary import Summary
from orch_events.analysis.timeline import Chart
from orch_events.config.files import FileReader
from orch_events.job.state import JobState
from orch_events.library.following import Surroundings, ignore
from orch_events.library.job_ref import JobRef
from orch_events.library.jobs import job_on_server, retry_policy
from orch_events.library.loading import Loader
from orch_events.library.servers import OpenServer, Timeouts, demo, open_client
from orch_events.library.values import Event, failures_of, nodes_of, summary_of
from orch_events.render.reports.failures import failures_json
from orch_events.render.reports.nodes import nodes_json
from orch_events.render.reports.summary import summary_json
from orch_events.times import SystemClock
from orch_events.wire.event import Event as WireEvent

JOBS = ("351", "352", "353", "354", "357", "plan:301", "plan:302")


@pytest.fixture(scope="module")
def states() -> dict[str, JobState]:
    """Return the states of jobs of every kind, from the demo."""
    around = Surroundings(SystemClock(), ignore)
    with demo(around.clock, math.inf) as server, open_client(server, around.clock, Timeouts(), FileReader()) as client:
        opened = OpenServer.from_client(client, server, demo=True)
        return {
            name: around.finish(Loader(around.clock).load(around.finish(_opened(name, opened, around))))
            for name in JOBS
        }


def _opened(name: str, server: OpenServer, around: Surroundings) -> Any:
    return job_on_server(JobRef.parse(name), server, retry_policy(0.0, 0.0), around.clock)


def told(value: Any) -> Any:
    """Return what a value says, without what it leaves open."""
    if isinstance(value, dict):
        return {key: told(one) for key, one in value.items() if one is not None}
    return [told(one) for one in value] if isinstance(value, list | tuple) else value


@pytest.mark.parametrize("job", JOBS)
def test_a_report_has_the_names_and_values_of_its_json(job: str, states: dict[str, JobState]) -> None:
    state = states[job]
    assert told(msgspec.to_builtins(summary_of(state))) == told(summary_json(Summary.from_state(state)))
    assert told(msgspec.to_builtins(failures_of(state))) == told(failures_json(Failures.from_state(state)))
    written = [msgspec.json.decode(line) for line in nodes_json(Chart.from_state(state).rows, state.job)]
    assert [told(msgspec.to_builtins(node)) for node in nodes_of(state)] == told(written)
    assert written


def test_values_are_frozen(states: dict[str, JobState]) -> None:
    event = Event("352", WireEvent.read(b'{"id":"7"}'))
    for value in (summary_of(states["352"]), failures_of(states["352"]), nodes_of(states["352"])[0], event):
        with pytest.raises(AttributeError):
            value.job = "9"  # type: ignore[misc]


def test_an_event_has_the_fields_of_the_server_s_object_and_the_object_itself() -> None:
    raw = b'{"id":"7","type":"node_failed","timestamp":"2016-05-05T19:50:08Z","message":"no","details":{"node":"a"}}'
    event = Event("352", WireEvent.read(raw))
    assert (event.id, event.type, event.node, event.message) == (7, "node_failed", "a", "no")
    assert event.timestamp is not None
    assert event.timestamp.isoformat() == "2016-05-05T19:50:08+00:00"
    assert (event.details, event.json) == ({"node": "a"}, raw)
    assert repr(event) == "Event(job='352', id=7, type='node_failed', node='a')"


def test_of_an_event_that_lacks_everything_everything_is_empty() -> None:
    event = Event("352", WireEvent.read(b"[]"))
    assert (event.id, event.type, event.timestamp, event.node, event.message) == (None, "", None, None, "")
    assert event.details is None
