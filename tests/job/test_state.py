"""From events and records to an outcome."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.job.outcome import Outcome
from orch_events.job.state import JobState
from orch_events.wire.event import Event
from orch_events.wire.records import JobRecord, NodeRecord
from orch_events.wire.vocabulary import FAIL_ON
from tests.build import event, event_from, job_of, record
from tests.table import each

USUAL = frozenset(FAIL_ON) - {"skipped"}


@pytest.mark.parametrize("kind", ["running", "finished", "failed", "errored", "skipped"])
def test_an_event_leaves_its_node_in_the_state_that_it_names(kind: str) -> None:
    state = job_of(event(1, f"node_{kind}"))
    assert +state.nodes == {kind: 1}
    assert state.over == int(kind != "running")


def test_a_node_is_counted_once_in_its_latest_state() -> None:
    state = job_of(event(1), event(2, "node_failed"), event(3, node="b"))
    assert +state.nodes == {"failed": 1, "running": 1}
    assert (state.total, state.over, state.last_id, state.events) == (2, 1, 3, 3)


@given(st.permutations([event(1), event(2, "node_failed"), event(3, node="b"), event(4, "node_finished", "b")]))
def test_the_order_in_which_events_are_applied_does_not_matter(events: list[Event]) -> None:
    assert +job_of(*events).nodes == {"failed": 1, "finished": 1}


def test_events_older_than_a_snapshot_of_the_nodes_change_nothing() -> None:
    state = JobState("352")
    state.merge_snapshot([NodeRecord("a", "finished", 20), NodeRecord("b", "running", 15), NodeRecord("c", "new", 0)])
    for one in (event(15, node="b"), event(18), event(21, "node_failed", "b"), event(22, node="c")):
        state.apply(one)
    assert +state.nodes == {"finished": 1, "failed": 1, "running": 1}


def test_a_snapshot_of_a_state_is_the_same_as_its_events() -> None:
    snapshot = job_of(event(1), event(2, "node_failed"), event(3, node="b")).snapshot()
    assert [(node.name, node.state, node.latest_event_id) for node in snapshot] == [
        ("a", "failed", 2),
        ("b", "running", 3),
    ]
    state = JobState("352")
    state.merge_snapshot(snapshot)
    assert state.snapshot() == snapshot
    assert +state.nodes == {"failed": 1, "running": 1}


def test_unknown_event_types_are_counted_and_change_no_state() -> None:
    state = job_of(event(1), event(2, "node_pondering"), event(3, "job_pondering", None), event(4, "", None))
    assert (+state.nodes, state.events, state.is_over) == ({"running": 1}, 4, False)


@pytest.mark.parametrize("kind", ["job_finished", "job_aborted"])
def test_a_job_event_is_an_end(kind: str) -> None:
    assert job_of(event(1), event(2, kind, None)).reported_over


def test_stopping_is_no_end() -> None:
    assert not job_of(event(1), event(2, "job_stopping", None)).is_over


@pytest.mark.parametrize(("word", "over"), [("running", False), ("stopping", False), ("", False), ("paused", False),
                                            ("stopped", True), ("finished", True), ("failed", True)])  # fmt: skip
def test_a_record_says_over_in_three_words(word: str, over: bool) -> None:
    assert job_of(record=record(word)).reported_over is over


def test_the_nodes_are_over_when_all_that_the_record_counts_are() -> None:
    finished = event(1, "node_finished")
    assert job_of(finished, record=record("running", 1)).nodes_over
    assert not job_of(finished, record=record("running", 2)).nodes_over
    assert not job_of(finished, record=record("running")).nodes_over
    assert not job_of(finished).nodes_over
    assert not job_of(finished, event(2, node="b"), record=record("running", 1)).nodes_over
    assert not job_of().nodes_over


@each(
    ("kinds", "recorded", "word", "status"),
    [
        (["node_finished", "job_finished"], None, "finished", 0),
        (["node_finished", "job_finished"], "finished", "finished", 0),
        (["node_failed", "job_finished"], "failed", "failed", 1),
        (["node_failed", "job_finished"], None, "finished", 1),
        (["node_errored"], "finished", "finished", 1),
        (["node_skipped"], "finished", "finished", 0),
        (["node_finished"], "failed", "failed", 1),
        (["node_finished", "job_aborted"], None, "aborted", 3),
        (["node_failed", "job_aborted"], "failed", "aborted", 3),
        (["node_failed", "job_aborted", "job_finished"], "failed", "aborted", 3),
        (["job_finished", "job_aborted"], "stopped", "aborted", 3),
        (["job_aborted"], "finished", "finished", 0),
        (["job_stopping", "job_finished"], None, "stopped", 3),
        (["job_stopping", "job_finished"], "stopped", "stopped", 3),
        (["job_stopping", "job_finished"], "finished", "finished", 0),
        (["job_stopping", "job_finished"], "failed", "failed", 1),
        ([], "stopped", "stopped", 3),
    ],
)
def test_the_outcome_and_its_exit_status(kinds: list[str], recorded: str | None, word: str, status: int) -> None:
    events = [event(at, kind, "a" if kind.startswith("node") else None) for at, kind in enumerate(kinds, 1)]
    outcome = job_of(*events, record=record(recorded) if recorded else None).outcome()
    assert outcome
    assert (outcome.word, outcome.exit_status(USUAL)) == (word, status)


def test_the_record_of_a_job_that_is_over_knows_its_nodes_best() -> None:
    events = [event(1), event(2, "job_finished", None)]
    outcome = job_of(*events, record=record("failed", 2, failed=2)).outcome()
    assert outcome
    assert outcome.nodes == {"failed": 2}


def test_how_a_node_fared_that_seems_to_run_is_told_by_the_record_of_a_job_that_is_over_or_by_nobody() -> None:
    events = [event(1), event(2, "job_finished", None)]
    assert job_of(*events, record=record("running", 2, failed=2)).outcome() is None
    assert job_of(*events).outcome() is None
    assert job_of(*events, record=record("finished", 1)).outcome() is not None


@each(
    "events", [[], [event(1)], [event(1, "node_finished")], [event(1, "node_finished"), event(2, "node_failed", "b")]]
)
@each("recorded", [None, record("running", 2), record("running", 100), record(""), record("new")])
def test_only_an_event_of_the_job_its_record_or_all_its_nodes_make_it_over(
    events: list[Event], recorded: JobRecord | None
) -> None:
    state = job_of(*events, record=recorded)
    whole = recorded is not None and recorded.node_count == len(events)
    assert state.is_over is whole
    assert (state.outcome() is not None) is whole


def test_joined_in_the_middle_without_a_snapshot_only_the_record_s_counts_tell_who_failed() -> None:
    state = JobState("352", whole=False)
    state.apply(event(9, "node_finished"))
    state.record = record("finished", 2)
    assert state.outcome() is None
    state.record = record("finished", 2, finished=1, failed=1)
    outcome = state.outcome()
    assert outcome
    assert outcome.exit_status(USUAL) == 1
    state.record = record("finished", 2)
    state.merge_snapshot([])
    assert state.outcome() is not None


def test_the_duration_is_the_records_or_that_of_the_events() -> None:
    begin, end = datetime(2016, 5, 5, tzinfo=UTC), datetime(2016, 5, 5, 1, tzinfo=UTC)
    recorded = JobRecord("finished", 1, {}, begin, end)
    events = event(1), event(3, "node_finished"), event(4, "job_finished", None)
    assert seconds_of(job_of(*events, record=recorded)) == 3600
    assert seconds_of(job_of(*events)) == 30
    assert seconds_of(job_of(record=record("finished"))) is None
    assert seconds_of(job_of(record=JobRecord("finished", started_at=begin))) is None


def seconds_of(state: JobState) -> float | None:
    outcome = state.outcome()
    assert outcome
    return outcome.seconds


def test_of_a_job_whose_first_events_were_not_asked_for_no_duration_is_made_up() -> None:
    state = JobState("352", whole=False)
    for one in (event(7), event(9, "node_finished"), event(10, "job_finished", None)):
        state.apply(one)
    state.merge_snapshot([])
    assert seconds_of(state) is None


def test_what_comes_behind_a_higher_id_is_late_and_moves_nothing_back() -> None:
    state = job_of(event(2), event(5), event(5), event(3, node="b"), event(6), event(4, node="b"))
    assert (state.late, state.last_id) == (2, 6)
    assert (job_of(event(1)).last_id, job_of(event(2), event(1)).late) == (1, 1)


BOTH = [event(1), event(2, "node_finished"), event(3, node="b"), event(4, "node_failed", "b")]


@pytest.mark.parametrize(
    ("recorded", "matches"),
    [
        (None, True),
        (record("running", 2, running=2), True),
        (record("failed", 2), True),
        (record("failed", 2, finished=1, failed=1), True),
        (record("failed", 2, finished=2), False),
        (record("failed", 3, finished=2, failed=1), False),
        (record("stopped", 3, finished=1, failed=1, new=1), True),
    ],
)
def test_a_record_of_a_job_that_is_over_matches_its_events_if_it_counts_nodes_as_they_do(
    recorded: JobRecord | None, *, matches: bool
) -> None:
    assert job_of(*BOTH, record=recorded).matches_record is matches


@pytest.mark.parametrize(("recorded", "total"), [(None, 2), (record("running"), 2), (record("running", 5), 5)])
def test_a_job_has_as_many_nodes_as_its_record_says_or_as_were_seen(recorded: JobRecord | None, total: int) -> None:
    assert job_of(*BOTH, record=recorded).total == total


def test_a_job_of_which_nothing_is_known_has_no_nodes() -> None:
    assert job_of(record=record("running")).total == 0


@pytest.mark.parametrize(
    ("recorded", "counted", "differ"),
    [
        (None, False, False),
        (record("running", 2), False, False),
        (record("running", 3, finished=1, failed=1, new=1), True, False),
        (record("running", 2, finished=1, running=1), True, True),
    ],
)
def test_a_record_of_a_job_that_goes_on_may_count_otherwise_than_the_events(
    recorded: JobRecord | None, *, counted: bool, differ: bool
) -> None:
    state = job_of(*BOTH, record=recorded)
    assert (state.is_counted, state.counts_differ) == (counted, differ)


def test_a_node_that_never_began_is_no_contradiction() -> None:
    state = job_of(*BOTH, record=record("stopped", 3, finished=1, failed=1))
    state.merge_snapshot([NodeRecord("c", "new", 0)])
    assert state.matches_record


@each(
    ("events", "recorded", "complete"),
    [
        (BOTH, record("failed", 2, finished=1, failed=1), True),
        (BOTH, record("failed", 2), True),
        (BOTH, record("running", 2), True),
        (BOTH, record("running", 3), False),
        (BOTH, None, False),
        (BOTH, record("failed", 3), False),
        (BOTH, record("failed", 2, finished=2), False),
        (BOTH, record("failed", 3, finished=2, failed=1), False),
        ([*BOTH, event(5, "job_stopping", None)], record("stopped", 3, finished=1, failed=1, new=1), True),
        (BOTH[1:], record("failed", 2, finished=1, failed=1), False),
        ([event(1, "node_skipped")], record("finished", 1, skipped=1), True),
        ([event(1, "node_errored")], record("failed", 1, errored=1), False),
        (BOTH, record("stopped", 2, finished=1, failed=1), False),
        ([*BOTH, event(5, "job_stopping", None)], record("stopped", 2, finished=1, failed=1), True),
    ],
)
def test_no_event_is_missing_if_each_node_began_and_ended_as_the_record_counts_it(
    events: list[Event], recorded: JobRecord | None, *, complete: bool
) -> None:
    assert job_of(*events, record=recorded).complete is complete


def test_while_an_event_that_is_known_to_exist_was_not_applied_one_is_missing() -> None:
    state = job_of(*BOTH[:3], record=record("failed", 2, finished=1, failed=1))
    state.merge_snapshot([NodeRecord("b", "failed", 4)])
    state.expect([4])
    assert not state.complete
    state.apply(BOTH[3])
    assert state.complete


def test_joined_in_the_middle_nobody_knows_which_nodes_began() -> None:
    state = JobState("352", whole=False)
    state.apply(BOTH[1])
    state.record = record("finished", 1, finished=1)
    assert state.complete
    state.begin_anew()
    assert not state.complete


def test_what_is_known_of_a_job_before_its_first_event() -> None:
    state = JobState("352")
    assert (state.job, state.events, state.last_id, state.late, state.ended_by) == ("352", 0, None, 0, None)
    assert (state.began_at, state.last_at, state.total, state.over) == (None, None, 0, 0)
    assert (state.has_record, state.seen_over, state.running, state.ended) == (False, False, {}, [])


def test_events_that_are_only_counted_tell_when_the_job_began_and_how_far_it_is() -> None:
    state = JobState("352")
    state.count([])
    state.count([event_from({"type": "node_running"})])
    assert (state.last_id, state.events) == (None, 1)
    state = JobState("352")
    state.count([event(5, timestamp="")])
    assert (state.began_at, state.last_id, state.events) == (None, 5, 1)
    state.count([event(7), event(9)])
    state.count([event(8)])
    state.count([event_from({"type": "node_running"})])
    assert (state.began_at, state.last_id, state.events) == (event(7).at, 9, 5)
    assert state.total == 0


def test_an_event_without_an_id_is_never_late() -> None:
    without_id = event_from({"type": "node_running", "details": {"node": "b"}})
    state = job_of(without_id)
    assert (state.last_id, state.late) == (None, 0)
    state = job_of(event(5), without_id)
    assert (state.last_id, state.late, state.events, +state.nodes) == (5, 0, 2, {"running": 2})


def test_the_first_and_the_last_event_with_a_timestamp_tell_the_time() -> None:
    state = job_of(event(1, timestamp=""), event(2), event(3), event(4, timestamp=""))
    assert (state.began_at, state.last_at) == (event(2).at, event(3).at)


@pytest.mark.parametrize("whole", [True, False])
def test_when_a_job_began_whose_first_events_were_not_read_its_record_says(*, whole: bool) -> None:
    begin = datetime(2016, 5, 5, tzinfo=UTC)
    state = JobState("352", whole=whole)
    state.apply(event(7))
    assert state.began_at == event(7).at
    state.record = JobRecord("running", started_at=begin)
    assert state.began_at == (event(7).at if whole else begin)
    state.begin_anew()
    assert state.began_at == event(7).at


def test_nodes_are_told_apart_by_whether_they_run_or_ended() -> None:
    state = job_of(*BOTH, event(5, node="c"), event(6, "node_skipped", "d"))
    assert list(state.running) == ["c"]
    assert [run.name for run in state.ended] == ["a", "b", "d"]
    assert not state.seen_over
    state.apply(event(7, "node_finished", "c"))
    assert state.seen_over
    assert job_of(event(1, "node_finished")).seen_over


def test_a_record_without_a_state_is_none() -> None:
    assert not job_of(record=record("")).has_record
    assert job_of(record=record("new")).has_record


def test_a_node_without_a_state_is_in_no_snapshot() -> None:
    state = JobState("352")
    state.merge_snapshot([NodeRecord("a", "", 0)])
    assert state.snapshot() == []


def test_only_states_that_nodes_are_in_are_told() -> None:
    outcome = job_of(*BOTH, event(9, "job_finished", None)).outcome()
    assert outcome == Outcome("finished", {"finished": 1, "failed": 1}, 80, 0)
    assert Outcome("finished", {}, None).late == 0


def test_an_aborted_job_s_nodes_are_told_as_they_were_left() -> None:
    outcome = job_of(event(1), *BOTH[2:], event(9, "job_aborted", None)).outcome()
    assert outcome
    assert (outcome.word, outcome.nodes) == ("aborted", {"running": 1, "failed": 1})


def test_how_a_job_ended_by_its_events_alone() -> None:
    assert job_of(event(1, "job_aborted", None), record=record("finished")).word == "aborted"
    assert job_of(event(1, "job_stopping", None), record=record("finished")).word == "stopped"


@pytest.mark.parametrize(
    ("job_record", "lacks"),
    [
        (None, False),
        (record("running", 2), False),
        (record("running", 3), True),
        (record("stopped", 2, finished=1, running=1), False),
        (record("stopped", 2, finished=1, skipped=1), True),
        (record("stopped", 2), True),
        (record("running", 2, finished=2), False),
    ],
)
def test_a_record_can_know_more_of_the_nodes_than_the_events_told(job_record: JobRecord | None, lacks: bool) -> None:
    state = job_of(event(1), event(2, "node_finished", "b"), record=job_record)
    assert state.lacks_nodes is lacks


def test_a_snapshot_completes_the_nodes_and_spoils_none_that_agrees() -> None:
    state = job_of(event(1), event(2, "node_failed", "b", detail={"_error": "disk full"}))
    state.complete_nodes([NodeRecord("a", "errored", 0), NodeRecord("b", "failed", 2), NodeRecord("c", "new", 0)])
    assert {name: (run.state, run.cause) for name, run in state.runs.items()} == {
        "a": ("errored", ""), "b": ("failed", "disk full"), "c": ("new", ""),
    }  # fmt: skip
