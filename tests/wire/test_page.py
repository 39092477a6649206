"""Answers, whole and in pieces: the decoder against a plain JSON parse."""

import json
import tracemalloc
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.errors import HtmlAnswer, NotUnderstood, OrchEventsError, TruncatedAnswer
from orch_events.render.toolkit.text import escape_control
from orch_events.wire.event import Event, PageEnd
from orch_events.wire.page import PageDecoder, no_json
from tests.table import each
from tests.wire.conftest import Parsed

EXAMPLE = b"""{ "next-events":
    { "id": "https://orchestrator.example.com:8143/orchestrator/v1/jobs/352/events?start=1272" },
  "items": [ { "id": "1267", "type": "node_running", "timestamp": "2016-05-05T19:50:08Z",
               "details": { "node": "puppet-agent.example.com", "detail": { "noop": false } },
               "message": "Started puppet run on puppet-agent.example.com ..." } ] }"""

PAGES = {
    "the documented example": EXAMPLE,
    "no events": b'{"next-events":{"id":"https://h/e?start=7","event":"7"},"items":[]}',
    "only items": b' {"items" : [ ] } \r\n',
    "items first": b'{"items":[{"id":"1"},{"id":"2"}],"next-events":{"id":"https://h/e?start=3"}}',
    "unknown members": b'{"a":[1,{"b":"]}"}],"items":[{"id":1}],"z":null,"next-events":null,"y":-1.5e3}',
    "braces in strings": b'{"items":[{"id":"1","m":"}, {\\"}],"},{"id":"2","m":"[{"}, {"id":"3"}]}',
    "nested objects": b'{"items":[{"id":"1","d":[{"a":[{},{}]}, {"b":{}}, {"c":[]}]}, {"id":"2"}, {"id":"3"}]}',
    "escapes": b'{"items":[{"id":"1","message":"\\\\\\"\\u007d, {\\\\"},{"id":"2","\\u0061":"\\ud83d\\ude00"}]}',
    "items that are no objects": b'{"items":[1, "}, {", null, [], [ [ ] ], -0.0, true]}',
    "nested objects that begin as events do": b'{"items":[{"id":"1","d":[{"id":"2"},{"id":"3"},{"id":"4"}]},{"id":"5"},'
    b'{"id":"6","d":[{"id":"7"},{"id":"8"}]}]}',
    "keys in any order": b'{"items" : [ {"id" : "1", "m" : ""}, {"m" : "}, {", "id" : "2"}, {"x" : 1}, {"id" : "3"} ]}',
    "much white space": b'{"items" : [ {"id" : "1"},%b{"id" : "2"}%b,{"id" : "3"} ]}' % (b" \n" * 99, b" \t" * 99),
    "no keys": b'{"items":[{},{},{}, {}]}',
    "an escaped key": b'{"\\u0069tems":[{"id":"1"}]}',
}


def decode(pieces: Iterable[bytes]) -> tuple[list[Event], PageEnd]:
    decoder = PageDecoder("a page")
    events = [event for piece in pieces for event in decoder.feed(piece)]
    return events, decoder.finish()


def cut_up(page: bytes, size: int) -> Iterator[bytes]:
    return (page[at : at + size] for at in range(0, len(page), size))


@each("size", [1, 2, 3, 7, 64, 100_000])
@each("name", PAGES)
def test_a_page_is_the_same_in_pieces_of_any_size(name: str, size: int) -> None:
    events, _ = decode(cut_up(PAGES[name], size))
    assert [json.loads(event.raw) for event in events] == json.loads(PAGES[name])["items"]


def test_the_documented_example_is_read() -> None:
    (event,), end = decode([EXAMPLE])
    assert (event.id, event.type, event.node) == (1267, "node_running", "puppet-agent.example.com")
    assert (event.timestamp, event.message[:19]) == ("2016-05-05T19:50:08Z", "Started puppet run ")
    assert end == PageEnd(1272)


def test_an_event_is_kept_as_it_was_written_but_for_white_space() -> None:
    odd = b'{"z" : 1.50e+3 , "id" : "1" , "a" : 123456789012345678901234567890, "z": "\\u00e9\\/ \xc3\xa9" }'
    (event,), _ = decode([b'{"items": [ %b ]}' % odd])
    assert event.raw == b'{"z":1.50e+3,"id":"1","a":123456789012345678901234567890,"z":"\\u00e9\\/ \xc3\xa9"}'


def test_events_come_out_as_soon_as_they_are_whole() -> None:
    decoder = PageDecoder("a page")
    assert decoder.feed(b'{"items" : [ {"id":"1"}') == []
    assert [event.id for event in decoder.feed(b', {"id":"2"}, {"id":"3"')] == [1, 2]
    assert [event.id for event in decoder.feed(b"} ]")] == [3]


