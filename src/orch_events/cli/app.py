"""App: the process's streams, environment, platform, clock and signals. Made once, passed to every command.

No other module of the command reads `sys.stdout`, `os.environ` and the like.
"""

import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, BinaryIO, TextIO, TypeVar, cast

from orch_events.cli.signals import Signals
from orch_events.cli.stderr import Stderr
from orch_events.render.toolkit.terminal import (
    asks_console_for_escapes,
    columns,
    is_terminal,
    needs_ascii,
    size,
    wants_color,
)
from orch_events.times import Clock, SystemClock

if TYPE_CHECKING:  # rich and msgspec are imported when something is requested or drawn
    from orch_events.cli.options.groups import DisplayOptions, DoctorOptions
    from orch_events.config.files import FileReader
    from orch_events.job.updates import Steps
    from orch_events.render.toolkit.streams import Output
    from orch_events.render.toolkit.theme import Theme

T = TypeVar("T")

PROGRAM = "orch-events"

COMPLETION_VARIABLE = "_ORCH_EVENTS_COMPLETE"
"""The environment variable by which a shell requests completions."""


class App:
    """What a command needs of its process.

    Args:
        stdin, stdout, stderr: the process's streams; None for one that it was started without.
        environ: the environment variables.
        platform: `sys.platform`.

    Attributes:
        stdin, stdout: the process's streams.
        stderr: writes messages; without colours until a command calls `configure_stderr`.
        stderr_stream: the stream itself, for the live line.
        environ: the environment variables.
        platform: `sys.platform`.
        clock: the system's clock.
        signals: turns signals into exceptions.
    """

    def __init__(
        self,
        stdin: TextIO | None,
        stdout: TextIO | None,
        stderr: TextIO | None,
        environ: Mapping[str, str],
        platform: str,
    ) -> None:
        self.stdin = stdin
        self.stdout = stdout
        self.stderr_stream = stderr
        self.environ = environ
        self.platform = platform
        self.clock: Clock = SystemClock()
        self.stderr = Stderr(stderr, columns=self._stderr_columns)
        self.signals = Signals()
        self._paged: BinaryIO | None = None

    @classmethod
    def from_process(cls) -> "App":
        """Make it from this process."""
        return cls(sys.stdin, sys.stdout, sys.stderr, os.environ, sys.platform)

    def configure_stderr(self, display: "DisplayOptions | DoctorOptions") -> None:
        """Apply the display options to stderr."""
        theme = self.theme(self.stderr_stream, display)
        self.stderr = Stderr(self.stderr_stream, theme.paint, quiet=display.quiet, columns=self._stderr_columns)

    def _stderr_columns(self) -> int | None:
        return columns(self.stderr_stream)

    def theme(self, stream: TextIO | None, display: "DisplayOptions | DoctorOptions") -> "Theme":
        """Return the theme for a stream."""
        from orch_events.render.toolkit.theme import Theme

        color = wants_color(display.color, terminal=self.acts_on_escapes(stream), environ=self.environ)
        return Theme.from_capabilities(color=color, ascii_only=display.ascii or needs_ascii(stream))

    def acts_on_escapes(self, stream: TextIO | None) -> bool:
        """Whether a stream is a terminal that acts on escape sequences: a console of Windows has to be asked to."""
        if stream is None or not is_terminal(stream):
            return False
        if self.platform != "win32":
            return True
        kernel32 = import_module("ctypes").WinDLL("kernel32")
        return asks_console_for_escapes(stream, kernel32, import_module("msvcrt").get_osfhandle)

    @property
    def help_columns(self) -> int | None:
        """The width of help texts: COLUMNS, else the terminal's width; None if neither is known."""
        wanted = self.environ.get("COLUMNS", "")
        return (int(wanted) if re.fullmatch("[0-9]{1,5}", wanted) else 0) or columns(self.stdout)

    @cached_property
    def reader(self) -> "FileReader":
        """Reads the files of the configuration; what can be read only once is kept by it."""
        from orch_events.config.files import FileReader

        return FileReader()

    @property
    def stdin_bytes(self) -> BinaryIO | None:
        """Standard input, as bytes; None where the process was started without one."""
        return self.stdin.buffer if self.stdin is not None else None

    @property
    def output(self) -> "Output":
        """Standard output, for data; a pager inside `paging`."""
        from orch_events.render.toolkit.streams import Output

        if self.stdout is None:
            return Output(None)
        if self._paged is not None:
            return Output(self._paged, "the pager", self.stdout.encoding)
        stream = getattr(self.stdout.buffer, "raw", self.stdout.buffer)
        return Output(stream, encoding=self.stdout.encoding, shield=self.signals.shield)

    @contextmanager
    def paging(self, *, wanted: bool) -> Iterator[None]:
        """Page what is written meanwhile, if it goes to a terminal and is longer than that.

        That the pager was left early is no error: then the context just ends.
        """
        from orch_events.cli.pager import Paged, pager_command

        terminal, command = size(self.stdout), pager_command(self.environ)
        if not wanted or terminal is None or not terminal.lines or not command:
            yield
            return
        paged = Paged(self.output, terminal, command, self.environ)
        self._paged = cast("BinaryIO", paged)
        try:
            yield
        except BrokenPipeError:
            pass
        finally:
            self._paged = None
            paged.finish()

    def finish(self, steps: "Steps[T]") -> T:
        """Run an operation to its end and return its result; sleep at each Pause, and report other updates on stderr.

        Raises:
            OrchEventsError: the operation fails.
        """
        from orch_events.follow.scheduler import finish

        return finish(steps, self.clock, self.stderr.report)
