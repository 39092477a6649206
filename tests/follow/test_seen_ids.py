"""The ids that were seen."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.follow.seen_ids import SeenIds

_FEW = "orch_events.follow.seen_ids._FEW"


@pytest.fixture(autouse=True, scope="module", params=[0, 20, 4096])
def _few(request: pytest.FixtureRequest) -> Iterator[None]:
    """Keep none, some, or all of the ids one by one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_FEW, request.param)
        yield


@given(st.lists(st.integers(0, 200_000)))
def test_seen_ids_are_a_set(numbers: list[int]) -> None:
    shown, expected = SeenIds(), set[int]()
    for number in numbers:
        assert shown.add(number) is (number not in expected)
        expected.add(number)


def test_seen_ids_far_apart_take_bounded_memory_and_the_lowest_count_as_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_FEW, 500)
    shown = SeenIds()
    far = [number * 70_000 for number in range(600)]
    assert all(shown.add(number) for number in far)
    assert not shown.add(far[-1])
    assert not shown.add(5)
    assert shown.add(far[-1] + 1)


BLOCK = 1 << 16


def test_of_too_many_blocks_of_ids_the_lowest_is_dropped_and_all_up_to_its_end_counts_as_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_FEW, 0)
    monkeypatch.setattr("orch_events.follow.seen_ids._MAX_BLOCKS", 2)
    seen = SeenIds()
    assert seen.add(5)
    assert seen.add(3 * BLOCK + 5)
    assert [number in seen for number in (4, 5, BLOCK - 1)] == [False, True, False]
    assert seen.add(7 * BLOCK)
    assert [number in seen for number in (0, BLOCK - 1, BLOCK, 3 * BLOCK, 3 * BLOCK + 5, 7 * BLOCK)] == [
        True, True, False, False, True, True,
    ]  # fmt: skip
    assert not seen.add(BLOCK - 1)
    assert seen.add(BLOCK)
    assert 2 * BLOCK - 1 in seen


@given(st.lists(st.integers(0, 5 * BLOCK), unique=True), st.integers(0, 5 * BLOCK), st.integers(0, 5 * BLOCK))
def test_ids_that_were_seen_are_listed_from_one_to_another(numbers: list[int], low: int, high: int) -> None:
    seen = SeenIds()
    assert all(seen.add(number) for number in numbers)
    assert list(seen.between(low, high)) == [number for number in sorted(numbers) if low <= number <= high]
    assert all(number in seen for number in numbers)


def test_both_ends_of_a_list_of_ids_and_of_a_block_are_in_it() -> None:
    seen = SeenIds()
    ends = [0, BLOCK - 1, BLOCK, 2 * BLOCK - 1, 3 * BLOCK]
    seen.add_all(ends)
    assert [list(seen.between(low, high)) for low, high in pairwise(ends)] == [list(two) for two in pairwise(ends)]
    assert list(seen.between(1, BLOCK - 2)) == []


def test_ids_that_were_seen_are_listed_in_order_whatever_came_first() -> None:
    seen = SeenIds()
    assert all(seen.add(number) for number in (3 * BLOCK, 9, 2 * BLOCK, 7))
    assert list(seen.between(0, 4 * BLOCK)) == [7, 9, 2 * BLOCK, 3 * BLOCK]
