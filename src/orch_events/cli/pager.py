"""Pages what is longer than the terminal through $PAGER, as git and gh do.

Output is held until there is more of it than the terminal has lines; only then is the pager started. What is shorter
is written as it is, whatever the pager.
"""

import io
import os
import re
import shlex
from collections.abc import Mapping
from contextlib import suppress
from math import ceil
from typing import TYPE_CHECKING

from orch_events.render.toolkit.streams import Output
from orch_events.render.toolkit.text import width

if TYPE_CHECKING:  # imported when a pager is started
    import subprocess

_DEFAULT = "less"
_DEFAULTS = {"LESS": "FRX", "LV": "-c"}
"""What pagers need in their environment to show colours and to leave the screen as it is; git sets the same."""

_PAINT = re.compile(rb"\x1b(?:\[[0-9;]*m|\]8;;.*?\x1b\\\\)")


def pager_command(environ: Mapping[str, str]) -> list[str]:
    """Return the words of the pager's command; none if there is to be no pager."""
    try:
        words = shlex.split(environ.get("PAGER", _DEFAULT))
    except ValueError:  # an open quote
        return []
    return [] if words == ["cat"] or environ.get("TERM") == "dumb" else words


class Paged(io.RawIOBase):
    """A stream that holds what it gets until the terminal is full, and then starts a pager.

    Args:
        terminal: the output to the terminal itself.
        size: the terminal's size.
        command: the words of the pager's command.
        environ: the environment variables.
    """

    def __init__(
        self, terminal: Output, size: os.terminal_size, command: list[str], environ: Mapping[str, str]
    ) -> None:
        super().__init__()
        self._terminal = terminal
        self._size = size
        self._command = command
        self._environ = {**_DEFAULTS, **environ}
        self._held: list[bytes] = []
        self._rows = 0
        self._pager: subprocess.Popen[bytes] | None = None
        self._direct = False

    def writable(self) -> bool:
        """Return True."""
        return True

    def write(self, data: "bytes | memoryview") -> int:  # type: ignore[override]
        """Hold data, or pass it on. Raises BrokenPipeError if the pager has ended."""
        text = bytes(data)
        if self._pager is None and not self._direct:
            self._held.append(text)
            self._rows += sum(self._height(line) for line in text.splitlines())
            if self._rows < self._size.lines:
                return len(text)
            text_held, self._held = b"".join(self._held), []
            self._start()
            self._pass_on(text_held)
        else:
            self._pass_on(text)
        return len(text)

    def finish(self) -> None:
        """Write what is held, or wait for the pager; Ctrl-C is the pager's own as long as it runs."""
        if self._pager is None:
            self._terminal.write(b"".join(self._held))
            return
        if self._pager.stdin is not None:
            with suppress(OSError):
                self._pager.stdin.close()
        while self._pager.returncode is None:
            with suppress(KeyboardInterrupt):
                self._pager.wait()

    def _height(self, line: bytes) -> int:
        return max(1, ceil(width(_PAINT.sub(b"", line).decode(errors="replace")) / self._size.columns))

    def _start(self) -> None:
        """Start the pager; where there is none, write directly."""
        import subprocess

        try:
            self._pager = subprocess.Popen(self._command, stdin=subprocess.PIPE, env=self._environ)
        except OSError:
            self._direct = True

    def _pass_on(self, data: bytes) -> None:
        if self._pager is None or self._pager.stdin is None:
            self._terminal.write(data)
        else:
            self._pager.stdin.write(data)
            self._pager.stdin.flush()
