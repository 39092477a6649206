"""Bars, strokes and sparklines of block elements, or of ASCII."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.render.toolkit.bars import bar, sparkline, stroke
from orch_events.render.toolkit.text import width
from orch_events.render.toolkit.theme import Theme
from tests.table import each

PLAIN = Theme.from_capabilities(color=False, ascii_only=False)
ASCII = Theme.from_capabilities(color=False, ascii_only=True)
LEFT, RIGHT = " ▏▎▍▌▋▊▉█", {"▕": 1, "▐": 4, "█": 8}
THEMES = st.sampled_from([PLAIN, ASCII])


@given(st.floats(0, 1), st.integers(1, 200), THEMES)
def test_a_bar_is_never_empty_and_never_too_long(part: float, cells: int, theme: Theme) -> None:
    assert 1 <= width(bar(part, cells, theme)) <= cells


def test_a_bar_tells_eighths_of_a_cell() -> None:
    assert [bar(part, 2, PLAIN) for part in (0, 1 / 16, 0.5, 9 / 16, 1)] == ["▏", "▏", "█", "█▏", "██"]
    assert [bar(part, 4, ASCII) for part in (0, 0.5, 1)] == ["#", "##", "####"]


@given(st.lists(st.integers(0, 1000), max_size=30), THEMES)
def test_of_columns_what_is_not_zero_is_seen_and_the_greatest_is_full(counts: list[int], theme: Theme) -> None:
    drawn = sparkline(counts, theme)
    assert len(drawn) == len(counts)
    for count, cell in zip(counts, drawn, strict=True):
        assert (cell == " ") == (count == 0)
        assert (cell in "█@") == (count > 0 and count * 8 > max(counts) * 7)


def test_columns_tell_eighths_of_the_greatest() -> None:
    assert sparkline([0, 1, 2, 3, 4, 5, 6, 7, 8], PLAIN) == " ▁▂▃▄▅▆▇█"
    assert sparkline([0, 1, 8], ASCII) == " .@"
    assert sparkline([], PLAIN) == ""


@each(
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
def test_a_stroke_is_drawn(begin: int, end: int, drawn: str) -> None:
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
    assert sparkline([0, 1, 2, 3, 4, 5, 6, 7, 8], PLAIN) == " ▁▂▃▄▅▆▇█"
    assert sparkline([0, 1, 2, 3, 4, 5, 6, 7, 8], ASCII) == " .:-=+*#@"
    assert sparkline([0, 1, 500, 1000], PLAIN) == " ▁▄█"
    assert sparkline([0, 0], PLAIN) == "  "
