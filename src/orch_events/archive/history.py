"""What the index tells of nodes: how each fared, and the runs of one.

Answers come from the totals of chunks, a row for up to 128 runs. Chunks are unpacked only where single runs matter: at
the beginning of the time that is asked for, for the usual duration of the nodes shown, and for the runs of one node.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from statistics import median

import msgspec

from orch_events.archive.folding import RECENT_STATES, read_runs, recent_runs
from orch_events.archive.runs import OK, Run, Totals
from orch_events.job.history import NodeHistory, PastRun
from orch_events.wire.vocabulary import NODE_OVER

_USUAL_RUNS = 100
"""The usual duration is that of the latest runs: what was usual a year ago is not what is usual."""
_USUAL_CHUNKS = 16

_TOTALS = """
SELECT node, sum(runs), sum(failed), sum(errored), sum(skipped), sum(changes + joint), max(last_at), last_state
FROM chunks CROSS JOIN series ON series.id = chunks.series WHERE thing IN ({things}) AND first_at >= ? GROUP BY node
"""
"""SQLite takes the last state from the row that has the greatest time."""
_CHUNKS = "SELECT node, thing, packed, last_ok FROM chunks CROSS JOIN series ON series.id = chunks.series"
_OF_NODE = "SELECT node, thing, packed, last_ok FROM series JOIN chunks ON series.id = chunks.series"


class HistoryQuery(msgspec.Struct, frozen=True):
    """Which runs count.

    Attributes:
        nodes, tasks, environments: globs for the names of nodes, of what ran, and of environments; empty for all.
        since: from when on, in seconds since the epoch; None for all.
    """

    nodes: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    since: float | None = None


class History:
    """Answers questions about nodes.

    Args:
        connection: the index.
        query: which runs count.
    """

    def __init__(self, connection: sqlite3.Connection, query: HistoryQuery) -> None:
        self._connection = connection
        self._query = query
        self._things = {
            number: (kind, name, environment)
            for number, kind, name, environment in connection.execute("SELECT * FROM things")
            if _matches(query.tasks, name) and _matches(query.environments, environment)
        }
        if not (query.tasks or query.environments):
            self._things[0] = ("", "", "")

    def nodes(self, *, flaky: bool, limit: int) -> list[NodeHistory]:
        """Return how nodes fared, the worst first; if `flaky`, those whose outcome changes, most often first."""
        names = self._names()
        tallies = {node: tally for node, tally in self._tallies().items() if node in names and tally.last_state}
        if flaky:
            tallies = {node: tally for node, tally in tallies.items() if tally.changes}
        ranks = {node: (tally.flakiness if flaky else tally.badness, names[node]) for node, tally in tallies.items()}
        shown = sorted(ranks, key=ranks.__getitem__)[:limit]
        return [self._history(node, names[node], tallies[node]) for node in shown]

    def runs(self, node: str, *, limit: int) -> list[PastRun]:
        """Return the runs of a node, the newest first."""
        found = self._connection.execute("SELECT id FROM nodes WHERE name = ?", (node,)).fetchone()
        if found is None:
            return []
        runs = [(run, self._things[thing]) for thing, run in self._runs_of(found[0]) if self._counts(run)]
        runs.sort(key=lambda one: (one[0].at, one[0].job), reverse=True)
        return [self._past_run(run, *thing) for run, thing in runs[:limit]]

    def knows(self, node: str) -> bool:
        """Whether there is a node of this name."""
        return self._connection.execute("SELECT 1 FROM nodes WHERE name = ?", (node,)).fetchone() is not None

    def nodes_like(self, name: str) -> list[str]:
        """Return the nodes that may be meant by a name that none has: whose first label, or beginning, it is."""
        names = sorted(self._names().values())
        labels = [other for other in names if other.partition(".")[0] == name.partition(".")[0]]
        return labels or [other for other in names if name and other.startswith(name)]

    def _names(self) -> dict[int, str]:
        rows = self._connection.execute("SELECT id, name FROM nodes")
        return {number: name for number, name in rows if _matches(self._query.nodes, name)}

    def _counts(self, run: Run) -> bool:
        return self._query.since is None or run.at >= self._query.since

    def _tallies(self) -> "dict[int, _Tally]":
        """Add up the runs of each node."""
        since, things = self._query.since or 0, ",".join(map(str, self._things))
        rows = self._connection.execute(_TOTALS.format(things=things), (since,))
        tallies = {node: _Tally(*totals) for node, *totals in rows}
        for node, totals in self._first_parts(since):
            tallies.setdefault(node, _Tally()).add(totals)
        self._add_recent(tallies, since)
        return tallies

    def _first_parts(self, since: float) -> Iterator[tuple[int, Totals]]:
        """Yield the totals of chunks of which only a part counts, each with its node."""
        rows = self._connection.execute(f"{_CHUNKS} WHERE last_at >= ? AND first_at < ?", (since, since))
        for node, thing, packed, _ in rows:
            if thing in self._things:
                yield node, Totals.from_runs(filter(self._counts, read_runs(self._connection, packed)))

    def _add_recent(self, tallies: "dict[int, _Tally]", since: float) -> None:
        """Add the runs that are not folded yet, in the order of their jobs."""
        chunks = self._connection.execute(f"{_CHUNKS} WHERE last_at >= ? ORDER BY series, first_job", (since,))
        last_ok = {(node, thing): ok for node, thing, _, ok in chunks}
        for node, thing, at, state in self._connection.execute(RECENT_STATES):
            if thing in self._things and at >= since:
                tallies.setdefault(node, _Tally()).add_one(state, at, last_ok.get((node, thing)))
                last_ok[node, thing] = OK.get(state, last_ok.get((node, thing)))

    def _history(self, node: int, name: str, tally: "_Tally") -> NodeHistory:
        return NodeHistory(
            name,
            tally.runs,
            tally.failed,
            tally.errored,
            tally.skipped,
            tally.changes,
            tally.last_state,
            tally.last_at or None,
            self._usual_seconds(node),
        )

    def _usual_seconds(self, node: int) -> float | None:
        """Return the median duration of the latest runs that finished."""
        runs = (run for _, run in self._runs_of(node, _USUAL_CHUNKS) if run.ok and self._counts(run))
        latest = sorted(((run.at, run.seconds) for run in runs if run.seconds is not None), reverse=True)[:_USUAL_RUNS]
        return float(median(seconds for _, seconds in latest)) if latest else None

    def _runs_of(self, node: int, most_chunks: int = -1) -> Iterator[tuple[int, Run]]:
        """Yield the runs of a node, each with what ran; of chunks no more than the latest."""
        rows = self._connection.execute(
            f"{_OF_NODE} WHERE node = ? AND last_at >= ? ORDER BY last_at DESC LIMIT ?",
            (node, self._query.since or 0, most_chunks),
        ).fetchall()
        for _, thing, packed, _ in rows:
            if thing in self._things:
                yield from ((thing, run) for run in read_runs(self._connection, packed))
        for (_, thing), runs in recent_runs(self._connection, f"recent.node = {node:d}"):
            if thing in self._things:
                yield from ((thing, run) for run in runs)

    def _past_run(self, run: Run, kind: str, what: str, environment: str) -> PastRun:
        (job,) = self._connection.execute("SELECT key FROM jobs WHERE id = ?", (run.job,)).fetchone() or ("",)
        return PastRun(job, run.at or None, kind, what, environment, run.state, run.seconds, run.cause)


class _Tally:
    """The sum of totals; see `Totals`."""

    __slots__ = ("changes", "errored", "failed", "last_at", "last_state", "runs", "skipped")

    def __init__(  # a column each
        self, runs: int = 0, failed: int = 0, errored: int = 0, skipped: int = 0, changes: int = 0, last_at: int = 0,
        last_state: str = "",
    ) -> None:  # fmt: skip
        self.runs = runs
        self.failed = failed
        self.errored = errored
        self.skipped = skipped
        self.changes = changes
        self.last_at = last_at
        self.last_state = last_state

    def add(self, totals: Totals) -> None:
        """Add the totals of some runs of a series."""
        self.runs += totals.runs
        self.failed += totals.failed
        self.errored += totals.errored
        self.skipped += totals.skipped
        self.changes += totals.changes
        self._note_last(totals.last_state, totals.last_at)

    def add_one(self, state: str, at: int, before: int | None) -> None:
        """Add one run; `before`: whether the one before it in its series finished, if that is known."""
        ok = OK.get(state)
        if ok is None:
            self.skipped += state == "skipped"
        else:
            self.runs += 1
            self.failed += state == "failed"
            self.errored += state == "errored"
            self.changes += before is not None and before != ok
        if state in NODE_OVER:
            self._note_last(state, at)

    def _note_last(self, state: str, at: int) -> None:
        if state and at >= self.last_at:
            self.last_at, self.last_state = at, state

    @property
    def badness(self) -> tuple[float, float]:
        """Sorts the worst first: by how many runs failed or errored, then by the part that these are."""
        bad = self.failed + self.errored
        return -bad, -bad / (self.runs or 1)

    @property
    def flakiness(self) -> tuple[float, float]:
        """Sorts first what changes most often, then what does so in the greatest part of its runs."""
        return -self.changes, -self.changes / (self.runs or 1)


def _matches(globs: Sequence[str], name: str) -> bool:
    return not globs or any(fnmatchcase(name, glob) for glob in globs)
