"""When each job is asked next."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.follow.scheduler import PollingInterval

FOUND = st.lists(st.booleans(), max_size=20)


def pauses(interval: float, found: list[bool]) -> list[float]:
    polling = PollingInterval(interval)
    return [polling.next(found=one) for one in found]


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
