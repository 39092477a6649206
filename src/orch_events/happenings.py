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

import msgspec

from orch_events.errors import OrchEventsError
from orch_events.events import Event
from orch_events.job import JobState, Outcome


class Batch(msgspec.Struct, frozen=True):
    """New events of one job."""

    state: JobState
    events: Sequence[Event]


class Pending(msgspec.Struct, frozen=True):
    """An answer is under way."""


class Waiting(msgspec.Struct, frozen=True):
    """A pause of so many seconds."""

    seconds: float


class Lost(msgspec.Struct, frozen=True):
    """No good answer came; the next try is after `pause` seconds, the last one after `patience`.

    `job` is the number of the job that was asked about; "" where it was none in particular.
    """

    job: str
    error: OrchEventsError
    pause: float
    patience: float


class Back(msgspec.Struct, frozen=True):
    """Good answers about `job` come again, after `seconds` without."""

    job: str
    seconds: float


class Warned(msgspec.Struct, frozen=True):
    """A sentence for the user."""

    message: str


class Ended(msgspec.Struct, frozen=True):
    """A job is over."""

    state: JobState
    outcome: Outcome


class Failed(msgspec.Struct, frozen=True):
    """A job can't be followed any more."""

    state: JobState
    error: OrchEventsError


class TimedOut(msgspec.Struct, frozen=True):
    """The time given has passed."""


Happening = Batch | Pending | Waiting | Lost | Back | Warned | Ended | Failed | TimedOut
