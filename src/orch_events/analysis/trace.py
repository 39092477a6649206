"""A job as spans of time, for traces: a plan and in it its jobs, a job and in it its nodes.

A span of what is still running ends at the job's last event. A node without a time of its own has no span.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from orch_events.analysis.job_report import JobReport
from orch_events.analysis.part import Part
from orch_events.analysis.summary import Summary
from orch_events.job.nodes import NodeRun
from orch_events.job.plan import PlanState
from orch_events.job.state import JobState


class NodeSpan(msgspec.Struct, frozen=True):
    """The run of a node; one that never began, or of which that is not known, begins at its end."""

    run: NodeRun
    begin: datetime
    end: datetime


class JobSpan(msgspec.Struct, frozen=True):
    """The run of a job or a plan.

    Attributes:
        state: what is known of it.
        begin, end: when it began, and when it ended or its last event happened.
        nodes: the spans of a job's nodes, in the order in which they were first named.
        jobs: the spans of a plan's jobs.
    """

    state: JobState
    begin: datetime
    end: datetime
    nodes: Sequence[NodeSpan] = ()
    jobs: Sequence["JobSpan"] = ()

    @classmethod
    def from_report(cls, report: JobReport) -> "JobSpan | None":
        """Return the span of a job and all in it; None if no time is known."""
        if not isinstance(report.state, PlanState):
            return cls._from_job(report.state, report.part)
        jobs = [span for span in (cls._from_job(*job) for job in report.jobs) if span is not None]
        return cls._around(report.state, Summary.from_state(report.state, report.part), (), jobs)

    @classmethod
    def _from_job(cls, state: JobState, part: Part) -> "JobSpan | None":
        return cls._around(state, Summary.from_state(state, part), _node_spans(part, state.last_at), ())

    @classmethod
    def _around(
        cls, state: JobState, summary: Summary, nodes: Sequence[NodeSpan], jobs: "Sequence[JobSpan]"
    ) -> "JobSpan | None":
        """Return a span that is as long as the job, and no shorter than what is in it."""
        inner = [at for node in nodes for at in (node.begin, node.end)]
        inner += [at for job in jobs for at in (job.begin, job.end)]
        times = [at for at in (summary.began_at, summary.last_at, *inner) if at is not None]
        return cls(state, min(times), max(times), nodes, jobs) if times else None


def _node_spans(part: Part, last_at: datetime | None) -> list[NodeSpan]:
    spans = []
    for run in part.runs.values():
        end = last_at if run.state == "running" else run.ended_at
        begin = run.began_at or end
        if begin is not None:
            spans.append(NodeSpan(run, begin, max(begin, end or begin)))
    return spans
