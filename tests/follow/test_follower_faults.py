"""Following a server that fails: what is lost, what is told, and when it is given up."""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.errors import (
    AccessBlocked,
    HtmlAnswer,
    LocalFileError,
    NotAuthenticated,
    NotPermitted,
    NotUnderstood,
    OrchEventsError,
    RequestRejected,
    SystemLimit,
    TruncatedAnswer,
    UnknownJob,
    Unreachable,
    UntrustedCertificate,
)
from orch_events.follow.retry import RetryPolicy
from orch_events.follow.scheduler import interleave
from orch_events.job.updates import ConnectionLost, ConnectionRestored, FollowFailed, Notice, Update
from orch_events.wire.event import Event, Fetched
from orch_events.wire.records import JobRecord, NodeRecord
from tests.fakes import FakeClock, ScriptedSource, event, record
from tests.following import FINISHED, STORY, Story, ending, follow, follower, running_until, shown

GONE = Unreachable("gone")
LAST = event(17, "node_failed", "b")
WHOLE: Story = [*STORY, (9.5, FINISHED)]


class Failing(ScriptedSource):
    """Raises what `fault` returns for the time, before or within a page; cuts a page behind so many events."""

    fault: Callable[[float], OrchEventsError | None] = staticmethod(lambda _: None)
    behind = 0

    def fetch(self, job: str, start: int | None) -> Iterator[Fetched]:
        error = self.fault(self._clock.monotonic())
        for fetched in super().fetch(job, start):
            if error and isinstance(fetched, list):
                if self.behind:
                    yield fetched[: self.behind]
                raise error
            yield fetched

    def record(self, job: str) -> Iterator[JobRecord | None]:
        if error := self.fault(self._clock.monotonic()):
            raise error
        yield from super().record(job)


def between(begin: float, end: float, error: OrchEventsError = GONE) -> Callable[[float], OrchEventsError | None]:
    return lambda now: error if begin <= now < end else None


def failing(
    clock: FakeClock, fault: Callable[[float], OrchEventsError | None], story: Story = WHOLE, behind: int = 0
) -> Failing:
    source = Failing(clock, story, running_until(story[-1][0]))
    source.fault = fault
    source.behind = behind
    return source


def told(updates: list[Update]) -> list[type[Update]]:
    return [
        type(one) for one in updates if isinstance(one, ConnectionLost | ConnectionRestored | FollowFailed | Notice)
    ]


def test_a_connection_lost_and_restored_is_reported_once_each_and_nothing_is_missed() -> None:
    clock = FakeClock()
    happened = follow(failing(clock, between(3, 60)), clock)
    assert shown(happened) == [10, 12, 13, 17, 18]
    assert told(happened) == [ConnectionLost, ConnectionRestored]
    (back,) = [one for one in happened if isinstance(one, ConnectionRestored)]
    assert 56 < back.outage_seconds < 90


def test_a_connection_that_is_lost_at_the_start_is_tried_again_too() -> None:
    clock = FakeClock()
    assert shown(follow(failing(clock, between(0, 5)), clock)) == [10, 12, 13, 17, 18]


def test_when_the_time_for_retries_ends_following_fails_with_the_last_error() -> None:
    clock = FakeClock()
    happened = list(interleave([follower("1", failing(clock, between(3, 1e9)), clock).follow()], clock))
    failed = happened[-1]
    assert isinstance(failed, FollowFailed)
    assert failed.error is GONE
    assert failed.state.last_id == 12
    assert 600 < clock.monotonic() < 606


def test_without_retries_the_first_error_is_the_last() -> None:
    clock = FakeClock()
    source = failing(clock, between(3, 1e9))
    happened = list(interleave([follower("1", source, clock, policy=RetryPolicy()).follow()], clock))
    assert isinstance(happened[-1], FollowFailed)
    assert told(happened) == [FollowFailed]


def test_the_time_for_retries_is_whole_again_when_the_connection_is_back() -> None:
    clock = FakeClock()
    story: Story = [(at, event(number)) for number, at in enumerate(range(0, 3000, 100), 10)]

    def fault(now: float) -> OrchEventsError | None:
        return GONE if now % 700 > 200 else None

    happened = follow(failing(clock, fault, [*story, (3001, event(99, "job_aborted", None))]), clock, timeout=9999)
    assert len(shown(happened)) == 31
    assert told(happened).count(ConnectionLost) == told(happened).count(ConnectionRestored) == 5


def test_retries_are_spread_by_chance_and_slow_down_to_thirty_seconds() -> None:
    clock = FakeClock()
    source = failing(clock, between(0, 400))
    follow(source, clock)
    assert 15 < len(source.asked) < 40


def test_the_server_is_asked_again_when_it_says() -> None:
    clock = FakeClock()
    source = failing(clock, between(3, 4, Unreachable("busy", retry_after=120)))
    follow(source, clock)
    assert 123 <= clock.monotonic() < 130


