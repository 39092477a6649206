"""How far jobs are, and how fast."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.events import Event
from orch_events.pace import Pace
from tests.fakes import FakeClock, Watched, event, record, watched


def running(count: int, over: int, *, total: int | None = None) -> Watched:
    """Return a job of which `over` nodes ended, one after another, each after ten seconds."""
    events = [event(number, node=f"n{number}") for number in range(1, count + 1)]
    events += [event(number, "node_finished", f"n{number}") for number in range(1, over + 1)]
    return watched(*events, node_count=total)


def test_nodes_of_several_jobs_are_added_up() -> None:
    pace = Pace([watched(event(1), node_count=3), watched(event(2), event(3, "node_failed"), job="353")], FakeClock())
    assert (pace.name, pace.over, pace.total) == ("2 jobs", 1, 4)
    assert +pace.counts == {"running": 1, "failed": 1}


def test_before_anything_came_nothing_is_known() -> None:
    clock = FakeClock()
    pace = Pace([watched()], clock)
    clock.sleep(5)
    assert (pace.name, pace.over, pace.total, pace.elapsed) == ("job 352", 0, 0, 5)
    assert (pace.left, pace.longest, pace.heard, pace.answered, pace.troubled) == (None,) * 5


def test_a_job_s_time_is_its_server_s_and_what_has_passed_since_its_last_event() -> None:
    clock = FakeClock()
    pace = Pace([watched(event(1), event(4))], clock)
    clock.sleep(5)
    assert pace.elapsed == 35


def test_a_job_whose_events_tell_no_time_has_ours() -> None:
    clock = FakeClock()
    pace = Pace([watched(Event.read(b'{"id":"1","timestamp":"soon"}'))], clock)
    clock.sleep(5)
    assert pace.elapsed == 5


def test_of_a_job_whose_first_events_were_not_asked_for_the_record_says_when_it_began() -> None:
    job = watched(event(7))
    job.state._whole = False  # noqa: SLF001 - as Follower makes it with --start
    job.state.record = record("running")
    began = event(1).at
    job.state.record = type(job.state.record)("running", None, {}, began, None)
    assert Pace([job], FakeClock()).elapsed == 60


def test_the_node_that_runs_longest_is_known_with_its_seconds() -> None:
    clock = FakeClock()
    one = watched(event(1), event(3, node="b"), event(4, "node_finished"))
    other = watched(event(2, node="c"), event(5, node="d"), job="353")
    pace = Pace([one, other], clock)
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
    job = watched(
        *[event(1, node=f"n{number}") for number in range(10)],
        *[event(1, "node_finished", f"n{number}") for number in range(over - 1)],
        event(5, "node_finished", f"n{over - 1}"),
        node_count=total,
    )
    assert Pace([job], FakeClock()).left == left


def test_what_is_left_gets_less_as_time_passes_and_is_never_told_below_nothing() -> None:
    clock = FakeClock()
    job = watched(*[event(1, node=f"n{number}") for number in range(10)],
                  *[event(5, "node_finished", f"n{number}") for number in range(5)])  # fmt: skip
    pace = Pace([job], clock)
    clock.sleep(10)
    assert pace.left == 30
    clock.sleep(30)
    assert pace.left is None


def test_while_one_of_several_jobs_has_no_pace_what_is_left_of_all_is_not_told() -> None:
    fast = watched(*[event(1, node=f"n{number}") for number in range(10)],
                   *[event(5, "node_finished", f"n{number}") for number in range(5)])  # fmt: skip
    assert Pace([fast], FakeClock()).left == 40
    assert Pace([fast, watched(event(1), job="353")], FakeClock()).left is None


@given(st.integers(0, 20), st.integers(0, 20), st.integers(0, 40))
def test_no_pace_is_ever_negative(count: int, over: int, total: int) -> None:
    pace = Pace([running(max(count, over), over, total=total)], FakeClock())
    assert pace.left is None or pace.left > 0
    assert pace.elapsed >= 0


def test_silence_begins_ten_seconds_after_the_last_event() -> None:
    clock = FakeClock()
    pace = Pace([watched(event(1))], clock)
    clock.sleep(9)
    assert not pace.silent
    clock.sleep(1)
    assert pace.silent
    assert pace.heard == 10


def test_trouble_is_an_ask_that_has_no_answer_and_is_as_old_as_the_last_good_one() -> None:
    clock = FakeClock()
    job = watched(event(1))
    pace = Pace([job], clock)
    clock.sleep(20)
    job.answered_at = clock.monotonic()
    assert pace.troubled is None
    clock.sleep(2)
    job.unanswered_since = clock.monotonic()
    clock.sleep(2)
    assert pace.troubled is None, "an answer may take a moment"
    clock.sleep(3)
    assert pace.troubled == pace.answered == 7


def test_an_answer_that_goes_on_with_events_is_no_trouble() -> None:
    clock = FakeClock()
    job = watched(event(1))
    job.unanswered_since = 0.0
    clock.sleep(60)
    job.heard_at = clock.monotonic()
    assert Pace([job], clock).troubled is None
