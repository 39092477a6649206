"""JSON Lines: whatever is read at once is the same as each line for itself."""

import json
import tracemalloc
from collections.abc import Iterator
from itertools import chain, repeat

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from orch_events.wire.lines import read_lines
from orch_events.wire.page import read_event
from tests.table import each
from tests.wire.conftest import Parsed


def read(content: bytes, size: int = 1 << 17, limit: int = 1 << 27) -> tuple[list[bytes], list[int]]:
    blocks = list(read_lines((content[at : at + size] for at in range(0, len(content), size)), limit))
    events = [event.raw for block in blocks for event in block.events]
    return events, [number for block in blocks for number in block.damaged]


def is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line.decode("utf-8", "replace")), dict)
    except ValueError:
        return False


def read_one_by_one(content: bytes) -> tuple[list[bytes], list[int]]:
    lines = [(number, line) for number, line in enumerate(content.split(b"\n"), 1) if line.strip()]
    known = {number for number, line in lines if is_object(line) and read_event(line).is_known}
    return (
        [read_event(line).raw for number, line in lines if number in known],
        [number for number, _ in lines if number not in known],
    )


def test_each_line_is_an_event_and_the_last_one_needs_no_end() -> None:
    assert read(b'{"id":"1"}\n{"id":"2"}\n') == ([b'{"id":"1"}', b'{"id":"2"}'], [])
    assert read(b'{"id":"1"}\n{"id":"2"}') == ([b'{"id":"1"}', b'{"id":"2"}'], [])
    assert read(b"") == ([], [])


def test_a_last_line_without_an_end_may_come_by_itself() -> None:
    assert [len(block.events) for block in read_lines([b'{"id":"1"}\n', b'{"id":"2"}'])] == [1, 1]
    assert list(read_lines([])) == list(read_lines([b""])) == []


def test_the_lines_of_a_piece_are_read_at_once(parsed: Parsed) -> None:
    blocks = list(read_lines([b'{"id":"1"}\n' * 1000 + b'{"id', b'":"2"}\n']))
    assert [(len(block.events), block.damaged) for block in blocks] == [(1000, ()), (1, ())]
    assert parsed.calls == 2


@pytest.mark.parametrize(("limit", "damaged"), [(20, []), (19, [2])])
def test_a_line_may_be_as_long_as_the_limit_however_many_came_before(limit: int, damaged: list[int]) -> None:
    pieces = [b'{"id":"1"}\n{"id":"2",', b'"m":"xxxxx', b'"}\n{"id":"3"}\n']
    blocks = list(read_lines(pieces, limit))
    assert [number for block in blocks for number in block.damaged] == damaged
    assert [event.id for block in blocks for event in block.events] == [one for one in (1, 2, 3) if one not in damaged]


def test_empty_lines_are_no_damage_and_count_as_lines() -> None:
    assert read(b'\n\r\n{"id":"1"}\n  \n{"id":\n') == ([b'{"id":"1"}'], [5])


def test_a_line_that_was_edited_by_hand_is_made_compact() -> None:
    assert read(b'{"id":"1"}\n { "id": "2", "message": "a  b" }\r\n')[0][1] == b'{"id":"2","message":"a  b"}'


@each(
    "line",
    [
        b'{"id":"2","mess',
        b"null",
        b"2",
        b'"{}"',
        b"[]",
        b'[{"id":"2"}]',
        b'{"id":"2"},{"id":"3"}',
        b'{"id":"2"},',
        b'{"id":"2"}}',
        b'{"id":NaN}',
        b'{"id":"\t"}',
        b"\x00\x00\x00\x00",
        b"\x89PNG\r",
        b'\xff{"id":"2"}',
        b"[" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    ],
)
def test_a_line_that_is_no_json_object_is_damaged_and_spoils_no_other(line: bytes) -> None:
    assert read(b'{"id":"1"}\n%b\n{"id":"4"}\n' % line) == ([b'{"id":"1"}', b'{"id":"4"}'], [2])


