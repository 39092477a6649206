"""How far jobs are, how fast they go, and which of their nodes take long."""

from statistics import quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.analysis.progress import FollowProgress, JobProgress, Straggler, StragglerDetector
from orch_events.job.outcome import Outcome
from orch_events.wire.event import Event
from tests.build import FollowedJob, event, event_at, followed, job_of, record, simulated
from tests.fakes import FakeClock


def running(count: int, over: int, *, total: int | None = None) -> FollowedJob:
    """Return a job of which `over` nodes ended, one after another, each after ten seconds."""
    events = [event(number, node=f"n{number}") for number in range(1, count + 1)]
    events += [event(number, "node_finished", f"n{number}") for number in range(1, over + 1)]
    return followed(*events, node_count=total)


def test_nodes_of_several_jobs_are_added_up() -> None:
    pace = FollowProgress(
        [followed(event(1), node_count=3), followed(event(2), event(3, "node_failed"), job="353")], FakeClock()
    )
    assert (pace.name, pace.over, pace.total) == ("2 jobs", 1, 4)
    assert +pace.counts == {"running": 1, "failed": 1}


def test_before_anything_came_nothing_is_known() -> None:
    clock = FakeClock()
    pace = FollowProgress([followed()], clock)
    clock.sleep(5)
    assert (pace.name, pace.over, pace.total, pace.elapsed_seconds) == ("job 352", 0, 0, 5)
    assert (
        pace.remaining_seconds,
        pace.longest,
        pace.event_age_seconds,
        pace.answer_age_seconds,
        pace.outage_seconds,
    ) == (None,) * 5


def test_a_job_s_time_is_its_server_s_and_what_has_passed_since_its_last_event() -> None:
    clock = FakeClock()
    pace = FollowProgress([followed(event(1), event(4))], clock)
    clock.sleep(5)
    assert pace.elapsed_seconds == 35


def test_a_job_whose_events_tell_no_time_has_ours() -> None:
    clock = FakeClock()
    pace = FollowProgress([followed(Event.read(b'{"id":"1","timestamp":"soon"}'))], clock)
    clock.sleep(5)
    assert pace.elapsed_seconds == 5


def test_of_a_job_whose_first_events_were_not_asked_for_the_record_says_when_it_began() -> None:
    job = followed(event(7))
    job.state._whole = False  # noqa: SLF001 - as Follower makes it with --start
    job.state.record = record("running")
    began = event(1).at
    job.state.record = type(job.state.record)("running", None, {}, began, None)
    assert FollowProgress([job], FakeClock()).elapsed_seconds == 60


def test_the_node_that_runs_longest_is_known_with_its_seconds() -> None:
    clock = FakeClock()
    one = followed(event(1), event(3, node="b"), event(4, "node_finished"))
    other = followed(event(2, node="c"), event(5, node="d"), job="353")
    pace = FollowProgress([one, other], clock)
    clock.sleep(5)
    assert pace.longest
    run, seconds = pace.longest
    assert (run.name, seconds) == ("c", 35)


@pytest.mark.parametrize(
    ("over", "total", "left"),
    [
        (5, 10, 40.0),  # five in forty seconds, five are left
        (8, 10, 10.0),
        (4, 10, None),  # too few to know a pace
        (5, 51, None),  # less than a tenth
        (10, 10, None),  # over
        (5, None, 40.0),  # nobody told how many there are: those seen count
    ],
)
def test_what_is_left_is_told_at_the_pace_so_far_when_that_means_something(
    over: int, total: int | None, left: float | None
) -> None:
    job = followed(
        *[event(1, node=f"n{number}") for number in range(10)],
        *[event(1, "node_finished", f"n{number}") for number in range(over - 1)],
        event(5, "node_finished", f"n{over - 1}"),
        node_count=total,
    )
    assert FollowProgress([job], FakeClock()).remaining_seconds == left


def test_what_is_left_gets_less_as_time_passes_and_is_never_told_below_nothing() -> None:
    clock = FakeClock()
    job = followed(*[event(1, node=f"n{number}") for number in range(10)],
                  *[event(5, "node_finished", f"n{number}") for number in range(5)])  # fmt: skip
    pace = FollowProgress([job], clock)
    clock.sleep(10)
    assert pace.remaining_seconds == 30
    clock.sleep(30)
    assert pace.remaining_seconds is None


def test_while_one_of_several_jobs_has_no_pace_what_is_left_of_all_is_not_told() -> None:
    fast = followed(*[event(1, node=f"n{number}") for number in range(10)],
                   *[event(5, "node_finished", f"n{number}") for number in range(5)])  # fmt: skip
    assert FollowProgress([fast], FakeClock()).remaining_seconds == 40
    assert FollowProgress([fast, followed(event(1), job="353")], FakeClock()).remaining_seconds is None


@given(st.integers(0, 20), st.integers(0, 20), st.integers(0, 40))
def test_no_pace_is_ever_negative(count: int, over: int, total: int) -> None:
    pace = FollowProgress([running(max(count, over), over, total=total)], FakeClock())
    assert pace.remaining_seconds is None or pace.remaining_seconds > 0
    assert pace.elapsed_seconds == max(0, 10 * (over or count) - 10)


def test_silence_begins_ten_seconds_after_the_last_event() -> None:
    clock = FakeClock()
    pace = FollowProgress([followed(event(1))], clock)
    clock.sleep(9)
    assert not pace.silent
    clock.sleep(1)
    assert pace.silent
    assert pace.event_age_seconds == 10


