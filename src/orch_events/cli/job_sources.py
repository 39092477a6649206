"""Opens the jobs that were named: on a server, on the built-in simulator, or in a recording."""

import math
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, Protocol

from orch_events.cli.app import App
from orch_events.cli.connection import OpenServer, open_server, retry_policy
from orch_events.cli.options.groups import ConnectOptions, ReportOptions
from orch_events.cli.options.job_ref import JobRef
from orch_events.errors import OrchEventsError, UnknownJob, UsageError
from orch_events.render.toolkit.text import escape_control
from orch_events.wire.job_key import is_plan, spoken
from orch_events.wire.vocabulary import PLAN_TYPE

if TYPE_CHECKING:  # msgspec is imported when a source is opened
    from orch_events.client.recent import JobQuery
    from orch_events.follow.cursor import Resume
    from orch_events.follow.follower import Follower
    from orch_events.follow.retry import Outage, RetryPolicy
    from orch_events.follow.source import JobSource
    from orch_events.job.state import JobState
    from orch_events.job.updates import Steps
    from orch_events.times import Clock
    from orch_events.wire.event import Event
    from orch_events.wire.records import JobRecord, NodeRecord

_REPLAY_INTERVAL = 0.2


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
    return OpenJob(number, server.client, policy, number, server.url.base if server.url else "demo")


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


def recent_jobs(app: App, server: OpenServer, policy: "RetryPolicy", query: "JobQuery") -> "list[JobRecord]":
    """Return a server's newest jobs that match. Raises OrchEventsError."""
    from orch_events.client.recent import recent
    from orch_events.follow.retry import Outage, first_answer, retry

    client, plans = server.client, query.types == {PLAN_TYPE}

    def begin_outage() -> "Outage":
        return Outage("", policy, app.clock, had_contact=False)

    def fetch(most: int, offset: int) -> "Steps[Sequence[JobRecord]]":
        return retry(
            lambda: first_answer(
                client.plan_jobs(most, offset) if plans else client.jobs(most, offset, query.server_filters)
            ),
            begin_outage,
        )

    return app.finish(recent(fetch, query))


def with_their_jobs(
    app: App, server: OpenServer, policy: "RetryPolicy", plans: "Sequence[JobRecord]"
) -> "Iterator[JobRecord]":
    """Yield the records of plan jobs, and behind each those of the jobs that it started, as far as they can be had."""
    from orch_events.follow.retry import Outage, first_answer, retry

    def begin_outage() -> "Outage":
        return Outage("", policy, app.clock, had_contact=True)

    def fetch(number: str) -> "Steps[JobRecord]":
        return retry(lambda: first_answer(server.client.record(number)), begin_outage)

    for plan in plans:
        yield plan
        for number in sorted(plan.jobs, key=int):
            try:
                yield app.finish(fetch(number))
            except OrchEventsError as error:
                app.stderr.warn(f"{spoken(number)} of {spoken(plan.key)} is left out: {error.message}")


def load_job(
    app: App, ref: JobRef, options: ReportOptions, observer: "Observer | None" = None, *, every_node: bool = False
) -> "JobState":
    """Read all events of a job so far, and its record; and its nodes, if the record knows more of them than the events.

    Of a plan job, those of the jobs that it started too; that one of these can't be read is only told.

    Args:
        app: the process.
        ref: the job.
        options: how to read it.
        observer: is told of all events, and of the nodes if these were read.
        every_node: whether nodes that have not started matter too, in a job that is still running.

    Raises:
        OrchEventsError: the job can't be read.
    """
    from orch_events.job.plan import PlanState

    replay, policy = ReplayOptions(options.recorded_job), retry_policy(options.retry)
    with open_jobs(app, [ref], options.connect, policy, replay, verbose=options.display.verbose) as (job,):
        state = _load(app, job, observer, every_node=every_node)
        if isinstance(state, PlanState):
            state.adopt(list(_load_jobs_of(app, job, state.started, observer, every_node=every_node)))
        return state


def _load_jobs_of(
    app: App, plan: OpenJob, numbers: Iterable[str], observer: "Observer | None", *, every_node: bool
) -> "Iterator[JobState]":
    for job in filter(None, map(plan.of_plan, numbers)):
        if observer is not None:
            observer.begin(job.number)
        try:
            yield _load(app, job, observer, every_node=every_node)
        except OrchEventsError as error:
            app.stderr.warn(f"{spoken(job.number)} of {spoken(plan.number)} is left out: {error.message}")


def _load(app: App, job: OpenJob, observer: "Observer | None", *, every_node: bool) -> "JobState":
    follower = job.follower(app.clock, start=job.start)
    app.finish(_observed(follower.once(outcome=True), observer))
    state = follower.state
    if job.recorded and not state.is_over and not state.seen_over:
        live = f"; on the server: orch-events follow {job.live}" if job.live else ""
        name = "standard input" if job.name == "-" else escape_control(job.name)
        app.stderr.note(f"{name} ends before the job does{live}")
    if job.start is not None or (state.lacks_nodes and (state.is_over or every_node)):
        _complete_nodes(app, job, state, observer)
    return state


class Observer(Protocol):
    """Is told what is read of a job, for what its state does not keep."""

    def begin(self, job: str) -> None:
        """Take from now on what is of a job that a plan has started."""
        ...

    def events(self, events: "Sequence[Event]") -> None:
        """Take some events, in the order of their ids."""
        ...

    def nodes(self, nodes: "Sequence[NodeRecord]") -> None:
        """Take the records of all nodes, later than every event."""
        ...


def _observed(updates: "Steps[None]", observer: Observer | None) -> "Steps[None]":
    from orch_events.job.updates import NewEvents

    for update in updates:
        if observer is not None and isinstance(update, NewEvents):
            observer.events(update.events)
        yield update
        del update  # its events may be large, and what comes next is read beside them


def _complete_nodes(app: App, job: OpenJob, state: "JobState", observer: Observer | None) -> None:
    """Ask for the nodes where the events did not tell all: the job was stopped by force, or its events are gone."""
    from orch_events.follow.retry import Outage, first_answer, retry

    def begin_outage() -> "Outage":
        return Outage(job.number, job.policy, app.clock, had_contact=True)

    try:
        nodes = app.finish(retry(lambda: first_answer(job.source.nodes(job.number)), begin_outage))
    except OrchEventsError as error:
        app.stderr.warn(f"not all nodes of {spoken(job.number)} are known: {error.message}")
        return
    state.complete_nodes(nodes)
    if observer is not None:
        observer.nodes(nodes)
