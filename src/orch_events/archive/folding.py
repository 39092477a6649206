"""Moves the runs of jobs that are over and done with from rows of their own into packed chunks (see `runs`).

It may happen twice, or to a job of which more arrives later: of two runs of one node in one job, the later one counts.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from itertools import groupby

from orch_events.archive.database import transaction
from orch_events.archive.runs import Run, Totals, merged, pack, unpack

_SERIES_AT_ONCE = 100

_DONE_RUNS = """
SELECT recent.node, jobs.thing, recent.job, coalesce(ended, recent.began, jobs.began, 0), ended - recent.began,
    recent.state, cause
FROM recent JOIN jobs ON jobs.id = recent.job WHERE jobs.done ORDER BY recent.node, jobs.thing, recent.job
"""


def run_of_row(row: Sequence[int | str | None]) -> Run:
    """Make a run of a row with its job, time, seconds, state and cause."""
    job, at, seconds, state, cause = row
    return Run(int(job or 0), int(at or 0), None if seconds is None else max(0, int(seconds)), str(state), str(cause))


def fold(connection: sqlite3.Connection) -> Iterator[None]:
    """Fold the runs of all jobs that are done, some at each step."""
    rows = connection.execute(_DONE_RUNS).fetchall()
    series = [(key, [run_of_row(row[2:]) for row in group]) for key, group in groupby(rows, lambda row: row[:2])]
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
        runs = runs[len(here) :]


def read_runs(connection: sqlite3.Connection, packed: int) -> list[Run]:
    """Return the runs of a chunk."""
    (content,) = connection.execute("SELECT runs FROM packed WHERE id = ?", (packed,)).fetchone()
    return unpack(content)


def remove_chunk(connection: sqlite3.Connection, series: int, first_job: int, packed: int) -> None:
    """Remove a chunk."""
    connection.execute("DELETE FROM chunks WHERE series = ? AND first_job = ?", (series, first_job))
    connection.execute("DELETE FROM packed WHERE id = ?", (packed,))


def add_chunk(connection: sqlite3.Connection, series: int, runs: Sequence[Run]) -> None:
    """Add a chunk, of at least one run."""
    packed = connection.execute("INSERT INTO packed(runs) VALUES(?)", (pack(runs),)).lastrowid
    totals = Totals.from_runs(runs)
    connection.execute(
        f"INSERT INTO chunks VALUES({', '.join('?' * 13)})",
        (series, runs[0].job, packed, *totals),
    )
