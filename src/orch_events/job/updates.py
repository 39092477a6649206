"""Updates: what a follower yields. The caller decides what to show of them.

NodesNamed          the nodes of a job, before their events
NewEvents           new events, in the order of ids
Tick                a response is arriving, and nothing more of it is there yet
Pause               nothing to do for some seconds; repeated at least once a second
ConnectionLost      requests fail; they are retried
ConnectionRestored  requests succeed again
Notice              a sentence for the user
JobEnded            a job is over
OutcomeUnknown      how a job fares, or ended, can't be learned
FollowFailed        a job can't be followed any further
TimedOut            the time limit is reached; the jobs are still running
"""

from collections.abc import Generator, Sequence
from typing import TypeVar

import msgspec

from orch_events.errors import OrchEventsError
from orch_events.job.outcome import Outcome
from orch_events.job.state import JobState
from orch_events.wire.event import Event

T = TypeVar("T")


class NodesNamed(msgspec.Struct, frozen=True):
    """The names of a job's nodes, as far as they are known before its events."""

    names: Sequence[str]


class NewEvents(msgspec.Struct, frozen=True):
    """New events of one job."""

    state: JobState
    events: Sequence[Event]


class Tick(msgspec.Struct, frozen=True):
    """A response is arriving, and nothing more of it is there yet."""


class Pause(msgspec.Struct, frozen=True):
    """There is nothing to do for `seconds`.

    Attributes:
        seconds: for how long.
        early: whether it may end earlier: the next request would do no harm.
    """

    seconds: float
    early: bool = False


class ConnectionLost(msgspec.Struct, frozen=True):
    """Requests have failed for some seconds, and are retried.

    Attributes:
        job: the number of the job that was requested; "" if it was none in particular.
        error: why they failed.
        next_try_seconds: seconds until the next attempt, at most.
        give_up_seconds: for how many seconds from now on it is retried.
        had_contact: whether any request has succeeded before.
    """

    job: str
    error: OrchEventsError
    next_try_seconds: float
    give_up_seconds: float
    had_contact: bool = True


class ConnectionRestored(msgspec.Struct, frozen=True):
    """Requests succeed again.

    Attributes:
        job: the number of the job that was requested; "" if it was none in particular.
        error: why they had failed, as the last ConnectionLost had it.
        outage_seconds: for how long.
    """

    job: str
    error: OrchEventsError
    outage_seconds: float


class Notice(msgspec.Struct, frozen=True):
    """A sentence for the user."""

    message: str


class JobEnded(msgspec.Struct, frozen=True):
    """A job is over."""

    state: JobState
    outcome: Outcome


class OutcomeUnknown(msgspec.Struct, frozen=True):
    """How a job fares, or ended, can't be learned; following it ends all the same."""

    state: JobState


class FollowFailed(msgspec.Struct, frozen=True):
    """A job can't be followed any further."""

    state: JobState
    error: OrchEventsError


class TimedOut(msgspec.Struct, frozen=True):
    """The time limit is reached.

    Attributes:
        seconds: the limit.
    """

    seconds: float


Update = (
    NodesNamed
    | NewEvents
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
"""An operation that takes time: it yields updates while it runs, and returns its result."""
