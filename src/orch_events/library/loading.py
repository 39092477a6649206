"""Reads a job as far as it has come: all of its events so far, its record, and its nodes where these tell more."""

from collections.abc import Sequence
from functools import partial
from typing import Protocol

from orch_events.errors import OrchEventsError
from orch_events.follow.retry import retry_request
from orch_events.job.plan import PlanState
from orch_events.job.state import JobState
from orch_events.job.updates import FollowFailed, NewEvents, Notice, Steps
from orch_events.library.jobs import OpenJob
from orch_events.times import Clock
from orch_events.wire.event import Event
from orch_events.wire.job_key import spoken
from orch_events.wire.records import NodeRecord


class Observer(Protocol):
    """Is told what is read of a job, for what its state does not keep."""

    def begin(self, job: str) -> None:
        """Take from now on what is of a job that a plan has started."""
        ...

    def events(self, events: Sequence[Event]) -> None:
        """Take some events, in the order of their ids."""
        ...

    def nodes(self, nodes: Sequence[NodeRecord]) -> None:
        """Take the records of all nodes, later than every event."""
        ...


class Loader:
    """Reads jobs.

    Args:
        clock: the time.
        observer: is told of all events, and of the nodes if these were read; None for nobody.
        every_node: whether nodes that have not started matter too, in a job that is still running.
    """

    def __init__(self, clock: Clock, observer: Observer | None = None, *, every_node: bool = False) -> None:
        self._clock = clock
        self._observer = observer
        self._every_node = every_node

    def load(self, job: OpenJob) -> Steps[JobState]:
        """Read all events of a job so far, and its record; its nodes, if the record knows more of them.

        Of a plan job, those of the jobs that it started too; a Notice tells that one of these can't be read.

        Raises:
            OrchEventsError: the job can't be read.
        """
        state = yield from self._load(job)
        if isinstance(state, PlanState):
            jobs = yield from self._load_jobs_of(job, state)
            state.adopt(jobs)
        return state

    def _load_jobs_of(self, plan: OpenJob, state: PlanState) -> Steps[list[JobState]]:
        found: list[JobState] = []
        for job in filter(None, map(plan.of_plan, state.started)):
            if self._observer is not None:
                self._observer.begin(job.number)
            try:
                found.append((yield from self._load(job)))
            except OrchEventsError as error:
                yield Notice(f"{spoken(job.number)} of {spoken(plan.number)} is left out: {error.message}")
        return found

    def _load(self, job: OpenJob) -> Steps[JobState]:
        follower = job.follower(self._clock, start=job.start)
        for update in follower.once(outcome=True):
            if isinstance(update, FollowFailed):
                raise update.error
            if self._observer is not None and isinstance(update, NewEvents):
                self._observer.events(update.events)
            yield update
            del update  # its events may be large, and what comes next is read beside them
        state = follower.state
        if job.start is not None or (state.lacks_nodes and (state.is_over or self._every_node)):
            yield from self._complete_nodes(job, state)
        return state

    def _complete_nodes(self, job: OpenJob, state: JobState) -> Steps[None]:
        """Ask for the nodes where the events did not tell all: the job was stopped by force, or its events are gone."""
        request = partial(job.source.nodes, job.number)
        try:
            nodes = yield from retry_request(request, job.policy, self._clock, job.number)
        except OrchEventsError as error:
            yield Notice(f"not all nodes of {spoken(job.number)} are known: {error.message}")
            return
        state.complete_nodes(nodes)
        if self._observer is not None:
            self._observer.nodes(nodes)
