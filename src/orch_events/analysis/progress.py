"""How far jobs are, how fast they go, and which of their nodes take long.

JobProgress       one job as a report tells it: how it ended, or how far it is
FollowProgress    the jobs that are followed together, moment by moment: the live line and the heartbeat read it
StragglerDetector names each node once that takes much longer than the others of its job

While jobs are followed, a job's time is its server's: the time of its last event, and what has passed on our clock
since that came. A server's clock that is wrong changes nothing then, nor does a replay at another speed.
"""

from bisect import insort
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

import msgspec

from orch_events.analysis.durations import quantile
from orch_events.job.nodes import NodeRun
from orch_events.job.state import JobState, Outcome
from orch_events.times import Clock

_SILENT_SECONDS = 10.0
_OUTAGE_SECONDS = 3.0
_FEW_NODES = 5
_FEW_SECONDS = 10.0
_SMALL_PART = 0.1

_SLOW_FACTOR = 2
_TYPICAL_PART = 0.9
_FEW_RUNS = 10
"""Of fewer runs nobody knows what is usual."""


class JobProgress(msgspec.Struct, frozen=True):
    """How a job ended, or how far it is: what every report on it begins with.

    Attributes:
        job: the job's number, as text.
        outcome: how it ended; None while it is still running.
        nodes: how many nodes are in each state, by its outcome if there is one.
        total: how many nodes it has, as far as is known.
        over: how many of them will change no more.
        unheard: how many of them have sent no event.
    """

    job: str
    outcome: Outcome | None
    nodes: Mapping[str, int]
    total: int
    over: int
    unheard: int

    @classmethod
    def from_state(cls, state: JobState) -> "JobProgress":
        """Take it from what is known of a job."""
        outcome = state.outcome() if state.is_over else None
        nodes = outcome.nodes if outcome else {name: count for name, count in state.nodes.items() if count}
        return cls(state.job, outcome, nodes, state.total, state.over, state.total - len(state.runs))


class FollowedJob(Protocol):
    """A job that is being followed; times are on our clock's monotonic scale."""

    state: JobState
    last_answer_at: float | None
    last_event_at: float | None
    unanswered_request_at: float | None


