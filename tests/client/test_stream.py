"""Who reads in the background is kept waiting by nothing."""

from collections.abc import Iterator
from threading import Event as Flag

import pytest

from orch_events.client import stream
from orch_events.client.stream import read_ahead
from orch_events.errors import Unreachable


@pytest.fixture
def go(monkeypatch: pytest.MonkeyPatch) -> Iterator[Flag]:
    monkeypatch.setattr(stream, "_TICK_SECONDS", 0.01)
    flag = Flag()
    yield flag
    flag.set()


def test_each_moment_in_which_nothing_comes_is_told(go: Flag) -> None:
    def slow() -> Iterator[int]:
        yield 1
        go.wait(30)
        yield 2

    reading = read_ahead(slow)
    assert next(item for item in reading if item is not None) == 1
    assert next(reading) is None
    go.set()
    assert [item for item in reading if item is not None] == [2]


def test_what_is_raised_in_the_background_is_raised_where_it_is_read() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise Unreachable("gone")

    reading = read_ahead(broken)
    assert next(item for item in reading if item is not None) == 1
    with pytest.raises(Unreachable, match="gone"):
        list(reading)


def test_what_nobody_reads_any_more_ends() -> None:
    ended = Flag()

    def endless() -> Iterator[int]:
        try:
            while True:
                yield 1
        finally:
            ended.set()

    reading = read_ahead(endless)
    assert next(item for item in reading if item is not None) == 1
    reading.close()
    assert ended.wait(30)
