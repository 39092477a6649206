"""Following, on a fake clock: each event once, in order, until the job is over, also from a server that fails."""

from collections.abc import Callable, Iterator
from itertools import takewhile

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
from orch_events.follow.follower import Follower
from orch_events.follow.retry import RetryPolicy
from orch_events.follow.scheduler import interleave
from orch_events.job.updates import (
    ConnectionLost,
    ConnectionRestored,
    FollowFailed,
    JobEnded,
    NewEvents,
    Notice,
    OutcomeUnknown,
    Pause,
    TimedOut,
    Update,
)
from orch_events.wire.event import Event, Fetched
from orch_events.wire.records import JobRecord, NodeRecord
from tests.build import FINISHED, STORY, Story, event, record, running_until
from tests.fakes import FakeClock, ScriptedSource
from tests.follow.following import POLICY, ending, follow, follower, shown


def test_a_job_is_followed_from_its_first_event_to_job_finished() -> None:
    clock = FakeClock()
    source = ScriptedSource(clock, [*STORY, (9.5, FINISHED)], running_until(10))
    updates = follow(source, clock)
    assert shown(updates) == [10, 12, 13, 17, 18]
    assert ending(updates).outcome.nodes == {"finished": 1, "failed": 1}
    assert clock.monotonic() < 13


def test_the_job_s_last_event_may_come_a_moment_after_its_record_says_that_it_is_over() -> None:
    clock = FakeClock()
    story = [*STORY, (12, FINISHED)]
    updates = follow(ScriptedSource(clock, story, running_until(9.5, "finished")), clock)
    assert shown(updates) == [10, 12, 13, 17, 18]


def test_followed_again_a_job_that_was_followed_to_its_end_is_not_waited_for() -> None:
    clock = FakeClock()
    source = ScriptedSource(clock, [*STORY, (9.5, FINISHED)], running_until(10))
    before = follower("352", source, clock)
    assert shown(list(interleave([before.follow()], clock))) == [10, 12, 13, 17, 18]
    over_at = clock.monotonic()
    source = ScriptedSource(clock, [*STORY, (9.5, FINISHED)], running_until(10), before.state.snapshot())
    again = Follower("352", source, clock, POLICY, resume=before.resume)
    assert shown(list(interleave([again.follow()], clock))) == []
    assert clock.monotonic() - over_at < 5


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
    source = ScriptedSource(clock, [(0, one) for _, one in [*STORY, (0, FINISHED)]], lambda _: record("finished", 2))
    assert shown(follow(source, clock)) == [10, 12, 13, 17, 18]
    assert clock.slept == []
    assert source.asked == [("352", None), ("352", 19)]


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
    assert clock.monotonic() < 24


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
    updates = list(interleave([follower("1", source, clock, interval=interval, settle=45).follow()], clock))
    assert shown(updates) == [one.id for _, one in story]
    assert isinstance(updates[-1], JobEnded | OutcomeUnknown)
    assert clock.monotonic() <= at + 6 * interval + 45  # the slowest pause, one for the record, and settling


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


def reported(updates: list[Update]) -> list[type[Update]]:
    return [
        type(one) for one in updates if isinstance(one, ConnectionLost | ConnectionRestored | FollowFailed | Notice)
    ]


def test_a_connection_lost_and_restored_is_reported_once_each_and_nothing_is_missed() -> None:
    clock = FakeClock()
    updates = follow(failing(clock, between(3, 60)), clock)
    assert shown(updates) == [10, 12, 13, 17, 18]
    assert reported(updates) == [ConnectionLost, ConnectionRestored]
    (back,) = [one for one in updates if isinstance(one, ConnectionRestored)]
    assert 56 < back.outage_seconds < 90


def test_a_connection_that_is_lost_at_the_start_is_tried_again_too() -> None:
    clock = FakeClock()
    assert shown(follow(failing(clock, between(0, 5)), clock)) == [10, 12, 13, 17, 18]


def test_when_the_time_for_retries_ends_following_fails_with_the_last_error() -> None:
    clock = FakeClock()
    updates = list(interleave([follower("1", failing(clock, between(3, 1e9)), clock).follow()], clock))
    failed = updates[-1]
    assert isinstance(failed, FollowFailed)
    assert failed.error is GONE
    assert failed.state.last_id == 12
    assert 600 < clock.monotonic() < 606


def test_without_retries_the_first_error_is_the_last() -> None:
    clock = FakeClock()
    source = failing(clock, between(3, 1e9))
    updates = list(interleave([follower("1", source, clock, policy=RetryPolicy()).follow()], clock))
    assert isinstance(updates[-1], FollowFailed)
    assert reported(updates) == [FollowFailed]


