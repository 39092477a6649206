"""The program's surroundings: streams, environment, platform, clock, signals. Made once, handed down.

No other module of the command reads `sys.stdout`, `os.environ` and their like.
"""

import os
import sys
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, BinaryIO, TextIO, TypeVar

from orch_events.cli.signals import Signals
from orch_events.cli.stderr import Stderr
from orch_events.render.toolkit.terminal import columns, is_terminal, needs_ascii, wants_color
from orch_events.times import Clock, SystemClock

if TYPE_CHECKING:  # rich and msgspec are imported when something is asked or drawn
    from orch_events.cli.options.groups import DisplayOptions, DoctorOptions
    from orch_events.config import FileReader
    from orch_events.job.updates import Steps
    from orch_events.render.toolkit.streams import Output
    from orch_events.render.toolkit.theme import Theme

T = TypeVar("T")


class App:
    """The program's surroundings.

    Args:
        stdin, stdout, stderr: the process's streams; None for one that it was started without.
        environ: the environment.
        platform: as `sys.platform` has it.

    Attributes:
        stdin, stdout: the process's streams.
        stderr: what is said; plain until a command knows how it is to look.
        stderr_stream: the stream of that, for what is drawn on it.
        environ: the environment.
        platform: as `sys.platform` has it.
        clock: the machine's.
        signals: what asks us to leave.
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
        self.stderr = Stderr(stderr)
        self.signals = Signals()

    @classmethod
    def from_process(cls) -> "App":
        """Take everything from this process."""
        return cls(sys.stdin, sys.stdout, sys.stderr, os.environ, sys.platform)

    def configure_stderr(self, display: "DisplayOptions | DoctorOptions") -> None:
        """Let stderr look as the options say."""
        theme = self.theme(self.stderr_stream, display)
        self.stderr = Stderr(self.stderr_stream, theme.paint, quiet=display.quiet)

    def theme(self, stream: TextIO | None, display: "DisplayOptions | DoctorOptions") -> "Theme":
        """Return the theme for a stream."""
        from orch_events.render.toolkit.theme import Theme

        color = wants_color(display.color, terminal=is_terminal(stream), environ=self.environ)
        return Theme.from_capabilities(color=color, ascii_only=display.ascii or needs_ascii(stream))

    @property
    def help_columns(self) -> int | None:
        """How wide help may be: as COLUMNS says, or the terminal; None where neither does."""
        wanted = self.environ.get("COLUMNS", "")
        return (int(wanted) if wanted.isdecimal() else 0) or columns(self.stdout)

    @cached_property
    def reader(self) -> "FileReader":
        """Reads the files of the configuration; what can be read only once is kept by it."""
        from orch_events.config import FileReader

        return FileReader()

    @property
    def stdin_bytes(self) -> BinaryIO | None:
        """Standard input, as bytes; None where the process was started without one."""
        return self.stdin.buffer if self.stdin is not None else None

    @property
    def output(self) -> "Output":
        """The way to stdout."""
        from orch_events.render.toolkit.streams import Output

        if self.stdout is None:
            return Output(None)
        stream = getattr(self.stdout.buffer, "raw", self.stdout.buffer)
        return Output(stream, encoding=self.stdout.encoding, shield=self.signals.shield)

    def finish(self, steps: "Steps[T]") -> T:
        """Return the result of steps: wait when there is something to wait for, and tell what happens meanwhile.

        Raises:
            OrchEventsError: the steps fail.
        """
        from orch_events.job.updates import FollowFailed, Pause

        while True:
            try:
                update = next(steps)
            except StopIteration as end:
                result: T = end.value
                return result
            if isinstance(update, FollowFailed):
                raise update.error
            if isinstance(update, Pause):
                self.clock.sleep(update.seconds)
            else:
                self.stderr.tell(update)
