"""The buffer that puts events in order."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.follow.reorder import ReorderBuffer
from orch_events.wire.event import Event
from tests.build import event, ids


@given(st.lists(st.integers(0, 999), unique=True), st.lists(st.integers(1, 40)))
def test_a_buffer_puts_everything_in_order_and_loses_nothing(numbers: list[int], sizes: list[int]) -> None:
    buffer, out, at = ReorderBuffer(), list[Event](), 0
    for size in [*sizes, 1000]:
        out += buffer.put([event(number) for number in numbers[at : at + size]])
        at += size
    assert out == []  # fewer than a buffer holds
    assert ids(buffer.drain()) == sorted(numbers)
    assert buffer.drain() == []


def test_a_buffer_holds_some_thousand_events_and_some_megabytes() -> None:
    buffer = ReorderBuffer()
    held = 0
    for begin in range(0, 10_000, 500):
        held += 500 - len(buffer.put([event(number) for number in range(begin, begin + 500)]))
        assert held <= 4096 + 500
    assert held >= 4096
    buffer = ReorderBuffer()
    out = [buffer.put([event(number, message="x" * 1_000_000)]) for number in range(8)]
    assert [ids(some) for some in out] == [[], [], [], [], [0], [1], [2], [3]]


def released(buffer: ReorderBuffer, *batches: Sequence[Event]) -> list[list[int | None]]:
    """Return the ids that a buffer releases at each of some batches, and at its end."""
    return [*(ids(buffer.put(batch)) for batch in batches), ids(buffer.drain())]


def test_a_buffer_releases_the_oldest_batch_while_the_others_alone_fill_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orch_events.follow.reorder._BUFFERED_EVENTS", 4)
    buffer = ReorderBuffer()
    batches = [[event(number) for number in numbers] for numbers in ([1, 2, 3], [4, 5, 6], [7], [8], [9, 10])]
    for _ in range(2):
        assert released(buffer, *batches) == [[], [], [1, 2, 3], [], [4, 5, 6], [7, 8, 9, 10]]
    many = [event(number) for number in range(4, 9)]
    assert released(buffer, *([event(number)] for number in (1, 2, 3)), many) == [[], [], [], [1, 2, 3], ids(many)]


def test_a_buffer_holds_so_many_bytes_but_for_the_only_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orch_events.follow.reorder._BUFFERED_BYTES", 3 * len(event(10).source))
    buffer = ReorderBuffer()
    batches = [[event(number)] for number in range(10, 14)]
    for _ in range(2):
        assert released(buffer, *batches) == [[], [], [], [10], [11, 12, 13]]
    big = [event(number) for number in range(10, 15)]
    assert released(buffer, big, [event(15)], [event(16)]) == [[], [10, 11, 12, 13, 14], [], [15, 16]]


def test_a_batch_that_is_lower_than_the_last_one_is_sorted_in() -> None:
    assert released(ReorderBuffer(), [event(5)], [event(3)], [], [event(4), event(9)]) == [[], [], [], [], [3, 4, 5, 9]]
