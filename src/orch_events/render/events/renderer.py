"""The interface of everything that shows or keeps events."""

from collections.abc import Sequence
from typing import Protocol

from orch_events.wire.event import Event


class Renderer(Protocol):
    """A sink for events, or a link of a chain of sinks: recording → filter → tail → format.

    The caller reads a follower's updates; it calls `write` for each NewEvents, `flush` for each Pause, and `close` once
    at the end, whatever ended it. A link passes each call on to the next one.

    Each method may raise LocalFileError (if standard output can't be written, for example), and BrokenPipeError if the
    reader is gone. After that nothing is written but by `close`; what was written before stays.
    """

    def write(self, job: str, events: Sequence[Event]) -> None:
        """Write events of a job, in the order in which they are to be shown; some links buffer them until `flush`."""
        ...

    def flush(self) -> None:
        """Write what is buffered: no more events are there for now. Raises BrokenPipeError if the reader is gone."""
        ...

    def close(self, *, complete: bool = True) -> None:
        """End the output. If it is not `complete` (an error, Ctrl-C), only finish what was begun."""
        ...
