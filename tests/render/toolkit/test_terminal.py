"""What a stream can show."""

import io
import os
import pty
import termios
import tty
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import pytest

from orch_events.render.toolkit.terminal import (
    asks_console_for_escapes,
    columns,
    is_pipe,
    is_terminal,
    may_draw,
    needs_ascii,
    size,
    wants_color,
)
from tests.table import each


@pytest.fixture
def terminal() -> Iterator[TextIO]:
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w", encoding="utf-8") as stream:
        yield stream
    os.close(ours)


@pytest.fixture
def pipe() -> Iterator[TextIO]:
    ours, theirs = os.pipe()
    with os.fdopen(theirs, "w", encoding="utf-8") as stream:
        yield stream
    os.close(ours)


def test_a_terminal_has_a_size(terminal: TextIO) -> None:
    termios.tcsetwinsize(terminal.fileno(), (24, 70))
    assert (is_terminal(terminal), is_pipe(terminal)) == (True, False)
    assert (size(terminal), columns(terminal)) == (os.terminal_size((70, 24)), 70)


def test_a_terminal_that_does_not_know_its_size_has_none(terminal: TextIO) -> None:
    termios.tcsetwinsize(terminal.fileno(), (0, 0))
    assert (is_terminal(terminal), size(terminal), columns(terminal)) == (True, None, None)


def test_a_pipe_is_no_terminal(pipe: TextIO) -> None:
    assert (is_terminal(pipe), is_pipe(pipe), size(pipe), columns(pipe)) == (False, True, None, None)


def test_a_file_is_neither(tmp_path: Path) -> None:
    with (tmp_path / "x").open("w") as file:
        assert (is_terminal(file), is_pipe(file), columns(file)) == (False, False, None)


def test_what_is_closed_or_was_never_there_or_has_no_number_is_neither(tmp_path: Path) -> None:
    with (tmp_path / "x").open("w") as closed:
        pass
    for stream in (None, closed, io.StringIO()):
        assert (is_terminal(stream), is_pipe(stream), columns(stream)) == (False, False, None)


def test_nothing_is_drawn_on_a_terminal_that_a_pager_has(terminal: TextIO) -> None:
    assert may_draw(terminal)
    tty.setcbreak(terminal)
    assert not may_draw(terminal)
    assert may_draw(None)
    assert may_draw(io.StringIO())


@each(
    ("choice", "terminal", "environ", "wanted"),
    [
        ("auto", True, {}, True),
        ("auto", False, {}, False),
        ("auto", True, {"TERM": "dumb"}, False),
        ("auto", True, {"CLICOLOR": "0"}, False),
        ("auto", True, {"CLICOLOR": "1"}, True),
        ("auto", True, {"NO_COLOR": "1"}, False),
        ("auto", True, {"NO_COLOR": ""}, True),
        ("auto", False, {"FORCE_COLOR": "1"}, True),
        ("auto", False, {"FORCE_COLOR": "0"}, False),
        ("auto", False, {"CLICOLOR_FORCE": "1"}, True),
        ("auto", False, {"CLICOLOR_FORCE": "0"}, False),
        ("auto", False, {"FORCE_COLOR": "1", "TERM": "dumb"}, True),
        ("auto", True, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ("always", False, {"NO_COLOR": "1", "TERM": "dumb"}, True),
        ("never", True, {"FORCE_COLOR": "1"}, False),
    ],
)
def test_the_option_decides_then_no_color_then_what_forces_it_then_the_terminal(
    choice: str, terminal: bool, environ: dict[str, str], wanted: bool
) -> None:
    assert wants_color(choice, terminal=terminal, environ=environ) is wanted


@pytest.mark.parametrize(("encoding", "lacks"), [("utf-8", False), ("ascii", True), ("latin-1", True)])
def test_an_encoding_has_the_glyphs_or_lacks_them(encoding: str, lacks: bool) -> None:
    assert needs_ascii(io.TextIOWrapper(io.BytesIO(), encoding=encoding)) is lacks


def test_where_nobody_knows_the_encoding_the_glyphs_may_be_missing() -> None:
    assert needs_ascii(None)
    assert needs_ascii(io.StringIO())


class Console:
    """A console of Windows: kernel32, as far as it is asked here."""

    def __init__(self, *, known: bool = True, able: bool = True) -> None:
        """Begin with a mode that has other bits."""
        self.known = known
        self.able = able
        self.mode = 3

    def GetConsoleMode(self, _: object, mode: Any) -> bool:  # noqa: N802 - the system's name
        mode._obj.value = self.mode  # noqa: SLF001 - what a reference refers to
        return self.known

    def SetConsoleMode(self, _: object, mode: int) -> bool:  # noqa: N802 - the system's name
        self.mode = mode if self.able else self.mode
        return self.able


@pytest.mark.parametrize(
    ("console", "acts", "mode"),
    [(Console(), True, 7), (Console(able=False), False, 3), (Console(known=False), False, 3)],
)
def test_a_console_of_windows_is_asked_to_act_on_escapes(
    console: Console, mode: int, terminal: TextIO, *, acts: bool
) -> None:
    assert asks_console_for_escapes(terminal, console, lambda number: number) is acts
    assert console.mode == mode
