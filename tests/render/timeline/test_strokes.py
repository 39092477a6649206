"""Bars and steps of block elements, or of ASCII."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.render.theme import Theme
from orch_events.render.timeline.strokes import staircase, stroke

PLAIN = Theme.of(color=False, ascii_only=False)
ASCII = Theme.of(color=False, ascii_only=True)
LEFT, RIGHT = " ▏▎▍▌▋▊▉█", {"▕": 1, "▐": 4, "█": 8}


@pytest.mark.parametrize(
    ("begin", "end", "drawn"),
    [
        (0, 8, "█"),
        (0, 1, "▏"),
        (0, 29, "███▋"),
        (16, 24, "  █"),
        (20, 36, "  ▐█▌"),
        (23, 40, "  ▕██"),
        (17, 40, "  ███"),
        (22, 32, "  ▕█"),
        (12, 14, " ▕"),
        (9, 11, " ▎"),
        (79, 80, "         ▕"),
        (12, 16, " ▐"),
    ],
)
def test_a_bar_is_drawn(begin: int, end: int, drawn: str) -> None:
    assert stroke(begin, end, PLAIN) == drawn


@pytest.mark.parametrize(
    ("begin", "end", "drawn"), [(0, 8, "#"), (0, 1, "#"), (4, 20, " ##"), (3, 19, "##"), (79, 80, " " * 9 + "#")]
)
def test_a_bar_of_ascii_has_whole_cells(begin: int, end: int, drawn: str) -> None:
    assert stroke(begin, end, ASCII) == drawn


@given(st.integers(0, 400), st.integers(1, 400))
def test_a_bar_ends_exactly_and_begins_within_a_quarter_of_a_cell(begin: int, length: int) -> None:
    end = begin + length
    drawn = stroke(begin, end, PLAIN)
    assert len(drawn) == (end - 1) // 8 + 1
    if begin // 8 == (end - 1) // 8:
        assert drawn[:-1].isspace() or len(drawn) == 1
        assert drawn[-1] != " "
    else:
        first = begin // 8
        assert drawn[:first].strip() == ""
        assert abs(RIGHT[drawn[first]] - (8 - begin % 8)) <= 2
        assert set(drawn[first + 1 : -1]) <= {"█"}
        assert LEFT.index(drawn[-1]) == end % 8 or (end % 8 == 0 and drawn[-1] == "█")


@given(st.integers(0, 400), st.integers(1, 400))
def test_a_bar_of_ascii_is_never_empty_and_takes_no_more_room(begin: int, length: int) -> None:
    drawn = stroke(begin, begin + length, ASCII)
    assert drawn.strip(" ").strip("#") == ""
    assert drawn.endswith("#")
    assert len(drawn) <= (begin + length - 1) // 8 + 1


def test_steps_are_as_high_as_their_numbers() -> None:
    assert staircase([0, 1, 2, 3, 4, 5, 6, 7, 8], PLAIN) == " ▁▂▃▄▅▆▇█"
    assert staircase([0, 1, 2, 3, 4, 5, 6, 7, 8], ASCII) == " .:-=+*#@"
    assert staircase([0, 1, 500, 1000], PLAIN) == " ▁▄█"
    assert staircase([0, 0], PLAIN) == "  "
