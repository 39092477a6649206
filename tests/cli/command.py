"""Running the command: in a process of its own, or in this one where that is enough."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Event as Flag
from threading import Lock

import pytest

from orch_events.times import SystemClock

COMMAND = (sys.executable, "-m", "orch_events")
SECONDS = 30
"""More than any command takes; a test that waits so long has failed."""


def needs(*tools: str) -> pytest.MarkDecorator:
    """Skip a test where a tool is missing; `.ci/run` installs them all and lets nothing be skipped."""
    missing = [tool for tool in tools if shutil.which(tool) is None]
    everything = "ORCH_EVENTS_TEST_ALL" in os.environ
    return pytest.mark.skipif(bool(missing) and not everything, reason=f"{', '.join(missing)} not installed")


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """The lines of standard output."""
        return self.out.splitlines()


def run(*args: str, stdin: str = "", **env: str) -> Done:
    """Run the command to its end, in a process of its own."""
    done = subprocess.run(
        [*COMMAND, *args],
        input=stdin,
        env=os.environ | env,
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def start(args: Sequence[str], *, stdin: int = subprocess.DEVNULL, **env: str) -> "subprocess.Popen[str]":
    """Start the command in a process of its own; to be used as a context manager."""
    return subprocess.Popen(
        [*COMMAND, *args],
        env=os.environ | env,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def read_terminal(terminal: int) -> bytes:
    """Read what has been written to a pseudo-terminal; nothing once nobody writes any more."""
    try:
        return os.read(terminal, 65_536)
    except OSError:
        return b""


class Ticking:
    """A simulator's time that stands still until somebody asks, and then runs.

    Args:
        speed: how many of its seconds pass in one of ours.
        begin: where it stands.
    """

    def __init__(self, speed: float = 200.0, begin: float = 0.0) -> None:
        self._speed = speed
        self._begin = begin
        self._asked_at: float | None = None
        self._lock = Lock()

    def now(self) -> float:
        """Tell the simulator's time."""
        with self._lock:
            if self._asked_at is None:
                self._asked_at = time.monotonic()
        return self._begin + (time.monotonic() - self._asked_at) * self._speed


class Held(SystemClock):
    """A clock for what goes wrong with a simulator: nothing does before it is let go."""

    def __init__(self) -> None:
        self._flag = Flag()

    def let_go(self) -> None:
        """Let the first thing go wrong."""
        self._flag.set()

    def sleep(self, seconds: float) -> None:
        """Wait until let go, then so long."""
        self._flag.wait(SECONDS)
        super().sleep(seconds)


def events_of(recording: str) -> str:
    """Return the events of a recording of one job as the server wrote them, without the record."""
    lines = (line.partition(",")[2] for line in recording.splitlines(keepends=True))
    return "".join(f"{{{line}" for line in lines if not line.startswith('"record":'))
