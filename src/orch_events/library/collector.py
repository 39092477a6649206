"""All jobs of a server, each followed to its end: what `orch-events collect` hands over.

1. Jobs and plan jobs are found in the server's lists (`follow.discovery`), and followed with the follower that `follow`
   has (`follow.follower`), hundreds at once (`follow.pool`). A plan's jobs are found like all others.
2. A job that was over for a minute when it was found is read once: nothing of it can come late any more, and its record
   stands in the list. So it costs one request, and afterwards none.
3. A job that is running is asked at the interval while events come, and less and less often while none do, down to once
   a minute; but at once when its record in the list has changed. So one that hangs for days costs little.
4. What is read goes to a `Receiver`, in the order in which it has to be kept: a job's record before its first events,
   whenever it has changed, and again at the end; how far the job was followed, behind the events that were.
5. All jobs have the same server: once it has answered anything, no job is given up for an outage (`RetryPolicy`).
"""

import math
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from typing import NamedTuple, Protocol

import msgspec

from orch_events.errors import NotPermitted, NotUnderstood, OrchEventsError, UnknownJob
from orch_events.follow.cursor import Resume
from orch_events.follow.discovery import Discovery, FetchJobs, Found
from orch_events.follow.follower import Follower
from orch_events.follow.plan import PlanFollower
from orch_events.follow.pool import FollowerPool, Wait
from orch_events.follow.retry import RetryPolicy, retry_request
from orch_events.job.updates import FollowFailed, JobEnded, NewEvents, Notice, OutcomeUnknown, Pause, Steps, Update
from orch_events.library.servers import OpenServer
from orch_events.times import Clock
from orch_events.wire.event import Event
from orch_events.wire.job_key import is_plan, spoken
from orch_events.wire.records import JobRecord

_SURELY_OVER_SECONDS = 60.0
"""How long a job must be over for nothing of it to come late."""

_IDLE_SECONDS = 60.0
_UNKNOWN_JOB_SECONDS = 600.0
"""How long a job may be unknown to the server: while one takes over from another, it knows less."""

_MOST_WAITING = 500
"""How many jobs may wait to be read before the list is read on."""

_LOOKS_AT_PLANS = 4
"""Every so many looks are at the plan jobs: these are few, and a look is a request."""

_NEW, _BACK = "new", "back"
"""The members of the pool that look for jobs."""


class Ledger(Protocol):
    """Knows what was handed over before."""

    def resume(self, job: str, listed: JobRecord | None) -> Resume | None:
        """Return where following a job goes on, of which this is the record; None to begin with its first event."""
        ...

    def is_done(self, record: JobRecord) -> bool:
        """Whether a job was followed to its end."""
        ...

    def unfinished(self) -> Sequence[str]:
        """Return the jobs that were begun, and not followed to their end."""
        ...


class Receiver(Protocol):
    """Takes what was read."""

    def record(self, job: str, record: JobRecord) -> None:
        """Take a job's record."""
        ...

    def events(self, job: str, events: Sequence[Event]) -> None:
        """Take new events of a job."""
        ...

    def reached(self, job: str, resume: Resume | None, *, created: float | None, done: bool) -> None:
        """Take where following a job goes on, once all that was taken before is kept; `done`: it is over."""
        ...


class CollectOptions(NamedTuple):
    """What is collected, and how.

    Attributes:
        since: jobs that were over before are left out; in seconds since the epoch.
        types: only jobs of these types; empty for all.
        interval_seconds: the polling interval of a job while events come, and of the list.
        once: whether to read what there is so far, and no more.
    """

    since: float = -math.inf
    types: Collection[str] = ()
    interval_seconds: float = 5.0
    once: bool = False


