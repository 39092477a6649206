"""How much work a page makes, how much of it may stay without an event, and bytes that are no UTF-8."""

from contextlib import nullcontext

import pytest

from orch_events.errors import NotUnderstood
from orch_events.wire.page import PageDecoder
from tests.wire.conftest import Parsed

NESTED = b'{"id":"1","d":[{"id":"2"},{"id":"3"'
"""The beginning of an event, cut where another seems to begin."""


def events(first: int, count: int) -> bytes:
    return b"".join(b'{"id":"%d","m":"x"},' % number for number in range(first, first + count))


def test_behind_an_event_that_was_no_boundary_many_are_taken_at_once_again(parsed: Parsed) -> None:
    decoder = PageDecoder("a page")
    decoder.feed(b'{"items":[' + events(0, 2))
    decoder.feed(NESTED)
    decoder.feed(b"}]}," + events(10, 1))
    parsed.reset()
    assert len(decoder.feed(events(100, 1000))) == 1000
    assert parsed.calls <= 3


def test_while_an_event_is_not_whole_nothing_is_tried_twice(parsed: Parsed) -> None:
    decoder = PageDecoder("a page")
    decoder.feed(b'{"items":[' + events(0, 2))
    parsed.reset()
    decoder.feed(NESTED)
    for _ in range(100):
        decoder.feed(b'},{"id":"3"')
    assert parsed.calls == 1


@pytest.mark.parametrize("inside", [b'"d":{"id":"x"}', b'"d":[{"id":"x"}'])
def test_where_no_comma_is_before_it_no_element_begins_and_nothing_is_tried(inside: bytes, parsed: Parsed) -> None:
    decoder = PageDecoder("a page")
    decoder.feed(b'{"items":[' + events(0, 2))
    parsed.reset()
    piece = events(10, 1000) + b'{"id":"9",' + inside
    assert len(decoder.feed(piece)) == 1000
    assert parsed.size < len(piece)


@pytest.mark.parametrize(("begin", "end"), [(b"[", b"]"), (b'{"id":[', b"]}")])
def test_what_is_around_the_events_is_not_taken_for_some(begin: bytes, end: bytes, parsed: Parsed) -> None:
    decoder = PageDecoder("a page")
    decoder.feed(b'{"a":' + begin + events(0, 2))
    for _ in range(10):
        decoder.feed(events(10, 100))
    assert parsed.calls == 0
    assert [event.id for event in decoder.feed(b"1" + end + b',"items":[{"id":"7"}]}')] == [7]


@pytest.mark.parametrize("text", [b"\xff", b"\xed\xa0\x80", b"\xc3"])
def test_bytes_that_are_no_utf_8_are_replaced_in_one_event_and_leave_the_others_alone(text: bytes) -> None:
    bad = b'{"id":"7","m":"a%bz"},' % text
    whole = b'{"items":[' + events(0, 2) + events(2, 5) + bad + events(8, 5) + b"{}]}"
    for size in (1, 70, 150, 100_000):
        decoder = PageDecoder("a page")
        found = [event for at in range(0, len(whole), size) for event in decoder.feed(whole[at : at + size])]
        assert [event.id for event in found] == [*range(13), None]
        assert found[7].raw.decode().startswith('{"id":"7","m":"a\ufffd')
        assert decoder.finish().next_start is None


@pytest.mark.parametrize("page", [b'{"\xff":1,"items":[]}', b'{"a":"\xff","items":[]}', b'{"items":[],"a":["\xc3"]}'])
def test_bytes_that_are_no_utf_8_around_the_events_are_no_error_of_python(page: bytes) -> None:
    with pytest.raises(NotUnderstood, match="is not JSON"):
        PageDecoder("a page").feed(page)


FEEDS: list[tuple[str, list[bytes], bool]] = [
    ("one event as long as the limit", [b'{"items":[{"m":"' + b"x" * 980], False),
    ("one that is longer", [b'{"items":[{"m":"' + b"x" * 1000], True),
    ("the same in pieces", [b'{"items":[{"m":"', *[b"x" * 100] * 10], True),
    ("many events, each a short one", [b'{"items":[', *[events(at, 10) for at in range(500)]], False),
    ("events, and one that is shorter", [b'{"items":[', events(0, 100), b'{"m":"' + b"x" * 900], False),
    ("a beginning that came with whole events counts", [b'{"items":[' + events(0, 9) + b'{"m":"' + b"x" * 900,
                                                        b"x" * 200], True),
    ("white space up to the limit", [b'{"items":[', b" " * 990], False),
    ("white space beyond it", [b'{"items":[', b" " * 991], True),
    ("another member", [b'{"a":"', *[b"x" * 100] * 11], True),
]  # fmt: skip


@pytest.mark.parametrize(("pieces", "refused"), [feed[1:] for feed in FEEDS], ids=[feed[0] for feed in FEEDS])
def test_what_came_since_the_last_event_is_limited(pieces: list[bytes], *, refused: bool) -> None:
    decoder = PageDecoder("a page", limit=1000)

    with pytest.raises(NotUnderstood, match="without a complete event") if refused else nullcontext():
        for piece in pieces:
            decoder.feed(piece)
