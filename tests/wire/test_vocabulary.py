"""The server's words: each set agrees with the others."""

from hypothesis import given
from hypothesis import strategies as st

from orch_events.wire.vocabulary import (
    EVENT_TYPES,
    FAIL_ON,
    FAILED_EVENTS,
    JOB_END_EVENTS,
    JOB_OVER,
    JOB_STATES,
    NODE_FAILED,
    NODE_OVER,
    NODE_STATES,
    NODE_UNFINISHED,
    NODE_UNSUCCESSFUL,
    in_display_order,
)
from tests.table import each


def test_a_node_that_does_not_run_is_over() -> None:
    assert {*NODE_OVER, "running"} == set(NODE_STATES.values())


def test_of_the_nodes_that_are_over_all_but_the_finished_were_unsuccessful() -> None:
    assert NODE_UNSUCCESSFUL | {"finished"} == NODE_OVER
    assert NODE_FAILED < NODE_UNSUCCESSFUL
    assert {*NODE_UNSUCCESSFUL, "running"} == set(NODE_UNFINISHED)


def test_the_events_of_a_failure_are_of_nodes_that_failed() -> None:
    assert sorted(FAILED_EVENTS) == ["node_errored", "node_failed"]


def test_what_ends_a_job_is_documented() -> None:
    assert set(EVENT_TYPES) > JOB_END_EVENTS
    assert set(JOB_STATES) > JOB_OVER


def test_all_that_is_no_success_can_make_an_exit_status() -> None:
    assert set(FAIL_ON) == {*NODE_UNSUCCESSFUL, "aborted"}


def test_what_is_over_is_shown_first_then_what_runs_and_then_what_nobody_knows() -> None:
    counts = {"zzz": 1, "running": 2, "errored": 3, "finished": 4, "new": 5, "skipped": 0}
    assert in_display_order(counts) == [("finished", 4), ("errored", 3), ("running", 2), ("new", 5), ("zzz", 1)]


@given(st.dictionaries(st.sampled_from([*NODE_STATES.values(), "new", "?"]) | st.text(max_size=3), st.integers(0, 9)))
def test_every_state_that_is_counted_is_shown_once(counts: dict[str, int]) -> None:
    assert sorted(in_display_order(counts)) == sorted(item for item in counts.items() if item[1])


@each("event", EVENT_TYPES)
def test_an_event_is_of_a_node_or_of_the_job(event: str) -> None:
    assert event.startswith("node_" if event in NODE_STATES else "job_")
