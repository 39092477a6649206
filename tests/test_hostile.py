"""What no orchestrator sends: each has a defined result, and none acts, hangs or grows without bound."""

import gzip
import tracemalloc
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.client.responses import error_for_response, read_retry_after
from orch_events.client.stream import gunzip
from orch_events.errors import HtmlAnswer, NotUnderstood, OrchEventsError, TruncatedAnswer
from orch_events.render.toolkit.text import escape_control
from orch_events.wire.event import Event
from orch_events.wire.lenient import compact
from orch_events.wire.page import PageDecoder

CORPUS = sorted((Path(__file__).parent / "corpus").iterdir())


def decode(page: bytes, size: int, limit: int = 1 << 20) -> list[Event]:
    decoder = PageDecoder("a page", limit)
    events = [event for at in range(0, len(page), size) for event in decoder.feed(page[at : at + size])]
    decoder.finish()
    return events


def result(page: bytes, size: int) -> object:
    """Return the events, or the kind of error, of a page that is read in pieces."""
    try:
        return [event.raw for event in decode(page, size)]
    except OrchEventsError as error:
        return type(error)


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name)
def test_each_page_of_the_corpus_has_one_result_in_pieces_of_any_size(path: Path) -> None:
    page = path.read_bytes()
    results = [result(page, size) for size in (len(page) or 1, 1, 3, 64)]
    assert results[1:] == results[:-1]
    expected = {"cut": TruncatedAnswer, "html": HtmlAnswer, "bad": NotUnderstood}.get(path.name.partition("-")[0])
    assert results[0] is expected if expected else isinstance(results[0], list)


@given(st.sampled_from(CORPUS), st.integers(0, 500), st.binary(max_size=8), st.integers(1, 70))
def test_a_damaged_page_gives_events_or_one_of_our_errors(path: Path, at: int, noise: bytes, size: int) -> None:
    page = path.read_bytes()
    at %= len(page) + 1
    assert result(page[:at] + noise + page[at + len(noise) :], size) is not None


def test_a_lone_surrogate_and_broken_utf8_are_passed_on_as_valid_json() -> None:
    events = decode(b'{"items":[{"id":"1","message":"a\\ud800b" },{"id":"2","message":"c\xff\xfed"},{"id":"3"}]}', 1000)
    assert [event.id for event in events] == [1, 2, 3]
    assert events[0].raw == b'{"id":"1","message":"a\\ud800b"}'
    assert escape_control(events[0].message) == "a\\ud800b"
    assert events[1].raw == '{"id":"2","message":"c\ufffd\ufffdd"}'.encode()


@given(st.binary(max_size=60))
def test_a_repaired_value_is_one_line_of_text(text: bytes) -> None:
    try:
        repaired = compact(text)
    except ValueError:
        return
    assert b"\n" not in repaired
    assert compact(repaired) == repaired


@pytest.mark.parametrize(
    "end", [b'{"items":[{"m":"' + b"x" * 70_000, b'{"items":[' + b" " * 70_000, b'{"a":' + b"[" * 70_000]
)
def test_an_answer_that_never_ends_is_given_up_at_the_limit(end: bytes) -> None:
    decoder = PageDecoder("a page", limit=1 << 20)
    with pytest.raises(NotUnderstood, match="a page has more than 1 MB without a complete event"):
        list(map(decoder.feed, [end, *[end[-70_000:]] * 20]))


def test_many_small_events_are_no_answer_that_never_ends() -> None:
    decoder = PageDecoder("a page", limit=1 << 16)
    decoder.feed(b'{"items":[{"id":0}')
    assert sum(len(decoder.feed(b', {"id":%d}' % number * 100)) for number in range(1000)) > 99_000


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


def test_what_is_no_gzip_is_told() -> None:
    with pytest.raises(zlib.error):
        list(gunzip([b"<html>"]))


@given(st.integers(201, 599), st.binary(max_size=200), st.booleans())
def test_every_refusal_becomes_one_sentence(status: int, body: bytes, with_token: bool) -> None:
    error = error_for_response("https://h/x", status, body, with_token=with_token)
    assert error.exit_status in (4, 5, 6, 7)
    assert "\n" not in error.message
    assert f"HTTP {status}" in error.message


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120.0),
        (" 7 ", 7.0),
        ("Thu, 05 May 2016 19:50:10 GMT", 10.0),
        ("Thu, 05 May 2016 19:49:10 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(text: str | None, seconds: float | None) -> None:
    assert read_retry_after(text, now=1_462_477_800.0) == seconds
