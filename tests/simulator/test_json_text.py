import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from orch_events.simulator.json_text import pretty

_SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
_VALUES = st.recursive(_SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


@given(_VALUES)
def test_what_is_written_reads_back_as_the_same_value(value: Any) -> None:
    assert json.loads(pretty(value)) == value


@given(_VALUES)
def test_nothing_stands_at_the_end_of_a_line_nor_of_the_text(value: Any) -> None:
    text = pretty(value)

    assert [line for line in text.split("\n") if line.endswith(" ")] == []
    assert not text.endswith("\n")


def test_a_colon_stands_between_two_spaces() -> None:
    assert pretty({"id": "1267", "noop": False}) == '{\n  "id" : "1267",\n  "noop" : false\n}'


def test_objects_in_an_array_follow_each_other_on_one_line() -> None:
    assert pretty({"items": [{"a": 1}, {"b": 2}]}) == ('{\n  "items" : [ {\n    "a" : 1\n  }, {\n    "b" : 2\n  } ]\n}')


def test_an_object_in_an_object_is_indented_by_two_more() -> None:
    assert pretty({"details": {"detail": {"noop": False}}}) == (
        '{\n  "details" : {\n    "detail" : {\n      "noop" : false\n    }\n  }\n}'
    )


def test_what_is_empty_is_written_on_one_line() -> None:
    assert pretty({"items": [], "options": {}}) == '{\n  "items" : [ ],\n  "options" : { }\n}'


def test_text_beyond_ascii_is_written_as_itself() -> None:
    assert pretty("Zürich ✔") == '"Zürich ✔"'


def test_a_level_moves_all_lines_but_the_first() -> None:
    assert pretty({"a": {"b": 1}}, 1) == '{\n    "a" : {\n      "b" : 1\n    }\n  }'
