"""What things look like."""

import pytest

from orch_events.render.toolkit.text import width
from orch_events.render.toolkit.theme import Theme
from orch_events.wire.vocabulary import EVENT_TYPES
from tests.table import each

STATES = sorted({name.rpartition("_")[2] for name in EVENT_TYPES})


@each("state", [*STATES, "stopped", "quiet", "warning", "error", "hint"])
def test_a_colourful_theme_surrounds_a_text_with_its_style(state: str) -> None:
    painted = Theme.from_capabilities(color=True, ascii_only=False).paint("some text", state)
    assert painted.startswith("\x1b[")
    assert painted.endswith("\x1b[0m")
    assert painted.count("some text") == 1


def test_failures_are_red_and_success_is_green() -> None:
    theme = Theme.from_capabilities(color=True, ascii_only=True)
    assert theme.paint("x", "failed") == "\x1b[1;31mx\x1b[0m"
    assert theme.paint("x", "finished") == "\x1b[32mx\x1b[0m"


@pytest.mark.parametrize("text", ["", "a", "[bold]x[/bold]", "a\0b", "\\[x]"])
def test_brackets_are_text_and_no_markup(text: str) -> None:
    assert Theme.from_capabilities(color=True, ascii_only=False).paint(text, "failed") == f"\x1b[1;31m{text}\x1b[0m"


@pytest.mark.parametrize("name", ["pondering", "", "not a style", "bold"])
def test_what_has_no_style_stays_as_it_is(name: str) -> None:
    assert Theme.from_capabilities(color=True, ascii_only=False).paint("x", name) == "x"


@each("state", [*STATES, "quiet", "error"])
def test_a_plain_theme_paints_nothing(state: str) -> None:
    assert Theme.from_capabilities(color=False, ascii_only=False).paint("x", state) == "x"
    assert Theme().paint("x", state) == "x"


@pytest.mark.parametrize("state", STATES)
def test_every_state_has_a_glyph_of_one_cell(state: str) -> None:
    assert width(Theme.from_capabilities(color=False, ascii_only=False).glyphs[state]) == 1


def test_states_can_be_told_apart_without_colour() -> None:
    glyphs = Theme.from_capabilities(color=False, ascii_only=False).glyphs
    assert len(set(glyphs.values())) == len(glyphs)


@pytest.mark.parametrize("color", [True, False])
def test_an_ascii_theme_has_no_other_character(*, color: bool) -> None:
    theme = Theme.from_capabilities(color=color, ascii_only=True)
    assert not theme.glyphs
    assert theme.ellipsis == "..."
    assert bool(theme.styles) is color