@pytest.mark.parametrize("behind", [0, 1, 2])
def test_a_cut_page_yields_what_was_whole_and_the_next_begins_behind_it(behind: int) -> None:
    clock = FakeClock()
    story: Story = [(0, event(number, "node_finished")) for number in range(100, 110)]
    source = failing(clock, between(0, 1, TruncatedAnswer("cut")), story, behind)
    happened = follow(source, clock)
    assert shown(happened) == list(range(100, 110))
    assert source.asked[1][1] == (100 + behind if behind else None)


@pytest.mark.parametrize("error", [UnknownJob("404"), HtmlAnswer("HTML"), NotUnderstood("what?"), SystemLimit("files"),
                                   AccessBlocked("403"), UntrustedCertificate("another")])  # fmt: skip
def test_a_job_that_was_seen_may_be_forgotten_for_a_while(error: OrchEventsError) -> None:
    clock = FakeClock()
    assert shown(follow(failing(clock, between(3, 60, error)), clock)) == [10, 12, 13, 17, 18]
    clock = FakeClock()
    happened = follow(failing(clock, between(0, 60, error)), clock)
    assert told(happened) == [FollowFailed]
    assert clock.monotonic() == 0


@pytest.mark.parametrize("error", [NotPermitted("403"), RequestRejected("400"), LocalFileError("CA")])
def test_what_does_not_pass_is_not_waited_for(error: OrchEventsError) -> None:
    clock = FakeClock()
    happened = follow(failing(clock, between(3, 60, error)), clock)
    assert told(happened) == [FollowFailed]


class Tokens:
    """A token that changes at a time."""

    def __init__(self, clock: FakeClock, at: float) -> None:
        """Change at `at`."""
        self.clock = clock
        self.at = at

    def __call__(self) -> object:
        return self.clock.monotonic() >= self.at


EXPIRED = NotAuthenticated("expired")


def with_tokens(clock: FakeClock, expires: float, renewed: float, policy: RetryPolicy) -> tuple[Failing, list[Update]]:
    source = failing(clock, between(expires, renewed, EXPIRED))
    return source, list(interleave([follower("1", source, clock, policy=policy).follow()], clock))


def test_a_new_token_is_waited_for_and_used_at_once() -> None:
    clock = FakeClock()
    policy = RetryPolicy(600, 300, 0, Tokens(clock, 250))
    source, happened = with_tokens(clock, 3, 250, policy)
    assert shown(happened) == [10, 12, 13, 17, 18]
    assert told(happened) == [ConnectionLost, ConnectionRestored]
    assert clock.monotonic() < 256
    assert len(source.asked) < 25


def test_a_token_that_nobody_renews_ends_it_when_the_wait_is_over() -> None:
    clock = FakeClock()
    source, happened = with_tokens(clock, 3, 1e9, RetryPolicy(600, 300, 0, Tokens(clock, 1e9)))
    assert told(happened) == [ConnectionLost, FollowFailed]
    assert 300 < clock.monotonic() < 306
    assert len(source.asked) < 25


def test_a_token_that_no_file_holds_is_tried_again_for_a_minute_only() -> None:
    clock = FakeClock()
    _, happened = with_tokens(clock, 3, 1e9, RetryPolicy(600, 300, 0, None))
    assert told(happened) == [ConnectionLost, FollowFailed]
    assert 60 < clock.monotonic() < 66


@pytest.mark.parametrize(("expires", "policy"), [(0, RetryPolicy(600, 300, 0)), (3, RetryPolicy(600, 0, 0))])
def test_a_refused_token_is_final_at_the_start_and_where_it_is_not_waited_for(
    expires: float, policy: RetryPolicy
) -> None:
    clock = FakeClock()
    _, happened = with_tokens(clock, expires, 1e9, policy)
    assert told(happened) == [FollowFailed]
    assert clock.monotonic() < 6


def test_a_good_token_that_is_refused_during_a_fail_over_serves_again() -> None:
    clock = FakeClock()
    _, happened = with_tokens(clock, 3, 25, RetryPolicy(600, 300, 0, Tokens(clock, 1e9)))
    assert shown(happened) == [10, 12, 13, 17, 18]


def test_a_token_refused_behind_a_long_outage_has_its_own_time() -> None:
    clock = FakeClock()
    source = failing(clock, lambda now: GONE if 3 <= now < 100 else EXPIRED if 100 <= now < 110 else None)
    happened = list(interleave([follower("1", source, clock, policy=RetryPolicy(600, 300, 0, None)).follow()], clock))
    assert shown(happened) == [10, 12, 13, 17, 18]


