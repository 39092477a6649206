"""What is zipped: in one member or several, whole or cut, in pieces of any size."""

import gzip
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.client.stream import gunzip
from tests.table import each


def cut_up(text: bytes, size: int) -> Iterator[bytes]:
    return (text[at : at + size] for at in range(0, len(text), size))


@given(st.lists(st.binary(max_size=50), min_size=1, max_size=5), st.integers(0, 20), st.integers(1, 200))
def test_several_members_are_one_text_however_they_are_cut(members: list[bytes], zeros: int, size: int) -> None:
    zipped = b"".join(gzip.compress(member) for member in members) + b"\0" * zeros
    assert b"".join(gunzip(cut_up(zipped, size))) == b"".join(members)


@given(st.integers(0, 20), st.integers(1, 200))
def test_zeros_between_members_are_padding(zeros: int, size: int) -> None:
    zipped = gzip.compress(b"one") + b"\0" * zeros + gzip.compress(b"two")
    assert b"".join(gunzip(cut_up(zipped, size))) == b"onetwo"


@each("size", [1, 2, 1000])
@each("rest", [b"x", b"\0\0xyz", b"\x1f", b"\x1fx", b"\n"])
def test_what_is_behind_the_last_member_and_is_none_is_passed_over(rest: bytes, size: int) -> None:
    assert b"".join(gunzip(cut_up(gzip.compress(b"one") + rest, size))) == b"one"


@pytest.mark.parametrize("size", [1, 1000])
def test_a_member_that_is_broken_is_an_error_wherever_it_is(size: int) -> None:
    good = gzip.compress(b"one")
    broken = good[:10] + b"\xff\xff\xff" + good[13:]
    for zipped in (broken, good + broken, b"no gzip", good[:-8] + b"\0" * 8):
        with pytest.raises(zlib.error):
            list(gunzip(cut_up(zipped, size)))


@given(st.integers(0, 200), st.integers(1, 50))
def test_a_stream_that_is_cut_yields_the_beginning(cut: int, size: int) -> None:
    text = bytes(range(100))
    zipped = gzip.compress(text[:50]) + gzip.compress(text[50:])
    assert text.startswith(b"".join(gunzip(cut_up(zipped[:cut], size))))


def test_no_more_than_a_quarter_of_a_megabyte_comes_at_once() -> None:
    zipped = gzip.compress(bytes(3_000_000))
    pieces = list(gunzip([zipped]))
    assert sum(map(len, pieces)) == 3_000_000
    assert max(map(len, pieces)) <= 1 << 18