class Collector:
    """Follows all jobs of a server.

    Args:
        server: the server; its client must not block while nothing arrives.
        policy: how long errors are retried.
        clock: what time it is.
        wait: waits until something of any response has arrived.
        server_now: what time it is by the server's clock.
        ledger: knows what was handed over before.
        receiver: takes what is read.
        options: what is collected.

    Attributes:
        running: the followers of the jobs that are being read, by job.
        events: how many were read.
        failed: the jobs that can't be read, each with the error.
    """

    def __init__(
        self,
        server: OpenServer,
        policy: RetryPolicy,
        clock: Clock,
        wait: Wait,
        server_now: Callable[[], float],
        ledger: Ledger,
        receiver: Receiver,
        options: CollectOptions,
    ) -> None:
        self.running: dict[str, Follower] = {}
        self.events = 0
        self.failed: dict[str, OrchEventsError] = {}
        self._client = server.client
        self._policy = msgspec.structs.replace(
            policy.with_token(server.token_version), unknown_job_seconds=_UNKNOWN_JOB_SECONDS
        )
        self._clock = clock
        self._pool = FollowerPool(clock, wait)
        self._server_now = server_now
        self._ledger = ledger
        self._receiver = receiver
        self._options = options
        self._jobs, self._plans = Discovery(options.since), Discovery(options.since)
        self._has_plans = True
        self._met: set[str] | None = set()
        self._listed: dict[str, bytes] = {}

    @property
    def waiting(self) -> int:
        """How many jobs are yet to be read for the first time."""
        return len(self._pool) - len(self.running) - (_NEW in self._pool) - (_BACK in self._pool)

    def updates(self) -> Iterator[Update]:
        """Yield what is to be told, and a Pause when there is nothing to do; it ends only with `once`.

        Raises:
            OrchEventsError: the server's list of jobs can't be had.
        """
        self._pool.add(_NEW, self._look_for_new())
        self._pool.add(_BACK, self._look_back())
        yield from self._pool.updates()

    def _look_for_new(self) -> Iterator[Update]:
        """Look for new jobs, again and again; now and then for plan jobs instead."""
        looks = 0
        while not self._options.once:
            if looks % _LOOKS_AT_PLANS == _LOOKS_AT_PLANS - 1 and self._has_plans:
                yield from self._look_at_plans(self._plans.look)
            else:
                yield from self._jobs.look(self._fetch(self._client.jobs), self._found)
            yield Pause(self._options.interval_seconds)
            looks += 1

    def _look_back(self) -> Iterator[Update]:
        """Look for all that is of interest, once; and go on with what was not finished the last time."""
        unfinished = self._ledger.unfinished()
        yield from self._jobs.look_back(self._fetch(self._client.jobs), self._found)
        yield from self._look_at_plans(self._plans.look_back)
        met, self._met = self._met or set(), None
        for job in unfinished:
            if job not in met:
                self._pool.add(job, self._read(job, None))

    def _look_at_plans(self, look: Callable[[FetchJobs, Found], Steps[None]]) -> Steps[None]:
        """Look at the plan jobs; an older server has none, and not everybody may see them."""
        try:
            yield from look(self._fetch(self._client.plan_jobs), self._found)
        except (NotPermitted, UnknownJob, NotUnderstood) as error:
            self._has_plans = False
            yield Notice(f"plan jobs are left out: {error.message}")

    def _fetch(self, ask: Callable[[int, int], Iterator[list[JobRecord] | None]]) -> FetchJobs:
        """Return what requests a part of a list; not before most of what was found so far is read."""

        def fetch(limit: int, offset: int) -> Steps[Sequence[JobRecord]]:
            while offset and self.waiting > _MOST_WAITING:
                yield Pause(min(1.0, self._options.interval_seconds))
            jobs = yield from retry_request(
                partial(ask, limit, offset), self._policy, self._clock, had_contact=self._policy.knows_server
            )
            self._policy = msgspec.structs.replace(self._policy, knows_server=True)
            return jobs

        return fetch

    def _found(self, record: JobRecord, is_new: bool) -> None:  # noqa: FBT001 - as `discovery.Found` has it
        """Begin with a job that is new, and look after one whose record has changed."""
        job = record.key
        if self._met is not None:
            self._met.add(job)
        if job in self._pool:
            if self._listed.get(job) != record.raw and job in self.running:
                self._pool.hurry(job)
                self._listed[job] = record.raw
        elif is_new and self._is_wanted(record):
            self._pool.add(job, self._read(job, record))

    def _is_wanted(self, record: JobRecord) -> bool:
        of_type = not self._options.types or record.type in self._options.types
        return of_type and not self._ledger.is_done(record)

    def _read(self, job: str, listed: JobRecord | None) -> Iterator[Update]:
        """Read a job to its end, or so far: made when it is the job's turn."""
        follower = (PlanFollower if is_plan(job) else Follower)(
            job,
            self._client,
            self._clock,
            self._policy,
            interval_seconds=self._options.interval_seconds,
            idle_seconds=_IDLE_SECONDS,
            resume=self._ledger.resume(job, listed),
        )
        self.running[job] = follower
        try:
            yield from _Reading(follower, self, self._receiver).read(*self._steps(follower, listed), listed)
        finally:
            del self.running[job]
            self._listed.pop(job, None)

    def _steps(self, follower: Follower, listed: JobRecord | None) -> tuple[Iterator[Update], bool]:
        """Return what the follower does, and whether its job is over and done with behind that."""
        if listed is not None and listed.over and listed.finished_at is not None:
            over_seconds = self._server_now() - listed.finished_at.timestamp()
            if over_seconds > _SURELY_OVER_SECONDS:
                return follower.once(outcome=False), True
        if self._options.once and (listed is None or not listed.over):
            return follower.once(outcome=True), False
        return follower.follow(), True


