"""The end of a value, in bytes that are still arriving."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.wire import scanner
from orch_events.wire.scanner import ValueScanner
from tests.table import each

VALUES = st.recursive(
    st.none() | st.integers() | st.text(alphabet=st.sampled_from('{}[],:"\\ a')),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=25,
)


@given(VALUES, st.sampled_from([",", ":", "]", "}"]), st.integers(1, 9), st.sampled_from([None, 1]))
def test_a_value_ends_at_the_first_delimiter_behind_it(
    value: Any, delimiter: str, size: int, indent: int | None
) -> None:
    text = json.dumps(value, indent=indent).encode()
    assert end_of(text + delimiter.encode() + b'"}]', size) == len(text)


def end_of(stream: bytes, size: int) -> int | None:
    """Return where a value ends that arrives in pieces."""
    scanner, buffer = ValueScanner(), bytearray()
    for at in range(0, len(stream), size):
        buffer += stream[at : at + size]
        if (end := scanner.end(buffer)) is not None:
            return end
    return None


@each("size", [1, 2, 3, 5, 7, 11])
@each(
    "text",
    [
        rb'"a, \\\"]}, b:"',
        rb'["a\\\"]","]","}",["\\","]",{"}":"\\"}],"[","{\\"]',
        rb'{"{":["]","]","]"],"[":"]]]","}":{"\"":"\"}"}}',
    ],
)
def test_brackets_in_strings_and_escapes_are_no_end_wherever_they_are_cut(text: bytes, size: int) -> None:
    assert json.loads(text) is not None
    assert end_of(text + b",", size) == len(text)


class Counting:
    """A pattern that counts the bytes that it went over."""

    def __init__(self, pattern: re.Pattern[bytes]) -> None:
        """Count for `pattern`."""
        self.pattern = pattern
        self.bytes = 0

    def match(self, buffer: bytearray, at: int) -> re.Match[bytes] | None:
        found = self.pattern.match(buffer, at)
        self.bytes += found.end() - at if found else 0
        return found


@pytest.mark.parametrize("piece", [b'"}, {', b"xxxxxxxx", b'{"a":1},', b'\\\\\\"', b"[[[[", b'[{"a":[', b"]]}}"])
def test_each_byte_is_looked_at_once(piece: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    counters = {name: Counting(getattr(scanner, name)) for name in ("_TOP", "_NESTED", "_STRING")}
    for name, counter in counters.items():
        monkeypatch.setattr(scanner, name, counter)
    values, buffer = ValueScanner(), bytearray(b'{"a":[[[[')
    for _ in range(500):
        buffer += piece
        values.end(buffer)
    assert sum(counter.bytes for counter in counters.values()) <= len(buffer)


def test_only_the_block_in_which_a_value_ends_is_read_bracket_by_bracket(monkeypatch: pytest.MonkeyPatch) -> None:
    counters = {name: Counting(getattr(scanner, name)) for name in ("_TOP", "_NESTED", "_STRING")}
    for name, counter in counters.items():
        monkeypatch.setattr(scanner, name, counter)
    text = json.dumps([{"a": [number, {"b": "]}"}]} for number in range(20_000)]).encode()
    assert ValueScanner().end(bytearray(text + b",")) == len(text)
    assert sum(counter.bytes for counter in counters.values()) <= 20_000
