"""A saved response of the nodes endpoint: states of nodes, and no events."""

import json
from typing import Any

import pytest

from orch_events.analysis.failures import Failures
from orch_events.errors import LocalFileError
from orch_events.job.state import JobState
from orch_events.job.updates import FollowFailed, JobEnded, OutcomeUnknown, Update
from orch_events.recording.snapshot import Snapshot
from orch_events.simulator import Api
from orch_events.simulator.api import Request
from tests import CASES
from tests.fakes import FakeClock
from tests.follow.following import follow, follower
from tests.recording.written import recording

SAVED = (CASES / "nodes-2021.json").read_bytes()


def loaded(content: bytes) -> tuple[JobState, Update]:
    """Load a saved response as reports do; return what is known, and the last update."""
    nodes = recording(content, job="x").nodes()
    one = follower(nodes.job, nodes, FakeClock(), start=nodes.start)
    *_, last = one.once(outcome=True)
    return one.state, last


def simulated(job: int, at: float, **changes: Any) -> bytes:
    saved = json.loads(Api(lambda: at).get(Request(f"/orchestrator/v1/jobs/{job}/nodes", "https://h")).body)
    return json.dumps(saved | changes).encode()


def test_a_saved_response_has_each_node_s_state_and_its_job() -> None:
    state, last = loaded(SAVED)
    assert state.job == "7"
    assert {name: run.state for name, run in state.runs.items()} == {
        "a.example.net": "finished", "b.example.net": "errored", "c.example.net": "running",
    }  # fmt: skip
    assert (state.total, state.over, state.is_over) == (3, 2, False)
    assert isinstance(last, OutcomeUnknown)
    (group, running) = Failures.from_state(state).groups
    assert [(one.state, [run.name for run in one.runs]) for one in (group, running)] == [
        ("errored", ["b.example.net"]), ("running", ["c.example.net"]),
    ]  # fmt: skip


@pytest.mark.parametrize(("job", "word"), [(352, "finished"), (353, "finished"), (356, "finished")])
def test_a_snapshot_in_which_all_nodes_are_over_tells_the_outcome(job: int, word: str) -> None:
    state, last = loaded(simulated(job, float("inf")))
    assert isinstance(last, JobEnded)
    assert last.outcome.word == word
    assert sum(last.outcome.nodes.values()) == state.total


def test_a_part_of_the_nodes_tells_no_outcome() -> None:
    state, last = loaded(simulated(352, float("inf"), pagination={"total": 40}))
    assert isinstance(last, OutcomeUnknown)
    assert (state.total, state.over) == (40, 24)


def test_a_snapshot_of_nodes_that_have_not_begun_is_one() -> None:
    state, _ = loaded(simulated(352, 0.0))
    assert state.nodes == {"new": 24}


def test_it_has_no_events_to_list_or_follow() -> None:
    nodes = recording(SAVED, job="x").nodes()
    for last in (
        follow(nodes, FakeClock())[-1],
        follow(nodes, FakeClock(), start=5)[-1],
        list(follower("7", nodes, FakeClock()).once(outcome=False))[-1],
    ):
        assert isinstance(last, FollowFailed)
        assert isinstance(last.error, LocalFileError)
        assert "is a saved answer of /nodes" in last.error.message


@pytest.mark.parametrize(
    ("rest", "number"),
    [
        (b'{"next-events":{"id":"https://h/orchestrator/v1/jobs/12/events?start=1"}}', "12"),
        (b'{"next-events":{"id":7},"pagination":[]}', ""),
        (b'{"next-events":[],"pagination":{"total":"x"}}', ""),
        (b"{}", ""),
    ],
)
def test_the_job_is_what_the_response_says_or_the_file_s_name(rest: bytes, number: str) -> None:
    nodes = Snapshot.read("x", b'{"items":[]}', rest, "name")
    assert (nodes.number, nodes.job) == (number, number or "name")


def test_a_damaged_one_is_said_to_be() -> None:
    with pytest.raises(LocalFileError, match=r"^x is damaged$"):
        Snapshot.read("x", b'{"items":[]}', b'{"next-events":', "name")
