"""A replay, on a fake clock: what was recorded happens again, and ends as it did."""

import math
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orch_events.errors import LocalFileError
from orch_events.follow.scheduler import interleave
from orch_events.job.updates import FollowFailed, JobEnded, OutcomeUnknown, Update
from orch_events.recording import Replay
from orch_events.wire.event import Event, PageEnd
from orch_events.wire.records import JobRecord
from tests.build import FINISHED, event, record, record_from
from tests.fakes import FakeClock
from tests.follow.following import ending, follow, follower, shown
from tests.recording.written import json_lines, recording
from tests.table import each

JOB = [event(10), event(12, node="b"), event(13, "node_finished"), event(17, "node_failed", "b"), FINISHED]


class EventRecording:
    """Events in runs of two; counts how many were read."""

    name = "x.jsonl"
    arriving = False

    def __init__(self, events: Sequence[Event], record: JobRecord | None = None, number: str | None = None) -> None:
        self._events = events
        self._record = record
        self._number = number
        self.read = 0

    def events(self, job: str) -> Iterator[Sequence[Event]]:
        for at in range(0, len(self._events), 2):
            run = self._events[at : at + 2]
            self.read += len(run)
            yield run

    def record(self, job: str) -> JobRecord | None:
        return self._record

    def number(self, job: str) -> str | None:
        return self._number


def fetch(replay: Replay, start: int | None = None) -> list[int | None]:
    """Return the ids on the next page."""
    *runs, end = replay.fetch("352", start)
    assert end == PageEnd(None)
    return [one.id for run in runs if isinstance(run, Sequence) for one in run]


def state(replay: Replay) -> str:
    (record,) = replay.record("352")
    assert (record.started_at, record.finished_at) == (None, None)
    assert record.over is bool(record.node_states)
    return record.state


def once(events: Sequence[Event], *, start: int | None = None) -> list[Update]:
    clock = FakeClock()
    replay = Replay(EventRecording(events), clock)
    return list(interleave([follower("352", replay, clock, start=start).once(outcome=True)], clock))


def test_at_once_everything_is_on_the_first_page_and_nothing_on_the_next() -> None:
    replay = Replay(EventRecording(JOB), FakeClock())
    assert state(replay) == "running"
    assert fetch(replay) == [10, 12, 13, 17, 18]
    assert state(replay) == ""
    assert fetch(replay, 19) == []


def test_in_time_each_event_is_there_as_long_after_the_first_as_it_was_recorded() -> None:
    clock = FakeClock()
    clock.sleep(100)
    replay = Replay(EventRecording(JOB), clock, speed=10)  # recorded at 0, 20, 30, 70 and 80 seconds
    assert fetch(replay) == [10]
    clock.sleep(2)
    assert fetch(replay, 11) == [12]
    clock.sleep(4.5)
    assert fetch(replay, 13) == [13]
    assert fetch(replay, 14) == []
    assert state(replay) == "running"
    clock.sleep(0.5)
    assert fetch(replay, 14) == [17]
    assert state(replay) == "running"
    clock.sleep(60)
    assert fetch(replay, 18) == [18]
    assert state(replay) == ""
    assert fetch(replay, 19) == []


def test_what_was_shown_is_not_read_again_at_each_poll() -> None:
    clock = FakeClock()
    recorded = EventRecording([event(number) for number in range(1500)])
    replay = Replay(recorded, clock, speed=10)
    fetch(replay)
    for number in range(1, 1000):
        clock.sleep(1)
        assert fetch(replay, number) == [number]
    assert recorded.read <= 1002


def test_events_that_were_shown_can_be_asked_for_again() -> None:
    clock = FakeClock()
    replay = Replay(EventRecording(JOB), clock, speed=10)
    clock.sleep(9)
    fetch(replay)
    clock.sleep(3)
    assert fetch(replay, 11) == [12, 13]
    assert fetch(replay) == [10, 12, 13]
    assert fetch(replay, 12) == [12, 13]
    clock.sleep(60)
    assert fetch(replay, 14) == [17, 18]


