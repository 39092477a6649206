"""From the JOBs that were typed to where their events come from: a server, the simulator, a recording."""

import math
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from orch_events.cli.app import App
from orch_events.cli.connection import OpenServer, open_server, retry_policy
from orch_events.cli.options.groups import ConnectOptions, ReportOptions
from orch_events.cli.options.job_ref import JobRef
from orch_events.errors import UnknownJob, UsageError

if TYPE_CHECKING:  # msgspec is imported when a source is opened
    from orch_events.client.recent import Wanted
    from orch_events.follow.follower import Follower
    from orch_events.follow.retry import Outage, RetryPolicy
    from orch_events.follow.source import JobSource
    from orch_events.job.state import JobState
    from orch_events.job.updates import Steps
    from orch_events.times import Clock
    from orch_events.wire.records import JobRecord

_REPLAY_INTERVAL = 0.2


class OpenJob(NamedTuple):
    """A job, and where its events come from.

    Attributes:
        number: the job's number, as text.
        source: of its events, record and nodes.
        policy: for how long the source's errors are retried.
        name: what it is called in commands: as it was typed, or by its number.
        recorded: whether its events come from a recording.
    """

    number: str
    source: "JobSource"
    policy: "RetryPolicy"
    name: str
    recorded: bool = False

    def follower(
        self, clock: "Clock", *, interval: float = 1.0, start: int | None = None, settle: float = 15.0
    ) -> "Follower":
        """Follow the job; a recording is asked more often than `interval` says: that costs nobody anything."""
        from orch_events.follow.follower import Follower

        if self.recorded:
            interval = min(interval, _REPLAY_INTERVAL)
        return Follower(self.number, self.source, clock, self.policy, interval=interval, start=start, settle=settle)


class ReplayOptions(NamedTuple):
    """How recordings are read, and the demo.

    Attributes:
        job: which of a recording's jobs; None for the only one.
        speed: how many recorded seconds pass in one of ours.
        demo_speed: how many of the simulator's seconds pass in one of ours.
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
    """Open the jobs that were named, each once; a server is opened when the first of them needs it.

    Raises:
        UsageError: the URL of a job is another server's, or a recording is of several jobs.
        UnknownJob: there is no latest job.
        OrchEventsError: a server or a recording can't be opened, or does not tell which job is the latest.
    """
    with ExitStack() as stack:

        @cache
        def server() -> OpenServer:
            return stack.enter_context(open_server(app, connect, verbose=verbose, demo_speed=replay.demo_speed))

        opened = [
            _from_recording(app, ref, replay, policy, stack)
            if ref.kind == "recording"
            else _from_server(app, ref, server(), policy)
            for ref in dict.fromkeys(refs)
        ]
        yield list({job.number: job for job in opened}.values())


def _from_server(app: App, ref: JobRef, server: OpenServer, policy: "RetryPolicy") -> OpenJob:
    policy = policy.with_token(server.token_mark)
    _check_place(app, ref, server)
    number = _latest(app, server, policy) if ref.kind == "latest" else ref.number
    return OpenJob(number, server.client, policy, number)


def _from_recording(app: App, ref: JobRef, replay: ReplayOptions, policy: "RetryPolicy", stack: ExitStack) -> OpenJob:
    from orch_events.recording import Replay, open_recording

    stdin = app.stdin.buffer if app.stdin is not None else None
    recording = stack.enter_context(open_recording(ref.place, stdin, app.stderr.warn))
    source = Replay(recording, app.clock, replay.speed)
    return OpenJob(recording.job(replay.job), source, policy, ref.place, recorded=True)


def _check_place(app: App, ref: JobRef, server: OpenServer) -> None:
    """See that the place of a URL is where we ask: no token goes elsewhere. A console may well live elsewhere."""
    if not ref.place or server.url is None:
        return
    if ref.kind == "api" and not server.url.is_of(ref.place):
        raise UsageError(
            f"job {ref.number} is on {ref.place}, but the configured orchestrator is {server.url.origin}",
            f"use --service-url {ref.place}",
        )
    if ref.kind == "console" and not server.url.shares_host(ref.place):
        app.stderr.warn(f"{ref.place} is a different host; showing job {ref.number} from {server.url.origin}")


def _latest(app: App, server: OpenServer, policy: "RetryPolicy") -> str:
    from orch_events.client.recent import Wanted

    newest = recent_jobs(app, server, policy, Wanted(1))
    if not newest or not newest[0].number:
        raise UnknownJob("the server has no jobs", "run a job first; the server deletes jobs after 30 days")
    app.stderr.note(f"latest is job {newest[0].number}")
    return newest[0].number


def recent_jobs(app: App, server: OpenServer, policy: "RetryPolicy", wanted: "Wanted") -> "list[JobRecord]":
    """Ask a server for its newest jobs, or for those among them that are wanted. Raises OrchEventsError."""
    from orch_events.client.recent import recent
    from orch_events.follow.retry import Outage, first_answer, retry

    of_type = next(iter(wanted.types)) if len(wanted.types) == 1 else None

    def begin_outage() -> "Outage":
        return Outage("", policy, app.clock, had_contact=False)

    def ask(most: int, offset: int) -> "Steps[Sequence[JobRecord]]":
        return retry(lambda: first_answer(server.client.jobs(most, offset, of_type)), begin_outage)

    return app.finish(recent(ask, wanted))


def load_job(app: App, ref: JobRef, options: ReportOptions) -> "JobState":
    """Read all events of a job so far, and its record. Raises OrchEventsError where that can't be."""
    replay, policy = ReplayOptions(options.recorded_job), retry_policy(options.retry)
    with open_jobs(app, [ref], options.connect, policy, replay, verbose=options.display.verbose) as (job,):
        follower = job.follower(app.clock)
        app.finish(follower.once(outcome=True))
        return follower.state
