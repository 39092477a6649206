"""JSON that a strict reader refuses though it can be read."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.wire.lenient import compact, loads

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
DEEP = b"[" * 200_000 + b"]" * 200_000
LONG = b"9" * 5000


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (b' { "a" : [ 1.50e+3 , "x  y" ] }\r\n', b'{"a":[1.50e+3,"x  y"]}'),
        (b'["\\" ] ", "\\\\" ]', b'["\\" ] ","\\\\"]'),
        (b'["\\ud800" ]', b'["\\ud800"]'),
        (b'["\xff" ]', b'["\xef\xbf\xbd"]'),
        (b"[ " + LONG + b" ]", b"[" + LONG + b"]"),
    ],
    ids=["white space", "escapes", "a lone surrogate", "no UTF-8", "a long number"],
)
def test_a_value_is_compact_and_else_as_it_was_written(text: bytes, shown: bytes) -> None:
    assert compact(text) == shown


@given(JSON, st.sampled_from([None, 2]))
def test_a_compact_value_is_the_same_value(value: Any, indent: int | None) -> None:
    found = compact(json.dumps(value, indent=indent, ensure_ascii=False).encode())
    assert found == json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    assert loads(found) == value


@pytest.mark.parametrize("text", [b"", b"{", b"[NaN]", b"[Infinity]", b"{} {}", b"['a']", DEEP])
def test_what_is_no_json_is_not_compacted(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        compact(text)


@given(st.binary(max_size=60))
def test_a_repaired_value_is_one_line_of_text(text: bytes) -> None:
    try:
        repaired = compact(text)
    except ValueError:
        return
    assert b"\n" not in repaired
    assert compact(repaired) == repaired


@pytest.mark.parametrize(("raw", "value"), [(b'"\xff"', "\ufffd"), (b"[1", None), (b"", None), (DEEP, None),
                                           (b"[%b,%b]" % (LONG, DEEP), None)])  # fmt: skip
def test_what_can_t_be_read_is_replaced_or_is_none(raw: bytes, value: object) -> None:
    assert loads(raw) == value


def test_a_number_of_more_digits_than_python_likes_is_read_as_a_float() -> None:
    assert loads(b"[7, 9" + b"0" * 5000 + b"]") == [7, float("inf")]