def test_trouble_is_an_ask_that_has_no_answer_and_is_as_old_as_the_last_good_one() -> None:
    clock = FakeClock()
    job = followed(event(1))
    pace = FollowProgress([job], clock)
    clock.sleep(20)
    job.last_answer_at = clock.monotonic()
    assert pace.outage_seconds is None
    clock.sleep(2)
    job.unanswered_request_at = clock.monotonic()
    clock.sleep(2)
    assert pace.outage_seconds is None, "an answer may take a moment"
    clock.sleep(3)
    assert pace.outage_seconds == pace.answer_age_seconds == 7


def test_an_answer_that_goes_on_with_events_is_no_trouble() -> None:
    clock = FakeClock()
    job = followed(event(1))
    job.unanswered_request_at = 0.0
    clock.sleep(60)
    job.last_event_at = clock.monotonic()
    assert FollowProgress([job], clock).outage_seconds is None


def test_a_job_that_is_over_has_an_outcome() -> None:
    nodes = {"finished": 23, "skipped": 1}
    outcome = Outcome("finished", nodes, 127)
    assert JobProgress.from_state(simulated(352)) == JobProgress(
        "352",
        outcome,
        is_over=True,
        has_record=True,
        nodes=nodes,
        total=24,
        over=24,
        unheard=0,
        recorded="finished",
    )


def test_a_job_that_goes_on_has_none() -> None:
    progress = JobProgress.from_state(simulated(352, 60))
    assert progress == JobProgress(
        "352", None, is_over=False, has_record=True, nodes={"running": 8, "finished": 8}, total=24, over=8, unheard=8,
        recorded="running",
    )  # fmt: skip


def test_nodes_of_which_nothing_was_heard_are_those_that_only_the_record_counts() -> None:
    events = event_at(1, "node_running"), event_at(2, "node_failed"), event_at(3, "job_finished", None)
    assert JobProgress.from_state(job_of(*events, record=record("failed", 5))).unheard == 4
    assert JobProgress.from_state(job_of(*events)).unheard == 0


def ended(count: int, *, each: int = 1) -> list[Event]:
    """Return the events of nodes that ran for `each` ten seconds and are over."""
    return [one for number in range(count) for one in
            (event(1, node=f"n{number}"), event(1 + each, "node_finished", f"n{number}"))]  # fmt: skip


def found(job: FollowedJob, slept: float, slow: float | None = None) -> list[tuple[str, float, float | None]]:
    clock = FakeClock()
    stragglers = StragglerDetector(FollowProgress([job], clock), slow)
    clock.sleep(slept)
    return [(run.name, seconds, usual) for _, run, seconds, usual in stragglers.new()]


def test_a_node_that_runs_longer_than_twice_what_nine_in_ten_took_is_a_straggler() -> None:
    job = followed(*ended(10), event(2, node="late"))
    assert found(job, 20) == []
    assert found(job, 21) == [("late", 21, 10)]
    assert job.state.runs["late"].slow


def test_while_few_nodes_are_over_nobody_knows_what_is_usual() -> None:
    assert found(followed(*ended(9), event(2, node="late")), 900) == []


def test_what_is_slow_can_be_said() -> None:
    assert found(followed(event(1), event(2, node="b")), 30, slow=35) == [("a", 40, None)]
    assert found(followed(*ended(10), event(2, node="late")), 900, slow=1000) == []


def test_each_straggler_is_found_once() -> None:
    clock, job = FakeClock(), followed(*ended(10), event(2, node="late"))
    stragglers = StragglerDetector(FollowProgress([job], clock), None)
    clock.sleep(21)
    assert len(stragglers.new()) == 1
    clock.sleep(60)
    assert stragglers.new() == []


def test_each_job_has_its_own_pace() -> None:
    clock = FakeClock()
    fast, slow = followed(*ended(10), event(2, node="a")), followed(*ended(10, each=9), event(10, node="a"), job="353")
    stragglers = StragglerDetector(FollowProgress([fast, slow], clock), None)
    clock.sleep(60)
    assert [(one.seconds, one.typical_seconds) for one in stragglers.new()] == [(60, 10)]


def test_what_is_usual_follows_what_ends_later() -> None:
    clock, job = FakeClock(), followed(*ended(10), event(2, node="late"))
    stragglers = StragglerDetector(FollowProgress([job], clock), None)
    assert stragglers.new() == []
    for number in range(10, 30):
        job.state.apply(event(1, node=f"n{number}"))
        job.state.apply(event(100, "node_finished", f"n{number}"))
    clock.sleep(30)
    assert stragglers.new() == []


@given(st.lists(st.integers(0, 200), min_size=10, max_size=60))
def test_what_is_usual_is_the_ninetieth_percentile(durations: list[int]) -> None:
    events = [one for number, length in enumerate(durations) for one in
              (event(1, node=f"n{number}"), event(1 + length, "node_finished", f"n{number}"))]  # fmt: skip
    clock, job = FakeClock(), followed(*events, event(300, node="late"))
    clock.sleep(10_000)
    (straggler,) = StragglerDetector(FollowProgress([job], clock), None).new()
    assert isinstance(straggler, Straggler)
    exact = quantiles([10 * length for length in durations], n=10, method="inclusive")[-1]
    assert straggler.typical_seconds == pytest.approx(exact)