def test_the_time_for_retries_is_whole_again_when_the_connection_is_back() -> None:
    clock = FakeClock()
    story: Story = [(at, event(number)) for number, at in enumerate(range(0, 3000, 100), 10)]

    def fault(now: float) -> OrchEventsError | None:
        return GONE if now % 700 > 200 else None

    updates = follow(failing(clock, fault, [*story, (3001, event(99, "job_aborted", None))]), clock, timeout=9999)
    assert len(shown(updates)) == 31
    assert reported(updates).count(ConnectionLost) == reported(updates).count(ConnectionRestored) == 5


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
    updates = follow(source, clock)
    assert shown(updates) == list(range(100, 110))
    assert source.asked[1][1] == (100 + behind if behind else None)


@pytest.mark.parametrize("error", [UnknownJob("404"), HtmlAnswer("HTML"), NotUnderstood("what?"), SystemLimit("files"),
                                   AccessBlocked("403"), UntrustedCertificate("another")])  # fmt: skip
def test_a_job_that_was_seen_may_be_forgotten_for_a_while(error: OrchEventsError) -> None:
    clock = FakeClock()
    assert shown(follow(failing(clock, between(3, 60, error)), clock)) == [10, 12, 13, 17, 18]
    clock = FakeClock()
    updates = follow(failing(clock, between(0, 60, error)), clock)
    assert reported(updates) == [FollowFailed]
    assert clock.monotonic() == 0


@pytest.mark.parametrize("error", [NotPermitted("403"), RequestRejected("400"), LocalFileError("CA")])
def test_what_does_not_pass_is_not_waited_for(error: OrchEventsError) -> None:
    clock = FakeClock()
    updates = follow(failing(clock, between(3, 60, error)), clock)
    assert reported(updates) == [FollowFailed]


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
    source, updates = with_tokens(clock, 3, 250, policy)
    assert shown(updates) == [10, 12, 13, 17, 18]
    assert reported(updates) == [ConnectionLost, ConnectionRestored]
    assert clock.monotonic() < 256
    assert len(source.asked) < 25


def test_a_token_that_nobody_renews_ends_it_when_the_wait_is_over() -> None:
    clock = FakeClock()
    source, updates = with_tokens(clock, 3, 1e9, RetryPolicy(600, 300, 0, Tokens(clock, 1e9)))
    assert reported(updates) == [ConnectionLost, FollowFailed]
    assert 300 < clock.monotonic() < 306
    assert len(source.asked) < 25


def test_a_token_that_no_file_holds_is_tried_again_for_a_minute_only() -> None:
    clock = FakeClock()
    _, updates = with_tokens(clock, 3, 1e9, RetryPolicy(600, 300, 0, None))
    assert reported(updates) == [ConnectionLost, FollowFailed]
    assert 60 < clock.monotonic() < 66


@pytest.mark.parametrize(("expires", "policy"), [(0, RetryPolicy(600, 300, 0)), (3, RetryPolicy(600, 0, 0))])
def test_a_refused_token_is_final_at_the_start_and_where_it_is_not_waited_for(
    expires: float, policy: RetryPolicy
) -> None:
    clock = FakeClock()
    _, updates = with_tokens(clock, expires, 1e9, policy)
    assert reported(updates) == [FollowFailed]
    assert clock.monotonic() < 6


def test_a_good_token_that_is_refused_during_a_fail_over_serves_again() -> None:
    clock = FakeClock()
    _, updates = with_tokens(clock, 3, 25, RetryPolicy(600, 300, 0, Tokens(clock, 1e9)))
    assert shown(updates) == [10, 12, 13, 17, 18]


def test_a_token_refused_behind_a_long_outage_has_its_own_time() -> None:
    clock = FakeClock()
    source = failing(clock, lambda now: GONE if 3 <= now < 100 else EXPIRED if 100 <= now < 110 else None)
    updates = list(interleave([follower("1", source, clock, policy=RetryPolicy(600, 300, 0, None)).follow()], clock))
    assert shown(updates) == [10, 12, 13, 17, 18]


class Straggling(ScriptedSource):
    """An event becomes visible only when the cursor is behind it."""

    late = 12
    visible_at = 5.0

    def wanted(self, one: Event, start: int | None) -> bool:
        hidden = one.id == self.late and self._clock.monotonic() < self.visible_at
        return super().wanted(one, start) and not hidden


