"""Reports on a real pseudo-terminal, and elsewhere."""

import os
import pty
import re
import subprocess
import termios
from collections.abc import Callable

import pytest

from orch_events.render.toolkit.text import width
from tests.cli.command import COMMAND, SECONDS, Done

pytestmark = pytest.mark.slow

Call = Callable[..., Done]

_LINK = "\x1b]8;;https://orchestrator.example.com/"


def _on_terminal(columns: int, *words: str, **env: str) -> str:
    """Run the command with a terminal as stdout; return what that got."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (40, columns))
    with subprocess.Popen(
        [*COMMAND, *words], env=os.environ | {"TERM": "xterm-256color"} | env, stdout=theirs
    ) as process:
        os.close(theirs)
        shown = b""
        while piece := _read(ours):
            shown += piece
        assert process.wait(timeout=SECONDS) == 0
    os.close(ours)
    return shown.decode().replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # nobody writes any more
        return b""


def _bare(shown: str) -> list[str]:
    """Return the lines that a terminal shows, without colours and links."""
    return re.sub(r"\x1b\[[0-9;]*m|\x1b]8;;.*?\x1b\\", "", shown).splitlines()


@pytest.mark.parametrize("columns", [40, 80, 200])
@pytest.mark.parametrize("words", ["failures 357", "summary 357", "compare 357 358"])
def test_reports_fit_the_terminal_but_for_long_words(words: str, columns: int, over: str) -> None:
    lines = _bare(_on_terminal(columns, *words.split(), "--service-url", over))

    assert all(width(line) <= columns or len(line.split()) <= 2 for line in lines)
    assert lines[0].startswith("job 357 failed after 3m 01s")


def test_on_a_terminal_with_colour_a_report_s_url_is_a_link(over: str) -> None:
    shown = _on_terminal(60, "failures", "357", "--service-url", over)

    assert shown.count(_LINK) == 2
    assert any(line.endswith("…") for line in _bare(shown) if "report" in line)


@pytest.mark.parametrize(
    ("words", "env"), [(["--color", "never"], {}), ([], {"NO_COLOR": "1"}), ([], {"TERM": "dumb"})]
)
def test_without_colour_there_are_no_links(words: list[str], env: dict[str, str], over: str) -> None:
    assert "\x1b" not in _on_terminal(60, "failures", "357", "--service-url", over, *words, **env)


def test_elsewhere_there_are_no_links_even_with_colour(over: str, call: Call) -> None:
    done = call("failures", "357", "--service-url", over, "--color", "always")

    assert "\x1b[1;31m" in done.out
    assert "\x1b]8" not in done.out
