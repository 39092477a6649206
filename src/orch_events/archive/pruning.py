"""Forgets a day: where its lines stand, the jobs that have no other lines, and their runs."""

import sqlite3
from collections.abc import Iterator

from orch_events.archive.database import transaction
from orch_events.archive.folding import add_chunk, join_chunks, read_runs, remove_chunk

_CHUNKS_AT_ONCE = 100


def forget_day(connection: sqlite3.Connection, day: int) -> Iterator[None]:
    """Forget a day whose file is gone, some of it at each step; the day itself last, so that it may begin anew."""
    with transaction(connection):
        for job, size in connection.execute(
            "SELECT job, sum(length) FROM spans WHERE day = ? GROUP BY job", (day,)
        ).fetchall():
            connection.execute(
                "UPDATE jobs SET bytes = bytes - ?, record_at = CASE WHEN record_at >= ? THEN record_at - ? END"
                " WHERE id = ?",
                (size, size, size, job),
            )
        connection.execute("DELETE FROM spans WHERE day = ?", (day,))
    gone = {
        job for (job,) in connection.execute(
            "SELECT id FROM jobs WHERE last_day BETWEEN 1 AND ? AND id NOT IN (SELECT job FROM spans)", (day,)
        )
    }  # fmt: skip
    yield from _forget_runs(connection, gone)
    with transaction(connection):
        connection.executemany("DELETE FROM recent WHERE job = ?", [(job,) for job in gone])
        connection.executemany("DELETE FROM jobs WHERE id = ?", [(job,) for job in gone])
        connection.execute("DELETE FROM days WHERE day = ?", (day,))
    yield


def _forget_runs(connection: sqlite3.Connection, jobs: set[int]) -> Iterator[None]:
    chunks = connection.execute(
        "SELECT series, first_job, packed FROM chunks WHERE first_job <= ?", (max(jobs, default=0),)
    ).fetchall()
    for begin in range(0, len(chunks), _CHUNKS_AT_ONCE):
        with transaction(connection):
            for series, first_job, packed in chunks[begin : begin + _CHUNKS_AT_ONCE]:
                runs = read_runs(connection, packed)
                left = [run for run in runs if run.job not in jobs]
                if len(left) < len(runs):
                    remove_chunk(connection, series, first_job, packed)
                    if left:
                        add_chunk(connection, series, left)
                    join_chunks(connection, series, first_job)
        yield
