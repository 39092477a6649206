"""One job: its events so far, following it to its end, and what can be said of it.

What takes its time blocks, and is retried where that helps; what there is to tell meanwhile goes to `on_update`. An
iterator asks the server when its first event is wanted, and not before.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from types import TracebackType
from typing import NamedTuple, Self, TypedDict, TypeVar

from orch_events.errors import Unreachable, UsageError
from orch_events.follow.follower import Follower
from orch_events.follow.scheduler import finish, interleave
from orch_events.job.state import JobState
from orch_events.job.updates import (
    ConnectionLost,
    ConnectionRestored,
    FollowFailed,
    NewEvents,
    Notice,
    Steps,
    TimedOut,
    Update,
)
from orch_events.library.followed import FollowedJobs
from orch_events.library.jobs import OpenJob, retry_policy
from orch_events.library.loading import Loader
from orch_events.library.values import Event, Failures, Node, Summary, failures_of, nodes_of, summary_of
from orch_events.times import Clock
from orch_events.wire.job_key import spoken

T = TypeVar("T")

_RETRY_SECONDS = 600.0
_AUTH_WAIT_SECONDS = 300.0
_FAILING = frozenset({"failed", "errored", "aborted"})
_TIMED_OUT = 124
_LEAST_INTERVAL_SECONDS = 0.1

OnUpdate = Callable[[ConnectionLost | ConnectionRestored | Notice], None]
"""Is told that a connection is lost or restored, and what else people should know."""


def ignore(_: object) -> None:
    """Do nothing with an update."""


class Surroundings(NamedTuple):
    """What jobs are read with: the time, and who is told of updates."""

    clock: Clock
    on_update: OnUpdate

    def finish(self, steps: Steps[T]) -> T:
        """Run an operation to its end. Raises OrchEventsError."""
        return finish(steps, self.clock, self.tell)

    def tell(self, update: Update) -> None:
        """Tell an update, if it is one of those that are told."""
        if isinstance(update, ConnectionLost | ConnectionRestored | Notice):
            self.on_update(update)


class FollowOptions(TypedDict, total=False):
    """How a job is followed; all durations are in seconds.

    Attributes:
        start: the first event id that is wanted; without it, all events.
        interval: the time between two requests while events come; 1 unless given.
            Up to five times longer while none do.
        settle: how long missing events are waited for at the end, at most; 15 unless given.
        timeout: after how long to stop; without it, never.
        retry_for: how long a lost connection is retried; 600 unless given.
        auth_wait: how long a new token is waited for when the token has expired; 300 unless given.
    """

    start: int | None
    interval: float
    settle: float
    timeout: float
    retry_for: float
    auth_wait: float


class _Reports(ABC):
    """What can be said of a job."""

    @abstractmethod
    def _state(self, *, every_node: bool = False) -> JobState:
        """Return what is known of the job; `every_node`: nodes that have not started matter too."""

    def summary(self) -> Summary:
        """Return outcome, times and slowest nodes, as `orch-events summary --json` does. Raises OrchEventsError."""
        return summary_of(self._state())

    def failures(self) -> Failures:
        """Return the nodes that did not finish, by cause, as `orch-events failures --json` does.

        Raises:
            OrchEventsError: the job can't be read.
        """
        return failures_of(self._state())

    def nodes(self) -> list[Node]:
        """Return all nodes, as `orch-events nodes --json` does, in the order of their first events.

        Raises:
            OrchEventsError: the job can't be read.
        """
        return nodes_of(self._state(every_node=True))


class Job(_Reports):
    """A job on a server, or in a recording. Each call reads it anew.

    Attributes:
        number: its number, as text; `plan:9` for a plan job.
    """

    def __init__(
        self, job: OpenJob, surroundings: Surroundings, resources: ExitStack | None = None, server: object = None
    ) -> None:
        self.number = job.number
        self._server = server  # it stays open as long as somebody has a job of it
        self._job = job
        self._surroundings = surroundings
        self._resources = resources or ExitStack()

    def __repr__(self) -> str:
        return f"Job({self.number!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the recording that it is in; a server stays open."""
        self._resources.close()

    def events(self, *, start: int | None = None) -> Iterator[Event]:
        """Yield the events so far, in the order of their ids, from the id `start` on; a plan's with those of its jobs.

        Raises:
            OrchEventsError: the job can't be read.
        """
        followed = self._followed(self._job, start)
        yield from _read(followed, self._surroundings, lambda follower: follower.once(outcome=False), math.inf)

    def follow(
        self,
        *,
        start: int | None = None,
        interval: float = 1.0,
        settle: float = 15.0,
        timeout: float = math.inf,
        retry_for: float = _RETRY_SECONDS,
        auth_wait: float = _AUTH_WAIT_SECONDS,
    ) -> "Following":
        """Follow the job from its first event, or `start`, to its end; the arguments are those of FollowOptions.

        Raises:
            UsageError: the interval is too short for a server.
        """
        if not interval >= _LEAST_INTERVAL_SECONDS:
            raise UsageError(f"an interval of {interval} seconds is too short", f"at least {_LEAST_INTERVAL_SECONDS}")
        version = self._job.policy.token_version
        job = self._job._replace(policy=retry_policy(retry_for, auth_wait).with_token(version))
        return Following(self._followed(job, start, interval, settle), self._surroundings, timeout, self)

    def _followed(
        self, job: OpenJob, start: int | None, interval_seconds: float = 1.0, settle_seconds: float = 15.0
    ) -> FollowedJobs:
        clock = self._surroundings.clock

        def make(one: OpenJob) -> Follower:
            begin = start if one.number == job.number else None
            return one.follower(clock, interval_seconds=interval_seconds, start=begin, settle_seconds=settle_seconds)

        return FollowedJobs(clock, [job], make)

    def _state(self, *, every_node: bool = False) -> JobState:
        loader = Loader(self._surroundings.clock, every_node=every_node)
        return self._surroundings.finish(loader.load(self._job))


