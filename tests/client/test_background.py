"""Many responses at once: nobody waits for one of them, and no second has more requests than were allowed."""

import math
from collections.abc import Generator, Iterator
from threading import Event as Flag
from threading import current_thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.client.background import Background
from orch_events.errors import Unreachable
from orch_events.times import SystemClock
from tests.fakes import FakeClock


def taken(background: Background, reading: Iterator[int | None]) -> list[int]:
    """Read to the end, waiting whenever there is nothing."""
    found = []
    for item in reading:
        if item is None:
            background.wait(1)
        else:
            found.append(item)
    return found


@pytest.fixture
def background() -> Iterator[Background]:
    with Background(SystemClock(), threads=2, rate=math.inf) as opened:
        yield opened


def test_what_is_not_there_yet_is_told_at_once_and_waited_for_elsewhere(background: Background) -> None:
    go = Flag()

    def slow() -> Iterator[int]:
        go.wait(30)
        yield 1

    reading, other = background.read_ahead(slow), background.read_ahead(lambda: iter([2, 3]))
    assert next(reading) is None
    assert taken(background, other) == [2, 3]
    go.set()
    assert taken(background, reading) == [1]


def test_who_waits_although_there_is_more_is_woken_at_once(background: Background) -> None:
    clock = SystemClock()
    reading = background.read_ahead(lambda: iter([1, 2, 3]))
    while next(reading) is None:
        background.wait(30)
    began_at = clock.monotonic()
    for _ in range(2):
        background.wait(30)
        assert next(reading) is not None
    assert clock.monotonic() - began_at < 20


def test_what_is_raised_in_the_background_is_raised_where_it_is_read(background: Background) -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise Unreachable("gone")

    with pytest.raises(Unreachable, match="gone"):
        taken(background, background.read_ahead(broken))


def test_threads_are_used_again_and_are_not_more_than_they_may_be(background: Background) -> None:
    readings = [background.read_ahead(lambda: iter([current_thread().ident or 0])) for _ in range(20)]
    assert len({ident for reading in readings for ident in taken(background, reading)}) <= 2


def test_an_endless_response_that_nobody_reads_any_more_ends(background: Background) -> None:
    ended = Flag()

    def endless() -> Iterator[int]:
        try:
            while True:
                yield 1
        finally:
            ended.set()

    reading = background.read_ahead(endless)
    while next(reading) is None:
        background.wait(1)
    reading.close()
    assert ended.wait(30)


_TICK_SECONDS = 0.01
"""How often a reading that waits for its turn looks at the clock."""


@given(st.floats(0.5, 50), st.lists(st.floats(0, 2), min_size=1, max_size=40))
def test_no_second_has_more_requests_than_were_allowed(rate: float, pauses: list[float]) -> None:
    clock, begun = FakeClock(), list[float]()

    def begin() -> Iterator[int]:
        begun.append(clock.monotonic())
        return iter(())

    with Background(clock, threads=1, rate=rate) as background:
        background._start = lambda task: task()  # type: ignore[method-assign] # noqa: SLF001 - no thread is needed here
        for pause in pauses:
            clock.sleep(pause)
            _finish(background.read_ahead(begin), clock)
    assert len(begun) == len(pauses)
    second = 1 - 2 * _TICK_SECONDS  # a request may begin a moment after it is due, and the next one at once
    assert all(len([at for at in begun if first <= at < first + second]) <= math.ceil(rate) for first in begun)


def _finish(reading: Generator[int | None, None, None], clock: FakeClock) -> None:
    for _ in reading:
        clock.sleep(_TICK_SECONDS)


def test_a_request_that_is_given_up_before_it_began_holds_up_nothing() -> None:
    clock = FakeClock()
    with Background(clock, threads=1, rate=0.1) as background:
        assert taken(background, background.read_ahead(lambda: iter([1]))) == [1]
        waiting = background.read_ahead(lambda: iter([2]))
        assert next(waiting) is None
        waiting.close()
        clock.sleep(30)
        assert taken(background, background.read_ahead(lambda: iter([3]))) == [3]
