"""Answers on their way: who reads in the background is kept waiting by nothing, and gzip is unpacked in pieces."""

import gzip
import tracemalloc
import zlib
from collections.abc import Iterator
from itertools import islice
from random import Random
from threading import Event as Flag
from threading import current_thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.client import stream
from orch_events.client.stream import gunzip, read_ahead
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


def test_who_reads_slowly_loses_nothing(go: Flag) -> None:
    begun = Flag()

    def many() -> Iterator[int]:
        yield 0
        begun.set()
        yield from range(1, 20)

    reading = read_ahead(many)
    assert next(item for item in reading if item is not None) == 0
    assert begun.wait(30)
    go.wait(0.1)  # long enough for several tries to find no room
    assert [item for item in islice(reading, 100) if item is not None] == list(range(1, 20))


def test_what_is_read_in_the_background_keeps_no_process_alive() -> None:
    assert [item for item in read_ahead(lambda: iter([current_thread().daemon])) if item is not None] == [True]


@pytest.mark.slow
def test_a_gzip_bomb_is_unpacked_in_small_pieces() -> None:
    bomb = gzip.compress(b" " * (64 << 20))
    tracemalloc.start()
    size = sum(len(piece) for piece in gunzip([bomb[:1000], bomb[1000:]]))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size == 64 << 20
    assert peak < 3 << 20


@given(st.binary(max_size=3000), st.integers(1, 50), st.integers(0, 40))
def test_gunzip_agrees_with_gzip_and_yields_what_came_before_a_cut(data: bytes, size: int, cut: int) -> None:
    def pieces(packed: bytes) -> Iterator[bytes]:
        return (packed[at : at + size] for at in range(0, len(packed), size))

    packed = gzip.compress(data, mtime=0)
    assert b"".join(gunzip(pieces(packed))) == data
    assert data.startswith(b"".join(gunzip(pieces(packed[: len(packed) - cut]))))


@pytest.mark.parametrize("text", [b"<html>", zlib.compress(b"{}")], ids=["html", "zlib"])
def test_what_is_no_gzip_is_told(text: bytes) -> None:
    with pytest.raises(zlib.error):
        list(gunzip([text]))


def test_gzip_may_look_back_as_far_as_it_likes() -> None:
    noise = Random(0).randbytes(30_000)
    assert b"".join(gunzip([gzip.compress(noise + noise)])) == noise + noise
