import inspect

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.cli.app import App
from orch_events.cli.help.command import command
from orch_events.cli.help.formatter import Formatter, examples, paragraphs, unindented
from orch_events.cli.help.topics import TOPICS
from orch_events.cli.main import cli
from orch_events.cli.options.option import option
from tests.table import each

_WIDE = """\
Usage: orch-events feed [OPTIONS]

  Feed the pigeons.

  orch-events feed        all of them
  orch-events feed --few  only those that are near

  Nothing is fed twice. It would do harm.

Who:
  --few              Only pigeons that are near.
  -c, --colour NAME  Only pigeons of this colour, and of no other one at all.
                     [repeatable]

With what:
  --[no-]corn        Give them corn. [default: on]

Options:
  --for DURATION     How long to go on with it if nobody comes. [default: 10s]
  -h, --help         Show this message and exit."""

_NARROW = """\
Usage: orch-events feed [OPTIONS]

  Feed the pigeons.

  orch-events feed
        all of them
  orch-events feed --few
        only those that are near

  Nothing is fed twice. It would do harm.

Who:
  --few
        Only pigeons that are near.
  -c, --colour NAME
        Only pigeons of this colour, and of no
        other one at all. [repeatable]

With what:
  --[no-]corn
        Give them corn. [default: on]

Options:
  --for DURATION
        How long to go on with it if
        nobody comes. [default: 10s]
  -h, --help
        Show this message and exit."""


@command("feed")
@option("--few", is_flag=True, heading="Who", help="Only pigeons that are near.")
@option("--corn/--no-corn", default=True, show_default="on", heading="With what", help="Give them corn.")
@option("-c", "--colour", multiple=True, metavar="NAME", heading="Who",
        help="Only pigeons of this colour, and of no other one at all.")  # fmt: skip
@option("--for", metavar="DURATION", default="10s", show_default=True,
        help="How long to go on with it if nobody comes.")  # fmt: skip
def feed() -> None:
    """Feed the pigeons.

    \b
    orch-events feed          all of them
    orch-events feed --few    only those that are near

    Nothing is fed twice.
    It would do harm.
    """


@pytest.mark.parametrize(("columns", "golden"), [(80, _WIDE), (50, _NARROW)])
def test_options_stand_in_their_groups_and_lists_adapt_to_the_width(columns: int, golden: str) -> None:
    app = App(None, None, None, {"COLUMNS": str(columns)}, "linux")
    with feed.make_context("orch-events feed", [], obj=app) as ctx:
        assert ctx.get_help() == golden


def test_a_text_is_prose_and_lists() -> None:
    text = "One\ntwo.\n\n\b\na    the first\nbee  the second\nlone\n\nThree."

    assert paragraphs(text) == ["One two.", [("a", "the first"), ("bee", "the second"), ("lone", "")], "Three."]


def test_examples_are_the_first_list_that_begins_with_our_command() -> None:
    assert examples("A.\n\n\b\nx  y\n\n\b\norch-events list 1  one\ncat  two\n\n\b\norch-events list 2  three") == [
        ("orch-events list 1", "one"),
        ("cat", "two"),
    ]
    assert examples("None.") == []


@given(st.lists(st.from_regex(r"[!-~]{1,20}", fullmatch=True), min_size=1), st.integers(40, 120))
def test_wrapping_changes_nothing_but_white_space(words: list[str], columns: int) -> None:
    formatter = Formatter(columns)
    formatter.write_text(" ".join(words))
    lines = formatter.getvalue().splitlines()

    assert " ".join(lines).split() == words
    assert max(len(line) for line in lines) <= columns


@each("columns", range(40, 101, 3))
def test_no_short_word_stands_alone_at_the_end(columns: int) -> None:
    formatter = Formatter(columns + 2, 102)
    with formatter.indentation():
        formatter.write_dl([("--term", " ".join(["many words and --more-of-them"] * count + ["end."]))
                            for count in range(1, 20)])  # fmt: skip

    assert "end." not in [line.strip() for line in formatter.getvalue().splitlines()]


@pytest.mark.parametrize(("columns", "width"), [(60, 58), (None, 78), (300, 78), (9, 38)])
def test_the_width_is_the_terminal_s_but_not_too_wide_or_narrow(columns: int | None, width: int) -> None:
    assert Formatter(columns).width == width


def test_a_wide_terminal_is_not_filled() -> None:
    assert Formatter(300, 100).width == 98


_HELPS = [
    cli.help or "",
    *(one.help or "" for one in cli.commands.values()),
    *(topic.text for topic in TOPICS.values()),
]


@each("text", _HELPS)
def test_a_text_is_unindented_as_python_does_it(text: str) -> None:
    assert unindented(text) == inspect.cleandoc(text)
    assert unindented(text.strip()) == inspect.cleandoc(text.strip())
