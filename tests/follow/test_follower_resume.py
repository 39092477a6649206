"""Following from the middle, after a restart, and reading once."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import pytest

from orch_events.errors import Unreachable
from orch_events.follow.cursor import Resume
from orch_events.follow.follower import Follower
from orch_events.follow.retry import RetryPolicy
from orch_events.follow.scheduler import interleave
from orch_events.job.updates import JobEnded, NewEvents, Notice, OutcomeUnknown, Update
from orch_events.wire.event import Event
from orch_events.wire.records import JobRecord, NodeRecord
from tests.build import FINISHED, STORY, event, record
from tests.fakes import FakeClock, ScriptedSource
from tests.follow.following import POLICY, ending, follower, shown

OVER = [(0.0, one) for _, one in [*STORY, (0.0, FINISHED)]]
NODES = [NodeRecord("a", "finished", 13), NodeRecord("b", "failed", 17)]
COUNTED = record("failed", 2, finished=1, failed=1)


def resumed(source: ScriptedSource, clock: FakeClock, resume: Resume) -> tuple[Follower, list[Update]]:
    one = Follower("352", source, clock, POLICY, resume=resume)
    return one, list(interleave([one.follow()], clock, 1000))


def once(source: ScriptedSource, clock: FakeClock, *, outcome: bool = True, **options: bool) -> list[Update]:
    return list(
        interleave([follower("352", source, clock, policy=RetryPolicy()).once(outcome=outcome, **options)], clock)
    )


def test_before_anything_was_asked_nothing_is_known() -> None:
    clock = FakeClock()
    one = follower("352", ScriptedSource(clock, []), clock)
    assert (one.next_start, one.resume, one.resume_version, one.had_contact) == (None, None, 0, False)
    assert (one.last_answer_at, one.last_event_at, one.unanswered_request_at) == (None, None, None)


def test_what_was_asked_and_answered_is_known() -> None:
    clock = FakeClock()
    clock.sleep(100)
    one = follower("352", ScriptedSource(clock, STORY[:2], lambda _: record("running", 2)), clock)
    list(interleave([one.follow()], clock, 10))
    assert (one.next_start, one.resume_version, one.had_contact) == (13, 1, True)
    assert one.resume == Resume(13, 0, [10, 12])
    assert (one.last_event_at, one.unanswered_request_at) == (100, None)
    assert one.last_answer_at is not None
    assert one.last_answer_at > 103


@pytest.mark.parametrize(("its_record", "contact"), [(None, False), (record(""), False), (record("running"), True)])
def test_a_record_that_tells_a_state_is_contact(its_record: JobRecord | None, *, contact: bool) -> None:
    class Failing(ScriptedSource):
        """Answers no page of events."""

        def wanted(self, one: Event, start: int | None) -> bool:
            raise Unreachable("gone")

    clock = FakeClock()
    one = follower("352", Failing(clock, STORY, lambda _: its_record), clock, policy=RetryPolicy())
    list(one.follow())
    assert one.had_contact is contact


def test_events_are_contact() -> None:
    clock = FakeClock()
    one = follower("352", ScriptedSource(clock, STORY), clock)
    list(interleave([one.follow()], clock, 1))
    assert one.had_contact


def test_a_server_without_the_event_that_was_shown_last_has_another_history() -> None:
    clock = FakeClock()
    its_record = JobRecord("failed", 2, COUNTED.node_states, datetime(2016, 5, 5, tzinfo=UTC))
    one, updates = resumed(ScriptedSource(clock, OVER, lambda _: its_record), clock, Resume(100, 90, [90, 99]))
    (notice,) = [update for update in updates if isinstance(update, Notice)]
    assert "has no event 99 of job 352" in notice.message
    assert shown(updates) == [10, 12, 13, 17, 18]
    assert one.start is None
    assert one.state.began_at == event(10).at
    assert ending(updates).outcome.exit_status({"failed"}) == 1


@pytest.mark.parametrize("last", [13, 17])
def test_a_server_with_the_event_that_was_shown_last_goes_on(last: int) -> None:
    clock = FakeClock()
    source = ScriptedSource(clock, OVER, lambda _: COUNTED, NODES)
    one, updates = resumed(
        source, clock, Resume(last + 1, 10, [number for number in (10, 12, 13, 17) if number <= last])
    )
    assert not [update for update in updates if isinstance(update, Notice)]
    assert shown(updates) == [number for number in (17, 18) if number > last]
    assert source.asked[:2] == [("352", last), ("352", 10)]
    assert one.start == last + 1


def test_where_nothing_was_shown_nothing_is_checked() -> None:
    clock = FakeClock()
    source = ScriptedSource(clock, OVER, lambda _: COUNTED, NODES)
    _, updates = resumed(source, clock, Resume(13, 13))
    assert shown(updates) == [13, 17, 18]
    assert [start for _, start in source.asked[:1]] == [13]


@pytest.mark.parametrize(
    ("shown_before", "seconds"), [([12, 13, 17, 18], 15), ([18], 3)], ids=["with gaps", "without gaps"]
)
def test_after_a_restart_what_may_become_visible_late_is_waited_for(
    shown_before: Sequence[int], seconds: float
) -> None:
    clock = FakeClock()
    clock.sleep(100)
    source = ScriptedSource(clock, OVER, lambda _: COUNTED, NODES)
    resumed(source, clock, Resume(19, shown_before[0], shown_before))
    assert clock.monotonic() == 100 + seconds


def test_after_a_restart_what_became_visible_late_is_shown_though_nothing_seems_to_be_missing() -> None:
    clock = FakeClock()
    source = ScriptedSource(clock, [*OVER, (10.0, event(14, "node_pondering"))], lambda _: COUNTED, NODES)
    _, updates = resumed(source, clock, Resume(19, 12, [12, 13, 17, 18]))
    assert shown(updates) == [14]


def test_nodes_that_were_seen_late_are_asked_for_again_at_the_end() -> None:
    class Late(ScriptedSource):
        """Knows only after some seconds that a node failed."""

        def nodes(self, job: str) -> Iterator[Sequence[NodeRecord]]:
            yield NODES if self._clock.monotonic() > 5 else [NODES[0], NodeRecord("b", "running", 12)]

    clock = FakeClock()
    updates = list(interleave([follower("352", Late(clock, OVER, lambda _: COUNTED), clock, start=18).follow()], clock))
    assert shown(updates) == [18]
    assert not [update for update in updates if isinstance(update, Notice)]


def test_read_once_a_job_that_is_over_has_ended() -> None:
    clock = FakeClock()
    updates = once(ScriptedSource(clock, OVER, lambda _: COUNTED), clock)
    assert shown(updates) == [10, 12, 13, 17, 18]
    assert ending(updates).outcome.nodes == {"finished": 1, "failed": 1}
    assert clock.slept == []


def test_read_once_a_job_that_goes_on_has_no_end() -> None:
    clock = FakeClock()
    updates = once(ScriptedSource(clock, OVER[:2], lambda _: record("running", 2)), clock)
    assert shown(updates) == [10, 12]
    assert not isinstance(updates[-1], JobEnded | OutcomeUnknown)


def test_read_once_without_a_record_nobody_knows() -> None:
    clock = FakeClock()
    *_, notice, last = once(ScriptedSource(clock, OVER[:2]), clock)
    assert notice == Notice("the record of job 352 is unavailable: no record of 352")
    assert isinstance(last, OutcomeUnknown)


def test_read_once_for_its_events_a_job_is_asked_for_nothing_else() -> None:
    clock = FakeClock()
    one = follower("352", ScriptedSource(clock, OVER), clock, policy=RetryPolicy())
    (*_, last) = updates = list(one.once(outcome=False))
    assert isinstance(last, NewEvents)
    assert shown(updates) == [10, 12, 13, 17, 18]
    assert (one.state.events, one.state.last_id, one.state.total) == (5, 18, 0)


@pytest.mark.parametrize("start", [None, 13])
def test_read_once_from_the_middle_it_is_known_first_when_the_job_began(start: int | None) -> None:
    clock = FakeClock()
    begin = datetime(2016, 5, 5, tzinfo=UTC)
    source = ScriptedSource(clock, OVER, lambda _: JobRecord("failed", 2, started_at=begin), NODES)
    updates = follower("352", source, clock, start=start).once(outcome=True, beginning=True)
    began_at = [update.state.began_at for update in updates if isinstance(update, NewEvents)]
    assert began_at[0] == (begin if start else event(10).at)


def test_from_the_middle_without_a_snapshot_of_the_nodes_a_notice_says_so() -> None:
    clock = FakeClock()
    source = ScriptedSource(clock, OVER, lambda _: COUNTED)
    updates = list(follower("352", source, clock, start=13, policy=RetryPolicy()).once(outcome=True))
    assert Notice("the node states before --start are unknown: no nodes of 352") in updates


def test_from_the_middle_an_event_that_the_nodes_know_already_is_waited_for() -> None:
    clock = FakeClock()
    story = [*OVER[:3], (10.0, OVER[3][1]), (0.0, FINISHED)]
    source = ScriptedSource(clock, story, lambda _: COUNTED, NODES)
    updates = list(interleave([follower("352", source, clock, start=13).follow()], clock, 1000))
    assert shown(updates) == [13, 18, 17]


@pytest.mark.parametrize(
    ("end", "its_record"),
    [(FINISHED, record("finished", 2, finished=1, failed=1)), (event(18, "job_aborted", None), COUNTED)],
)
def test_from_the_middle_what_was_before_is_not_read_where_the_outcome_is_known(
    end: Event, its_record: JobRecord
) -> None:
    clock = FakeClock()
    source = ScriptedSource(clock, [*OVER[:4], (0.0, end)], lambda _: its_record, NODES)
    list(interleave([follower("352", source, clock, start=13).follow()], clock, 1000))
    assert ("352", None) not in source.asked


@pytest.mark.parametrize("its_record", [None, record("running", 2)])
def test_from_the_middle_that_a_job_was_stopped_is_read_in_what_was_before(its_record: JobRecord | None) -> None:
    clock = FakeClock()
    story = [(0.0, event(11, "job_stopping", None)), *OVER]
    source = ScriptedSource(clock, story, lambda _: its_record, NODES)
    updates = list(interleave([follower("352", source, clock, start=13).follow()], clock, 1000))
    assert shown(updates) == [13, 17, 18]
    assert ending(updates).outcome.word == "stopped"


@pytest.mark.parametrize(
    ("start", "beginning", "requests"), [(None, True, 0), (13, True, 1), (13, False, 0), (None, False, 0)]
)
def test_read_once_for_its_events_a_record_is_asked_for_only_where_the_beginning_is_wanted_and_not_in_them(
    start: int | None, requests: int, *, beginning: bool
) -> None:
    clock = FakeClock()
    asked = list[float]()

    def its_record(now: float) -> JobRecord:
        asked.append(now)
        return COUNTED

    source = ScriptedSource(clock, OVER, its_record)
    list(follower("352", source, clock, start=start).once(outcome=False, beginning=beginning))
    assert len(asked) == requests