class Following(_Reports):
    """A job that is followed: an iterator of its events, which ends with the job.

    What it says of the job is what its events have told so far. The iterator raises OrchEventsError if the job can't be
    followed any further.

    Attributes:
        next_start: the `start` that continues behind the last event; None before the first. Of no use for plans.
        timed_out: whether `timeout` has ended it.
    """

    def __init__(self, followed: FollowedJobs, surroundings: Surroundings, timeout_seconds: float, job: Job) -> None:
        self._job = job
        self.next_start: int | None = None
        self.timed_out = False
        self._followed = followed
        self._follower = followed.followers[0]
        self._events = _read(followed, surroundings, Follower.follow, timeout_seconds, self._note_time_out)

    def __iter__(self) -> Iterator[Event]:
        return self

    def __next__(self) -> Event:
        event = next(self._events)
        if event.id is not None and event.job == self._follower.state.job:
            self.next_start = max(self.next_start or 0, event.id + 1)
        return event

    def close(self) -> None:
        """Stop following; the job keeps running."""
        self._events.close()

    @property
    def over(self) -> bool:
        """Whether the job is known to be over."""
        return self._state().is_over

    @property
    def outcome(self) -> str | None:
        """How the job ended: `finished`, `failed`, `aborted` or `stopped`; None while it runs, and if that is unknown.

        A job can be finished though nodes of it failed: see `exit_status` and `failures`.
        """
        found = self._state().outcome()
        return found.word if found else None

    @property
    def exit_status(self) -> int:
        """What `orch-events follow` would exit with: 0, 1 and 3 mean the job; 6 that its state is unknown."""
        found = self._state().outcome()
        if found is not None:
            return found.exit_status(_FAILING)
        return _TIMED_OUT if self.timed_out else Unreachable.exit_status

    def _note_time_out(self) -> None:
        self.timed_out = True

    def _state(self, *, every_node: bool = False) -> JobState:  # noqa: ARG002 - as far as its events tell
        self._followed.adopt()
        return self._follower.state


def _read(
    followed: FollowedJobs,
    surroundings: Surroundings,
    steps: Callable[[Follower], Iterator[Update]],
    timeout_seconds: float,
    note_time_out: Callable[[], None] = lambda: None,
) -> Generator[Event, None, None]:
    """Yield the events of jobs, and tell other updates. Raises OrchEventsError."""
    for update in interleave(followed.updates(steps), surroundings.clock, timeout_seconds):
        match update:
            case NewEvents(state, events):
                yield from (Event(state.job, event) for event in events)
            case FollowFailed(state, error):
                plan = followed.plan_of(state.job)
                if plan is None:
                    raise error
                surroundings.tell(Notice(f"{spoken(state.job)} of {spoken(plan)} is left out: {error.message}"))
            case TimedOut():
                note_time_out()
            case _:
                surroundings.tell(update)
