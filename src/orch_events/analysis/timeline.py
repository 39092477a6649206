"""A job's nodes as bars on a time axis: when each began and ended, how many ran at once, where the ticks are.

Seconds on the axis are counted from the earliest timestamp of any node. All times are the server's: the bar of a node
that is still running ends at the job's last event. Positions are in cells, or eighths of cells.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from heapq import nlargest
from itertools import chain, count, pairwise
from math import ceil, floor, inf
from typing import Any

import msgspec

from orch_events.analysis.durations import at_once
from orch_events.analysis.part import Part
from orch_events.job.nodes import NodeRun
from orch_events.job.plan import PlanState
from orch_events.job.state import JobState
from orch_events.wire.job_key import spoken
from orch_events.wire.vocabulary import NODE_FAILED

DEFAULT_ROWS = 40
"""How many rows are drawn if nothing else says how many there is room for."""

_WORST_FIRST = ("failed", "errored", "running", "skipped", "finished")
_SMALL_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200)
_DAY = 86_400
_EIGHTHS = 8


class Row(msgspec.Struct, frozen=True):
    """A node on the axis.

    Attributes:
        run: what is known of the node.
        begin: the second at which it began; None if it never did, or if that is not known.
        end: the second at which it ended, or until which it is known to have run; None if that is not known.
    """

    run: NodeRun
    begin: float | None
    end: float | None

    @property
    def seconds(self) -> float | None:
        """How long it took, or has taken so far; None if there is no bar to draw."""
        return None if self.begin is None or self.end is None else self.end - self.begin

    @property
    def at(self) -> float | None:
        """The second at which its bar begins or its label is put; None if none is known."""
        return self.end if self.begin is None else self.begin


class Chart(msgspec.Struct, frozen=True):
    """All nodes of a job on one axis.

    Attributes:
        began_at: second 0 of the axis, in seconds since the epoch; None if no time is known.
        seconds: the length of the axis, at least 1, since the server's timestamps are in whole seconds.
        rows: a row for each node, or for each job of a plan, in the order in which they were first named.
    """

    began_at: float | None
    seconds: float
    rows: Sequence[Row]

    @classmethod
    def from_state(cls, state: JobState, part: Part | None = None) -> "Chart":
        """Lay out a job, or a part of it, as far as it is known."""
        return cls._from_runs((part or Part.from_state(state)).runs.values(), state.last_at)

    @classmethod
    def of_jobs(cls, jobs: Sequence[JobState], last_at: datetime | None = None) -> "Chart":
        """Lay out several jobs, a row for each, as far as they are known: until `last_at`, if that is later."""
        return cls._from_runs(map(_lane, jobs), last_at)

    @classmethod
    def of_whole(cls, state: JobState, part: Part | None = None) -> "Chart":
        """Lay out a job, or the jobs of a plan."""
        if isinstance(state, PlanState):
            return cls.of_jobs(state.jobs, state.last_at)
        return cls.from_state(state, part)

    @classmethod
    def _from_runs(cls, runs: Iterable[NodeRun], last_at: datetime | None) -> "Chart":
        spans = [(run, _epoch(run.began_at), _epoch(run.ended_at)) for run in runs]
        times = [at for _, *both in spans for at in both if at is not None]
        if not times:
            return cls(None, 1.0, [Row(run, None, None) for run, *_ in spans])
        zero, last = min(times), _epoch(last_at)
        until = max(times) if last is None else max(*times, last)
        return cls(zero, max(1.0, until - zero), [_row(*span, zero, until) for span in spans])


def _lane(job: JobState) -> NodeRun:
    """Return the row of a job, as if it were a node."""
    begin, end = job.began_at, job.last_at
    outcome, record = job.outcome(), job.record
    what = f" ({record.type.removeprefix('plan_')})" if record and record.type else ""
    return NodeRun(
        spoken(job.job) + what,
        outcome.word if outcome else "running",
        start_timestamp=begin.isoformat() if begin else "",
        finish_timestamp=end.isoformat() if end and outcome else "",
    )


def _epoch(at: datetime | None) -> float | None:
    return at.timestamp() if at else None


def _row(run: NodeRun, begin: float | None, end: float | None, zero: float, until: float) -> Row:
    if begin is None:
        return Row(run, None, None if end is None else end - zero)
    if run.state == "running":
        end = until
    return Row(run, begin - zero, None if end is None else max(begin, end) - zero)


def _by_start(row: Row) -> tuple[bool, float]:
    return row.at is None, row.at or 0.0


def _by_duration(row: Row) -> float:
    return -1.0 if row.seconds is None else row.seconds


def _by_name(row: Row) -> str:
    return row.run.name


def _by_state(row: Row) -> tuple[int, tuple[bool, float]]:
    state = row.run.state
    return _WORST_FIRST.index(state) if state in _WORST_FIRST else len(_WORST_FIRST), _by_start(row)


_KEYS: Mapping[str, Callable[[Row], Any]] = {
    "start": _by_start,
    "duration": lambda row: -_by_duration(row),
    "name": _by_name,
    "state": _by_state,
}

SORTS = tuple(_KEYS)
"""The orders of rows: the earliest, the longest or the worst first, or by name."""


def ordered(rows: Iterable[Row], sort: str) -> list[Row]:
    """Return the rows in an order; the sort is stable."""
    return sorted(rows, key=_KEYS[sort])


def chosen(rows: Sequence[Row], most: int) -> Sequence[Row]:
    """Return `most` rows at most, in their order: failed nodes are preferred to others, and slow ones to fast ones."""
    if len(rows) <= most:
        return rows
    places = range(len(rows))
    worst = nlargest(most, places, key=lambda place: (rows[place].run.state in NODE_FAILED, _by_duration(rows[place])))
    return [rows[place] for place in sorted(worst)]


def bar(row: Row, seconds: float, cells: int) -> tuple[int, int] | None:
    """Return where a row's bar begins and ends, in eighths of a cell; it is never empty.

    Args:
        row: the row.
        seconds: the length of the axis.
        cells: the length of the axis in cells.

    Returns:
        None if the row has no bar.
    """
    if row.begin is None or row.end is None:
        return None
    begin, end = (round(at * cells * _EIGHTHS / seconds) for at in (row.begin, row.end))
    begin = min(begin, cells * _EIGHTHS - 1)
    return begin, max(end, begin + 1)


def concurrency(rows: Iterable[Row]) -> list[tuple[float, int]]:
    """Return the seconds at which the number of running nodes changes, each with the number from then on.

    A node that is still running does not end.
    """
    bars = [(row, row.begin, row.end) for row in rows]
    spans = ((begin, inf if row.run.state == "running" else end) for row, begin, end in bars
             if begin is not None and end is not None)  # fmt: skip
    return [(at, running) for at, running in at_once(spans) if at < inf]


def concurrency_by_cell(steps: Sequence[tuple[float, int]], seconds: float, cells: int) -> list[int]:
    """Return, for each cell of the axis, the highest number of nodes that ran at once in it."""
    most = [0] * cells
    for (begin, running), (end, _) in pairwise([*steps, (seconds, 0)]):
        first = min(cells - 1, int(begin * cells // seconds))
        last = max(first, -int(-end * cells // seconds) - 1)
        most[first : last + 1] = [max(running, before) for before in most[first : last + 1]]
    return most


def ticks(begin: float, end: float, most: int) -> tuple[int, list[int]]:
    """Return the distance between ticks, and the ticks: round seconds from `begin` to `end`, inclusive, `most` at most.

    The distance is the shortest possible of 1, 2, 5, 10, 15 or 30 seconds or minutes; 1, 2, 3, 6 or 12 hours; 1, 2, 5,
    10, 20, 50 … days.
    """
    step = next(step for step in _steps() if floor(end / step) - ceil(begin / step) < max(1, most))
    return step, list(range(ceil(begin / step) * step, floor(end) + 1, step))


def _steps() -> Iterator[int]:
    return chain(_SMALL_STEPS, (digit * 10**power * _DAY for power in count() for digit in (1, 2, 5)))