@each(
    ("next_events", "start"),
    [
        ('{"id":"https://h/e?start=12"}', 12),
        ('{"id":"https://h/e?x=1&start=12"}', 12),
        ('{"id":"https://h/e"}', None),
        ('{"id":"https://h/e?start=-1"}', None),
        ('{"id":"http://[h/e?start=1"}', None),
        ('{"id":7}', None),
        ('{"event":"7"}', None),
        ("[]", None),
        ("null", None),
    ],
)
def test_of_next_events_only_the_start_counts(next_events: str, start: int | None) -> None:
    _, end = decode([f'{{"next-events":{next_events},"items":[]}}'.encode()])
    assert end == PageEnd(start)


def test_an_answer_that_is_cut_says_so_wherever_it_is_cut() -> None:
    for cut in range(len(EXAMPLE)):
        with pytest.raises(
            TruncatedAnswer, match=r"^the response from a page was cut off (before any events|after 1 event)$"
        ):
            decode([EXAMPLE[:cut]])


def test_an_answer_that_is_cut_says_behind_how_many_events() -> None:
    with pytest.raises(TruncatedAnswer, match="was cut off after 3 events"):
        decode([b'{"items":[{"id":1},', b'{"id":2},{"id":3},', b'{"id":4'])


def test_an_answer_of_white_space_alone_has_not_begun() -> None:
    with pytest.raises(TruncatedAnswer, match="a page is only white space"):
        decode([b" \n", b"\t"])


@pytest.mark.parametrize("size", [1 << 19, 1 << 17, (1 << 17) + 1])
def test_a_piece_may_be_larger_than_what_is_read_at_a_time(size: int) -> None:
    page = b'{"items":[%b]}' % b",".join(b'{"id":"%d","m":"%b"}' % (number, b"x" * 100) for number in range(4000))
    events, _ = decode(cut_up(page, size))
    assert [event.id for event in events] == list(range(4000))


@each(
    ("answer", "sentence"),
    [
        (b"<html><body>502 Bad Gateway</body></html>", "is HTML, not JSON"),
        (b"\n  <!DOCTYPE html>", "is HTML, not JSON"),
        (b"Bad Gateway", "is not a list of events"),
        (b"[]", "is not a list of events"),
        (b"{}", "is not a list of events: it has no items"),
        (b'{"kind":"x","msg":"y"}', "is not a list of events: it has no items"),
        (b'{"items":{}}', "is not a list of events: its items are not an array"),
        (b'{"items":null}', "is not a list of events: its items are not an array"),
        (b'{"items":[]} x', "has extra data after its end"),
        (b'{"items":[{"id":1}{"id":2}]}', "is not JSON"),
        (b'{"items":[{"id":1},]}', "is not JSON"),
        (b'{"items":[,]}', "is not JSON"),
        (b'{"items":[{"id":01}]}', "is not JSON"),
        (b'{"items":[{"id":1}}', "is not JSON"),
        (b'{"items":[[}]}', "is not JSON"),
        (b'{"items":[{"a":"\n"}]}', "is not JSON"),
        (b'{"items":[],}', "is not JSON"),
        (b'{"a":nul,"items":[]}', "is not JSON"),
        (b'{"a" 1}', "is not JSON"),
        (b'{,"items":[]}', "is not JSON"),
        (b'{1:2,"items":[]}', "is not JSON"),
    ],
)
@each("size", [1, 5, 1000])
def test_what_is_no_page_is_told_apart(answer: bytes, sentence: str, size: int) -> None:
    with pytest.raises(NotUnderstood, match=f"^the response from a page {sentence}$"):
        decode(cut_up(answer, size))


def test_an_event_nested_beyond_reason_is_refused_in_a_sentence() -> None:
    deep = b"[" * 100_000 + b"]" * 100_000
    with pytest.raises(NotUnderstood, match="is not JSON"):
        decode(cut_up(b'{"items":[{"id":1,"a":%b}, {"id":2}]}' % deep, 4096))
    for pieces in ([b'{"items":[{"id":0},', b'{"id":1,"a":%b}, {"id":2}]}' % deep], [b'{"a":%b,"items":[]}' % deep]):
        with pytest.raises(NotUnderstood, match="is not JSON"):
            decode(pieces)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "empty"),
        (b" \n", "only white space"),
        (b" \n<html>", "HTML, not JSON"),
        (b"\t\0\0", "NUL bytes, not JSON"),
        (b"x", "not JSON"),
    ],
)
def test_what_is_no_json_is_called_what_it_is(body: bytes, sentence: str) -> None:
    error = no_json(body, "a page")
    assert error.message == f"the response from a page is {sentence}"
    assert isinstance(error, HtmlAnswer) is (b"<" in body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(alphabet=st.sampled_from('{}[],:"\\ \n/aé😀')),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=20,
)
STYLES = st.sampled_from([{"separators": (",", ":")}, {"separators": (", ", " : ")}, {"indent": 1}, {"indent": 4}])


