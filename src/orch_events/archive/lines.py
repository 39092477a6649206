"""The lines of a job, read from wherever they stand, and nothing else."""

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

from orch_events.archive.days import day_path
from orch_events.archive.spans import Span, read_span
from orch_events.errors import LocalFileError
from orch_events.wire.event import Event
from orch_events.wire.keyed import split_job
from orch_events.wire.lines import read_lines


def spans_of(connection: sqlite3.Connection, job: int) -> list[tuple[Span, bool]]:
    """Return where a job's lines stand, and whether those files are compressed, in the order of the lines."""
    rows = connection.execute(
        "SELECT spans.day, offset, skip, length, zipped FROM spans JOIN days ON days.day = spans.day"
        " WHERE job = ? ORDER BY spans.day, offset, skip",
        (job,),
    )
    return [(Span(*row[:4]), bool(row[4])) for row in rows]


def read_spans(directory: Path, spans: Sequence[tuple[Span, bool]]) -> Iterator[bytes]:
    """Yield the lines that stand there, in pieces. Raises LocalFileError."""
    for span, zipped in spans:
        path, last = day_path(directory, span.day, zipped=zipped), b"\n"
        for piece in _read(path, span):
            yield piece
            last = piece[-1:]
        if last != b"\n":
            yield b"\n"


def _read(path: Path, span: Span) -> Iterator[bytes]:
    import zlib

    try:
        yield from read_span(path, span)
    except (OSError, EOFError, zlib.error) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is damaged or cut off"
        message = f"{path} can't be read: {reason}"
        raise LocalFileError(
            message, f"make the index anew: orch-events collect --reindex --archive {path.parent}"
        ) from None


def events_of(directory: Path, connection: sqlite3.Connection, job: int) -> Iterator[Event]:
    """Yield a job's events, and lines with its record, as the server wrote them. Raises LocalFileError."""
    for block in read_lines(read_spans(directory, spans_of(connection, job))):
        yield from (split_job(event)[1] for event in block.events)
