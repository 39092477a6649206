"""How far jobs are and how fast, while they are followed.

A job's time is its server's: the time of its last event, and what has passed on our clock since that came. A server's
clock that is wrong changes nothing then, nor does a job that goes by faster than it went.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from orch_events.clock import Clock
from orch_events.job import JobState
from orch_events.nodes import NodeRun

_SILENT_SECONDS = 10.0
_TROUBLED_SECONDS = 3.0
_FEW_NODES = 5
_FEW_SECONDS = 10.0
_SMALL_PART = 0.1


class Watched(Protocol):
    """A job that is being followed; times are on our clock's monotonic scale."""

    state: JobState
    answered_at: float | None
    heard_at: float | None
    unanswered_since: float | None


class Pace:
    """The pace of jobs that are followed together.

    Args:
        jobs: the jobs.
        clock: ours.

    Attributes:
        jobs: the jobs.
    """

    def __init__(self, jobs: Sequence[Watched], clock: Clock) -> None:
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
    def elapsed(self) -> float:
        """Seconds since the first of the jobs began; since we began, where no event tells."""
        seconds = (self._since_beginning(job) for job in self.jobs)
        return max((one for one in seconds if one is not None), default=self._since(self._began_at))

    @property
    def left(self) -> float | None:
        """Seconds until all nodes will be over, at the pace so far; None where that would mean nothing."""
        lefts = [self._left(job) for job in self.jobs if not job.state.is_over]
        known = [one for one in lefts if one is not None]
        return max(known) if known and len(known) == len(lefts) else None

    @property
    def longest(self) -> tuple[NodeRun, float] | None:
        """The node that has been running longest, and for how many seconds; None where none is known to run."""
        runs = [found for job in self.jobs for found in self.running(job)]
        return max(runs, key=lambda found: found[1], default=None)

    def running(self, job: Watched) -> list[tuple[NodeRun, float]]:
        """Return a job's nodes that run now, and for how many seconds each has been."""
        last, heard_at = job.state.last_at, job.heard_at
        if last is None or heard_at is None:
            return []
        begun = [(run, run.began_at) for run in job.state.running.values()]
        age = self._since(heard_at)
        return [(run, max(0.0, (last - at).total_seconds()) + age) for run, at in begun if at is not None]

    @property
    def heard(self) -> float | None:
        """Seconds since the last event; None before the first."""
        times = [job.heard_at for job in self.jobs if job.heard_at is not None]
        return self._since(max(times)) if times else None

    @property
    def answered(self) -> float | None:
        """Seconds since the last whole answer; None before the first."""
        times = [job.answered_at for job in self.jobs if job.answered_at is not None]
        return self._since(max(times)) if times else None

    @property
    def silent(self) -> bool:
        """Whether nothing has happened for longer than usual."""
        return (self._since(self._began_at) if self.heard is None else self.heard) >= _SILENT_SECONDS

    @property
    def troubled(self) -> float | None:
        """Seconds without a good answer, or any event; None while all is well."""
        waits = [self._troubled(job) for job in self.jobs]
        return max((one for one in waits if one >= _TROUBLED_SECONDS), default=None)

    def _since(self, at: float) -> float:
        return self._clock.monotonic() - at

    def _troubled(self, job: Watched) -> float:
        if job.unanswered_since is None or self._since(job.unanswered_since) < _TROUBLED_SECONDS:
            return 0.0
        good = [at for at in (job.answered_at, job.heard_at) if at is not None]
        return self._since(max(good, default=job.unanswered_since))

    def _since_beginning(self, job: Watched) -> float | None:
        begin, last = job.state.began_at, job.state.last_at
        if begin is None or last is None or job.heard_at is None:
            return None
        return max(0.0, (last - begin).total_seconds()) + self._since(job.heard_at)

    def _left(self, job: Watched) -> float | None:
        """Tell what is left of a job: when enough of its nodes are over to know a pace."""
        over, total, passed = job.state.over, job.state.total, self._since_beginning(job)
        if passed is None or job.heard_at is None or passed < _FEW_SECONDS:
            return None
        if over < max(_FEW_NODES, total * _SMALL_PART) or over >= total:
            return None
        until_the_last = passed - self._since(job.heard_at)
        left = (total - over) * until_the_last / over - self._since(job.heard_at)
        return left if left > 0 else None
