"""How much silence ends a job, by what is known of it."""

import math

import pytest

from orch_events.follow.end_of_job import LATE_COMMIT_SECONDS, required_quiet_seconds
from orch_events.wire.event import Event
from orch_events.wire.records import JobRecord
from tests.build import FINISHED, event, job_of, record

SETTLE = 15.0
OVER = event(10, "node_finished")
RUNNING = event(10)


def quiet(*events: Event, record: JobRecord | None = None, was_over: bool = False) -> float:
    return required_quiet_seconds(job_of(*events, record=record), SETTLE, was_over=was_over)


@pytest.mark.parametrize(
    ("events", "recorded", "seconds"),
    [
        ([], None, math.inf),
        ([RUNNING], None, math.inf),
        ([RUNNING], record("running", 1), math.inf),
        ([OVER], record("running", 2), math.inf),
        ([OVER], record("running"), math.inf),
        ([OVER], None, SETTLE),
        ([OVER], record(""), SETTLE),
        ([OVER], record("running", 1), LATE_COMMIT_SECONDS),
    ],
)
def test_nodes_alone_end_a_job_when_all_of_them_are_known_to_be_over(
    events: list[Event], recorded: JobRecord | None, seconds: float
) -> None:
    assert quiet(*events, record=recorded) == seconds


def test_an_event_that_ends_a_job_whose_nodes_are_over_needs_no_silence() -> None:
    assert quiet(OVER, FINISHED) == 0
    assert quiet(OVER, FINISHED, record=record("finished", 1)) == 0


def test_while_a_node_still_runs_behind_the_end_its_event_may_be_late() -> None:
    assert quiet(RUNNING, FINISHED) == LATE_COMMIT_SECONDS
    assert quiet(RUNNING, FINISHED, record=record("running", 1)) == LATE_COMMIT_SECONDS


def test_nodes_of_which_nothing_is_heard_are_over_where_the_record_counts_them_so() -> None:
    assert quiet(RUNNING, FINISHED, record=record("failed", 1, running=1)) == 0
    assert quiet(RUNNING, FINISHED, record=record("failed", 1, finished=1)) == LATE_COMMIT_SECONDS


@pytest.mark.parametrize("state", ["finished", "failed", "stopped"])
def test_a_record_may_be_ahead_of_the_last_event_unless_it_was_over_from_the_start(state: str) -> None:
    assert quiet(OVER, record=record(state, 1)) == LATE_COMMIT_SECONDS
    assert quiet(OVER, record=record(state, 1), was_over=True) == 0
