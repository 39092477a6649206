"""Opens the jobs that were named: on a server, on the built-in simulator, or in a recording."""

import math
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from orch_events.cli.app import App
from orch_events.cli.connection import OpenServer, open_server
from orch_events.cli.options.groups import ConnectOptions
from orch_events.cli.options.job_ref import JobRef
from orch_events.cli.recent_jobs import recent_jobs
from orch_events.errors import UnknownJob, UsageError
from orch_events.wire.job_key import is_plan, spoken
from orch_events.wire.vocabulary import PLAN_TYPE

if TYPE_CHECKING:  # msgspec is imported when a source is opened
    from orch_events.follow.cursor import Resume
    from orch_events.follow.follower import Follower
    from orch_events.follow.retry import RetryPolicy
    from orch_events.follow.source import JobSource
    from orch_events.times import Clock

_REPLAY_INTERVAL = 0.2

DEMO = "demo"
"""The origin of a job of the built-in simulator, whose port is another one each time."""


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
    source: "JobSource"
    policy: "RetryPolicy"
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
        clock: "Clock",
        *,
        interval_seconds: float = 1.0,
        start: int | None = None,
        resume: "Resume | None" = None,
        settle_seconds: float = 15.0,
        name_nodes: bool = False,
    ) -> "Follower":
        """Make a follower of the job; a recording is polled more often, and nothing that it lacks is waited for."""
        from orch_events.follow.follower import Follower
        from orch_events.follow.plan import PlanFollower

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


class ReplayOptions(NamedTuple):
    """How recordings and the demo are replayed.

    Attributes:
        job: which of a recording's jobs; None for the only one.
        speed: how many recorded seconds pass in a real one.
        demo_speed: how many simulated seconds pass in a real one.
    """

    job: str | None = None
    speed: float = math.inf
    demo_speed: float = math.inf


@contextmanager
def open_jobs(
    app: App,
    refs: Sequence[JobRef],
    connect: ConnectOptions,
    policy: "RetryPolicy",
    replay: ReplayOptions,
    *,
    verbose: bool,
) -> Iterator[list[OpenJob]]:
    """Open the jobs that were named, each once; the server is opened when the first of them needs it.

    Raises:
        UsageError: a job's URL is of another server, or a recording is of several jobs.
        UnknownJob: there is no latest job.
        OrchEventsError: a server or a recording can't be opened, or the latest job can't be determined.
    """
    with ExitStack() as stack:

        @cache
        def server() -> OpenServer:
            return stack.enter_context(open_server(app, connect, verbose=verbose, demo_speed=replay.demo_speed))

        opened = dict[str, OpenJob]()
        for ref in dict.fromkeys(refs):
            if ref.kind == "recording":
                job = _from_recording(app, ref, replay, policy, stack)
            else:
                job = _from_server(app, ref, server(), policy)
            _check_same_source(opened.setdefault(job.number, job), job)
        yield list(opened.values())


def _check_same_source(first: OpenJob, second: OpenJob) -> None:
    """See that a job that is named twice is one job. Raises UsageError."""
    if first.origin != second.origin:
        message = f"{spoken(first.number)} is in two sources, {first.origin} and {second.origin}"
        raise UsageError(message, "follow them one at a time")


def _from_server(app: App, ref: JobRef, server: OpenServer, policy: "RetryPolicy") -> OpenJob:
    policy = policy.with_token(server.token_version)
    _check_place(app, ref, server)
    number = _latest(app, server, policy, ref) if ref.kind == "latest" else ref.number
    return OpenJob(number, server.client, policy, number, server.url.base if server.url else DEMO)


def _from_recording(app: App, ref: JobRef, replay: ReplayOptions, policy: "RetryPolicy", stack: ExitStack) -> OpenJob:
    from orch_events.recording import Replay, open_recording

    recording = stack.enter_context(open_recording(ref.place, app.stdin_bytes, app.stderr.warn))
    origin = "-" if ref.place == "-" else os.path.realpath(ref.place)
    if recording.contents == "nodes":
        nodes = recording.nodes()
        return OpenJob(nodes.job, nodes, policy, ref.place, origin, recorded=True, start=nodes.start, live=nodes.number)
    job, source = recording.job(replay.job), Replay(recording, app.clock, replay.speed)
    live = recording.number(job) or ""
    return OpenJob(job, source, policy, ref.place, origin, recorded=True, live=live, has=recording.has)


def _check_place(app: App, ref: JobRef, server: OpenServer) -> None:
    """Check that a job's URL is of the configured server; only warn for one of the console, which may be elsewhere."""
    if not ref.place or server.url is None:
        return
    if ref.kind == "api" and not server.url.is_of(ref.place):
        raise UsageError(
            f"{spoken(ref.number)} is on {ref.place}, but the configured orchestrator is {server.url.origin}",
            f"use --service-url {ref.place}",
        )
    if ref.kind == "console" and not server.url.shares_host(ref.place):
        app.stderr.warn(f"{ref.place} is a different host; showing {spoken(ref.number)} from {server.url.origin}")


def _latest(app: App, server: OpenServer, policy: "RetryPolicy", ref: JobRef) -> str:
    """Return the newest job or plan job, or the one that many `before` it."""
    from orch_events.client.recent import JobQuery

    what, types = ("plan job", frozenset({PLAN_TYPE})) if is_plan(ref.number) else ("job", frozenset[str]())
    query = JobQuery(ref.before + 1, types=types)
    newest = [job.key for job in recent_jobs(app, server, policy, query) if job.number]
    if not newest:
        raise UnknownJob(f"the server has no {what}s", f"run a {what} first; the server deletes {what}s after 30 days")
    name = f"{ref.number}latest" + f"~{ref.before}" * (ref.before > 0)
    if len(newest) <= ref.before:
        many = f"only {len(newest)} {what}{'s' * (len(newest) != 1)}"
        raise UnknownJob(f"there is no {name}: the server has {many}", "see: orch-events jobs")
    app.stderr.note(f"{name} is {spoken(newest[ref.before])}")
    return newest[ref.before]