class _Reading:
    """Hands over what a follower reads.

    Args:
        follower: the job's follower.
        collector: counts.
        receiver: takes what is read.
    """

    def __init__(self, follower: Follower, collector: Collector, receiver: Receiver) -> None:
        self._follower = follower
        self._job = follower.state.job
        self._collector = collector
        self._receiver = receiver
        self._record: JobRecord | None = None
        self._has_events_since = False
        self._version = -1

    def read(self, updates: Iterator[Update], is_end: bool, listed: JobRecord | None) -> Iterator[Update]:  # noqa: FBT001 - from `_steps`
        """Pass on what is to be told, and the pauses."""
        if listed is not None:
            self._take_record(listed)
        for update in updates:
            match update:
                case NewEvents(_, events):
                    self._take_record(self._follower.state.record)
                    self._receiver.events(self._job, events)
                    self._collector.events += len(events)
                    self._has_events_since = True
                    yield update
                case FollowFailed(_, error):
                    yield self._fail(error)
                    return
                case JobEnded() | OutcomeUnknown():
                    pass
                case _:
                    if isinstance(update, Pause):
                        self._take_progress()
                    yield update
        self._end(is_over=is_end)

    def _take_record(self, record: JobRecord | None) -> None:
        """Hand the record over if it is another one."""
        if record is not None and record.raw and (self._record is None or record.raw != self._record.raw):
            self._receiver.record(self._job, record)
            self._record, self._has_events_since = record, False

    def _take_progress(self) -> None:
        """Hand over the record, and how far the job was followed, if either has changed."""
        self._take_record(self._follower.state.record)
        if self._follower.resume_version != self._version:
            self._version = self._follower.resume_version
            self._receiver.reached(self._job, self._follower.resume, created=self._created, done=False)

    def _end(self, *, is_over: bool) -> None:
        """Hand over the record again if events came behind it, and that the job is done if it is over."""
        self._take_record(self._follower.state.record)
        if self._has_events_since and self._record is not None:
            self._receiver.record(self._job, self._record)
        self._receiver.reached(self._job, self._follower.resume, created=self._created, done=is_over)

    def _fail(self, error: OrchEventsError) -> Notice:
        """Leave a job; one that the server does not know any more is done with."""
        job = spoken(self._job)
        if isinstance(error, UnknownJob):
            self._end(is_over=True)
            return Notice(f"{job} is left as it is: the server does not know it any more")
        self._collector.failed[self._job] = error
        return Notice(f"{job} can't be read: {error.message}")

    @property
    def _created(self) -> float | None:
        at = self._record.created_at if self._record is not None else None
        return at.timestamp() if at is not None else None
