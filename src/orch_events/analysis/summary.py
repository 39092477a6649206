"""A job's summary: how long it and its nodes took, how many ran at once, what Puppet changed."""

import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from heapq import nlargest

import msgspec

from orch_events.analysis.durations import Spread, most_at_once
from orch_events.analysis.part import Part
from orch_events.analysis.progress import JobProgress
from orch_events.job.nodes import NodeRun
from orch_events.job.plan import PlanState
from orch_events.job.state import JobState

_MOST_SLOWEST = 10


class Span(msgspec.Struct, frozen=True):
    """When a node ran, in seconds since the epoch; a node that is running counts up to the job's last event."""

    run: NodeRun
    begin: float
    end: float

    @property
    def seconds(self) -> float:
        """How long it took, or has taken so far."""
        return self.end - self.begin


class Resources(msgspec.Struct, frozen=True):
    """What Puppet runs did to the resources of their nodes.

    Attributes:
        nodes: how many nodes reported it.
        changed, failed, corrective, out_of_sync: how many resources, on all nodes; see `Changes`.
        nodes_changed, nodes_failed: how many nodes have such resources.
    """

    nodes: int
    changed: int
    failed: int
    corrective: int
    out_of_sync: int
    nodes_changed: int
    nodes_failed: int


class Summary(msgspec.Struct, frozen=True):
    """A job's summary, so far.

    Attributes:
        progress: how it ended, or how far it is.
        part: the nodes that all that follows is about.
        began_at: when it began, by its record, else by its nodes; None if neither says.
        last_at: when it ended, or when its last event so far happened; None if that is not known.
        durations: the seconds that each node took that began and ended, the shortest first.
        slowest: the nodes that took longest, or have so far, the slowest first.
        running: the running nodes, the longest first.
        most_at_once: the highest number of nodes that ran at once.
        resources: what Puppet runs did; None if no node reported one.
        noop: whether it was a no-op run; None if its record does not say.
        jobs: how the jobs of a plan ended, or how far they are; None for a job.
    """

    progress: JobProgress
    part: Part
    began_at: datetime | None
    last_at: datetime | None
    durations: Sequence[float]
    slowest: Sequence[Span]
    running: Sequence[Span]
    most_at_once: int
    resources: Resources | None
    noop: bool | None
    jobs: Sequence[JobProgress] | None = None

    @property
    def seconds(self) -> float | None:
        """How long it took, or has taken so far; None if that is not known."""
        if self.progress.outcome is not None:
            return self.progress.outcome.seconds
        return (self.last_at - self.began_at).total_seconds() if self.began_at and self.last_at else None

    @property
    def spread(self) -> Spread | None:
        """The distribution of the durations; None if there are none."""
        return Spread.from_durations(self.durations)

    @classmethod
    def from_state(cls, state: JobState, part: Part | None = None) -> "Summary":
        """Summarize a job, or a part of it."""
        part = part or Part.from_state(state)
        progress, record, runs = JobProgress.from_state(state), state.record, part.runs.values()
        of_plan = state.began_at if isinstance(state, PlanState) else None
        first = (record and (record.began_at if of_plan else record.started_at)) or of_plan
        began_at = first or min((at for run in runs if (at := run.began_at)), default=None)
        ended_at = record.finished_at if record and progress.outcome else None
        noop = record.options.get("noop") if record else None
        spans = list(_spans(runs, state.last_at))
        return cls(
            progress,
            part,
            began_at,
            ended_at or state.last_at,
            sorted(span.seconds for span in spans if span.run.state != "running"),
            nlargest(_MOST_SLOWEST, spans, key=lambda span: span.seconds),
            sorted((span for span in spans if span.run.state == "running"), key=lambda span: span.begin),
            most_at_once((span.begin, math.inf if span.run.state == "running" else span.end) for span in spans),
            _resources(runs),
            noop if isinstance(noop, bool) else None,
            [JobProgress.from_state(job) for job in state.jobs] if isinstance(state, PlanState) else None,
        )


def _spans(runs: Iterable[NodeRun], last_at: datetime | None) -> Iterable[Span]:
    for run in runs:
        begin, end = run.began_at, last_at if run.state == "running" else run.ended_at
        if begin is not None and end is not None:
            yield Span(run, begin.timestamp(), max(begin, end).timestamp())


def _resources(runs: Iterable[NodeRun]) -> Resources | None:
    changes = [run.changes for run in runs if run.changes is not None]
    if not changes:
        return None
    return Resources(
        len(changes),
        sum(one.changed for one in changes),
        sum(one.failed for one in changes),
        sum(one.corrective for one in changes),
        sum(one.out_of_sync for one in changes),
        sum(one.changed > 0 for one in changes),
        sum(one.failed > 0 for one in changes),
    )
