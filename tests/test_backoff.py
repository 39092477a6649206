"""How long to wait before asking again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.backoff import Backoff

FOUND = st.lists(st.booleans(), max_size=20)


def pauses(interval: float, found: list[bool]) -> list[float]:
    backoff = Backoff(interval, lambda: 1.0)
    return [backoff.pause(found=one) for one in found]


def test_while_events_come_it_asks_at_the_interval() -> None:
    assert pauses(2.0, [True, True, True]) == [2, 2, 2]


def test_when_none_come_it_asks_more_and_more_slowly_up_to_five_intervals() -> None:
    assert pauses(2.0, [False] * 6) == [3, 4.5, 6.75, 10, 10, 10]


def test_an_event_brings_it_back_to_the_interval() -> None:
    assert pauses(2.0, [False, False, False, True, False]) == [3, 4.5, 6.75, 2, 3]


@given(st.floats(0.1, 600), FOUND)
def test_a_pause_is_within_one_and_five_intervals(interval: float, found: list[bool]) -> None:
    assert all(interval <= pause <= 5 * interval for pause in pauses(interval, found))


@given(st.floats(0.1, 600), FOUND)
def test_pauses_scale_with_the_interval(interval: float, found: list[bool]) -> None:
    assert pauses(interval, found) == pytest.approx([interval * pause for pause in pauses(1.0, found)])


def test_after_failures_the_limit_doubles_from_one_second_to_thirty() -> None:
    backoff = Backoff(5.0, lambda: 1.0)
    assert [backoff.retry() for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]


@pytest.mark.parametrize("found", [True, False])
def test_a_good_answer_brings_the_limit_back_to_one_second(*, found: bool) -> None:
    backoff = Backoff(5.0, lambda: 1.0)
    backoff.retry()
    backoff.retry()
    backoff.pause(found=found)
    assert backoff.retry() == 1


@given(st.floats(0, 1), st.integers(1, 12))
def test_a_retry_comes_by_chance_within_its_limit(chance: float, failures: int) -> None:
    likely, latest = Backoff(1.0, lambda: chance), Backoff(1.0, lambda: 1.0)
    for _ in range(failures):
        assert likely.retry() == pytest.approx(chance * latest.retry())


def test_failures_do_not_slow_down_what_comes_after_them() -> None:
    backoff = Backoff(2.0, lambda: 1.0)
    backoff.pause(found=False)
    for _ in range(5):
        backoff.retry()
    assert backoff.pause(found=False) == 4.5