@given(
    items=st.lists(JSON, max_size=8),
    around=st.dictionaries(st.text(max_size=3), JSON, max_size=3),
    first=st.booleans(),
    style=STYLES,
    plain=st.booleans(),
    cuts=st.lists(st.integers(0, 4000), max_size=12),
)
def test_the_decoder_agrees_with_a_plain_json_parse(
    *, items: list[Any], around: dict[str, Any], first: bool, style: dict[str, Any], plain: bool, cuts: list[int]
) -> None:
    page = {"items": items} | around if first else around | {"items": items}
    page["items"] = items
    text = json.dumps(page, ensure_ascii=plain, **style).encode()
    places = sorted({0, len(text), *(cut % (len(text) + 1) for cut in cuts)})
    events, _ = decode(text[a:b] for a, b in pairwise(places))
    assert [json.loads(event.raw) for event in events] == items
    assert all(b"\n" not in event.raw for event in events)


@given(st.binary(max_size=60), st.integers(0, 250), st.integers(1, 80))
def test_a_damaged_page_is_refused_or_read_as_json_reads_it(noise: bytes, at: int, size: int) -> None:
    page = PAGES["unknown members"] if at % 2 else PAGES["nested objects"]
    damaged = page[: at % len(page)] + noise + page[at % len(page) + len(noise) // 2 :]
    try:
        expected = msgspec.json.decode(damaged)["items"]
    except (msgspec.MsgspecError, ValueError, KeyError, TypeError):
        expected = None
    try:
        events, _ = decode(cut_up(damaged, size))
    except (TruncatedAnswer, NotUnderstood):
        assert not isinstance(expected, list)
    else:
        # Bytes that are no UTF-8 are passed over where nobody reads them.
        assert expected is None or [json.loads(event.raw) for event in events] == expected


def monsters() -> dict[str, Iterable[bytes]]:
    """Pages of some 3 MB that would cost a careless decoder a square of their size, in pieces of 64 KB."""
    brace, nested = b'}, {"' * 13_000, b'{"a" : "x", "b":1}, ' * 3_300
    return {
        "ordinary events": (b'{"items":[' if not at else b'{"id":"%d","m":"x"}, ' % at * 3000 for at in range(50)),
        "one string": (b'{"items":[{"m":"' if not at else b"x" * 65536 for at in range(50)),
        "one string of braces": (b'{"items":[{"m":"' if not at else brace.replace(b'"', b'\\"') for at in range(50)),
        "one event of nested objects": (b'{"items":[{"m":[' if not at else nested for at in range(50)),
        "events of nested objects": (
            b'{"items":[' if not at else b'{"m":[%b1]}, ' % (nested[: -20 * (at % 50)]) for at in range(50)
        ),
    }


@pytest.mark.parametrize("name", monsters())
def test_each_byte_is_parsed_a_bounded_number_of_times(name: str, parsed: Parsed) -> None:
    decoder, fed = PageDecoder("a page"), 0
    for piece in monsters()[name]:
        decoder.feed(piece)
        fed += len(piece)
    assert fed > 2_000_000
    assert parsed.size < 3.1 * fed


def test_a_first_event_unlike_the_others_does_not_spoil_their_boundaries(parsed: Parsed) -> None:
    others = b"".join(b', {"id":"%d","m":"x"}' % number for number in range(2, 50_000))
    events, _ = decode([b'{"items":[{"id":"0"},', b'{"odd":1', *cut_up(b',"id":"1"}%b]}' % others, 1 << 16)])
    assert len(events) == 50_000
    assert parsed.calls < 5_000


@pytest.mark.slow
def test_memory_is_bound_by_the_largest_event() -> None:
    decoder = PageDecoder("a page")
    tracemalloc.start()
    count = sum(len(decoder.feed(piece)) for piece in monsters()["ordinary events"])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 49 * 3000
    assert peak < 8_000_000


CORPUS = sorted((Path(__file__).parent / "corpus").iterdir())


def result(page: bytes, size: int) -> object:
    """Return the events, or the kind of error, of a page that is read in pieces."""
    try:
        return [event.raw for event in decode(cut_up(page, size))[0]]
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
    events, _ = decode([b'{"items":[{"id":"1","message":"a\\ud800b" },{"id":"2","message":"c\xff\xfed"},{"id":"3"}]}'])
    assert [event.id for event in events] == [1, 2, 3]
    assert events[0].raw == b'{"id":"1","message":"a\\ud800b"}'
    assert escape_control(events[0].message) == "a\\ud800b"
    assert events[1].raw == '{"id":"2","message":"c\ufffd\ufffdd"}'.encode()


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
