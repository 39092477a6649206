"""The runs of one node of one thing, packed: some four bytes a run, instead of forty in a table.

An archive knows millions of runs. Those of one node, of one task, plan or deployment in one environment, form a series;
its runs stand in chunks of up to `MOST_RUNS`, column by column, compressed, in the order of the index's own numbers of
jobs. What all questions need of a chunk, its `Totals`, stands beside it and is not packed.
"""

import zlib
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from operator import add, ne
from typing import NamedTuple

import msgspec

from orch_events.wire.vocabulary import NODE_FAILED, NODE_OVER

MOST_RUNS = 128
"""How many runs a chunk has at most: as many as are unpacked where one is looked for."""

UNKNOWN = "unknown"
"""The state of a node of which nobody knows how its run ended."""

OK = {state: state not in NODE_FAILED for state in NODE_OVER - {"skipped"}}
"""Whether a run in one of these states finished; nothing is said of any other."""


class Run(NamedTuple):
    """One node's run in one job.

    Attributes:
        job: the index's own number of the job.
        at: when it ended, or else began, in seconds since the epoch; 0 if that is not known.
        seconds: how long it took; None if that is not known.
        state: the node's state, the last that its events tell.
        cause: why it did not finish, in one line; "" if it did, or if nobody says.
    """

    job: int
    at: int
    seconds: int | None
    state: str
    cause: str = ""

    @property
    def ok(self) -> bool | None:
        """Whether it finished, as opposed to failed or errored; None for any other state."""
        return OK.get(self.state)


class Totals(NamedTuple):
    """What the runs of a chunk amount to.

    Attributes:
        runs: how many are over, but those that were skipped.
        failed, errored, skipped: how many ended so.
        changes: how often a run that finished came next to one that did not.
        first_ok, last_ok: whether the first and the last of these finished; None if there is none.
        first_at, last_at: when the first and the last were; 0 if that is not known.
        last_state: the state of the last that is over; "" if there is none.
    """

    runs: int
    failed: int
    errored: int
    skipped: int
    changes: int
    first_ok: bool | None
    last_ok: bool | None
    first_at: int
    last_at: int
    last_state: str

    @classmethod
    def from_runs(cls, runs: Iterable[Run]) -> "Totals":
        """Add up the runs of a series, given in their order."""
        over = [run for run in runs if run.state in NODE_OVER]
        states = [run.state for run in over]
        outcomes = [OK[state] for state in states if state in OK]
        times = [run.at for run in over]
        last_at = max(times, default=0)
        return cls(
            len(outcomes),
            states.count("failed"),
            states.count("errored"),
            states.count("skipped"),
            sum(map(ne, outcomes, outcomes[1:])),
            outcomes[0] if outcomes else None,
            outcomes[-1] if outcomes else None,
            min(times, default=0),
            last_at,
            states[times.index(last_at)] if times else "",
        )


class _Columns(msgspec.Struct, array_like=True):
    """Some runs, column by column; of jobs and beginnings what each adds to the one before."""

    jobs: list[int]
    began: list[int]
    seconds: list[int | None]
    states: list[str]
    causes: list[str]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Columns).decode


def pack(runs: Sequence[Run]) -> bytes:
    """Pack runs."""
    jobs, times, seconds, states, causes = map(list, zip(*runs, strict=True))
    began = [at - (took or 0) for at, took in zip(times, seconds, strict=True)]
    columns = _Columns(_steps(jobs), _steps(began), seconds, states, causes if any(causes) else [])
    return zlib.compress(_encode(columns), 6)


def unpack(packed: bytes) -> list[Run]:
    """Unpack runs. Raises ValueError if they are damaged."""
    try:
        columns = _decode(zlib.decompress(packed))
        causes = columns.causes or [""] * len(columns.states)
        times = map(add, accumulate(columns.began), [took or 0 for took in columns.seconds])
        return list(map(Run, accumulate(columns.jobs), times, columns.seconds, columns.states, causes))
    except (zlib.error, msgspec.MsgspecError) as error:
        raise ValueError(str(error)) from None


def _steps(numbers: list[int]) -> list[int]:
    return [numbers[0], *(other - one for one, other in pairwise(numbers))]


def merged(old: Iterable[Run], new: Iterable[Run]) -> list[list[Run]]:
    """Return the runs of both, in chunks; where both have one of the same job, the new one counts."""
    by_job = {run.job: run for runs in (old, new) for run in runs}
    runs = [by_job[job] for job in sorted(by_job)]
    return [runs[begin : begin + MOST_RUNS] for begin in range(0, len(runs), MOST_RUNS)]
