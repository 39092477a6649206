"""What everything that shows events, or keeps them, has in common."""

from collections.abc import Sequence
from typing import Protocol

from orch_events.wire.event import Event


class Renderer(Protocol):
    """A sink for events, or a link of a chain of them: recording → filter → tail → format.

    Whoever reads a follower's updates calls `write` for each NewEvents, `flush` for each Pause, and `close` once at the
    end, whatever ended it. A link passes each call on to the next one.

    Each of them may raise LocalFileError (standard output can't be written, say), and BrokenPipeError where the reader
    is gone. Neither is repeated: what was written before stays, and nothing is written afterwards but by `close`.
    """

    def write(self, job: str, events: Sequence[Event]) -> None:
        """Take events of a job, in the order in which they are to be shown; they leave at once, unless held back."""
        ...

    def flush(self) -> None:
        """Nothing more comes for now: let everything leave that was held back, and see whether somebody reads it."""
        ...

    def close(self, *, complete: bool = True) -> None:
        """Nothing more comes at all. Where that is not `complete` (an error, Ctrl-C), only close what was begun."""
        ...
