"""The live line, on a real pseudo-terminal."""

import math
import os
import pty
import re
import shlex
import subprocess
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

import pyte
import pytest

from orch_events.simulator import Api, Simulator, scripts
from tests.cli.command import COMMAND, SECONDS, Done, needs, read_terminal

pytestmark = pytest.mark.slow

_LIVE = re.compile(r"\d+/24( done)?  ")


def _on_terminal(words: str, url: str, *, size: tuple[int, int] = (60, 100), out: bool = False,
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
        while piece := read_terminal(ours):
            shown += piece
        piped = process.stdout.read().decode() if process.stdout is not None else ""
        status = process.wait(timeout=SECONDS)
    os.close(ours)
    return status, piped, shown.decode()


def _left(shown: str, size: tuple[int, int] = (60, 100)) -> list[str]:
    """Return the lines that a terminal shows in the end."""
    screen = pyte.Screen(size[1], size[0])
    pyte.Stream(screen).feed(shown)
    return "\n".join(line.rstrip() for line in screen.display).rstrip().split("\n")


def test_the_live_line_is_drawn_and_leaves_nothing_behind(at_sixty: str) -> None:
    status, _, shown = _on_terminal("follow 352 --timeout 1500ms", at_sixty, size=(60, 200))

    assert status == 124
    assert "8/24 done  \x1b[36m8 running\x1b[0m  \x1b[32m8 finished\x1b[0m" in shown
    timeout, left = _left(shown, (60, 200))
    assert timeout == "stopped following after 1.5s: --timeout was reached"
    assert left.startswith("job 352 is still running: 8 of 24 nodes done, 8 running; resume with: ")
    assert left.endswith(f"orch-events follow 352 --start 1320 --service-url {at_sixty}")


def test_the_live_line_is_never_wider_than_the_terminal(at_sixty: str) -> None:
    _, _, shown = _on_terminal("follow 352 --timeout 1500ms --color never", at_sixty, size=(24, 40))

    drawn = [piece for piece in re.split(r"\r(?:\x1b\[J)?", shown) if _LIVE.search(piece)]
    assert drawn
    assert max(map(len, drawn)) <= 39


def test_the_live_line_is_there_on_a_terminal_that_knows_no_size(at_sixty: str) -> None:
    _, _, shown = _on_terminal("follow 352 --timeout 1500ms", at_sixty, size=(0, 0))

    assert _LIVE.search(shown)


def test_a_terminal_without_utf_8_has_a_live_line_of_ascii(at_sixty: str) -> None:
    _, _, shown = _on_terminal("follow 352 --timeout 1500ms --color never", at_sixty, PYTHONIOENCODING="ascii")

    assert "####--------  8/24 done  8 running" in shown


def test_events_and_the_live_line_share_a_terminal(at_sixty: str, call: Callable[..., Done]) -> None:
    size = (60, 300)
    _, _, shown = _on_terminal("follow 352 --timeout 2s", at_sixty, size=size, out=True)

    listed = [int(line.split()[0]) for line in call("list", "352", "--service-url", at_sixty).lines[1:]]
    left = _left(shown, size)
    assert left[0].split() == ["ID", "2016-05-05", "EVENT", "NODE", "MESSAGE"]
    assert [int(line.split()[0]) for line in left[1:-2]] == listed
    assert left[-2].startswith("stopped following")
    assert left[-1].startswith("job 352 is still running")
    assert _LIVE.search(shown)


@contextmanager
def _shell(columns: int) -> Iterator[Callable[..., str]]:
    """Run a shell in a window of tmux; yield what gives tmux orders."""
    with TemporaryDirectory() as directory:

        def tmux(*order: str) -> str:
            command = ["tmux", "-S", f"{directory}/socket", "-f", "/dev/null", *order]
            return subprocess.run(command, capture_output=True, text=True, check=True, timeout=SECONDS).stdout

        shell = "LC_ALL=C.UTF-8 PS1='$ ' bash --norc --noprofile"
        tmux("new-session", "-d", "-x", str(columns), "-y", "60", shell)
        try:
            yield tmux
        finally:
            tmux("kill-server")


@contextmanager
def _tmux(words: str, url: str, columns: int) -> Iterator[Callable[..., str]]:
    """Run the command in a window of tmux; yield what gives it orders."""
    with _shell(columns) as tmux:
        tmux("send-keys", f"clear; {_typed(words, url)}; cat", "Enter")
        yield tmux


def _typed(words: str, url: str) -> str:
    return shlex.join([*COMMAND, *words.split(), "--service-url", url])


def _until(tmux: Callable[..., str], seen: Callable[[list[str]], object]) -> list[str]:
    """Look at the screen until something is seen; return its lines."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        lines = tmux("capture-pane", "-p").rstrip().split("\n")
        if seen(lines):
            return lines
        time.sleep(0.05)
    raise AssertionError("\n".join(lines))


@needs("tmux")
def test_rows_are_above_the_live_line_and_a_resize_in_the_middle_leaves_no_trace() -> None:
    now = [60.0]
    with Simulator(Api(lambda: now[0])) as simulator, _tmux("follow 352", simulator.url, 120) as tmux:
        lines = _until(tmux, lambda lines: re.search(r" 8/24 done  .*  longest: web-08 \d+s", lines[-1]))
        assert all("MESSAGE" in line or re.match(r"1\d{3}   19:5", line) for line in lines[:-1])

        tmux("resize-window", "-x", "45")
        lines = _until(tmux, lambda lines: re.fullmatch(r"━+─+  8/24  ▶ 8  ✔ 8  \S+( \S+)?", lines[-1]))
        assert len([line for line in lines if "/24" in line]) == 1

        now[0] = 80.0
        tmux("resize-window", "-x", "100")
        lines = _until(tmux, lambda lines: re.search(r" 1\d/24 done  .* left", lines[-1]))
        assert len([line for line in lines if "/24" in line]) == 1

        now[0] = math.inf
        lines = _until(tmux, lambda lines: lines[-1].startswith("next: "))
        assert lines[-2] == "job 352 finished after 2m 07s: 24 nodes, 23 finished, 1 skipped"
        assert lines[-1].startswith("next: orch-events failures 352 --service-url ")
        assert not any("/24" in line for line in lines)


@needs("tmux")
def test_the_live_line_of_a_job_that_is_over_is_not_left_among_its_last_rows(over: str) -> None:
    with _tmux("follow 354 --tail 3", over, 80) as tmux:
        lines = _until(tmux, lambda lines: lines[-1].startswith("next: "))
        head = next(row for row, line in enumerate(lines) if "MESSAGE" in line)
        assert lines[head].rstrip() == "ID     2016-05-05  EVENT       NODE     MESSAGE"
        assert [line.split()[0].isdecimal() for line in lines[head + 1 : head + 4]] == [True] * 3
        assert not any("done" in line or "no events yet" in line for line in lines)


@needs("tmux")
def test_an_enter_leaves_no_copy_of_the_live_line_and_typing_is_seen_again_afterwards(at_sixty: str) -> None:
    with _shell(80) as tmux:
        tmux("send-keys", f"clear; {_typed('follow 352 --timeout 4s', at_sixty)}", "Enter")
        _until(tmux, lambda lines: "8/24" in lines[-1])
        for _ in range(3):
            tmux("send-keys", "Enter")
            time.sleep(0.6)
        lines = _until(tmux, lambda lines: any("resume with" in line for line in lines))
        assert not any("8/24" in line for line in lines)
        tmux("send-keys", "echo seen", "Enter")
        _until(tmux, lambda lines: "$ echo seen" in lines and lines[-2] == "seen")


@needs("tmux", "less")
def test_nothing_is_drawn_over_a_pager_that_reads_what_is_followed(at_sixty: str) -> None:
    with _shell(80) as tmux:
        tmux("send-keys", f"clear; {_typed('follow 352 --timeout 9s', at_sixty)} | less -S", "Enter")
        _until(tmux, lambda lines: any(line.startswith("1319 ") for line in lines))
        time.sleep(2)
        lines = tmux("capture-pane", "-p").rstrip().split("\n")
        assert not any("8/24" in line for line in lines), lines
        tmux("send-keys", "C-c")
        tmux("send-keys", "q")


@needs("tmux")
def test_nothing_is_drawn_on_what_is_typed_while_it_follows_in_the_background(at_sixty: str) -> None:
    with _shell(80) as tmux:
        command = _typed("follow 352 --timeout 9s", at_sixty)
        tmux("send-keys", f"clear; {command} > /dev/null & sleep 1; clear; echo ready", "Enter")
        _until(tmux, lambda lines: lines == ["ready", "$"])
        tmux("send-keys", "echo half a line")
        lines = _until(tmux, lambda lines: any("is still running" in line for line in lines))
        assert lines[1].startswith("$ echo half a line")
        assert not any("8/24" in line for line in lines)


def test_rows_are_cut_to_the_width_of_a_terminal(over: str) -> None:
    _, _, shown = _on_terminal("list 352", over, size=(24, 60), out=True)

    lines = re.sub(r"\x1b\[[0-9;]*m", "", shown).splitlines()
    assert len(lines) == 49
    assert max(map(len, lines)) <= 60


@pytest.mark.parametrize("words", ["--quiet", "--no-progress"])
def test_there_is_no_live_line_where_none_is_wanted(words: str, at_sixty: str) -> None:
    _, piped, shown = _on_terminal(f"follow 352 --timeout 1500ms {words}", at_sixty)

    assert not _LIVE.search(shown)
    assert "\x1b" not in shown
    assert piped


@pytest.mark.parametrize("term", ["dumb"])
def test_there_is_no_live_line_nor_colour_on_a_dumb_terminal(term: str, at_sixty: str) -> None:
    _, _, shown = _on_terminal("follow 352 --timeout 1s", at_sixty, out=True, TERM=term)

    assert "\x1b" not in shown


@pytest.mark.parametrize("force", ["FORCE_COLOR", "CLICOLOR_FORCE"])
def test_no_cursor_code_is_written_to_a_pipe_even_where_colour_is_forced(
    force: str, at_sixty: str, call: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(force, "1")
    done = call("follow", "352", "--service-url", at_sixty, "--timeout", "100ms")

    assert "\x1b[" in done.out
    assert "\x1b[J" not in done.out + done.err
    assert "\r" not in done.out + done.err


def test_what_is_piped_is_plain_while_the_live_line_is_on_the_terminal(
    at_sixty: str, call: Callable[..., Done]
) -> None:
    _, piped, shown = _on_terminal("follow 352 --timeout 1500ms --json", at_sixty)

    assert piped == call("list", "352", "--service-url", at_sixty, "--json").out
    assert _LIVE.search(shown)


def test_no_color_on_a_terminal_leaves_the_live_line_without_colour(at_sixty: str) -> None:
    _, _, shown = _on_terminal("follow 352 --timeout 1500ms", at_sixty, NO_COLOR="1")

    assert _LIVE.search(shown)
    assert not re.search(r"\x1b\[[0-9;]*m", shown)


def test_a_terminal_that_goes_away_keeps_nobody_from_following(at_sixty: str) -> None:
    ours, theirs = pty.openpty()
    command = [*COMMAND, "follow", "352", "--json", "--timeout", "2s", "--service-url", at_sixty]
    with subprocess.Popen(
        command, env=os.environ | {"TERM": "xterm"}, stdout=subprocess.PIPE, stderr=theirs, start_new_session=True
    ) as process:
        os.close(theirs)
        assert read_terminal(ours)
        os.close(ours)
        out = process.communicate(timeout=SECONDS)[0].decode()

    assert process.returncode == 124
    assert len(out.splitlines()) == len(scripts()[352].past(60.0))
