from hypothesis import given
from hypothesis import strategies as st

from orch_events.render.cells import width
from orch_events.render.reports.bars import bar, heights
from orch_events.render.theme import Theme

PLAIN = Theme.of(color=False, ascii_only=False)
ASCII = Theme.of(color=False, ascii_only=True)
THEMES = st.sampled_from([PLAIN, ASCII])


@given(st.floats(0, 1), st.integers(1, 200), THEMES)
def test_a_bar_is_never_empty_and_never_too_long(part: float, cells: int, theme: Theme) -> None:
    assert 1 <= width(bar(part, cells, theme)) <= cells


def test_a_bar_tells_eighths_of_a_cell() -> None:
    assert [bar(part, 2, PLAIN) for part in (0, 1 / 16, 0.5, 9 / 16, 1)] == ["▏", "▏", "█", "█▏", "██"]
    assert [bar(part, 4, ASCII) for part in (0, 0.5, 1)] == ["#", "##", "####"]


@given(st.lists(st.integers(0, 1000), max_size=30), THEMES)
def test_of_columns_what_is_not_zero_is_seen_and_the_greatest_is_full(counts: list[int], theme: Theme) -> None:
    drawn = heights(counts, theme)
    assert len(drawn) == len(counts)
    for count, cell in zip(counts, drawn, strict=True):
        assert (cell == " ") == (count == 0)
        assert (cell in "█@") == (count > 0 and count * 8 > max(counts) * 7)


def test_columns_tell_eighths_of_the_greatest() -> None:
    assert heights([0, 1, 2, 3, 4, 5, 6, 7, 8], PLAIN) == " ▁▂▃▄▅▆▇█"
    assert heights([0, 1, 8], ASCII) == " .@"
    assert heights([], PLAIN) == ""
