"""Text is safe to show, and its width is known."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.render.toolkit.text import (
    cut,
    escape_control,
    first_label,
    first_labels,
    padded,
    widest,
    width,
    without_name,
)
from tests.table import each


@each(
    ("text", "shown"),
    [
        ("", ""),
        ("plain text", "plain text"),
        ("File[/etc/motd]", "File[/etc/motd]"),
        ("[bold red]x[/]", "[bold red]x[/]"),
        ("Größe 漢字 😀 é", "Größe 漢字 😀 é"),
        ("\x1b[2J\x1b]0;title\x07", "\\x1b[2J\\x1b]0;title\\x07"),
        ("one\ntwo\r\n\tthree", "one\\ntwo\\r\\n\\tthree"),
        ("\0\x08\x7f", "\\x00\\x08\\x7f"),
        ("\x85\x9b31m", "\\x85\\x9b31m"),
        ("gpj.\u202eexe", "gpj.\\u202eexe"),
        ("\u2066\u2069\u200f\u061c", "\\u2066\\u2069\\u200f\\u061c"),
        ("a\u2028b\u2029c", "a\\u2028b\\u2029c"),
        ("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("C:\\new", "C:\\new"),
        ("we\u200db-01 we\u200cb-01 \u200d", "we\\u200db-01 we\\u200cb-01 \\u200d"),
        ("\U0001f469\u200d", "\U0001f469\\u200d"),
        ("a\u200d\U0001f469 a\ufe0f\u200d\U0001f469", "a\\u200d\U0001f469 a\ufe0f\\u200d\U0001f469"),
        ("a\u034f\u180e\ufe00\U000e0101", "a\\u034f\\u180e\\ufe00\\U000e0101"),
    ],
)
def test_what_would_act_is_an_escape_and_the_rest_as_it_is(text: str, shown: str) -> None:
    assert escape_control(text) == shown


ACTING = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))]


@pytest.mark.parametrize("character", ACTING, ids=lambda character: f"U+{ord(character):04X}")
def test_no_control_and_no_bidi_control_is_let_through(character: str) -> None:
    assert escape_control(f"a{character}b").isascii()
    assert escape_control(f"é{character}b").isprintable()


FAMILIES = [
    "\U0001f469\u200d\U0001f4bb",  # a woman and a laptop: a programmer
    "\u2764\ufe0f\u200d\U0001f525",  # a heart on fire
    "\U0001f468\U0001f3fd\u200d\u2695\ufe0f",  # a man, his skin, a staff: a doctor
    "\U0001f3f3\ufe0f\u200d\U0001f308",
    "\U0001f469\u200d\U0001f469\u200d\U0001f466",
]


@pytest.mark.parametrize("emoji", FAMILIES)
def test_a_joiner_inside_of_an_emoji_is_part_of_it(emoji: str) -> None:
    assert escape_control(f"a {emoji}{emoji} b") == f"a {emoji}{emoji} b"


@given(st.text(st.sampled_from("ab\u200c\u200d\u200bé")))
def test_nothing_without_a_width_hides_in_a_name(text: str) -> None:
    assert not set(escape_control(text)) & set("\u200b\u200c\u200d")


@given(st.text(st.characters(codec=None)))
def test_any_text_becomes_one_line_that_can_be_encoded(text: str) -> None:
    shown = escape_control(text)
    assert len(shown.splitlines()) <= 1
    assert not any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in shown)
    assert shown.encode().decode() == shown


@given(st.text(st.characters(codec=None)))
def test_what_is_visible_stays_as_it_is(text: str) -> None:
    assert escape_control(escape_control(text)) == escape_control(text)


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_letters_signs_and_spaces_are_never_escaped(text: str) -> None:
    assert escape_control(text) == text


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


@each(
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


@each(
    ("text", "cells"),
    [
        ("\U0001f44d\U0001f3fd", 4),  # a thumb and its skin tone: tmux draws them beside each other
        ("\U0001f468\u200d\U0001f469\u200d\U0001f467", 6),  # a family, where nothing is joined
        ("\u0928\u093f", 2),  # a Devanagari vowel sign with a cell of its own
        ("\u0ba4\u0bae\u0bbf\u0bb4\u0bcd", 4),
        ("\u0e01\u0e47", 1),
        ("\u2764\ufe0f", 2),
        ("\U0001f1e9\U0001f1ea", 2),
        ("e\u0301", 1),
        ("한글", 4),
        ("1\ufe0f\u20e3", 2),
    ],
)
def test_the_widest_that_a_terminal_draws_counts(text: str, cells: int) -> None:
    assert width(text) == cells


@given(st.text(st.sampled_from("a👍\U0001f3fd\u200d👨न\u093f\u094d漢\ufe0f"), max_size=30), st.integers(0, 40))
def test_what_is_cut_fits_and_ends_in_nothing_that_joins(text: str, cells: int) -> None:
    shown = cut(text, cells, "…")
    assert width(shown) <= cells
    assert shown == text or "\u200d…" not in shown


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("web-01.example.com", "web-01"),
        ("web-01", "web-01"),
        ("10.20.30.40", "10.20.30.40"),
        ("2001:db8::1", "2001:db8::1"),
        ("::ffff:10.0.0.1", "::ffff:10.0.0.1"),
        ("", ""),
        ("dead.beef", "dead"),
    ],
)
def test_a_name_s_first_label_is_short_and_an_address_whole(name: str, label: str) -> None:
    assert first_label(name) == label


@pytest.mark.parametrize(
    ("text", "without"),
    [
        ("web-1 is not connected", "is not connected"),
        ("Skipped web-1: the agent is disabled", "the agent is disabled"),
        ("web-10 is not connected", "web-10 is not connected"),
        ("Skipped", "Skipped"),
        ("Waiting for web-1 to answer", "Waiting for web-1 to answer"),
        ("", ""),
    ],
)
def test_what_a_row_says_of_a_node_has_not_its_name(text: str, without: str) -> None:
    assert without_name(text, "web-1") == without
    assert without_name(text, None) == without_name(text, "") == text


@given(st.lists(st.text(alphabet="a1.:é漢-F", max_size=9), max_size=5))
def test_of_many_texts_it_is_as_of_each(texts: list[str]) -> None:
    assert first_labels(texts) == [first_label(text) for text in texts]
    assert widest(texts) == max(map(width, texts), default=0)
