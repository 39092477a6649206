"""What a command has at hand: the clock, the way to stdout, talk on stderr. Made once, handed down."""

import os
import sys
from typing import TYPE_CHECKING, TextIO

from orch_events.cli.signals import Signals
from orch_events.cli.talk import Talk
from orch_events.cli.terminal import is_terminal, needs_ascii, wants_color
from orch_events.clock import SystemClock

if TYPE_CHECKING:  # rich is imported when something is drawn
    from orch_events.cli.groups import Checkup, Look
    from orch_events.render.output import Output
    from orch_events.render.theme import Theme


class App:
    """The program's surroundings.

    Attributes:
        clock: the machine's.
        signals: what asks us to leave.
        talk: stderr; plain until a command knows how it is to look.
    """

    def __init__(self) -> None:
        self.clock = SystemClock()
        self.talk = Talk(sys.stderr)
        self.signals = Signals()

    def dress(self, look: "Look | Checkup") -> None:
        """Talk as the options of look say."""
        self.talk = Talk(sys.stderr, self.theme(sys.stderr, look).paint, quiet=look.quiet)

    def theme(self, stream: TextIO | None, look: "Look | Checkup") -> "Theme":
        """Return the theme for a stream."""
        from orch_events.render.theme import Theme

        color = wants_color(look.color, terminal=is_terminal(stream), environ=os.environ)
        return Theme.of(color=color, ascii_only=look.ascii or needs_ascii(stream))

    @property
    def output(self) -> "Output":
        """The way to stdout."""
        from orch_events.render.output import Output

        if sys.stdout is None:
            return Output(None)
        stream = getattr(sys.stdout.buffer, "raw", sys.stdout.buffer)
        return Output(stream, encoding=sys.stdout.encoding, shield=self.signals.shield)
