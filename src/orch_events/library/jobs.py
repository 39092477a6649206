"""A job and its source, on a server or in a recording; how a follower of it is made."""

import math
import os
from collections.abc import Callable
from random import random
from typing import NamedTuple

from orch_events.client.recent import JobQuery
from orch_events.errors import UnknownJob, UsageError
from orch_events.follow.cursor import Resume
from orch_events.follow.follower import Follower
from orch_events.follow.plan import PlanFollower
from orch_events.follow.retry import RetryPolicy
from orch_events.follow.source import JobSource
from orch_events.job.updates import Notice, Steps
from orch_events.library.job_ref import JobRef
from orch_events.library.recent import recent_jobs
from orch_events.library.servers import OpenServer
from orch_events.recording import Recording, Replay
from orch_events.times import Clock
from orch_events.wire.job_key import is_plan, spoken
from orch_events.wire.vocabulary import PLAN_TYPE

DEMO = "demo"
"""The origin of a job of the built-in simulator, whose port is another one each time."""

_REPLAY_INTERVAL = 0.2


def retry_policy(
    retry_seconds: float,
    auth_wait_seconds: float,
    auth_wait_at_start_seconds: float = 0.0,
    unknown_host_at_start_seconds: float = 0.0,
) -> RetryPolicy:
    """Return how long each kind of error is retried, with delays that differ at random; see `RetryPolicy`."""
    return RetryPolicy(
        retry_seconds,
        auth_wait_seconds,
        auth_wait_at_start_seconds,
        jitter=random,
        unknown_host_at_start_seconds=unknown_host_at_start_seconds,
    )


class OpenJob(NamedTuple):
    """A job, and its source.

    Attributes:
        number: the job's number, as text.
        source: the source of its events, record and nodes.
        policy: how long errors of the source are retried.
        name: its name in suggested commands: the path of its recording, or its number.
        origin: what tells its source from others: the URL of a server's API, `demo`, or the path of a recording.
        recorded: whether its source is a recording.
        start: the first event id that its source can tell; None for all.
        live: the job's number on its server, if its source is a recording; "" if that is not known.
        has: whether its source may have another job, by its number.
    """

    number: str
    source: JobSource
    policy: RetryPolicy
    name: str
    origin: str
    recorded: bool = False
    start: int | None = None
    live: str = ""
    has: Callable[[str], bool] = lambda _: True

    def of_plan(self, number: str) -> "OpenJob | None":
        """Return a job that this plan job has started; None if it is not in its recording."""
        if not self.has(number):
            return None
        return self._replace(number=number, name=self.name if self.recorded else number, live=self.live and number)

    def follower(
        self,
        clock: Clock,
        *,
        interval_seconds: float = 1.0,
        start: int | None = None,
        resume: Resume | None = None,
        settle_seconds: float = 15.0,
        name_nodes: bool = False,
    ) -> Follower:
        """Make a follower of the job; a recording is polled more often, and nothing that it lacks is waited for."""
        if self.recorded:
            interval_seconds, settle_seconds = min(interval_seconds, _REPLAY_INTERVAL), 0.0
        return (PlanFollower if is_plan(self.number) else Follower)(
            self.number,
            self.source,
            clock,
            self.policy,
            interval_seconds=interval_seconds,
            start=start,
            resume=resume,
            settle_seconds=settle_seconds,
            name_nodes=name_nodes and not self.recorded,
        )


def job_in_recording(
    recording: Recording, place: str, job: str | None, policy: RetryPolicy, clock: Clock, speed: float = math.inf
) -> OpenJob:
    """Return a job in a recording, or the nodes that a server has listed.

    Args:
        recording: the recording, open.
        place: its path as it was given, or `-`.
        job: which of its jobs; None for the only one.
        policy: how long errors are retried.
        clock: the time.
        speed: how many recorded seconds pass in a real one.

    Raises:
        LocalFileError: it can't be read.
        UsageError: there is no such job, or there are several.
    """
    origin = "-" if place == "-" else os.path.realpath(place)
    if recording.contents == "nodes":
        nodes = recording.nodes()
        return OpenJob(nodes.job, nodes, policy, place, origin, recorded=True, start=nodes.start, live=nodes.number)
    number, source = recording.job(job), Replay(recording, clock, speed)
    live = recording.number(number) or ""
    return OpenJob(number, source, policy, place, origin, recorded=True, live=live, has=recording.has)


def job_on_server(ref: JobRef, server: OpenServer, policy: RetryPolicy, clock: Clock) -> Steps[OpenJob]:
    """Return a job of a server; the latest one is asked for.

    Raises:
        UsageError: its URL is of another server.
        UnknownJob: there is no latest job.
        OrchEventsError: the latest job can't be determined.
    """
    policy = policy.with_token(server.token_version)
    yield from _check_place(ref, server)
    number = ref.number
    if ref.kind == "latest":
        number = yield from _latest(ref, server, policy, clock)
    return OpenJob(number, server.client, policy, number, server.url.base if server.url else DEMO)


def _check_place(ref: JobRef, server: OpenServer) -> Steps[None]:
    """Check that a job's URL is of the configured server; only warn for one of the console, which may be elsewhere."""
    if not ref.place or server.url is None:
        return
    if ref.kind == "api" and not server.url.is_of(ref.place):
        raise UsageError(
            f"{spoken(ref.number)} is on {ref.place}, but the configured orchestrator is {server.url.origin}",
            f"use --service-url {ref.place}",
        )
    if ref.kind == "console" and not server.url.shares_host(ref.place):
        yield Notice(f"{ref.place} is a different host; showing {spoken(ref.number)} from {server.url.origin}")


def _latest(ref: JobRef, server: OpenServer, policy: RetryPolicy, clock: Clock) -> Steps[str]:
    """Return the newest job or plan job, or the one that many `before` it."""
    what, types = ("plan job", frozenset({PLAN_TYPE})) if is_plan(ref.number) else ("job", frozenset[str]())
    jobs = yield from recent_jobs(server, policy, clock, JobQuery(ref.before + 1, types=types))
    newest = [job.key for job in jobs if job.number]
    if not newest:
        raise UnknownJob(f"the server has no {what}s", f"run a {what} first; the server deletes {what}s after 30 days")
    if len(newest) <= ref.before:
        many = f"only {len(newest)} {what}{'s' * (len(newest) != 1)}"
        raise UnknownJob(f"there is no {ref.latest_name}: the server has {many}", "see: orch-events jobs")
    return newest[ref.before]
