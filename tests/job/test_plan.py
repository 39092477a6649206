import json
from typing import Any

import pytest

from orch_events.job.plan import PlanState, new_state
from orch_events.wire.event import Event
from orch_events.wire.records import JobRecord
from tests.build import event, event_from, job_of
from tests.table import each

FAIL_ON = {"failed", "errored", "aborted"}


def step(number: int, kind: str, **details: Any) -> Event:
    stamp = f"2016-05-05T19:50:{number:02}Z"
    return event_from({"type": kind, "timestamp": stamp, "details": details, "id": str(number)})


def plan_of(*events: Event, record: dict[str, Any] | None = None, whole: bool = True) -> PlanState:
    state = PlanState("plan:9", whole=whole)
    for one in events:
        state.apply(one)
    if record is not None:
        state.record = JobRecord.from_json(json.dumps(record).encode())
    return state


STARTED = step(1, "task_start", **{"job-id": 69})
FINISHED = step(9, "plan_finished", result="well")
FAILED = step(9, "plan_failed", result={"msg": "not well"})


def test_a_job_and_a_plan_job_have_states_of_their_own() -> None:
    assert isinstance(new_state("plan:9"), PlanState)
    assert not isinstance(new_state("9"), PlanState)


def test_a_plan_remembers_the_jobs_that_it_started_in_their_order_each_once() -> None:
    state = plan_of(STARTED, step(3, "command_start", **{"job-id": "12"}), STARTED, step(4, "out_message", message="x"))

    assert list(state.started) == ["69", "12"]
    assert state.events == 4
    assert not state.is_over


@each(
    ("last", "record", "word", "status"),
    [
        (FINISHED, None, "finished", 0),
        (FAILED, None, "failed", 1),
        (FINISHED, {"state": "running"}, "finished", 0),
        (FAILED, {"state": "running"}, "failed", 1),
        (None, {"state": "success"}, "finished", 0),
        (None, {"state": "failure"}, "failed", 1),
        (FINISHED, {"state": "failure"}, "failed", 1),
        (None, {"state": "failed"}, "failed", 1),
    ],
)
def test_a_plan_ends_as_its_record_says_or_else_its_last_event(
    last: Event | None, record: dict[str, Any] | None, word: str, status: int
) -> None:
    outcome = plan_of(STARTED, *([last] if last else []), record=record).outcome()

    assert outcome is not None
    assert (outcome.word, outcome.jobs, outcome.exit_status(FAIL_ON)) == (word, 1, status)


@pytest.mark.parametrize("record", [None, {"state": "running"}, {"state": "pending"}, {"state": "new word"}])
def test_a_plan_that_nothing_says_is_over_has_no_outcome(record: dict[str, Any] | None) -> None:
    assert plan_of(STARTED, record=record).outcome() is None


def test_a_plan_that_was_joined_at_its_end_has_an_outcome() -> None:
    assert plan_of(FAILED, whole=False).outcome() is not None


def test_a_failed_node_does_not_fail_a_plan_that_ended_well() -> None:
    state = plan_of(STARTED, FINISHED)
    state.adopt([job_of(event(1), event(2, "node_failed"), job="69")])
    outcome = state.outcome()

    assert outcome is not None
    assert outcome.nodes == {"failed": 1}
    assert outcome.exit_status(FAIL_ON) == 0


def test_a_plan_has_a_run_for_each_node_of_each_of_its_jobs() -> None:
    state = plan_of(STARTED, FINISHED)
    state.adopt([job_of(event(1), event(2, "node_failed"), job="69"), job_of(event(3), event(4, node="b"), job="70")])

    assert [(run.name, run.state) for run in state.runs.values()] == [
        ("a", "failed"),
        ("a", "running"),
        ("b", "running"),
    ]
    assert state.nodes == {"failed": 1, "running": 2}
    assert (state.total, state.over, len(state.running)) == (3, 1, 2)


@pytest.mark.parametrize(
    ("events", "record", "known"),
    [
        ([STARTED, FINISHED], {"state": "success", "status": {"69": []}}, True),
        ([STARTED, FINISHED], {"state": "success"}, True),
        ([STARTED, FINISHED], {"state": "success", "status": {"69": [], "70": []}}, False),
        ([STARTED], {"state": "success", "status": {"69": []}}, False),
        ([STARTED, FINISHED], {"state": "running", "status": {"69": []}}, False),
        ([STARTED, FINISHED], None, False),
    ],
)
def test_a_plans_jobs_are_known_once_each_that_its_final_record_names_was_seen(
    events: list[Event], record: dict[str, Any] | None, known: bool
) -> None:
    assert plan_of(*events, record=record).knows_its_jobs == known
