"""How wide text is on a terminal, and how to make it fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.render.cells import cut, padded, width

TEXT = st.text(st.sampled_from("ab é漢字ｗ😀\u0301"), max_size=20)
ELLIPSIS = st.sampled_from(["…", "..."])


@pytest.mark.parametrize(("text", "cells"), [("", 0), ("abc", 3), ("é", 1), ("e\u0301", 1), ("漢字", 4), ("a😀", 3)])
def test_width_is_counted_in_cells(text: str, cells: int) -> None:
    assert width(text) == cells


@pytest.mark.parametrize(
    ("text", "cells", "row"), [("a", 3, "a  "), ("漢", 3, "漢 "), ("abc", 3, "abc"), ("abcd", 3, "abcd"), ("", 0, "")]
)
def test_padding_never_cuts(text: str, cells: int, row: str) -> None:
    assert padded(text, cells) == row


@pytest.mark.parametrize(
    ("text", "cells", "ellipsis", "row"),
    [
        ("abcdef", 6, "…", "abcdef"),
        ("abcdef", 5, "…", "abcd…"),
        ("abcdef", 5, "...", "ab..."),
        ("ab cdef", 4, "…", "ab…"),
        ("漢字漢字", 6, "…", "漢字…"),
        ("漢字漢字", 5, "…", "漢字…"),
        ("漢字漢字", 4, "…", "漢…"),
        ("abcdef", 3, "...", "..."),
        ("abcdef", 2, "...", ".."),
        ("abcdef", 1, "…", "…"),
        ("abcdef", 0, "…", ""),
        ("abcdef", -1, "...", ""),
        ("abcdef", -7, "...", ""),
    ],
)
def test_what_does_not_fit_ends_in_an_ellipsis(text: str, cells: int, ellipsis: str, row: str) -> None:
    assert cut(text, cells, ellipsis) == row


@given(TEXT, st.integers(-3, 45), ELLIPSIS)
def test_what_is_cut_fits(text: str, cells: int, ellipsis: str) -> None:
    row = cut(text, cells, ellipsis)
    assert width(row) <= max(0, cells)
    assert row == text or ellipsis.startswith(row) or text.startswith(row.removesuffix(ellipsis))


@given(TEXT, st.integers(0, 45))
def test_what_is_padded_is_as_wide_as_it_should_be(text: str, cells: int) -> None:
    assert width(padded(text, cells)) == max(cells, width(text))
    assert padded(text, cells).rstrip() == text.rstrip()


@given(TEXT, ELLIPSIS)
def test_what_fits_is_not_cut(text: str, ellipsis: str) -> None:
    assert cut(text, width(text), ellipsis) == text