def test_a_timestamp_that_cant_be_read_or_runs_backwards_comes_with_the_event_before_it() -> None:
    clock = FakeClock()
    events = [
        event(1, timestamp="soon"),
        event(2, timestamp="2016-05-05T19:50:00Z"),
        event(3, timestamp="2016-05-05T19:50:20Z"),
        event(4, timestamp="2016-05-05T19:49:00Z"),
        event(5, timestamp=""),
        event(6, timestamp="2016-05-05T19:50:21Z"),
        event(7, timestamp="2016-05-05T21:50:21+02:00"),
        event(8, timestamp="2016-05-05T19:50:22"),
    ]
    replay = Replay(EventRecording(events), clock, speed=1)
    assert fetch(replay) == [1, 2]
    clock.sleep(20)
    assert fetch(replay, 3) == [3, 4, 5]
    clock.sleep(1)
    assert fetch(replay, 6) == [6, 7]
    clock.sleep(1)
    assert fetch(replay, 8) == [8]


def nodes(replay: Replay) -> list[tuple[str, str, int]]:
    (snapshot,) = replay.nodes("352")
    return [(node.name, node.state, node.latest_event_id) for node in snapshot]


def test_with_a_start_time_begins_at_the_first_event_that_is_wanted() -> None:
    clock = FakeClock()
    replay = Replay(EventRecording(JOB), clock, speed=1)
    assert fetch(replay, 13) == [13]
    assert nodes(replay) == [("a", "finished", 13), ("b", "running", 12)]
    clock.sleep(40)
    assert fetch(replay, 14) == [17]
    assert nodes(replay) == [("a", "finished", 13), ("b", "failed", 17)]


@pytest.mark.parametrize("speed", [math.inf, 3.0])
def test_follow_with_a_start_knows_the_nodes_of_the_events_before_it(speed: float) -> None:
    clock = FakeClock()
    updates = follow(Replay(EventRecording(JOB), clock, speed), clock, start=17)
    assert shown(updates) == [17, 18]
    assert ending(updates).outcome.nodes == {"finished": 1, "failed": 1}


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        (["node_finished", "job_finished"], "finished"),
        (["node_failed", "job_finished"], "finished"),
        (["job_aborted"], "aborted"),
        (["job_stopping", "job_aborted", "job_finished"], "aborted"),
        (["job_stopping", "node_failed", "job_finished"], "stopped"),
        (["node_finished"], None),
        (["node_errored"], None),
    ],
)
def test_without_a_record_only_an_event_of_the_job_tells_how_it_ended(kinds: list[str], expected: str | None) -> None:
    events = [event(1)] + [event(2 + at, kind, None if "job" in kind else "a") for at, kind in enumerate(kinds)]
    clock = FakeClock()
    last = follow(Replay(EventRecording(events), clock), clock)[-1]
    assert (last.outcome.word if isinstance(last, JobEnded) else None) == expected
    assert isinstance(last, JobEnded | OutcomeUnknown)
    assert not last.state.has_record


def whole(record: JobRecord | None, *events: Event) -> Replay:
    """A replay of which every event was read."""
    replay = Replay(EventRecording(events, record), FakeClock())
    fetch(replay)
    return replay


@each("word", ["finished", "failed", "stopped"])
@each("events", [[], JOB[:3], JOB])
def test_a_recorded_record_of_a_job_that_is_over_is_the_record(word: str, events: list[Event]) -> None:
    recorded = record_from(name="352", state=word, node_count=9, node_states={"finished": 9})
    replay = Replay(EventRecording(events, recorded), FakeClock())
    assert state(replay) == "running"
    fetch(replay)
    assert list(replay.record("352")) == [recorded]


@pytest.mark.parametrize("events", [JOB, JOB[:4], JOB[:3], [event(1), event(2, "job_aborted", None)]])
def test_a_recorded_record_of_a_job_that_was_running_tells_only_how_many_nodes_it_has(events: list[Event]) -> None:
    assert list(whole(record("running", 2, running=2), *events).record("352")) == [JobRecord("", 2)]


def test_where_the_record_counts_the_nodes_the_end_of_each_is_the_end_of_the_job() -> None:
    clock = FakeClock()
    updates = follow(Replay(EventRecording(JOB[:4], record("running", 2, running=2)), clock), clock)
    assert ending(updates).outcome.nodes == {"finished": 1, "failed": 1}


def test_a_recording_that_ends_early_knows_how_many_nodes_there_are_but_not_how_they_fare() -> None:
    (told,) = whole(record("running", 9, running=9), *JOB[:2]).record("352")
    assert told == JobRecord("", 9)


@pytest.mark.parametrize(
    ("number", "hint"),
    [
        ("352", "the rest is on the server: orch-events follow 352 --start 14"),
        ("plan:9", "the rest is on the server: orch-events follow plan:9 --start 14"),
        (None, "orch-events list shows the events it contains"),
    ],
)
def test_a_recording_that_ends_early_names_the_job_itself(number: str | None, hint: str) -> None:
    replay = Replay(EventRecording(JOB[:3], None, number), FakeClock())
    fetch(replay)
    with pytest.raises(LocalFileError) as raised:
        fetch(replay, 14)
    assert raised.value.hint == hint


