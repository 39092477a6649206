"""Whatever ends `follow`, the terminal has its title back, and no bar is left: on a real pseudo-terminal."""

import os
import pty
import signal
import subprocess
import sys

import pytest

from tests.cli.command import SECONDS, read_terminal

pytestmark = pytest.mark.slow

GHOSTTY = {"TERM": "xterm-ghostty", "TERM_PROGRAM": "ghostty", "TMUX": ""}
BEGIN, SHOWN, END = "\x1b[22;2t", "\x1b]9;4;1;33\x1b\\", "\x1b]2;\x1b\\\x1b[23;2t\x1b]9;4;0;0\x1b\\"

CRASHING = """
from orch_events.cli.session import FollowSession
def crash(self):
    if self.followers[0].state.over:
        raise RuntimeError("a bug")
FollowSession._name_stragglers = crash
from orch_events.__main__ import run
run()
"""


def ended(url: str, number: int | None = None, program: tuple[str, ...] = ("-m", "orch_events")) -> tuple[int, str]:
    """Follow a job that goes on, until a signal comes or something breaks; return the status and all that was shown."""
    ours, theirs = pty.openpty()
    words = [sys.executable, *program, "follow", "352", "--service-url", url, "--timeout", "20s"]
    with subprocess.Popen(words, env=os.environ | GHOSTTY, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        shown = b""
        while piece := read_terminal(ours):
            shown += piece
            if number is not None and SHOWN.encode() in shown:
                process.send_signal(number)
                number = None
        status = process.wait(timeout=SECONDS)
    os.close(ours)
    return status, shown.decode()


@pytest.mark.parametrize(("name", "status"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 143)])
def test_after_a_signal_nothing_is_left(name: str, status: int, at_sixty: str) -> None:
    found, shown = ended(at_sixty, getattr(signal, name))
    assert found == status
    assert shown.count(BEGIN) == shown.count(END) == 1
    assert shown.index(BEGIN) < shown.index(SHOWN) < shown.index(END)
    assert "\x1b]" not in shown.partition(END)[2]


def test_after_a_bug_nothing_is_left(at_sixty: str) -> None:
    status, shown = ended(at_sixty, program=("-c", CRASHING))
    assert (status, "RuntimeError: a bug" in shown) == (70, True)
    assert shown.count(BEGIN) == shown.count(END) == 1
    assert "\x1b]" not in shown.partition(END)[2]
