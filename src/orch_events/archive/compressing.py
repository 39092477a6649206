"""Compresses a day's file: the lines of each job together, in gzip members of bounded size that can be read alone.

1. The compressed file has the same lines; those of one job stay in their order. It is still a recording, and any
   gunzip reads it.
2. A member has one large job's lines, or those of a few small jobs: who reads a job unzips little else. A large job's
   last record begins a member, so that a list of jobs unzips little.
3. It is made beside the plain file, and takes its name when it is whole. Then the index names it; then the plain file
   is removed. Whatever is left of that after a crash, `recovery` completes or undoes.
"""

import os
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import accumulate, groupby
from pathlib import Path
from typing import BinaryIO

from orch_events.archive.database import BrokenIndexError, transaction
from orch_events.archive.days import day_path, sync_directory, writing
from orch_events.archive.spans import Span, read_span

_SHARED_BYTES = 1 << 16
_MEMBER_BYTES = 1 << 20
_LEVEL = 6


def compress_day(directory: Path, connection: sqlite3.Connection, day: int) -> Iterator[None]:
    """Compress a day's file, some of it at each step.

    Raises:
        BrokenIndexError: the index does not tell of each line in it whose it is.
        LocalFileError: the compressed file can't be written.
    """
    plain, zipped = day_path(directory, day), day_path(directory, day, zipped=True)
    spans = [
        (job, Span(day, offset, 0, length)) for job, offset, length in connection.execute(
            "SELECT job, offset, length FROM spans WHERE day = ? ORDER BY job, offset", (day,)
        )
    ]  # fmt: skip
    _check_cover(plain, [span for _, span in spans])
    draft = directory / f".{zipped.name}.draft"
    places = list[tuple[int, Span]]()
    with writing(draft), _removed_on_error(draft), os.fdopen(_new_file(draft), "wb") as file:
        members = _Members(file)
        for job, group in groupby(spans, lambda one: one[0]):
            for part in _split([span for _, span in group], _record_at(connection, job, day)):
                size = sum(span.length for span in part)
                places.append((job, Span(day, *members.begin(size), size)))
                for span in part:
                    for piece in read_span(plain, span):
                        members.write(piece)
                        yield
        members.end()
        file.flush()
        os.fsync(file.fileno())
    with writing(zipped):
        os.replace(draft, zipped)  # noqa: PTH105 - as the other steps of a write, which the tests interrupt
        sync_directory(directory)
    _put_in_place(connection, zipped, day, places)
    with writing(plain):
        os.unlink(plain)  # noqa: PTH108 - the same
        sync_directory(directory)
    yield


def _record_at(connection: sqlite3.Connection, job: int, day: int) -> int:
    """Return how many bytes of a job's lines of a day are before its last record; 0 if that is not among them."""
    (at,) = connection.execute("SELECT record_at FROM jobs WHERE id = ?", (job,)).fetchone() or (None,)
    (before,) = connection.execute(
        "SELECT coalesce(sum(length), 0) FROM spans WHERE job = ? AND day < ?", (job, day)
    ).fetchone()
    return max(0, int(at or 0) - int(before))


def _split(spans: list[Span], at: int) -> list[list[Span]]:
    """Split spans before the one in which a record begins, so that it can be read alone; one part if there is none."""
    place = sum(end <= at for end in accumulate(span.length for span in spans))
    return [part for part in (spans[:place], spans[place:]) if part]


def _new_file(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0), 0o600)


@contextmanager
def _removed_on_error(path: Path) -> Iterator[None]:
    """Remove a file that can't be completed: the disk may be full."""
    try:
        yield
    except OSError:
        with suppress(OSError):
            path.unlink()
        raise


def _check_cover(plain: Path, spans: list[Span]) -> None:
    """See that spans cover a file, without gaps and overlaps, so that no line is lost. Raises BrokenIndexError."""
    end = 0
    for span in sorted(spans):
        if span.offset != end:
            break
        end += span.length
    if end != plain.stat().st_size:
        raise BrokenIndexError(f"does not match {plain.name}")


def _put_in_place(connection: sqlite3.Connection, zipped: Path, day: int, places: list[tuple[int, Span]]) -> None:
    with transaction(connection):
        connection.execute("DELETE FROM spans WHERE day = ?", (day,))
        connection.executemany("INSERT INTO spans VALUES(?, ?, ?, ?, ?)", [(job, *span) for job, span in places])
        connection.execute("UPDATE days SET size = ?, zipped = 1 WHERE day = ?", (zipped.stat().st_size, day))


class _Members:
    """Writes gzip members."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._offset = 0
        self._new()

    def _new(self) -> None:
        self._zip = zlib.compressobj(_LEVEL, zlib.DEFLATED, 31)
        self._size = 0

    def begin(self, size: int) -> tuple[int, int]:
        """Begin with so many bytes of another job; return where they will be: the member's offset, and what to skip."""
        if max(self._size, size) >= _SHARED_BYTES:
            self.end()
        return self._offset, self._size

    def write(self, piece: bytes) -> None:
        """Write lines of the job."""
        self._file.write(self._zip.compress(piece))
        self._size += len(piece)
        if self._size >= _MEMBER_BYTES:
            self.end()

    def end(self) -> None:
        """End the member, if there is anything in it."""
        if self._size:
            self._file.write(self._zip.flush())
            self._offset = self._file.tell()
            self._new()
