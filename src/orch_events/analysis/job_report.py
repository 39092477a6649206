"""A job as the reports in files tell it: what is known of it, what its failed nodes printed, and what is missing."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

import msgspec

from orch_events.analysis.output import NodeOutput
from orch_events.analysis.part import Part
from orch_events.job.nodes import NodeRun
from orch_events.job.plan import PlanState, run_key
from orch_events.job.state import JobState
from orch_events.wire.job_key import kind_and_number
from orch_events.wire.lenient import loads


class JobReport(msgspec.Struct, frozen=True):
    """A job, or a plan with its jobs.

    Attributes:
        state: what is known of it.
        part: the nodes that are reported.
        partial: why more can be known of it later, as in `--timeout was reached`; "" if it is over and nothing lacks.
        outputs: what failed nodes printed, as far as it was kept, by their keys in `state.runs`.
        server: the URL of the API that it is from; "" for that in its record.
    """

    state: JobState
    part: Part
    partial: str = ""
    outputs: Mapping[str, NodeOutput] = {}
    server: str = ""

    @classmethod
    def from_state(
        cls,
        state: JobState,
        part: Part | None = None,
        *,
        why: str = "",
        outputs: Mapping[str, NodeOutput] | None = None,
        server: str = "",
    ) -> "JobReport":
        """Report what is known of a job, or a part of it; `why` it is no longer followed, if it is not over."""
        return cls(
            state, part or Part.from_state(state), partial_of(state, why), outputs or {}, server or server_of(state)
        )

    def output(self, run: NodeRun) -> NodeOutput | None:
        """Return what a node printed; None if that was not kept."""
        return self.outputs.get(run_key(run.job, run.name) if run.job else run.name)

    @property
    def url(self) -> str:
        """The job's URL in the API; "" if it is not known."""
        kind, number = kind_and_number(self.state.job)
        return f"{self.server}/{'plan_jobs' if kind == 'plan' else 'jobs'}/{number}" if "://" in self.server else ""

    @property
    def jobs(self) -> Sequence[tuple[JobState, Part]]:
        """The job and its nodes; of a plan, each of its jobs and its nodes."""
        if not isinstance(self.state, PlanState):
            return [(self.state, self.part)]
        return [(job, self._part_of(job)) for job in self.state.jobs]

    def _part_of(self, job: JobState) -> Part:
        runs = {key: run for key, run in self.part.runs.items() if run.job == job.job}
        return Part(runs, job.total, self.part.nodes, self.part.failed)


def partial_of(state: JobState, why: str = "") -> str:
    """Return why more may be known of a job later, in the words of `why` if there are any; "" if it has an outcome."""
    if state.outcome() is not None:
        return ""
    running = state.has_record and not state.is_over
    return why or ("the job is still running" if running else "the state of the job is unknown")


def subject(state: JobState) -> str:
    """Return what a job runs, in words that are the same for each run of it: `deploy`, `task facts`, `plan app`."""
    record = state.record
    name = (record.task or record.options.get("plan_name")) if record else ""
    return " ".join(filter(None, (record.type if record else "", name if isinstance(name, str) else ""))) or "job"


def server_of(state: JobState) -> str:
    """Return the URL of the API that a job's record names, without a trailing slash; "" if it names none."""
    record = loads(state.record.raw) if state.record is not None and state.record.raw else None
    url = record.get("id") if isinstance(record, dict) else None
    if not isinstance(url, str) or not url.startswith(("https://", "http://")):
        return ""
    return url.rpartition("/plan_jobs/" if "/plan_jobs/" in url else "/jobs/")[0]


def host_of(server: str) -> str:
    """Return the name of the host in the URL of an API; "" if there is none."""
    try:
        return urlsplit(server).hostname or ""
    except ValueError:
        return ""
