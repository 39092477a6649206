"""Renderers that let through what is wanted."""

import tracemalloc
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.events import Event
from orch_events.render.sieves import Selected, Tail
from orch_events.selection import Selection
from tests.fakes import event


class Shown:
    """A renderer that remembers what reached it."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.ids: dict[str, list[int | None]] = {}
        self.told: list[str] = []

    def events(self, job: str, events: Sequence[Event]) -> None:
        self.ids.setdefault(job, []).extend(one.id for one in events)

    def wait(self) -> None:
        self.told.append("wait")

    def finish(self, *, whole: bool = True) -> None:
        self.told.append("whole" if whole else "cut short")


def events(*numbers: int) -> list[Event]:
    return [event(number, "node_failed" if number % 2 else "node_finished") for number in numbers]


def test_the_selected_events_pass_in_their_order() -> None:
    shown = Shown()
    sieve = Selected(Selection(failed=True), shown)
    sieve.events("352", events(1, 2, 4, 3, 5))
    sieve.events("352", events(6, 7))
    assert shown.ids == {"352": [1, 3, 5, 7]}
    assert sieve.passed == 4


@pytest.mark.parametrize("whole", [True, False])
def test_what_is_said_of_the_end_passes_a_selection(*, whole: bool) -> None:
    shown = Shown()
    sieve = Selected(Selection(), shown)
    sieve.wait()
    sieve.finish(whole=whole)
    assert shown.told == ["wait", "whole" if whole else "cut short"]


def test_a_tail_shows_nothing_until_the_first_wait() -> None:
    shown = Shown()
    tail = Tail(2, shown)
    tail.events("352", events(1, 2))
    tail.events("352", events(3))
    assert shown.ids == {}
    tail.wait()
    assert shown.ids == {"352": [2, 3]}


def test_after_the_first_wait_a_tail_lets_everything_through() -> None:
    shown = Shown()
    tail = Tail(1, shown)
    tail.events("352", events(1, 2))
    tail.wait()
    tail.events("352", events(3, 4, 5))
    tail.wait()
    assert shown.ids == {"352": [2, 3, 4, 5]}
    assert shown.told == ["wait", "wait"]


@pytest.mark.parametrize("whole", [True, False])
def test_a_tail_lets_go_at_the_end(*, whole: bool) -> None:
    shown = Shown()
    tail = Tail(2, shown)
    tail.events("352", events(1, 2, 3))
    tail.finish(whole=whole)
    assert shown.ids == {"352": [2, 3]}
    assert shown.told[-1] == ("whole" if whole else "cut short")


def test_each_job_has_a_tail_of_its_own() -> None:
    shown = Shown()
    tail = Tail(2, shown)
    tail.events("352", events(1, 2))
    tail.events("353", events(3))
    tail.events("352", events(4))
    tail.finish()
    assert shown.ids == {"352": [2, 4], "353": [3]}


def test_a_tail_of_nothing_shows_only_what_is_new() -> None:
    shown = Shown()
    tail = Tail(0, shown)
    tail.events("352", events(1, 2))
    tail.wait()
    tail.events("352", events(3))
    assert shown.ids == {"352": [3]}


def test_of_what_is_selected_the_tail_is_shown() -> None:
    shown = Shown()
    sieve = Selected(Selection(failed=True), Tail(2, shown))
    sieve.events("352", events(1, 2, 3, 4, 5, 6, 8))
    sieve.finish()
    assert shown.ids == {"352": [3, 5]}


@given(st.integers(0, 9), st.lists(st.lists(st.integers(1, 99), max_size=5), max_size=4))
def test_a_tail_is_the_end_of_all_that_came(count: int, batches: list[list[int]]) -> None:
    shown = Shown()
    tail = Tail(count, shown)
    for batch in batches:
        tail.events("352", events(*batch))
    tail.finish()
    everything = [number for batch in batches for number in batch]
    assert shown.ids.get("352", []) == everything[max(0, len(everything) - count) :]


def test_what_is_held_back_keeps_nothing_else_in_memory() -> None:
    tail = Tail(100, Shown())
    tracemalloc.start()
    for _ in range(100):
        _, small = Event.read_all(b'[{"id":"1","m":"%b"},{"id":"2"}]' % (b"x" * 100_000))
        tail.events("352", [small])
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 1_000_000
