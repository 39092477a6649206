"""Moves the runs of jobs that are over and done with from rows of their own into packed chunks (see `runs`).

It may happen twice, or to a job of which more arrives later: of two runs of one node in one job, the later one counts.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from itertools import groupby

from orch_events.archive.database import transaction
from orch_events.archive.runs import UNKNOWN, Run, Totals, merged, pack, unpack

_SERIES_AT_ONCE = 100

_RECENT_RUNS = """
SELECT recent.node, jobs.thing, recent.job, coalesce(ended, recent.began, jobs.began, 0), ended - recent.began,
    recent.state, cause, jobs.done
FROM recent JOIN jobs ON jobs.id = recent.job
"""

RECENT_STATES = """
SELECT recent.node, jobs.thing, coalesce(ended, recent.began, jobs.began, 0), recent.state
FROM recent JOIN jobs ON jobs.id = recent.job ORDER BY recent.node, jobs.thing, recent.job
"""
"""The states alone of the runs that are not folded yet: the node, what ran, the time and the state."""

_JOIN = """
UPDATE chunks SET joint = coalesce(first_ok <> (
    SELECT last_ok FROM chunks AS other WHERE other.series = chunks.series AND other.first_job < chunks.first_job
    ORDER BY other.first_job DESC LIMIT 1), 0)
WHERE series = ? AND first_job >= ?
"""

Series = tuple[int, int]
"""The index's own numbers of a node, and of a thing that runs there."""


def recent_runs(connection: sqlite3.Connection, where: str = "1") -> list[tuple[Series, list[Run]]]:
    """Return the runs that are not folded yet, of each series those that match, in the order of their jobs."""
    rows = connection.execute(f"{_RECENT_RUNS}WHERE {where} ORDER BY recent.node, jobs.thing, recent.job").fetchall()
    return [(key, list(map(_run, group))) for key, group in groupby(rows, lambda row: (row[0], row[1]))]


def _run(row: Sequence[int | str | None]) -> Run:
    """Make a run of a row. If the job is done and the node seems to run, nobody knows how that ended."""
    job, at, seconds, state, cause, done = row[2:]
    state = UNKNOWN if done and state == "running" else state
    return Run(int(job or 0), int(at or 0), None if seconds is None else max(0, int(seconds)), str(state), str(cause))


def fold(connection: sqlite3.Connection) -> Iterator[None]:
    """Fold the runs of all jobs that are done, some at each step."""
    series = recent_runs(connection, "jobs.done")
    for begin in range(0, len(series), _SERIES_AT_ONCE):
        with transaction(connection):
            for (node, thing), runs in series[begin : begin + _SERIES_AT_ONCE]:
                add_runs(connection, _series(connection, node, thing), runs)
                connection.executemany(
                    "DELETE FROM recent WHERE job = ? AND node = ?", [(run.job, node) for run in runs]
                )
        yield


def _series(connection: sqlite3.Connection, node: int, thing: int) -> int:
    found = connection.execute("SELECT id FROM series WHERE node = ? AND thing = ?", (node, thing)).fetchone()
    if found is None:
        found = (connection.execute("INSERT INTO series(node, thing) VALUES(?, ?)", (node, thing)).lastrowid,)
    return int(found[0])


def add_runs(connection: sqlite3.Connection, series: int, runs: Sequence[Run]) -> None:
    """Add runs, in the order of their jobs, to the chunks that they belong to."""
    while runs:
        job = runs[0].job
        chunk = connection.execute(
            "SELECT first_job, packed FROM chunks WHERE series = ? AND first_job <= ? ORDER BY first_job DESC LIMIT 1",
            (series, job),
        ).fetchone()
        (following,) = connection.execute(
            "SELECT min(first_job) FROM chunks WHERE series = ? AND first_job > ?", (series, job)
        ).fetchone()
        here = [run for run in runs if following is None or run.job < following]
        old = read_runs(connection, chunk[1]) if chunk else []
        if chunk:
            remove_chunk(connection, series, *chunk)
        for part in merged(old, here):
            add_chunk(connection, series, part)
        join_chunks(connection, series, min(job, chunk[0]) if chunk else job)
        runs = runs[len(here) :]


def join_chunks(connection: sqlite3.Connection, series: int, job: int) -> None:
    """Note of each chunk from a job on whether the outcome changed from the chunk before it."""
    connection.execute(_JOIN, (series, job))


def read_runs(connection: sqlite3.Connection, packed: int) -> list[Run]:
    """Return the runs of a chunk. Raises DatabaseError if they are damaged."""
    (content,) = connection.execute("SELECT runs FROM packed WHERE id = ?", (packed,)).fetchone() or (b"",)
    try:
        return unpack(content)
    except (ValueError, TypeError):
        raise sqlite3.DatabaseError("some runs can't be read") from None


def remove_chunk(connection: sqlite3.Connection, series: int, first_job: int, packed: int) -> None:
    """Remove a chunk."""
    connection.execute("DELETE FROM chunks WHERE series = ? AND first_job = ?", (series, first_job))
    connection.execute("DELETE FROM packed WHERE id = ?", (packed,))


def add_chunk(connection: sqlite3.Connection, series: int, runs: Sequence[Run]) -> None:
    """Add a chunk, of at least one run."""
    packed = connection.execute("INSERT INTO packed(runs) VALUES(?)", (pack(runs),)).lastrowid
    totals = Totals.from_runs(runs)
    connection.execute(
        f"INSERT INTO chunks VALUES({', '.join('?' * 13)}, 0)",
        (series, runs[0].job, packed, *totals),
    )
