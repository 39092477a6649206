"""The lines of a job, read from wherever they stand, and nothing else."""

import shlex
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

from orch_events.archive.days import day_path
from orch_events.archive.spans import Span, read_span
from orch_events.errors import LocalFileError
from orch_events.wire.event import Event
from orch_events.wire.keyed import read_record, split_job
from orch_events.wire.lines import read_each, read_lines
from orch_events.wire.records import JobRecord


def read_job(directory: Path, connection: sqlite3.Connection, job: int) -> Iterator[bytes]:
    """Yield a job's lines, in pieces of any size. Raises LocalFileError."""
    days = connection.execute("SELECT DISTINCT day FROM spans WHERE job = ? ORDER BY day", (job,)).fetchall()
    for (day,) in days:
        with _readable(directory):
            last = b"\n"
            for piece in _day_of_job(directory, connection, job, day):
                yield piece
                last = piece
        if not last.endswith(b"\n"):
            yield b"\n"


def _day_of_job(directory: Path, connection: sqlite3.Connection, job: int, day: int) -> Iterator[bytes]:
    """Yield a job's lines of a day; if another process compresses that just now, from where they stand then."""
    pieces = _spans_of_job(directory, connection, job, day)
    try:
        first = next(pieces)
    except FileNotFoundError:
        pieces = _spans_of_job(directory, connection, job, day)
        first = next(pieces)
    yield first
    yield from pieces


def _spans_of_job(directory: Path, connection: sqlite3.Connection, job: int, day: int) -> Iterator[bytes]:
    for path, span in _placed(directory, connection, job, day):
        yield from read_span(path, span)


def _placed(directory: Path, connection: sqlite3.Connection, job: int, day: int) -> list[tuple[Path, Span]]:
    rows = connection.execute(
        "SELECT day, offset, skip, length, (SELECT zipped FROM days WHERE days.day = spans.day) FROM spans"
        " WHERE job = ? AND day = ? ORDER BY offset, skip",
        (job, day),
    )
    return [(day_path(directory, day, zipped=bool(zipped)), Span(*place)) for *place, zipped in rows]


@contextmanager
def _readable(directory: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, EOFError, zlib.error, StopIteration) as error:
        name = f"{error.filename} " if isinstance(error, OSError) else ""
        reason = f"{name}can't be read: {error.strerror}" if isinstance(error, OSError) else "a day's file is damaged"
        hint = f"orch-events collect --reindex --archive {shlex.quote(str(directory))} reads what is there"
        raise LocalFileError(f"{directory}: {reason}", hint) from None


def events_of(directory: Path, connection: sqlite3.Connection, job: int) -> Iterator[Event]:
    """Yield a job's events, and lines with its record, as the server wrote them. Raises LocalFileError."""
    for block in read_lines(read_job(directory, connection, job)):
        yield from (split_job(event)[1] for event in block.events)


def last_record(directory: Path, connection: sqlite3.Connection, job: int) -> JobRecord | None:
    """Return a job's last record, of which the index knows where it stands; None if there is none."""
    (at, size) = connection.execute("SELECT record_at, record_bytes FROM jobs WHERE id = ?", (job,)).fetchone()
    if at is None:
        return None
    with _readable(directory):
        line = b"".join(_part(directory, connection, job, at, size))
    (event,) = read_each([line.rstrip(b"\n")])
    return read_record(split_job(event)[1]) if event else None


def _part(directory: Path, connection: sqlite3.Connection, job: int, at: int, size: int) -> Iterator[bytes]:
    """Yield `size` bytes of a job's lines, which begin behind `at` others."""
    days = connection.execute("SELECT DISTINCT day FROM spans WHERE job = ? ORDER BY day", (job,)).fetchall()
    for path, span in chain.from_iterable(_placed(directory, connection, job, *row) for row in days):
        if at < span.length:
            yield from read_span(path, span.part(at, size, zipped=path.suffix == ".gz"))
            return
        at -= span.length
