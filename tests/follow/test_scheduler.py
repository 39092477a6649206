"""When each job is asked next."""

from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.follow.scheduler import PollingInterval, interleave
from orch_events.job.outcome import Outcome
from orch_events.job.state import JobState
from orch_events.job.updates import JobEnded, Notice, OutcomeUnknown, Pause, Tick, TimedOut, Update
from tests.fakes import FakeClock

FOUND = st.lists(st.booleans(), max_size=20)


def pauses(interval: float, found: list[bool]) -> list[float]:
    polling = PollingInterval(interval)
    return [polling.next(found=one) for one in found]


def test_while_events_come_it_asks_at_the_interval() -> None:
    assert pauses(2.0, [True, True, True]) == [2, 2, 2]


def test_when_none_come_it_asks_more_and_more_slowly_up_to_five_intervals() -> None:
    assert pauses(2.0, [False] * 6) == [3, 4.5, 6.75, 10, 10, 10]


def test_how_slowly_at_most_can_be_chosen_but_not_below_the_interval() -> None:
    for most, slowest in ((60.0, 60.0), (1.0, 5.0)):
        polling = PollingInterval(5.0, most)
        assert max(polling.next(found=False) for _ in range(20)) == slowest


def test_where_it_can_grow_long_it_begins_to_after_eight_pages_without_events() -> None:
    polling = PollingInterval(5.0, 60.0)
    assert [polling.next(found=False) for _ in range(10)] == [5.0] * 8 + [7.5, 11.25]
    assert [polling.next(found=one) for one in (True, False)] == [5.0, 5.0]


def test_an_event_brings_it_back_to_the_interval() -> None:
    assert pauses(2.0, [False, False, False, True, False]) == [3, 4.5, 6.75, 2, 3]


@given(st.floats(0.1, 600), FOUND)
def test_a_pause_is_within_one_and_five_intervals(interval: float, found: list[bool]) -> None:
    assert all(interval <= pause <= 5 * interval for pause in pauses(interval, found))


@given(st.floats(0.1, 600), FOUND)
def test_pauses_scale_with_the_interval(interval: float, found: list[bool]) -> None:
    assert pauses(interval, found) == pytest.approx([interval * pause for pause in pauses(1.0, found)])


A, B, C = Notice("a"), Notice("b"), Notice("c")


@pytest.fixture
def clock() -> FakeClock:
    """Return a clock that does not begin at zero."""
    clock = FakeClock()
    clock.sleep(100)
    clock.slept.clear()
    return clock


def spoken(updates: Iterable[Update]) -> list[Update]:
    """Return the updates but for the pauses."""
    return [update for update in updates if not isinstance(update, Pause)]


def test_a_pause_is_slept_a_second_at_a_time(clock: FakeClock) -> None:
    updates = list(interleave([iter([Pause(2.5), A])], clock))
    assert updates == [Pause(2.5), Pause(1.5), Pause(0.5), A]
    assert clock.slept == [1, 1, 0.5]


def test_the_job_that_is_due_first_comes_first(clock: FakeClock) -> None:
    jobs: list[Iterator[Update]] = [iter([Pause(3), A]), iter([Pause(1), B, Pause(1), B]), iter([C])]
    assert spoken(interleave(jobs, clock)) == [C, B, B, A]
    assert clock.slept == [1, 1, 1]


def test_jobs_that_are_due_together_come_in_the_order_in_which_they_were_named(clock: FakeClock) -> None:
    jobs: list[Iterator[Update]] = [iter([Pause(1), one]) for one in (A, B, C)]
    assert spoken(interleave(jobs, clock)) == [A, B, C]


def test_while_an_answer_arrives_another_job_has_its_turn(clock: FakeClock) -> None:
    def slow() -> Iterator[Update]:
        clock.sleep(0.1)
        yield Tick()
        yield A

    assert list(interleave([slow(), iter([B])], clock)) == [Tick(), B, A]


@pytest.mark.parametrize("pause", [2.5, 10.0])
def test_at_the_time_limit_it_ends(pause: float, clock: FakeClock) -> None:
    updates = list(interleave([iter([A, Pause(pause), B])], clock, 2.5))
    assert updates == [A, Pause(2.5), Pause(1.5), Pause(0.5), TimedOut(2.5)]
    assert clock.slept == [1, 1, 0.5]


@pytest.mark.parametrize(("seconds", "expected"), [(2.4, [A, B]), (2.5, [A, TimedOut(2.5)])])
def test_the_time_limit_counts_while_updates_come(seconds: float, expected: list[Update], clock: FakeClock) -> None:
    updates = []
    for update in interleave([iter([A, B])], clock, 2.5):
        updates.append(update)
        if update == A:
            clock.sleep(seconds)
    assert updates == expected


ENDS = [JobEnded(JobState("7"), Outcome("finished", {}, None)), OutcomeUnknown(JobState("7"))]


@pytest.mark.parametrize("end", ENDS, ids=lambda end: type(end).__name__)
def test_a_job_that_ended_at_the_time_limit_has_ended(end: Update, clock: FakeClock) -> None:
    updates = []
    for update in interleave([iter([end])], clock, 2.5):
        updates.append(update)
        clock.sleep(2.5)
    assert updates == [end]
