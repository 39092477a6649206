"""How far it is, on stderr: a line that is always there on a terminal (see `live`), a heartbeat where there is none."""

from typing import Protocol, TextIO

from orch_events.clock import Clock
from orch_events.pace import Pace
from orch_events.render.text import visible
from orch_events.states import NODE_STATES
from orch_events.times import format_duration

_HEARTBEAT_SECONDS = 60.0


class Progress(Protocol):
    """Told when events are about to be shown and when nothing comes for now."""

    def clear(self) -> None:
        """Make room: something else is about to be written."""
        ...

    def moved(self) -> None:
        """Events came."""
        ...

    def wait(self) -> None:
        """Nothing comes for now; called at least once a second."""
        ...


class NoProgress:
    """For --quiet and --no-progress."""

    def clear(self) -> None:
        """Nothing is there."""

    def moved(self) -> None:
        """Not asked for."""

    def wait(self) -> None:
        """Not asked for."""


class Heartbeat:
    """A line every minute of silence, so that a log shows whether anything is alive."""

    def __init__(self, stream: TextIO, pace: Pace, clock: Clock) -> None:
        self._stream = Stream(stream)
        self._pace = pace
        self._clock = clock
        self._beat_at = clock.monotonic()

    def clear(self) -> None:
        """Nothing is in the way."""

    def moved(self) -> None:
        """Count the silence from here."""
        self._beat_at = self._clock.monotonic()

    def wait(self) -> None:
        """Say that we are there, if it is time."""
        if self._clock.monotonic() - self._beat_at >= _HEARTBEAT_SECONDS:
            self._beat_at = self._clock.monotonic()
            self._stream.write(_beat(self._pace) + "\n")


def _beat(pace: Pace) -> str:
    """Tell how far the nodes are, which has been running longest, and how long ago event and answer came."""
    counts = pace.counts
    parts = [f"{pace.name}: {pace.over}/{pace.total or '?'} over"]
    parts += [f"{counts[state]} {state}" for state in NODE_STATES.values() if counts[state]]
    if pace.longest:
        run, seconds = pace.longest
        parts.append(f"{visible(run.name)} running for {format_duration(seconds)}")
    event = f"last event {format_duration(pace.heard)} ago" if pace.heard is not None else "no event yet"
    answer = f"answer {format_duration(pace.answered)} ago" if pace.answered is not None else "no answer yet"
    return f"{', '.join(parts)}; {event}, {answer}"


class Stream:
    """A stream that may go away: then nothing is written any more."""

    def __init__(self, stream: TextIO) -> None:
        self._stream: TextIO | None = stream

    def write(self, text: str) -> None:
        """Write, if that is possible."""
        try:
            if self._stream is not None:
                self._stream.write(text)
                self._stream.flush()
        except OSError:
            self._stream = None
