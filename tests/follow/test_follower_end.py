"""The end of a job: nothing of it is lost, and what is not known is no outcome."""

from collections.abc import Callable

import pytest

from orch_events.job.updates import JobEnded, Notice, OutcomeUnknown, TimedOut
from orch_events.wire.event import Event
from orch_events.wire.records import JobRecord, NodeRecord
from tests.build import FINISHED, STORY, Story, event, record, running_until
from tests.fakes import FakeClock, ScriptedSource
from tests.follow.following import ending, follow, shown
from tests.table import each


@each(
    ("last", "its_record", "latest"),
    [
        (FINISHED, running_until(9.5, "finished"), 14),  # everything agrees
        (FINISHED, lambda _: record("running"), 27),  # the record is late
        (event(18, "job_aborted", None), lambda _: record("running"), 27),
        (FINISHED, lambda _: None, 27),  # nobody knows how many nodes there are
        (None, running_until(9.5, "finished"), 17),  # a server of 2016
        (None, running_until(9.5, "stopped"), 27),  # where is job_stopping?
        (None, running_until(9.5, "failed", nodes=None), 27),
        (None, lambda _: record("running", 2), 27),  # a whole set of nodes
    ],
)
def test_each_sign_alone_is_an_end(
    last: Event | None, its_record: Callable[[float], JobRecord | None], latest: float
) -> None:
    clock = FakeClock()
    updates = follow(ScriptedSource(clock, [*STORY, *([(9.2, last)] if last else [])], its_record), clock)
    assert shown(updates) == [10, 12, 13, 17, *([18] if last else [])]
    ending(updates)
    assert 9 < clock.monotonic() <= latest


@pytest.mark.parametrize("state", [None, ""])
def test_without_a_record_or_an_event_of_the_job_the_outcome_is_unknown(state: str | None) -> None:
    clock = FakeClock()
    updates = follow(ScriptedSource(clock, STORY, lambda _: None if state is None else record(state)), clock)
    assert shown(updates) == [10, 12, 13, 17]
    assert isinstance(updates[-1], OutcomeUnknown)
    assert 24 <= clock.monotonic() <= 33


@pytest.mark.parametrize("last", [17, 18])
def test_of_a_job_that_is_over_the_last_event_may_become_visible_a_moment_later(last: int) -> None:
    clock = FakeClock()
    story = [(1.0 if one.id == last else 0.0, one) for _, one in [*STORY, (0, FINISHED)]]
    updates = follow(ScriptedSource(clock, story, lambda _: record("finished", 2)), clock)
    assert sorted(number or 0 for number in shown(updates)) == [10, 12, 13, 17, 18]
    assert ending(updates).outcome.exit_status({"failed"}) == 1


@pytest.mark.parametrize("known", [running_until(9, nodes=2), lambda _: None], ids=["node_states null", "no record"])
def test_an_id_given_out_early_and_committed_late_is_shown(known: Callable[[float], JobRecord | None]) -> None:
    clock = FakeClock()
    story = [*STORY[:3], (9.0, FINISHED), (10.5, STORY[3][1])]
    updates = follow(ScriptedSource(clock, story, known), clock)
    assert shown(updates) == [10, 12, 13, 18, 17]
    assert ending(updates).outcome.exit_status({"failed"}) == 1


def test_job_finished_may_be_seconds_ahead_of_the_last_node() -> None:
    clock = FakeClock()
    story = [*STORY[:3], (5.0, event(14, "job_finished", None)), (12.0, STORY[3][1])]
    updates = follow(ScriptedSource(clock, story, lambda _: record("running", 2)), clock)
    assert shown(updates) == [10, 12, 13, 14, 17]
    assert ending(updates).outcome.nodes == {"finished": 1, "failed": 1}


def test_without_a_record_a_second_node_may_come_behind_job_finished() -> None:
    clock = FakeClock()
    story: Story = [(0, event(10)), (2, event(11, "node_finished")), (2, event(12, "job_finished", None)),
                    (3.2, event(13, "node_failed", "b"))]  # fmt: skip
    updates = follow(ScriptedSource(clock, story), clock)
    assert shown(updates) == [10, 11, 12, 13]
    assert ending(updates).outcome.exit_status({"failed"}) == 1


