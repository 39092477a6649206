"""Text from a server or a node is seen, and never acts."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.render.text import visible


@pytest.mark.parametrize(
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
    ],
)
def test_what_would_act_is_an_escape_and_the_rest_as_it_is(text: str, shown: str) -> None:
    assert visible(text) == shown


ACTING = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))]


@pytest.mark.parametrize("character", ACTING, ids=lambda character: f"U+{ord(character):04X}")
def test_no_control_and_no_bidi_control_is_let_through(character: str) -> None:
    assert visible(f"a{character}b").isascii()
    assert visible(f"é{character}b").isprintable()


@given(st.text(st.characters(codec=None)))
def test_any_text_becomes_one_line_that_can_be_encoded(text: str) -> None:
    shown = visible(text)
    assert len(shown.splitlines()) <= 1
    assert not any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in shown)
    assert shown.encode().decode() == shown


@given(st.text(st.characters(codec=None)))
def test_what_is_visible_stays_as_it_is(text: str) -> None:
    assert visible(visible(text)) == visible(text)


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_letters_signs_and_spaces_are_never_escaped(text: str) -> None:
    assert visible(text) == text