def test_what_the_json_library_refuses_and_the_slow_way_can_read_is_no_damage() -> None:
    events, damaged = read(b'{"id":"1","m":"a\\ud800b" }\n{"id":"2","m":"c\xff\xfed"}\n')
    assert events == [b'{"id":"1","m":"a\\ud800b"}', '{"id":"2","m":"c\ufffd\ufffdd"}'.encode()]
    assert damaged == []
    assert read(b'{"id":"2","m":"c\xff"}\n') == (['{"id":"2","m":"c\ufffd"}'.encode()], [])


@pytest.mark.parametrize(
    "lines",
    [
        [b'{"id":"1","a":[1', b"2]}"],
        [b'{"id":"1","a":"x},', b'{","b":1}'],
        [b'{"id":"1","a":[{}', b"{}]}", b'{"id":"4"},{"id":"5"}'],
        [b'{"id":"1","a":[{"b":"1"}', b'{"b":"2222"}]}', b'{"id":"4"},{"id":"5"}'],
        [b'{"id":"4"},{"id":"5"}', b'{"id":"1","a":[{"b":"1"}', b'{"b":"2222"}]}'],
    ],
)
def test_lines_that_are_json_only_together_are_damaged(lines: list[bytes]) -> None:
    assert read(b"\n".join([*lines, b""])) == ([], [number + 1 for number in range(len(lines))])


SCRAPS = [b'{"id":"1"}', b'{"id":"1",', b'"a":[1', b"2]}", b"{", b"}", b"[", b"]", b",", b'"', b":", b"1", b"\\", b" ",
          b"\n", b"\n", b"\r\n", b"\xff", b"\xc3\xa9"]  # fmt: skip
LINES = [
    b'{"id":"1"}\n',
    b'{"id":"7","a":[{}\n',
    b"{}]}\n",
    b'{"id":"2"},{"id":"3"}\n',
    b'{"id":"4","a":"}\n',
    b'{"}\n',
]


@settings(deadline=None)
@given(st.lists(st.sampled_from(SCRAPS) | st.sampled_from(LINES), max_size=30).map(b"".join), st.integers(1, 40))
@example(b"".join(LINES[1:4]), 100)
@example(b"{}", 1)
def test_whatever_is_in_a_file_its_lines_are_read_as_each_for_itself(content: bytes, size: int) -> None:
    assert read(content, size) == read_one_by_one(content)
    assert read(content) == read_one_by_one(content)


def test_a_line_beyond_the_limit_is_damaged_and_takes_no_memory() -> None:
    def pieces() -> Iterator[bytes]:
        endless = repeat(b'{"id":"2","m":"' + b"x" * 65_000, 500)
        return chain([b'{"id":"1"}\n'], endless, [b'"}\n{"id":"3"}\n'])

    tracemalloc.start()
    blocks = list(read_lines(pieces(), limit=1 << 20))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [event.id for block in blocks for event in block.events] == [1, 3]
    assert [number for block in blocks for number in block.damaged] == [2]
    assert peak < 4 << 20


@pytest.mark.slow
def test_memory_is_bound_by_the_longest_line() -> None:
    line = b'{"id":"1","message":"%b"}\n' % (b"x" * 1000)
    tracemalloc.start()
    count = sum(len(block.events) for block in read_lines(repeat(line * 100, 500)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 50_000
    assert peak < 2 << 20


@pytest.mark.slow
@pytest.mark.parametrize(
    "line",
    [b'{"id":"1"}\n', b'{ "id" : "1" }\n', b'{"id":\n', b"\n", b'{"id":"1","m":"%b"}\n' % (b"x" * 300_000)],
    ids=["good", "spaced", "damaged", "empty", "long"],
)
def test_each_byte_is_parsed_a_bounded_number_of_times(line: bytes, parsed: Parsed) -> None:
    content = line * (600_000 // len(line))
    read(content, 1 << 16)
    assert parsed.size < 2.2 * len(content)