@pytest.mark.parametrize("speed", [math.inf, 1.0, 30.0])
def test_follow_ends_when_the_recorded_job_did_and_not_before(speed: float) -> None:
    clock = FakeClock()
    early = [event(1, "node_finished"), event(40, node="b"), event(41, "node_finished", "b")]
    updates = follow(Replay(EventRecording(early), clock, speed), clock)
    assert shown(updates) == [1, 40, 41]
    assert isinstance(updates[-1], OutcomeUnknown)
    assert 400 / speed <= clock.monotonic() <= 400 / speed + 20


@pytest.mark.parametrize("speed", [math.inf, 30.0])
@pytest.mark.parametrize("events", [JOB[:4], [event(1), event(2, "node_finished"), event(3, node="b")], []])
def test_follow_fails_where_the_recording_ends_before_the_job(events: list[Event], speed: float) -> None:
    clock = FakeClock()
    unfinished = [one for one in events if one.id != 17]
    updates = follow(Replay(EventRecording(unfinished), clock, speed), clock)
    assert shown(updates) == [one.id for one in unfinished]
    last = updates[-1]
    assert isinstance(last, FollowFailed)
    assert isinstance(last.error, LocalFileError)
    assert last.error.message == "x.jsonl ends before the job does"


def test_follow_from_beyond_the_end_ends_or_fails_and_never_waits_for_ever() -> None:
    clock = FakeClock()
    assert ending(follow(Replay(EventRecording(JOB), clock), clock, start=1000)).outcome.nodes == {
        "finished": 1,
        "failed": 1,
    }
    assert isinstance(follow(Replay(EventRecording(JOB[:3]), clock), clock, start=1000)[-1], FollowFailed)


def test_what_is_there_can_be_listed_though_the_job_is_not_over() -> None:
    assert shown(once(JOB[:3])) == [10, 12, 13]
    assert not any(isinstance(one, JobEnded | FollowFailed) for one in once(JOB[:3]))
    assert shown(once([])) == []


def test_a_listing_can_have_the_outcome() -> None:
    assert ending(once(JOB)).outcome.word == "finished"
    assert ending(once(JOB, start=17)).outcome.nodes == {"finished": 1, "failed": 1}


@settings(deadline=None)
@given(st.permutations(JOB), st.lists(st.integers(0, 4), max_size=4), st.sampled_from([math.inf, 7.0]))
def test_events_that_were_recorded_twice_or_out_of_order_are_each_shown_once(
    order: list[Event], again: list[int], speed: float
) -> None:
    clock = FakeClock()
    events = [*order, *(order[place] for place in again)]
    followed = follow(Replay(EventRecording(events), clock, speed), clock)
    assert sorted(one or 0 for one in shown(followed)) == [10, 12, 13, 17, 18]
    assert ending(followed).outcome.nodes == {"finished": 1, "failed": 1}
    assert shown(once(events)) == [10, 12, 13, 17, 18]


def test_events_without_ids_are_shown_once() -> None:
    nameless = [Event.read(b'{"type":"node_failed"}'), Event.read(b'{"type":"job_finished"}')]
    clock = FakeClock()
    assert shown(follow(Replay(EventRecording(nameless * 2), clock), clock)) == [None, None]


def test_several_jobs_of_one_recording_are_replayed_each_for_itself() -> None:
    clock = FakeClock()
    content = json_lines(
        [
            b'{"job":"352","id":"1","type":"node_running","details":{"node":"a"}}',
            b'{"job":"353","id":"2","type":"node_running","details":{"node":"a"}}',
            b'{"job":"353","id":"3","type":"node_finished","details":{"node":"a"}}',
            b'{"job":"353","id":"5","type":"job_finished"}',
            b'{"job":"352","id":"4","type":"job_aborted"}',
        ]
    )
    replay = Replay(recording(content), clock)
    updates = list(interleave([follower(job, replay, clock).follow() for job in ("352", "353")], clock))
    ends = {one.state.job: one.outcome.word for one in updates if isinstance(one, JobEnded)}
    assert ends == {"352": "aborted", "353": "finished"}
    assert sorted(one or 0 for one in shown(updates)) == [1, 2, 3, 4, 5]
