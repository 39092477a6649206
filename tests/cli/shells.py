"""Real shells on a pseudo-terminal, in which keys are pressed as a person would."""

import os
import pty
import re
import select
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import ROOT

_DEADLINE_SECONDS = 60.0
"""A test that waits so long has failed."""

_RETRY_SECONDS = 3.0
"""After so long a key is pressed again: a machine may be so slow that no job was offered in time."""

_COMPLETIONS = ROOT / "completions"

_ON_TERMINAL = """
import fcntl, os, sys, termios
os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""
"""Makes the terminal that it is started on its own, as a login does, and becomes the shell."""

_SHELLS = {
    "bash": (
        ["bash", "--noprofile", "--norc", "-i"],
        ["PS1='$ '", f"source '{_COMPLETIONS}/orch-events.bash'", "bind 'set show-all-if-ambiguous on'"],
    ),
    "zsh": (
        ["zsh", "-f", "-i"],
        ["PS1='$ '", f"fpath=('{_COMPLETIONS}' $fpath)", "autoload -Uz compinit", "compinit -u -D"],
    ),
    "fish": (
        ["fish", "--no-config", "-i"],
        ["function fish_prompt; echo '$ '; end", f"source '{_COMPLETIONS}/orch-events.fish'"],
    ),
}
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()][0-9A-Z]|[=>78MHc])|[\r\x07\x0f]")


class Shell:
    """A shell that waits for keys.

    Args:
        terminal: our end of its terminal.
    """

    def __init__(self, terminal: int) -> None:
        self._terminal = terminal
        self.raw = ""

    @property
    def shown(self) -> str:
        """All that the terminal got since the last line was begun, without what only moves and colours."""
        return _ESCAPE.sub("", self.raw)

    def begin(self, line: str) -> None:
        """Forget what was shown and type the beginning of a line."""
        self.raw = ""
        self._press(line)

    def complete(self, *expected: str) -> str:
        """Press TAB until all that is expected is there, and return what is shown."""
        until = time.monotonic() + _DEADLINE_SECONDS
        while time.monotonic() < until:
            self._press("\t")
            if self._read(expected, min(until, time.monotonic() + _RETRY_SECONDS)):
                return self.shown
        raise AssertionError(f"{expected} is not in {self.raw!r}")

    def run(self, line: str, expected: str) -> None:
        """Type a line and wait for what it prints."""
        self._press(f"{line}\r")
        if not self._read((expected,), time.monotonic() + _DEADLINE_SECONDS):
            raise AssertionError(f"{expected!r} is not in {self.raw!r}")

    def _press(self, keys: str) -> None:
        os.write(self._terminal, keys.encode())

    def _read(self, expected: tuple[str, ...], until: float) -> bool:
        while not all(text in self.shown for text in expected):
            left = until - time.monotonic()
            if left <= 0 or not select.select([self._terminal], [], [], left)[0]:
                return False
            self.raw += os.read(self._terminal, 65_536).decode("utf-8", "replace")
        return True


@contextmanager
def shell(name: str, directory: Path, env: dict[str, str]) -> Iterator[Shell]:
    """Start a shell in which our completion is loaded; `directory` is where it is, and where our program is put."""
    program = directory / "bin" / "orch-events"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m orch_events "$@"\n')
    program.chmod(0o755)
    words, lines = _SHELLS[name]
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (60, 120))
    process = subprocess.Popen(
        [sys.executable, "-c", _ON_TERMINAL, *words],
        cwd=directory,
        env=os.environ | {"PATH": f"{program.parent}:{os.environ['PATH']}", "TERM": "xterm", "LC_ALL": "C.UTF-8"} | env,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    try:
        started = Shell(ours)
        for line in lines:
            started.run(f"{line}; echo do''ne", "done")
            started.begin("")
        yield started
    finally:
        process.kill()
        process.wait()
        os.close(ours)
