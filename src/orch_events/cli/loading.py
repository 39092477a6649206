"""Reads a job to report on: all of its events so far, its record, and its nodes where these tell more."""

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Protocol

from orch_events.cli.app import App
from orch_events.cli.connection import retry_policy
from orch_events.cli.job_sources import OpenJob, ReplayOptions, open_jobs
from orch_events.cli.options.groups import ReportOptions
from orch_events.cli.options.job_ref import JobRef
from orch_events.errors import OrchEventsError
from orch_events.render.toolkit.text import escape_control
from orch_events.wire.job_key import spoken

if TYPE_CHECKING:  # msgspec is imported when a source is opened
    from collections.abc import Iterator, Sequence

    from orch_events.job.state import JobState
    from orch_events.job.updates import Steps
    from orch_events.wire.event import Event
    from orch_events.wire.records import NodeRecord


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


def load_job(
    app: App, ref: JobRef, options: ReportOptions, observer: Observer | None = None, *, every_node: bool = False
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
    app: App, plan: OpenJob, numbers: Iterable[str], observer: Observer | None, *, every_node: bool
) -> "Iterator[JobState]":
    for job in filter(None, map(plan.of_plan, numbers)):
        if observer is not None:
            observer.begin(job.number)
        try:
            yield _load(app, job, observer, every_node=every_node)
        except OrchEventsError as error:
            app.stderr.warn(f"{spoken(job.number)} of {spoken(plan.number)} is left out: {error.message}")


def _load(app: App, job: OpenJob, observer: Observer | None, *, every_node: bool) -> "JobState":
    follower = job.follower(app.clock, start=job.start)
    app.finish(_observed(follower.once(outcome=True), observer))
    state = follower.state
    if job.recorded and not state.is_over:
        live = f"; on the server: orch-events follow {job.live}" if job.live else ""
        name = "standard input" if job.name == "-" else escape_control(job.name)
        app.stderr.note(f"{name} ends before the job does{live}")
    if job.start is not None or (state.lacks_nodes and (state.is_over or every_node)):
        _complete_nodes(app, job, state, observer)
    return state


def _observed(updates: "Steps[None]", observer: Observer | None) -> "Steps[None]":
    from orch_events.job.updates import NewEvents

    for update in updates:
        if observer is not None and isinstance(update, NewEvents):
            observer.events(update.events)
        yield update


def _complete_nodes(app: App, job: OpenJob, state: "JobState", observer: Observer | None) -> None:
    """Ask for the nodes where the events did not tell all: the job was stopped by force, or its events are gone."""
    from orch_events.follow.retry import retry_request

    request = partial(job.source.nodes, job.number)
    try:
        nodes = app.finish(retry_request(request, job.policy, app.clock, job.number))
    except OrchEventsError as error:
        app.stderr.warn(f"not all nodes of {spoken(job.number)} are known: {error.message}")
        return
    state.complete_nodes(nodes)
    if observer is not None:
        observer.nodes(nodes)