class FollowProgress:
    """The progress of jobs that are followed together.

    Args:
        jobs: the jobs.
        clock: ours.

    Attributes:
        jobs: the jobs.
    """

    def __init__(self, jobs: Sequence[FollowedJob], clock: Clock) -> None:
        self.jobs = jobs
        self._clock = clock
        self._began_at = clock.monotonic()

    @property
    def name(self) -> str:
        """What is followed."""
        return f"job {self.jobs[0].state.job}" if len(self.jobs) == 1 else f"{len(self.jobs)} jobs"

    @property
    def over(self) -> int:
        """How many nodes will change no more."""
        return sum(job.state.over for job in self.jobs)

    @property
    def total(self) -> int:
        """How many nodes there are, as far as is known."""
        return sum(job.state.total for job in self.jobs)

    @property
    def counts(self) -> Counter[str]:
        """How many nodes are in each state."""
        return sum((job.state.nodes for job in self.jobs), Counter())

    @property
    def elapsed_seconds(self) -> float:
        """Seconds since the first of the jobs began; since we began, where no event tells."""
        seconds = (self._elapsed_seconds(job) for job in self.jobs)
        return max((one for one in seconds if one is not None), default=self._seconds_since(self._began_at))

    @property
    def remaining_seconds(self) -> float | None:
        """Seconds until all nodes will be over, at the pace so far; None where that would mean nothing."""
        remaining = [self._remaining_seconds(job) for job in self.jobs if not job.state.is_over]
        known = [one for one in remaining if one is not None]
        return max(known) if known and len(known) == len(remaining) else None

    @property
    def longest(self) -> tuple[NodeRun, float] | None:
        """The node that has been running longest, and for how many seconds; None where none is known to run."""
        runs = [entry for job in self.jobs for entry in self.running(job)]
        return max(runs, key=lambda entry: entry[1], default=None)

    def running(self, job: FollowedJob) -> list[tuple[NodeRun, float]]:
        """Return a job's nodes that run now, and for how many seconds each has been."""
        last, last_event_at = job.state.last_at, job.last_event_at
        if last is None or last_event_at is None:
            return []
        begun = [(run, run.began_at) for run in job.state.running.values()]
        age = self._seconds_since(last_event_at)
        return [(run, max(0.0, (last - at).total_seconds()) + age) for run, at in begun if at is not None]

    @property
    def event_age_seconds(self) -> float | None:
        """Seconds since the last event; None before the first."""
        times = [job.last_event_at for job in self.jobs if job.last_event_at is not None]
        return self._seconds_since(max(times)) if times else None

    @property
    def answer_age_seconds(self) -> float | None:
        """Seconds since the last whole answer; None before the first."""
        times = [job.last_answer_at for job in self.jobs if job.last_answer_at is not None]
        return self._seconds_since(max(times)) if times else None

    @property
    def silent(self) -> bool:
        """Whether nothing has happened for longer than usual."""
        age = self.event_age_seconds
        return (self._seconds_since(self._began_at) if age is None else age) >= _SILENT_SECONDS

    @property
    def outage_seconds(self) -> float | None:
        """Seconds without a good answer, or any event; None while all is well."""
        outages = [self._outage_seconds(job) for job in self.jobs]
        return max((one for one in outages if one >= _OUTAGE_SECONDS), default=None)

    def _seconds_since(self, at: float) -> float:
        return self._clock.monotonic() - at

    def _outage_seconds(self, job: FollowedJob) -> float:
        if job.unanswered_request_at is None or self._seconds_since(job.unanswered_request_at) < _OUTAGE_SECONDS:
            return 0.0
        good = [at for at in (job.last_answer_at, job.last_event_at) if at is not None]
        return self._seconds_since(max(good, default=job.unanswered_request_at))

    def _elapsed_seconds(self, job: FollowedJob) -> float | None:
        begin, last = job.state.began_at, job.state.last_at
        if begin is None or last is None or job.last_event_at is None:
            return None
        return max(0.0, (last - begin).total_seconds()) + self._seconds_since(job.last_event_at)

    def _remaining_seconds(self, job: FollowedJob) -> float | None:
        """Tell what is left of a job: when enough of its nodes are over to know a pace."""
        over, total, passed = job.state.over, job.state.total, self._elapsed_seconds(job)
        if passed is None or job.last_event_at is None or passed < _FEW_SECONDS:
            return None
        if over < max(_FEW_NODES, total * _SMALL_PART) or over >= total:
            return None
        until_last_event = passed - self._seconds_since(job.last_event_at)
        remaining_seconds = (total - over) * until_last_event / over - self._seconds_since(job.last_event_at)
        return remaining_seconds if remaining_seconds > 0 else None


class Straggler(NamedTuple):
    """A node that takes long.

    Attributes:
        job: its job.
        run: the node's.
        seconds: how long it has been running.
        usual: within how many seconds nine in ten are over; None where that is not why it is one.
    """

    job: str
    run: NodeRun
    seconds: float
    typical_seconds: float | None


class StragglerDetector:
    """Finds them, each once.

    Args:
        progress: of the jobs that are followed.
        slow: how many seconds are long; None for twice as long as nine in ten of the job's nodes took so far.
    """

    def __init__(self, progress: FollowProgress, slow_seconds: float | None) -> None:
        self._progress = progress
        self._slow_seconds = slow_seconds
        self._seconds: dict[str, list[float]] = {}
        self._counted: dict[str, int] = {}
        self._named: set[tuple[str, str]] = set()

    def new(self) -> list[Straggler]:
        """Return those that are stragglers since the last call."""
        return [straggler for job in self._progress.jobs for straggler in self._of(job)]

    def _of(self, job: FollowedJob) -> list[Straggler]:
        name = job.state.job
        typical_seconds = self._typical_seconds(job) if self._slow_seconds is None else None
        limit = self._slow_seconds if typical_seconds is None else _SLOW_FACTOR * typical_seconds
        if limit is None:
            return []
        slow = [one for one in self._progress.running(job) if one[1] > limit and (name, one[0].name) not in self._named]
        self._named.update((name, run.name) for run, _ in slow)
        for run, _ in slow:
            run.slow = True
        return [Straggler(name, run, seconds, typical_seconds) for run, seconds in slow]

    def _typical_seconds(self, job: FollowedJob) -> float | None:
        """Return within how many seconds nine in ten of the nodes that ran were over; None where too few did."""
        ended, seconds = job.state.ended, self._seconds.setdefault(job.state.job, [])
        for run in ended[self._counted.get(job.state.job, 0) :]:
            if run.seconds is not None:
                insort(seconds, run.seconds)
        self._counted[job.state.job] = len(ended)
        return quantile(seconds, _TYPICAL_PART) if len(seconds) >= _FEW_RUNS else None
