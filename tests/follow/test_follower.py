"""Following, on a fake clock: each event once, in order, until the job is over."""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.errors import Unreachable
from orch_events.follow.retry import RetryPolicy
from orch_events.follow.scheduler import interleave
from orch_events.job.updates import FollowFailed, JobEnded, Notice, Pause, TimedOut
from orch_events.wire.event import Event
from orch_events.wire.records import JobRecord, NodeRecord
from tests.build import FINISHED, STORY, Story, event, record, running_until
from tests.fakes import FakeClock, ScriptedSource
from tests.follow.following import ending, follow, follower, shown


def test_a_job_is_followed_from_its_first_event_to_job_finished() -> None:
    clock = FakeClock()
    source = ScriptedSource(clock, [*STORY, (9.5, FINISHED)], running_until(10))
    updates = follow(source, clock)
    assert shown(updates) == [10, 12, 13, 17, 18]
    assert ending(updates).outcome.nodes == {"finished": 1, "failed": 1}
    assert clock.monotonic() < 13


@pytest.mark.parametrize(
    ("last", "its_record", "latest"),
    [
        (FINISHED, lambda _: record("running"), 14),
        (event(18, "job_aborted", None), lambda _: record("running"), 14),
        (None, running_until(9.5, "finished"), 17),
        (None, running_until(9.5, "stopped"), 17),
        (None, running_until(9.5, "failed", nodes=None), 17),
        (None, lambda _: record("running", 2), 18),
        (None, lambda _: record("", None), 33),
        (None, lambda _: None, 33),
        (FINISHED, lambda _: None, 13),
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


def test_the_job_s_last_event_may_come_a_moment_after_its_record_says_that_it_is_over() -> None:
    clock = FakeClock()
    story = [*STORY, (12, FINISHED)]
    updates = follow(ScriptedSource(clock, story, running_until(9.5, "finished")), clock)
    assert shown(updates) == [10, 12, 13, 17, 18]


def test_silence_is_not_the_end() -> None:
    clock = FakeClock()
    source = ScriptedSource(
        clock, [(0, event(1)), (420, event(2, "node_errored")), (420, FINISHED)], running_until(420)
    )
    assert shown(follow(source, clock)) == [1, 2, 18]


def test_a_job_that_is_not_yet_started_is_waited_for() -> None:
    clock = FakeClock()
    source = ScriptedSource(clock, [(60, event(1, "node_finished")), (60, FINISHED)], lambda _: record("new", 1))
    assert shown(follow(source, clock)) == [1, 18]


def test_a_job_that_is_over_is_shown_without_a_pause() -> None:
    clock = FakeClock()
    source = ScriptedSource(clock, [(0, one) for _, one in STORY], lambda _: record("finished", 2))
    assert shown(follow(source, clock)) == [10, 12, 13, 17]
    assert clock.slept == []
    assert source.asked == [("352", None), ("352", 18)]


def test_a_job_without_events_that_is_over_ends() -> None:
    clock = FakeClock()
    updates = follow(ScriptedSource(clock, [], lambda _: record("stopped")), clock)
    assert ending(updates).outcome.word == "stopped"


def test_whatever_the_sign_one_more_ask_follows_it() -> None:
    class Late(ScriptedSource):
        """Shows what came with the end one request later."""

        def wanted(self, one: Event, start: int | None) -> bool:
            return super().wanted(one, start) and (one.id != 19 or len(self.asked) > 1)

    clock = FakeClock()
    source = Late(clock, [(0, FINISHED), (0, event(19, "node_finished"))], lambda _: record("finished", 1))
    assert shown(follow(source, clock)) == [18, 19]


def test_nothing_is_asked_for_twice() -> None:
    clock = FakeClock()
    source = ScriptedSource(clock, [*STORY, (9.5, FINISHED)], running_until(10))
    follow(source, clock)
    starts = [start or 0 for _, start in source.asked]
    assert starts == sorted(starts)
    assert starts[:2] == [0, 11]


def test_a_server_that_repeats_our_own_url_as_next_events_ends_well() -> None:
    class Repeating(ScriptedSource):
        def next_start(self, start: int | None) -> int | None:
            return start or 5

    clock = FakeClock()
    assert shown(follow(Repeating(clock, [*STORY, (9.5, FINISHED)]), clock)) == [10, 12, 13, 17, 18]


def test_a_server_that_answers_all_events_every_time_ends_well() -> None:
    class Forgetful(ScriptedSource):
        def wanted(self, one: Event, start: int | None) -> bool:
            return True

    clock = FakeClock()
    assert shown(follow(Forgetful(clock, [*STORY, (9.5, FINISHED)]), clock)) == [10, 12, 13, 17, 18]


def test_with_start_the_nodes_states_come_from_a_snapshot() -> None:
    clock = FakeClock()
    nodes = [NodeRecord("a", "failed", 13), NodeRecord("b", "running", 12), NodeRecord("c", "finished", 11)]
    story: Story = [(0, event(13, "node_failed")), (5, event(17, "node_finished", "b"))]
    source = ScriptedSource(clock, story, lambda _: record("running", 3), nodes)
    updates = follow(source, clock, start=13)
    assert shown(updates) == [13, 17]
    assert ending(updates).outcome.nodes == {"failed": 1, "finished": 2}
    assert clock.monotonic() < 12


def test_with_start_and_no_snapshot_the_user_is_warned() -> None:
    clock = FakeClock()
    updates = follow(ScriptedSource(clock, STORY, running_until(10)), clock, start=12)
    assert any(isinstance(one, Notice) for one in updates)
    assert shown(updates) == [12, 13, 17]


def test_a_record_that_cant_be_had_is_reported_once() -> None:
    clock = FakeClock()
    updates = follow(ScriptedSource(clock, STORY), clock)
    assert len([one for one in updates if isinstance(one, Notice)]) == 1


def test_polls_are_slower_when_nothing_comes_and_never_slower_than_five_intervals() -> None:
    clock = FakeClock()
    source = ScriptedSource(clock, [(0, event(1)), (100, event(2, "node_finished"))], running_until(100, nodes=1))
    waits = [one.seconds for one in follow(source, clock) if isinstance(one, Pause)]
    assert waits[0] == 1
    assert max(waits) == 5
    assert max(clock.slept) == 1


class Trickling(ScriptedSource):
    """Answers about the job arrive in an hour."""

    def record(self, job: str) -> Iterator[JobRecord | None]:
        for _ in range(3600):
            self._clock.sleep(1)
            yield None


def test_a_record_that_trickles_holds_up_no_timeout_and_no_other_job() -> None:
    clock = FakeClock()
    slow, other = Trickling(clock, []), ScriptedSource(clock, [(0, FINISHED)])
    jobs = [follower("1", slow, clock).follow(), follower("2", other, clock).follow()]
    updates = list(interleave(jobs, clock, timeout=20))
    assert shown(updates) == [18]
    assert isinstance(updates[-1], TimedOut)
    assert clock.monotonic() <= 22


def test_a_timeout_is_the_last_thing_that_happens_and_comes_on_time() -> None:
    clock = FakeClock()
    updates = follow(ScriptedSource(clock, STORY, lambda _: record("running", 9)), clock, timeout=7.5)
    assert isinstance(updates[-1], TimedOut)
    assert clock.monotonic() == 7.5
    assert shown(updates) == [10, 12, 13]


def test_a_source_that_fails_ends_its_own_job_only() -> None:
    class Broken(ScriptedSource):
        def wanted(self, one: Event, start: int | None) -> bool:
            raise Unreachable("gone")

    clock = FakeClock()
    good = ScriptedSource(clock, [*STORY, (9.5, FINISHED)], running_until(9))
    followers = [
        follower("1", Broken(clock, STORY, running_until(9)), clock, policy=RetryPolicy()),
        follower("2", good, clock),
    ]
    updates = list(interleave([one.follow() for one in followers], clock))
    (failed,) = [one for one in updates if isinstance(one, FollowFailed)]
    assert (failed.state.job, failed.error.message) == ("1", "gone")
    assert ending(updates).state.job == "2"
    assert shown(updates) == [10, 12, 13, 17, 18]


def test_two_jobs_take_turns_on_one_clock() -> None:
    clock = FakeClock()
    slow: Story = [(0, event(1)), (20, event(2, "node_finished"))]
    followers = [
        follower("1", ScriptedSource(clock, slow, running_until(20, nodes=1)), clock),
        follower("2", ScriptedSource(clock, [*STORY, (9.5, FINISHED)], running_until(10)), clock),
    ]
    updates = list(interleave([one.follow() for one in followers], clock))
    assert [one.state.job for one in updates if isinstance(one, JobEnded)] == ["2", "1"]
    assert shown(updates) == [1, 10, 12, 13, 17, 18, 2]
    assert clock.monotonic() < 30


TYPES = ["node_running", "node_finished", "node_failed", "node_errored", "node_skipped", "node_new", "job_stopping"]


@given(
    gaps=st.lists(
        st.tuples(st.integers(1, 9), st.floats(0, 30), st.sampled_from(TYPES), st.sampled_from("abc")), max_size=9
    ),
    end=st.sampled_from(["job_finished", "job_aborted", "record", "both"]),
    forgetful=st.booleans(),
    interval=st.floats(0.1, 10),
)
def test_every_event_is_shown_exactly_once_in_order_and_following_ends(
    gaps: list[tuple[int, float, str, str]], end: str, forgetful: bool, interval: float
) -> None:
    class Source(ScriptedSource):
        def wanted(self, one: Event, start: int | None) -> bool:
            return forgetful or super().wanted(one, start)

    number, at, story = 1000, 0.0, list[tuple[float, Event]]()
    for gap, seconds, kind, node in gaps:
        number, at = number + gap, at + seconds
        story.append((at, event(number, kind, None if kind.startswith("job") else node)))
    if end != "record":
        story.append((at, event(number + 1, end if end != "both" else "job_finished", None)))
    clock = FakeClock()
    source = Source(clock, story, running_until(at, nodes=4) if end in ("record", "both") else lambda _: None)
    updates = list(interleave([follower("1", source, clock, interval=interval, settle=1e9).follow()], clock))
    assert shown(updates) == [one.id for _, one in story]
    ending(updates)
    assert clock.monotonic() <= at + 6 * interval + 7  # the slowest pause, one for the record, and two moments