class Straggling(ScriptedSource):
    """An event becomes visible only when the cursor is behind it."""

    late = 12

    def wanted(self, one: Event, start: int | None) -> bool:
        hidden = one.id == self.late and self._clock.monotonic() < 5
        return super().wanted(one, start) and not hidden


@pytest.mark.parametrize("late", [12, 13])
def test_an_event_that_became_visible_behind_our_back_is_shown_at_the_end(late: int) -> None:
    clock = FakeClock()
    running: Story = [(0, event(10)), (0, event(12, node="b"))]
    stopping = event(14, "job_stopping", None)
    story = [*running, (1, event(13, "node_finished")), (2, stopping), (9, LAST), (9, FINISHED)]
    source = Straggling(clock, story, lambda now: record("failed" if now > 9 else "new", 2, finished=1, failed=1))
    source.late = late
    happened = follow(source, clock)
    assert sorted(number for number in shown(happened) if number) == [10, 12, 13, 14, 17, 18]
    assert shown(happened)[-1] == late
    assert source.asked[-1] == ("352", None)
    assert ending(happened).outcome.late == 1


def test_in_the_normal_case_nothing_is_read_twice() -> None:
    clock = FakeClock()
    source = ScriptedSource(clock, WHOLE, lambda now: record("failed" if now > 9 else "new", 2, finished=1, failed=1))
    follow(source, clock)
    assert [start for _, start in source.asked].count(None) == 1


def test_where_events_and_record_disagree_the_user_is_warned_and_the_record_decides() -> None:
    clock = FakeClock()
    source = ScriptedSource(clock, WHOLE, lambda now: record("finished" if now > 9 else "running", 2, finished=2))
    happened = follow(source, clock)
    assert told(happened) == [Notice]
    assert ending(happened).outcome.exit_status({"failed"}) == 0
    assert [start for _, start in source.asked].count(None) == 2


def test_resumed_behind_job_aborted_the_outcome_is_aborted_still() -> None:
    clock = FakeClock()
    story: Story = [(0, event(10)), (0, event(11, "job_aborted", None))]
    source = ScriptedSource(clock, story, lambda _: record("failed", 1, running=1), [NodeRecord("a", "running", 10)])
    happened = follow(source, clock, start=12)
    assert shown(happened) == []
    assert ending(happened).outcome.word == "aborted"


def test_a_node_that_still_runs_when_the_job_is_over_has_not_failed() -> None:
    clock = FakeClock()
    source = ScriptedSource(clock, [(0, event(10)), (1, FINISHED)], lambda _: record("running", 1))
    outcome = ending(follow(source, clock)).outcome
    assert outcome.nodes == {"running": 1}
    assert outcome.exit_status({"failed", "errored", "aborted"}) == 0


def test_node_events_that_come_behind_job_finished_are_not_lost() -> None:
    clock = FakeClock()
    story: Story = [(0, event(10)), (1, event(11, "job_finished", None)), (3, event(12, "node_finished"))]
    assert shown(follow(ScriptedSource(clock, story, lambda _: record("running", 1)), clock)) == [10, 11, 12]


FAULTS = st.sampled_from([None, None, GONE, TruncatedAnswer("cut"), UnknownJob("404"), HtmlAnswer("html")])


@given(
    story=st.lists(st.tuples(st.integers(1, 5), st.floats(0, 9), st.sampled_from("abc")), min_size=1, max_size=30),
    faults=st.lists(st.tuples(FAULTS, st.integers(0, 3)), max_size=30),
    interval=st.floats(0.1, 5),
)
def test_whatever_fails_each_event_is_shown_once_in_order_and_it_ends_well(
    story: list[tuple[int, float, str]], faults: list[tuple[OrchEventsError | None, int]], interval: float
) -> None:
    clock = FakeClock()
    number, at, events = 100, 0.0, list[tuple[float, Event]]()
    for gap, seconds, node in story:
        number, at = number + gap, at + seconds
        events.append((at, event(number, "node_running", node)))
    events += [(at, event(number + 1 + place, "node_finished", node)) for place, node in enumerate("abc")]
    events.append((at, event(number + 9, "job_finished", None)))

    class Faulty(Failing):
        def fetch(self, job: str, start: int | None) -> Iterator[Fetched]:
            error, self.behind = faults[len(self.asked)] if 0 < len(self.asked) < len(faults) else (None, 0)
            self.fault = lambda _: error
            return super().fetch(job, start)

    source = Faulty(clock, events, lambda now: record("finished" if now >= at else "running", 3))
    policy = RetryPolicy(1e6, 1e6, 0, None)
    happened = list(interleave([follower("1", source, clock, interval=interval, policy=policy).follow()], clock))
    assert shown(happened) == [one.id for _, one in events]
    assert ending(happened).outcome.exit_status({"failed"}) == 0
    assert told(happened).count(ConnectionLost) >= told(happened).count(ConnectionRestored)
