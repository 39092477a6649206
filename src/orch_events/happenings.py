"""What happens while jobs are followed: the loop tells it, and whoever reads it shows it.

Batch      new events, in the order of ids
Pending    an answer is under way, and nothing more of it has come for a moment
Waiting    nothing to do for so long; told again at least once a second
Lost       no good answer came; it is tried again
Back       good answers come again
Warned     something that the reader of the events should know
Ended      a job is over
Failed     a job can't be followed any more
TimedOut   the time given has passed; the jobs go on
"""

from collections.abc import Sequence
from dataclasses import dataclass

from orch_events.errors import OrchEventsError
from orch_events.events import Event
from orch_events.job import JobState, Outcome


@dataclass(frozen=True, slots=True)
class Batch:
    """New events of one job."""

    state: JobState
    events: Sequence[Event]


@dataclass(frozen=True, slots=True)
class Pending:
    """An answer is under way."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A pause of so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Lost:
    """No good answer came; the next try is after `pause` seconds, the last one after `patience`."""

    state: JobState
    error: OrchEventsError
    pause: float
    patience: float


@dataclass(frozen=True, slots=True)
class Back:
    """Good answers come again, after `seconds` without."""

    state: JobState
    seconds: float


@dataclass(frozen=True, slots=True)
class Warned:
    """A sentence for the user."""

    message: str


@dataclass(frozen=True, slots=True)
class Ended:
    """A job is over."""

    state: JobState
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Failed:
    """A job can't be followed any more."""

    state: JobState
    error: OrchEventsError


@dataclass(frozen=True, slots=True)
class TimedOut:
    """The time given has passed."""


Happening = Batch | Pending | Waiting | Lost | Back | Warned | Ended | Failed | TimedOut
