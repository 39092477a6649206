"""What a plan job's events and record amount to: the jobs that it started, whether it is over, and how it ended.

1. A plan is over if an event (plan_finished, plan_failed) or its record says so. It has no nodes of its own.
2. Its own word decides the outcome, whatever became of its jobs: a plan may catch the failure of a job and end well.
3. `adopt` gives it the states of its jobs, for reports: then its nodes are all of theirs, one for each job and node.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from orch_events.job.nodes import NodeRun
from orch_events.job.outcome import Outcome, Word
from orch_events.job.state import JobState
from orch_events.wire.event import Event
from orch_events.wire.job_key import is_plan
from orch_events.wire.plan import plan_text, started_job
from orch_events.wire.vocabulary import PLAN_END_EVENTS, PLAN_FAILED

_MOST_CHARACTERS = 500


def new_state(job: str, *, whole: bool = True) -> JobState:
    """Return the state of a job, or of a plan job, before its first event."""
    return (PlanState if is_plan(job) else JobState)(job, whole=whole)


def run_key(job: str, node: str) -> str:
    """Return the key of a node's run among those of all jobs of a plan."""
    return f"{job} {node}"


class PlanState(JobState):
    """Everything that is known of a plan job.

    Attributes:
        started: the numbers of the jobs that its events say it started, in that order.
        jobs: the states of its jobs, as far as they were adopted.
        result: what its last event says, in words, up to 500 characters; "" before.
    """

    def __init__(self, job: str, *, whole: bool = True) -> None:
        super().__init__(job, whole=whole)
        self.started: dict[str, None] = {}
        self.jobs: list[JobState] = []
        self.result = ""

    def note_job_event(self, event: Event) -> None:
        """Apply what an event says of the plan: the job that it starts, or its end."""
        if (job := started_job(event)) is not None:
            self.started.setdefault(job)
        elif event.type in PLAN_END_EVENTS:
            self.ended_by, self.result = event.type, plan_text(event)[:_MOST_CHARACTERS]

    def adopt(self, jobs: Sequence[JobState]) -> None:
        """Take the nodes of these jobs for its own."""
        self.jobs = list(jobs)
        for job in jobs:
            for run in job.runs.values():
                run.job = job.job

    @property
    def steps(self) -> Mapping[str, str]:
        """What each of its jobs is in the plan, whatever its number: its task or kind, and which of several it is."""
        steps, times = dict[str, str](), Counter[str]()
        for job in self.jobs:
            record = job.record
            what = (record and (record.task or record.type.removeprefix("plan_"))) or "job"
            times[what] += 1
            steps[job.job] = what + f" {times[what]}" * (times[what] > 1)
        return steps

    @property
    def knows_its_jobs(self) -> bool:
        """Whether each job that the final record names was seen to start, and the end itself was seen."""
        recorded = self.record.jobs if self.record is not None and self.record_over else ()
        return self.record_over and self.ended_by is not None and self.started.keys() >= set(recorded)

    @property
    def nodes(self) -> Counter[str]:
        """How many nodes of its jobs are in each state."""
        return sum((job.nodes for job in self.jobs), Counter())

    @property
    def runs(self) -> Mapping[str, NodeRun]:
        """The nodes of its jobs, each by its job and its name."""
        return {run_key(job.job, name): run for job in self.jobs for name, run in job.runs.items()}

    @property
    def running(self) -> Mapping[str, NodeRun]:
        """The nodes of its jobs that are running, each by its job and its name."""
        return {run_key(job.job, name): run for job in self.jobs for name, run in job.running.items()}

    @property
    def total(self) -> int:
        """How many nodes its jobs have."""
        return sum(job.total for job in self.jobs)

    @property
    def over(self) -> int:
        """How many nodes of its jobs are in a terminal state."""
        return sum(job.over for job in self.jobs)

    @property
    def matches_record(self) -> bool:
        """A plan's record counts no nodes: nothing can differ."""
        return True

    @property
    def complete(self) -> bool:
        """Nothing proves that no event of a plan is missing."""
        return False

    def outcome(self) -> Outcome | None:
        """How the plan ended; None while it is not over, and where events had to be left out."""
        if not self.is_over or self.left_out:
            return None
        nodes = {state: count for state, count in self.nodes.items() if count}
        recorded = self.record.state if self.record is not None and self.record_over else None
        return Outcome(self._word(recorded), nodes, self._seconds(), self.late, len(self.started))

    def _word(self, recorded: str | None) -> Word:
        """Decide by the final record, else by the event that ended it."""
        if recorded is not None:
            return "finished" if recorded in ("success", "finished") else "failed"
        return "failed" if self.ended_by == PLAN_FAILED else "finished"
