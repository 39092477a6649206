"""How far jobs are, how long they may still take, and which of their nodes are slow.

JobProgress        one job, for reports: how it ended, or how far it is
FollowProgress     the jobs that are being followed, for the live line and the heartbeat
StragglerDetector  reports each node once that takes much longer than the others of its job

1. While a job is followed, its time is the timestamp of its last event plus what has passed on our clock since that
   event arrived. Only differences of the server's timestamps are used, so a server's wrong clock does no harm.
2. The remaining time is extrapolated from the rate at which nodes have ended so far. It is given only after 10 seconds,
   and once 5 nodes and a tenth of all are over. Of several jobs it is the longest, and all must be that far.
3. A node is slow if it takes more than twice as long as 90% of the job's nodes did, of which at least 10 must have
   ended; or longer than the limit that the user sets.
4. An outage counts once a request has been unanswered for 3 seconds: a polling interval is no outage.
"""

from bisect import insort
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

import msgspec

from orch_events.analysis.durations import quantile
from orch_events.job.nodes import NodeRun
from orch_events.job.outcome import Outcome
from orch_events.job.state import JobState
from orch_events.times import Clock
from orch_events.wire.job_key import spoken

_WORDS = {"stopping": "is stopping", **dict.fromkeys(("new", "ready", "pending"), "has not started yet")}

_SILENT_SECONDS = 10.0
_OUTAGE_SECONDS = 3.0
_FEW_NODES = 5
_FEW_SECONDS = 10.0
_SMALL_PART = 0.1

_SLOW_FACTOR = 2
_TYPICAL_PART = 0.9
_FEW_RUNS = 10
"""Of fewer runs nothing can be called typical."""


class JobProgress(msgspec.Struct, frozen=True):
    """How a job ended, or how far it is: the beginning of every report.

    Attributes:
        job: the job's number, as text.
        outcome: how it ended; None while it is still running, and if that can't be told.
        is_over: whether it is over.
        has_record: whether its record was read; without one, nobody knows whether a job without an end is running.
        nodes: how many nodes are in each state, by its outcome if there is one.
        total: how many nodes it has, as far as is known.
        over: how many of them are in a terminal state.
        unheard: of how many of them there was no event: they did not start.
        recorded: the state by its record; "" without one.
    """

    job: str
    outcome: Outcome | None
    is_over: bool
    has_record: bool
    nodes: Mapping[str, int]
    total: int
    over: int
    unheard: int
    recorded: str = ""

    @classmethod
    def from_state(cls, state: JobState) -> "JobProgress":
        """Read it from the state of a job."""
        outcome = state.outcome()
        nodes = outcome.nodes if outcome else {name: count for name, count in state.nodes.items() if count}
        unheard = state.total - len(state.runs) + state.nodes["new"]
        recorded = state.record.state if state.record else ""
        return cls(
            state.job, outcome, state.is_over, state.has_record, nodes, state.total, state.over, unheard, recorded
        )

    @property
    def words(self) -> str:
        """What is so of a job without an outcome, as in `is still running`."""
        if not self.is_running:
            return "is in an unknown state"
        return _WORDS.get(self.recorded, "is still running")

    @property
    def is_running(self) -> bool:
        """Whether it is known not to be over."""
        return self.has_record and not self.is_over


class FollowedJob(Protocol):
    """A job that is being followed; times are on our clock's monotonic scale."""

    state: JobState
    last_answer_at: float | None
    last_event_at: float | None
    unanswered_request_at: float | None


class FollowProgress:
    """The progress of jobs that are followed together.

    Args:
        jobs: the jobs; those that a plan starts are added while it is followed.
        clock: ours.

    Attributes:
        jobs: the jobs.
    """

    def __init__(self, jobs: Sequence[FollowedJob], clock: Clock) -> None:
        self.jobs = jobs
        self._named = len(jobs)
        self._clock = clock
        self._began_at = clock.monotonic()

    @property
    def name(self) -> str:
        """What is followed: `job 352`, or `3 jobs`."""
        return spoken(self.jobs[0].state.job) if self._named == 1 else f"{self._named} jobs"

    @property
    def over(self) -> int:
        """How many nodes are in a terminal state."""
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
        """Seconds since the first of the jobs began; if no event says when, since following began."""
        seconds = (self._elapsed_seconds(job) for job in self.jobs)
        return max((one for one in seconds if one is not None), default=self._seconds_since(self._began_at))

    @property
    def remaining_seconds(self) -> float | None:
        """Estimated seconds until all nodes are over; None if there is too little to extrapolate from."""
        remaining = [self._remaining_seconds(job) for job in self.jobs if not job.state.is_over]
        known = [one for one in remaining if one is not None]
        return max(known) if known and len(known) == len(remaining) else None

    @property
    def longest(self) -> tuple[NodeRun, float] | None:
        """The node that has been running longest, and for how many seconds; None if none is known to be running."""
        runs = [entry for job in self.jobs for entry in self.running(job)]
        return max(runs, key=lambda entry: entry[1], default=None)

    def running(self, job: FollowedJob) -> list[tuple[NodeRun, float]]:
        """Return a job's running nodes, and for how many seconds each has been running."""
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
        """Seconds since the last complete response; None before the first."""
        times = [job.last_answer_at for job in self.jobs if job.last_answer_at is not None]
        return self._seconds_since(max(times)) if times else None

    @property
    def silent(self) -> bool:
        """Whether there has been no event for so long that it is worth showing."""
        age = self.event_age_seconds
        return (self._seconds_since(self._began_at) if age is None else age) >= _SILENT_SECONDS

    @property
    def outage_seconds(self) -> float | None:
        """Seconds without a complete response or an event, while a request is unanswered; None if all is well."""
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
        """Extrapolate from the nodes that are over, if there are enough of them."""
        over, total, passed = job.state.over, job.state.total, self._elapsed_seconds(job)
        if passed is None or job.last_event_at is None or passed < _FEW_SECONDS:
            return None
        if over < max(_FEW_NODES, total * _SMALL_PART) or over >= total:
            return None
        until_last_event = passed - self._seconds_since(job.last_event_at)
        remaining_seconds = (total - over) * until_last_event / over - self._seconds_since(job.last_event_at)
        return remaining_seconds if remaining_seconds > 0 else None


class Straggler(NamedTuple):
    """A slow node.

    Attributes:
        job: its job's number.
        run: its run.
        seconds: how long it has been running.
        typical_seconds: what 90% of the job's nodes took at most; None if the limit was set by the user.
    """

    job: str
    run: NodeRun
    seconds: float
    typical_seconds: float | None


class StragglerDetector:
    """Finds slow nodes, each once.

    Args:
        progress: the jobs that are followed.
        slow_seconds: after how many seconds a node is slow; None for twice what 90% of the job's nodes took at most.
    """

    def __init__(self, progress: FollowProgress, slow_seconds: float | None) -> None:
        self._progress = progress
        self._slow_seconds = slow_seconds
        self._seconds: dict[str, list[float]] = {}
        self._counted: dict[str, int] = {}
        self._named: set[tuple[str, str]] = set()

    def new(self) -> list[Straggler]:
        """Return the nodes that have become slow since the last call."""
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
        """Return how many seconds 90% of the nodes that ended took at most; None if too few have."""
        ended, seconds = job.state.ended, self._seconds.setdefault(job.state.job, [])
        for run in ended[self._counted.get(job.state.job, 0) :]:
            if run.seconds is not None:
                insort(seconds, run.seconds)
        self._counted[job.state.job] = len(ended)
        return quantile(seconds, _TYPICAL_PART) if len(seconds) >= _FEW_RUNS else None
