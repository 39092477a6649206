"""The live line, on a real pseudo-terminal."""

import os
import pty
import re
import subprocess
import termios
from collections.abc import Callable

import pytest

from orch_events.simulator import scripts
from tests.cli.command import COMMAND, SECONDS, Done

_CLEAR = "\r\x1b[2K"
_LIVE = " elapsed"


def _on_terminal(words: str, url: str, *, size: tuple[int, int] = (24, 100), out: bool = False,
                 **env: str) -> tuple[int, str, str]:  # fmt: skip
    """Run the command with a terminal as stderr, and as stdout too if `out`; return what each of them got."""
    ours, theirs = pty.openpty()
    if size != (0, 0):
        termios.tcsetwinsize(theirs, size)
    with subprocess.Popen(
        [*COMMAND, *words.split(), "--service-url", url],
        env=os.environ | {"TERM": "xterm-256color"} | env,
        stdout=theirs if out else subprocess.PIPE,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        shown = b""
        while piece := _read(ours):
            shown += piece
        piped = process.stdout.read().decode() if process.stdout is not None else ""
        status = process.wait(timeout=SECONDS)
    os.close(ours)
    return status, piped, shown.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # nobody writes any more
        return b""


def _left(shown: str) -> list[str]:
    """Return the lines that a terminal shows in the end, without colours."""
    lines = [line.rpartition(_CLEAR)[2].rstrip("\r") for line in shown.split("\n")]
    return [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in lines]


def test_the_live_line_is_drawn_and_leaves_nothing_behind(at_sixty: str) -> None:
    status, _, shown = _on_terminal("follow 352 --timeout 100ms", at_sixty)

    assert status == 124
    assert _LIVE in shown
    assert "job 352: 8/24 over, 8 running, 8 finished" in shown
    assert _left(shown) == [
        "job 352 goes on (8 of 24 nodes over, 8 running); resume with: orch-events follow 352 --start 1320",
        "",
    ]


def test_the_live_line_is_never_wider_than_the_terminal(at_sixty: str) -> None:
    _, _, shown = _on_terminal("follow 352 --timeout 100ms --color never", at_sixty, size=(24, 40))

    drawn = [piece for piece in shown.split(_CLEAR) if piece.startswith("job 352: ")]
    assert drawn
    assert {len(line) for line in drawn} == {39}


def test_the_live_line_is_there_on_a_terminal_that_knows_no_size(at_sixty: str) -> None:
    _, _, shown = _on_terminal("follow 352 --timeout 100ms", at_sixty, size=(0, 0))

    assert "job 352: 8/24 over" in shown


def test_events_and_the_live_line_share_a_terminal(at_sixty: str, call: Callable[..., Done]) -> None:
    _, _, shown = _on_terminal("follow 352 --timeout 100ms", at_sixty, size=(24, 300), out=True)

    listed = [int(line.split()[0]) for line in call("list", "352", "--service-url", at_sixty).lines[1:]]
    left = _left(shown)
    assert left[0].split() == ["ID", "2016-05-05", "EVENT", "NODE", "MESSAGE"]
    assert [int(line.split()[0]) for line in left[1:-2]] == listed
    assert not any(_LIVE in line for line in left)
    assert _LIVE in shown


def test_rows_are_cut_to_the_width_of_a_terminal(over: str) -> None:
    _, _, shown = _on_terminal("list 352", over, size=(24, 60), out=True)

    lines = _left(shown)[:-1]
    assert len(lines) == 49
    assert max(map(len, lines)) <= 60


@pytest.mark.parametrize("words", ["--quiet", "--no-progress"])
def test_there_is_no_live_line_where_none_is_wanted(words: str, at_sixty: str) -> None:
    _, piped, shown = _on_terminal(f"follow 352 --timeout 100ms {words}", at_sixty)

    assert _LIVE not in shown
    assert "\x1b" not in shown
    assert piped


@pytest.mark.parametrize("term", ["dumb"])
def test_there_is_no_live_line_nor_colour_on_a_dumb_terminal(term: str, at_sixty: str) -> None:
    _, _, shown = _on_terminal("follow 352 --timeout 100ms", at_sixty, out=True, TERM=term)

    assert "\x1b" not in shown


@pytest.mark.parametrize("force", ["FORCE_COLOR", "CLICOLOR_FORCE"])
def test_no_cursor_code_is_written_to_a_pipe_even_where_colour_is_forced(
    force: str, at_sixty: str, call: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(force, "1")
    done = call("follow", "352", "--service-url", at_sixty, "--timeout", "100ms")

    assert "\x1b[" in done.out
    assert "\x1b[2K" not in done.out + done.err
    assert "\r" not in done.out + done.err


def test_what_is_piped_is_plain_while_the_live_line_is_on_the_terminal(
    at_sixty: str, call: Callable[..., Done]
) -> None:
    _, piped, shown = _on_terminal("follow 352 --timeout 100ms --json", at_sixty)

    assert piped == call("list", "352", "--service-url", at_sixty, "--json").out
    assert _LIVE in shown


def test_no_color_on_a_terminal_leaves_the_live_line_without_colour(at_sixty: str) -> None:
    _, _, shown = _on_terminal("follow 352 --timeout 100ms", at_sixty, NO_COLOR="1")

    assert _LIVE in shown
    assert not re.search(r"\x1b\[[0-9;]*m", shown)


def test_a_terminal_that_goes_away_keeps_nobody_from_following(at_sixty: str) -> None:
    ours, theirs = pty.openpty()
    command = [*COMMAND, "follow", "352", "--json", "--timeout", "2s", "--service-url", at_sixty]
    with subprocess.Popen(
        command, env=os.environ | {"TERM": "xterm"}, stdout=subprocess.PIPE, stderr=theirs, start_new_session=True
    ) as process:
        os.close(theirs)
        assert _read(ours)
        os.close(ours)
        out = process.communicate(timeout=SECONDS)[0].decode()

    assert process.returncode == 124
    assert len(out.splitlines()) == len(scripts()[352].past(60.0))