@pytest.mark.parametrize("late", [1.5, 2.5, 10.0])
def test_a_stopped_job_that_is_resumed_behind_job_stopping_waits_for_its_record(late: float) -> None:
    clock = FakeClock()
    story: Story = [(0, event(10)), (1, event(11, "job_stopping", None)), (2, event(12, "node_finished")),
                    (2, event(13, "job_finished", None))]  # fmt: skip

    def its_record(now: float) -> JobRecord:
        return record("stopped" if now >= 2 + late else "stopping", 1)

    source = ScriptedSource(clock, story, its_record, [NodeRecord("a", "running", 10)])
    updates = follow(source, clock, start=12)
    assert shown(updates) == [12, 13]
    assert ending(updates).outcome.word == "stopped"


def test_a_record_that_fails_while_a_job_runs_does_not_make_it_over() -> None:
    clock = FakeClock()
    story: Story = [(0, event(10)), (1, event(11, "node_finished")), (60, event(12, "node_failed", "b")),
                    (60, event(13, "job_finished", None))]  # fmt: skip
    updates = follow(ScriptedSource(clock, story, lambda now: record("running", 100) if now < 1 else None), clock)
    assert shown(updates) == [10, 11, 12, 13]


def test_joined_in_the_middle_without_a_snapshot_nobody_is_said_to_have_finished() -> None:
    clock = FakeClock()
    updates = follow(ScriptedSource(clock, [*STORY, (9.5, FINISHED)], running_until(9.5)), clock, start=13)
    assert shown(updates) == [13, 17, 18]
    assert isinstance(updates[-1], OutcomeUnknown)


def test_how_a_node_fared_that_still_seems_to_run_when_the_job_is_over_is_unknown() -> None:
    clock = FakeClock()
    source = ScriptedSource(clock, [(0, event(10)), (1, FINISHED)], lambda _: record("running", 1))
    assert isinstance(follow(source, clock)[-1], OutcomeUnknown)


@pytest.mark.parametrize(("blocks", "complete"), [(128, True), (200, False)])
def test_events_that_must_be_left_out_are_told_and_leave_no_outcome(
    blocks: int, *, complete: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orch_events.follow.seen_ids._FEW", 100)
    clock = FakeClock()
    story: Story = [(0.0, event(number << 16, "node_finished", f"n{number}")) for number in range(blocks, 0, -1)]
    source = ScriptedSource(clock, story, lambda _: record("finished", blocks))
    updates = follow(source, clock)
    told = [one.message for one in updates if isinstance(one, Notice)]
    assert (len(shown(updates)) == blocks) is complete
    assert any("events of job 352 were left out" in message for message in told) is not complete
    assert isinstance(updates[-1], JobEnded if complete else OutcomeUnknown)


NO_END: Story = [(0, event(10)), (0, event(11, "node_running", "b")), (2, event(13, "node_finished", "b"))]


@pytest.mark.parametrize("late", [1, 5, 14])
def test_without_a_record_a_late_end_of_a_node_is_found_and_ends_the_following(late: float) -> None:
    clock = FakeClock()
    updates = follow(ScriptedSource(clock, [*NO_END, (2 + late, event(12, "node_finished"))]), clock)
    assert shown(updates) == [10, 11, 13, 12]
    assert isinstance(updates[-1], OutcomeUnknown)
    assert clock.monotonic() < 35


def test_without_a_record_a_node_that_seems_to_run_is_waited_for_and_that_is_said_once() -> None:
    clock = FakeClock()
    updates = follow(ScriptedSource(clock, [*NO_END, (900, event(14))]), clock, timeout=2000)
    assert isinstance(updates[-1], TimedOut)
    (notice,) = (one.message for one in updates if isinstance(one, Notice))
    assert notice.startswith("the record of job 352 is unavailable (no record of 352); following goes on until ")
