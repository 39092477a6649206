"""What a follower yields: one update for each thing that happened. Whoever reads them decides what is shown.

NewEvents           new events, in the order of ids
Tick                an answer is under way, and nothing more of it has come for a moment
Pause               nothing to do for so long; repeated at least once a second
ConnectionLost      no good answer came; it is retried
ConnectionRestored  good answers come again
Notice              a sentence that the reader of the events should know
JobEnded            a job is over
OutcomeUnknown      how a job fares, or ended, can't be learned
FollowFailed        a job can't be followed any more
TimedOut            the time given has passed; the jobs are still running
"""

from collections.abc import Generator, Sequence
from typing import TypeVar

import msgspec

from orch_events.errors import OrchEventsError
from orch_events.job.state import JobState, Outcome
from orch_events.wire.event import Event

T = TypeVar("T")


class NewEvents(msgspec.Struct, frozen=True):
    """New events of one job."""

    state: JobState
    events: Sequence[Event]


class Tick(msgspec.Struct, frozen=True):
    """An answer is under way, and nothing more of it has come for a moment."""


class Pause(msgspec.Struct, frozen=True):
    """There is nothing to do for so many seconds."""

    seconds: float


class ConnectionLost(msgspec.Struct, frozen=True):
    """No good answer came.

    Attributes:
        job: the number of the job that was asked about; "" where it was none in particular.
        error: what came instead.
        next_try_seconds: how long until the next try, at most.
        give_up_seconds: how long it is retried from now on.
        had_contact: whether there was a good answer before.
    """

    job: str
    error: OrchEventsError
    next_try_seconds: float
    give_up_seconds: float
    had_contact: bool = True


class ConnectionRestored(msgspec.Struct, frozen=True):
    """Good answers about `job` come again, after `outage_seconds` without."""

    job: str
    outage_seconds: float


class Notice(msgspec.Struct, frozen=True):
    """A sentence for the user."""

    message: str


class JobEnded(msgspec.Struct, frozen=True):
    """A job is over."""

    state: JobState
    outcome: Outcome


class OutcomeUnknown(msgspec.Struct, frozen=True):
    """How a job fares, or ended, can't be learned; following it is over all the same."""

    state: JobState


class FollowFailed(msgspec.Struct, frozen=True):
    """A job can't be followed any more."""

    state: JobState
    error: OrchEventsError


class TimedOut(msgspec.Struct, frozen=True):
    """The time given has passed."""


Update = (
    NewEvents
    | Tick
    | Pause
    | ConnectionLost
    | ConnectionRestored
    | Notice
    | JobEnded
    | OutcomeUnknown
    | FollowFailed
    | TimedOut
)

Steps = Generator[Update, None, T]
"""Something that takes time: it yields what happens meanwhile, and returns its result."""