@pytest.mark.parametrize("late", [12, 13])
def test_an_event_that_became_visible_behind_our_back_is_shown_at_the_end(late: int) -> None:
    clock = FakeClock()
    running: Story = [(0, event(10)), (0, event(12, node="b"))]
    stopping = event(14, "job_stopping", None)
    story = [*running, (1, event(13, "node_finished")), (2, stopping), (9, LAST), (9, FINISHED)]
    over = record("failed", 2, finished=1, failed=1)
    source = Straggling(clock, story, lambda now: over if now > 9 else record("new", 2))
    source.late = late
    updates = follow(source, clock)
    assert sorted(number for number in shown(updates) if number) == [10, 12, 13, 14, 17, 18]
    assert shown(updates)[-1] == late
    assert ("352", None) in source.asked[1:]
    assert ending(updates).outcome.late == 1


BEGUN: Story = [(0, event(10)), (0, event(12, "node_failed", "b")), (0, event(14, "node_running", "c"))]
"""A job of three nodes, of which one has failed; the others end after five minutes."""

ENDED: Story = [(300, event(20, "node_finished")), (300, event(21, "node_finished", "c")), (300, FINISHED)]


@pytest.mark.parametrize(
    ("record_of", "visible_at", "soon"),
    [
        (lambda _: record("running", 3, running=2, failed=1), 2, 5),
        (lambda _: record("running", 3, running=2, failed=1), 14, 16),
        (lambda _: record("running", 3), 14, 16),
        (lambda _: None, 14, 16),
    ],
    ids=["the record counts it", "the record counts it, later", "the record counts nothing", "no record"],
)
def test_an_event_that_became_visible_late_does_not_wait_for_the_end_of_the_job(
    record_of: Callable[[float], JobRecord | None], visible_at: float, soon: float
) -> None:
    clock = FakeClock()
    source = Straggling(clock, [*BEGUN, *ENDED], record_of)
    source.visible_at = visible_at
    seen_at = dict[int | None, float]()
    for update in interleave([follower("352", source, clock).follow()], clock):
        if isinstance(update, NewEvents):
            seen_at |= {one.id: clock.monotonic() for one in update.events}
    assert visible_at <= seen_at[12] < soon


def test_while_record_and_events_agree_a_silence_reads_nothing_again() -> None:
    clock = FakeClock()
    source = ScriptedSource(clock, [*BEGUN, *ENDED], lambda _: record("running", 3, running=2, failed=1))
    updates = interleave([follower("352", source, clock).follow()], clock)
    assert len(list(takewhile(lambda _: clock.monotonic() < 250, updates))) > 50
    assert [start for _, start in source.asked].count(None) == 1


def test_what_is_read_again_in_a_silence_is_read_once() -> None:
    clock = FakeClock()
    source = ScriptedSource(clock, [*BEGUN, *ENDED])
    updates = interleave([follower("352", source, clock).follow()], clock)
    assert len(list(takewhile(lambda _: clock.monotonic() < 250, updates))) > 50
    assert [start for _, start in source.asked].count(None) == 2


def test_in_the_normal_case_nothing_is_read_twice() -> None:
    clock = FakeClock()
    over, running = record("failed", 2, finished=1, failed=1), record("running", 2)
    source = ScriptedSource(clock, WHOLE, lambda now: over if now > 9 else running)
    follow(source, clock)
    assert [start for _, start in source.asked].count(None) == 1


def test_where_events_and_record_disagree_the_user_is_warned_and_the_record_decides() -> None:
    clock = FakeClock()
    over, running = record("finished", 2, finished=2), record("running", 2)
    source = ScriptedSource(clock, WHOLE, lambda now: over if now > 9 else running)
    updates = follow(source, clock)
    assert reported(updates) == [Notice]
    assert ending(updates).outcome.exit_status({"failed"}) == 0
    assert [start for _, start in source.asked].count(None) == 3  # in a while, and once more at the end


def test_resumed_behind_job_aborted_the_outcome_is_aborted_still() -> None:
    clock = FakeClock()
    story: Story = [(0, event(10)), (0, event(11, "job_aborted", None))]
    source = ScriptedSource(clock, story, lambda _: record("failed", 1, running=1), [NodeRecord("a", "running", 10)])
    updates = follow(source, clock, start=12)
    assert shown(updates) == []
    assert ending(updates).outcome.word == "aborted"


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
    updates = list(interleave([follower("1", source, clock, interval=interval, policy=policy).follow()], clock))
    assert shown(updates) == [one.id for _, one in events]
    assert ending(updates).outcome.exit_status({"failed"}) == 0
    assert reported(updates).count(ConnectionLost) >= reported(updates).count(ConnectionRestored)
