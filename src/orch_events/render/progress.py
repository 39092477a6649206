"""How far it is, on stderr: a line that is always there on a terminal, a heartbeat where there is none.

Ages are told by our own clock from the moment when something arrived: a server's clock may be wrong.
"""

import os
from collections import Counter
from collections.abc import Sequence
from typing import Protocol, TextIO

from orch_events.clock import Clock
from orch_events.job import JobState
from orch_events.render.cells import cut
from orch_events.render.theme import Theme
from orch_events.states import NODE_STATES
from orch_events.times import format_duration

_CLEAR = "\r\x1b[2K"
_HEARTBEAT_SECONDS = 60.0
_USUAL_COLUMNS = 80


class Watched(Protocol):
    """A job that is being followed."""

    state: JobState
    answered_at: float | None


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


class Facts:
    """What both kinds of progress tell, in words."""

    def __init__(self, jobs: Sequence[Watched], clock: Clock) -> None:
        self._jobs = jobs
        self._clock = clock
        self._began_at = clock.monotonic()
        self.event_at = self._began_at
        self._heard = False

    def moved(self) -> None:
        """Remember when the last event came."""
        self.event_at = self._clock.monotonic()
        self._heard = True

    def nodes(self) -> str:
        """Tell how far the nodes of all jobs are."""
        states = [job.state for job in self._jobs]
        over, total = sum(state.over for state in states), sum(state.total for state in states)
        counts: Counter[str] = sum((state.nodes for state in states), Counter())
        name = f"job {states[0].job}" if len(states) == 1 else f"{len(states)} jobs"
        by_state = [f"{counts[state]} {state}" for state in NODE_STATES.values() if counts[state]]
        return f"{name}: {over}/{total or '?'} over" + "".join(f", {part}" for part in by_state)

    def ages(self) -> str:
        """Tell how long ago the last event and the last answer came."""
        answers = [job.answered_at for job in self._jobs if job.answered_at is not None]
        event = f"last event {self._ago(self.event_at)}" if self._heard else "no event yet"
        return event + (f", answer {self._ago(max(answers))}" if answers else ", no answer yet")

    def elapsed(self) -> str:
        """Tell for how long we have been following."""
        return format_duration(self._clock.monotonic() - self._began_at)

    def _ago(self, then: float) -> str:
        return f"{format_duration(self._clock.monotonic() - then)} ago"


class _Stream:
    """A stream that may go away: then nothing is written any more."""

    def __init__(self, stream: TextIO) -> None:
        self._stream: TextIO | None = stream

    def write(self, text: str) -> None:
        try:
            if self._stream is not None:
                self._stream.write(text)
                self._stream.flush()
        except OSError:
            self._stream = None

    @property
    def columns(self) -> int:
        try:
            return (os.get_terminal_size(self._stream.fileno()).columns if self._stream else 0) or _USUAL_COLUMNS
        except OSError:
            return _USUAL_COLUMNS


class LiveLine:
    """One line under the events, drawn anew as things move, gone without trace when cleared."""

    def __init__(self, stream: TextIO, theme: Theme, facts: Facts) -> None:
        self._stream = _Stream(stream)
        self._theme = theme
        self._facts = facts
        self._drawn = False

    def clear(self) -> None:
        """Take the line away."""
        if self._drawn:
            self._drawn = False
            self._stream.write(_CLEAR)

    def moved(self) -> None:
        """Draw it under the events that came."""
        self._facts.moved()
        self.wait()

    def wait(self) -> None:
        """Draw it."""
        facts = self._facts
        line = cut(
            f"{facts.nodes()}; {facts.elapsed()} elapsed; {facts.ages()}",
            self._stream.columns - 1,
            self._theme.ellipsis,
        )
        self._drawn = True
        self._stream.write(_CLEAR + self._theme.paint(line, "quiet"))


class Heartbeat:
    """A line every minute of silence, so that a log shows whether anything is alive."""

    def __init__(self, stream: TextIO, facts: Facts, clock: Clock) -> None:
        self._stream = _Stream(stream)
        self._facts = facts
        self._clock = clock
        self._beat_at = clock.monotonic()

    def clear(self) -> None:
        """Nothing is in the way."""

    def moved(self) -> None:
        """Count the silence from here."""
        self._facts.moved()
        self._beat_at = self._clock.monotonic()

    def wait(self) -> None:
        """Say that we are there, if it is time."""
        if self._clock.monotonic() - self._beat_at >= _HEARTBEAT_SECONDS:
            self._beat_at = self._clock.monotonic()
            self._stream.write(f"{self._facts.nodes()}; {self._facts.ages()}\n")
