"""Nodes that take much longer than the others of their job."""

from bisect import insort
from typing import NamedTuple

from orch_events.durations import quantile
from orch_events.nodes import NodeRun
from orch_events.pace import Pace, Watched

_MANY_TIMES = 2
_PART = 0.9
_FEW_RUNS = 10
"""Of fewer runs nobody knows what is usual."""


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
    usual: float | None


class Stragglers:
    """Finds them, each once.

    Args:
        pace: of the jobs that are followed.
        slow: how many seconds are long; None for twice as long as nine in ten of the job's nodes took so far.
    """

    def __init__(self, pace: Pace, slow: float | None) -> None:
        self._pace = pace
        self._slow = slow
        self._seconds: dict[str, list[float]] = {}
        self._read: dict[str, int] = {}
        self._named: set[tuple[str, str]] = set()

    def new(self) -> list[Straggler]:
        """Return those that are stragglers since the last call."""
        return [straggler for job in self._pace.jobs for straggler in self._of(job)]

    def _of(self, job: Watched) -> list[Straggler]:
        name = job.state.job
        usual = self._usual(job) if self._slow is None else None
        limit = self._slow if usual is None else _MANY_TIMES * usual
        if limit is None:
            return []
        slow = [one for one in self._pace.running(job) if one[1] > limit and (name, one[0].name) not in self._named]
        self._named.update((name, run.name) for run, _ in slow)
        for run, _ in slow:
            run.slow = True
        return [Straggler(name, run, seconds, usual) for run, seconds in slow]

    def _usual(self, job: Watched) -> float | None:
        """Return within how many seconds nine in ten of the nodes that ran were over; None where too few did."""
        ended, seconds = job.state.ended, self._seconds.setdefault(job.state.job, [])
        for run in ended[self._read.get(job.state.job, 0) :]:
            if run.seconds is not None:
                insort(seconds, run.seconds)
        self._read[job.state.job] = len(ended)
        return quantile(seconds, _PART) if len(seconds) >= _FEW_RUNS else None
