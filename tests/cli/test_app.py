"""The program's surroundings, and what happens while something is waited for."""

import io
import os
import pty
import sys
import termios
from collections.abc import Iterator
from types import SimpleNamespace
from typing import TextIO

import pytest

from orch_events.cli.app import App
from orch_events.cli.options.groups import DisplayOptions
from orch_events.errors import LocalFileError, OrchEventsError, Unreachable
from orch_events.job.updates import ConnectionLost, FollowFailed, Notice, Pause, Steps, Tick
from tests.build import job_of
from tests.fakes import FakeClock

GONE = Unreachable("gone")


def app_of(*, stdout: TextIO | None = None, stderr: TextIO | None = None, **environ: str) -> App:
    app = App(None, stdout, stderr, environ, "linux")
    app.clock = FakeClock()
    return app


@pytest.fixture
def terminal() -> Iterator[TextIO]:
    """A terminal of 70 columns."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 70))
    with os.fdopen(theirs, "w", encoding="utf-8") as stream:
        yield stream
    os.close(ours)


@pytest.mark.parametrize(
    ("wanted", "columns"), [("50", 50), ("", 70), ("0", 70), ("wide", 70), ("-5", 70), ("٣", 70), ("9" * 5000, 70)]
)
def test_help_is_as_wide_as_columns_says_or_else_the_terminal(wanted: str, columns: int, terminal: TextIO) -> None:
    assert app_of(stdout=terminal, COLUMNS=wanted).help_columns == columns


def test_where_neither_says_how_wide_help_is_it_is_not_known() -> None:
    assert app_of(stdout=io.StringIO()).help_columns is None
    assert app_of(stdout=io.StringIO(), COLUMNS="50").help_columns == 50


def test_everything_is_taken_from_the_process() -> None:
    app = App.from_process()
    assert (app.stdin, app.stdout, app.stderr_stream) == (sys.stdin, sys.stdout, sys.stderr)
    assert (app.environ, app.platform) == (os.environ, sys.platform)


def test_without_a_standard_output_nothing_can_be_written() -> None:
    with pytest.raises(LocalFileError, match="standard output is closed"):
        app_of().output.write_text("x")


@pytest.mark.parametrize(("quiet", "said"), [(True, ""), (False, "a note\n")])
def test_stderr_is_as_quiet_as_the_options_say(quiet: bool, said: str) -> None:
    stderr = io.StringIO()
    app = app_of(stderr=stderr)
    app.configure_stderr(DisplayOptions("never", "local", ascii=False, quiet=quiet, verbose=False, no_pager=True))
    app.stderr.note("a note")
    assert stderr.getvalue() == said


@pytest.mark.parametrize("color", ["always", "never"])
def test_stderr_has_colour_as_the_options_say(color: str) -> None:
    stderr = io.StringIO()
    app = app_of(stderr=stderr)
    app.configure_stderr(DisplayOptions(color, "local", ascii=False, quiet=False, verbose=False, no_pager=True))
    app.stderr.warn("careful")
    assert ("\x1b[" in stderr.getvalue()) is (color == "always")


def steps(*, error: OrchEventsError | None = None) -> Steps[str]:
    yield Tick()
    yield ConnectionLost("352", GONE, 2.0, 9.0)
    yield Pause(2.0)
    yield Notice("look here")
    if error is not None:
        yield FollowFailed(job_of(), error)
    return "the result"


def test_steps_are_finished_with_their_pauses_and_what_happens_is_told() -> None:
    stderr = io.StringIO()
    app = app_of(stderr=stderr)
    assert app.finish(steps()) == "the result"
    assert (app.clock.monotonic(), stderr.getvalue().count("warning: ")) == (2.0, 2)
    assert stderr.getvalue().splitlines()[-1] == "warning: look here"


def test_steps_that_fail_raise_what_they_failed_of() -> None:
    with pytest.raises(LocalFileError, match=r"^disk$"):
        app_of(stderr=io.StringIO()).finish(steps(error=LocalFileError("disk")))


@pytest.mark.parametrize("able", [True, False])
def test_a_console_of_windows_that_can_t_act_on_escapes_has_no_colours(
    terminal: TextIO, monkeypatch: pytest.MonkeyPatch, *, able: bool
) -> None:
    kernel32 = SimpleNamespace(GetConsoleMode=lambda *_: True, SetConsoleMode=lambda *_: able)
    monkeypatch.setattr("ctypes.WinDLL", lambda _: kernel32, raising=False)
    monkeypatch.setitem(sys.modules, "msvcrt", SimpleNamespace(get_osfhandle=lambda number: number))
    app = App(None, None, terminal, {}, "win32")
    assert app.acts_on_escapes(terminal) is able
    assert not app.acts_on_escapes(io.StringIO())
    theme = app.theme(terminal, DisplayOptions("auto", "local", ascii=False, quiet=False, verbose=False, no_pager=True))
    assert ("\x1b[" in theme.paint("x", "failed")) is able
