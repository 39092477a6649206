"""What the index learns from lines, as they are written or as they are read again: the same either way.

1. A job is its number, and when it was created: where a server's numbers begin anew, a record that was created at
   another time is of another job, and so are the lines behind it.
2. A job is over while the last thing that was written of it is a record that says so.
3. A node's state in a job is that of its event with the highest id (`job.nodes`), and lines may be applied twice: the
   result is the same.
"""

import sqlite3
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import msgspec

from orch_events.archive.spans import Span
from orch_events.job.nodes import Nodes
from orch_events.wire.event import Event
from orch_events.wire.records import JobRecord
from orch_events.wire.vocabulary import ABORTED

_MOST_CHARACTERS = 200
_SAME_SECONDS = 60.0
"""Two records of one job may tell its creation a little differently."""

NO_JOB = 0
"""Stands for the job of lines that name none, since they are damaged."""


class Piece(msgspec.Struct):
    """Some lines of one job, one behind the other; if there is a record among them, it comes first.

    Attributes:
        job: the job's key; None if the lines are damaged.
        record: the record in the first line; None if there is none.
        events: the events in the other lines.
        size: how many bytes the lines have.
        record_bytes: how many the first line has, if it has a record.
    """

    job: str | None
    record: JobRecord | None
    events: list[Event]
    size: int = 0
    record_bytes: int = 0


class KnownJob(NamedTuple):
    """What the index knows of a job.

    Attributes:
        number: the index's own number of it.
        created: when it was created, in seconds since the epoch; None if that is not known.
        start, since, done: see `writer.Archive.note`.
    """

    number: int
    created: float | None
    start: int | None = None
    since: int = 0
    done: bool = False


def newest_job(connection: sqlite3.Connection, key: str) -> KnownJob | None:
    """Return the newest job with a key; None if there is none."""
    row = connection.execute(
        "SELECT id, created, start, since, done FROM jobs WHERE key = ? ORDER BY id DESC LIMIT 1", (key,)
    ).fetchone()
    if row is None:
        return None
    number, created, start, since, done = row
    return KnownJob(number, created, start, since, bool(done))


class Index:
    """Writes the index.

    Args:
        connection: the open index; the caller begins and ends the transactions.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._jobs: dict[str, KnownJob] = {}
        self._nodes: dict[str, int] = {}
        self._last_span = NO_JOB, Span(0, 0, 0, 0)

    def forget_cached(self) -> None:
        """Forget what was remembered of a transaction that failed."""
        self._jobs.clear()
        self._nodes.clear()

    def add(self, piece: Piece, span: Span) -> None:
        """Note what some lines say, and where they stand."""
        number = self._number_of(piece)
        self._add_span(number, span)
        if number == NO_JOB:
            return
        if piece.record is not None:
            self._note_record(number, piece)
        self._add_runs(number, piece.events)
        self._connection.execute(
            "UPDATE jobs SET bytes = bytes + ?, last_day = ?, over = ? WHERE id = ?",
            (piece.size, span.day, bool(piece.record and piece.record.over and not piece.events), number),
        )

    def _add_span(self, number: int, span: Span) -> None:
        """Note where lines stand; those behind the last ones in a compressed member are one span with them."""
        job, last = self._last_span
        if job == number and last.skip + last.length == span.skip > 0 and last[:2] == span[:2]:
            span = last._replace(length=last.length + span.length)
        self._connection.execute("INSERT OR REPLACE INTO spans VALUES(?, ?, ?, ?, ?)", (number, *span))
        self._last_span = number, span

    def set_day(self, day: int, size: int, *, zipped: bool = False) -> None:
        """Note how many bytes of a day's file are in the index."""
        self._connection.execute("INSERT OR REPLACE INTO days VALUES(?, ?, ?)", (day, size, zipped))

    def set_progress(self, job: str, start: int | None, since: int, *, done: bool) -> None:
        """Note where following a job goes on, or that it is over and done with."""
        number = self._find_or_add(job, None)
        self._connection.execute(
            "UPDATE jobs SET start = ?, since = ?, done = ? WHERE id = ?", (start, since, done, number)
        )
        if done:
            self._jobs.pop(job, None)

    def _number_of(self, piece: Piece) -> int:
        return NO_JOB if piece.job is None else self._find_or_add(piece.job, piece.record)

    def _find_or_add(self, key: str, record: JobRecord | None) -> int:
        """Return the index's number of a job; another one if the record is of another job with the same key."""
        known = self._jobs.get(key) or newest_job(self._connection, key)
        created = seconds_of(record.created_at) if record else None
        if known is None or is_another(known.created, created):
            cursor = self._connection.execute("INSERT INTO jobs(key, created) VALUES(?, ?)", (key, created))
            known = KnownJob(cursor.lastrowid or 0, created)
        self._jobs[key] = known if known.created is not None else known._replace(created=created)
        return known.number

    def _note_record(self, number: int, piece: Piece) -> None:
        record = piece.record
        if record is None:
            return
        state = ABORTED if record.word == ABORTED else record.state  # nothing else in the index tells that
        self._connection.execute(
            "UPDATE jobs SET thing = ?, state = ?, owner = ?, plan = ?, created = coalesce(created, ?), began = ?,"
            " record_at = bytes, record_bytes = ? WHERE id = ?",
            (
                self._thing(record), state, record.owner, record.plan,
                seconds_of(record.created_at), seconds_of(record.began_at), piece.record_bytes, number,
            ),
        )  # fmt: skip

    def _thing(self, record: JobRecord) -> int:
        what = (record.type, record.what[:_MOST_CHARACTERS], record.environment)
        self._connection.execute("INSERT OR IGNORE INTO things(type, name, environment) VALUES(?, ?, ?)", what)
        (number,) = self._connection.execute(
            "SELECT id FROM things WHERE type = ? AND name = ? AND environment = ?", what
        ).fetchone()
        return int(number)

    def _add_runs(self, number: int, events: Iterable[Event]) -> None:
        nodes = Nodes()
        for event in events:
            nodes.apply(event.fields, event.id or 0)
        self._connection.executemany(
            _UPSERT,
            [
                (number, self._node(run.name), run.event_id, run.state, seconds_of(run.began_at),
                 seconds_of(run.ended_at), run.why[:_MOST_CHARACTERS])
                for run in nodes.runs.values()
            ],
        )  # fmt: skip

    def _node(self, name: str) -> int:
        number = self._nodes.get(name)
        if number is None:
            row = self._connection.execute("SELECT id FROM nodes WHERE name = ?", (name,)).fetchone()
            if row is None:
                row = (self._connection.execute("INSERT INTO nodes(name) VALUES(?)", (name,)).lastrowid,)
            number = self._nodes[name] = int(row[0])
        return number


_UPSERT = """
INSERT INTO recent VALUES(?, ?, ?, ?, ?, ?, ?) ON CONFLICT(job, node) DO UPDATE SET
    began = coalesce(excluded.began, began),
    ended = CASE WHEN excluded.event >= event THEN excluded.ended ELSE ended END,
    state = CASE WHEN excluded.event >= event THEN excluded.state ELSE state END,
    cause = CASE WHEN excluded.event >= event THEN excluded.cause ELSE cause END,
    event = max(event, excluded.event)
"""


def is_another(created: float | None, other: float | None) -> bool:
    """Whether two jobs of the same number were created at different times, in seconds since the epoch."""
    return created is not None and other is not None and abs(created - other) > _SAME_SECONDS


def seconds_of(at: datetime | None) -> float | None:
    """Return a time in seconds since the epoch."""
    return at.timestamp() if at else None
