"""An archive, open for writing: each event once, whatever happens.

    append → commit: the day's file, written and flushed to the disk → the index, in one transaction

1. Lines are first in the day's file, for good, and then in the index. What a crash leaves between the two is in the
   file, and `recovery` reads it from there: what the files hold counts as written.
2. So which events of a job are there is asked of its lines, not of a list: `checkpoint` reads them back. Where
   following goes on after a crash, exactly the events that are in the files are not new.
3. Events without an id are the same if their bytes are.
4. A commit that fails, for the disk is full, may be tried again: it goes on where it failed.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from orch_events.archive.database import INDEX, transaction, using
from orch_events.archive.days import DayFile, day_files, day_of, day_path, writing
from orch_events.archive.index import Index, Piece, is_another, newest_job, seconds_of
from orch_events.archive.lines import events_of
from orch_events.archive.spans import Span
from orch_events.archive.upkeep import Upkeep
from orch_events.errors import LocalFileError
from orch_events.times import Clock
from orch_events.wire.event import Event
from orch_events.wire.keyed import is_record, with_job, wrap_record
from orch_events.wire.records import JobRecord


class Checkpoint(msgspec.Struct, frozen=True):
    """Where following a job goes on: what `follow.cursor.Resume` needs.

    Attributes:
        start: the first event id that was not asked for yet.
        since: the highest id that is proven: behind it an event may become visible late.
        shown: the ids from `since` on that are in the archive, in order.
    """

    start: int
    since: int
    shown: Sequence[int]


class Progress(NamedTuple):
    """How far a job was followed; see `Archive.note`."""

    start: int | None
    since: int
    done: bool


class _Lines(NamedTuple):
    """Lines that are not written yet, and what they are."""

    content: Piece
    lines: list[bytes]

    def add(self, event: Event) -> int:
        """Add a line for an event, or for a record's; return its size."""
        line = with_job(event.raw, self.content.job or "") + b"\n"
        self.lines.append(line)
        self.content.size += len(line)
        return len(line)


class Archive:
    """An archive that is open for writing; see `opening.open_archive`.

    Attributes:
        pending_bytes: how many bytes were appended, and are not in the file yet.
    """

    def __init__(
        self, directory: Path, connection: sqlite3.Connection, clock: Clock, note: Callable[[str], None]
    ) -> None:
        self._directory = directory
        self._connection = connection
        self._index = Index(connection)
        self._clock = clock
        self._upkeep = Upkeep(directory, connection, note)
        self._buffer: dict[str, list[_Lines]] = {}
        self._progress: dict[str, Progress] = {}
        self._written: list[tuple[Piece, Span]] = []
        self._without_id: dict[str, set[bytes]] = {}
        self._file: DayFile | None = None
        self._day = 0
        self.pending_bytes = 0

    def append(self, job: str, events: Sequence[Event]) -> None:
        """Take events of a job, which become lines with the next commit; see the module for those without an id."""
        known = self._without_id.setdefault(job, set())
        lines = self._buffer.setdefault(job, [])
        for event in events:
            if event.id is None:
                if event.raw in known:
                    continue
                known.add(event.raw)
            if not lines:
                lines.append(_Lines(Piece(job, None, []), []))
            lines[-1].content.events.append(event)
            self.pending_bytes += lines[-1].add(event)

    def append_record(self, job: str, record: JobRecord) -> None:
        """Take a job's record: before its first events, whenever it has changed, and at the end."""
        lines = _Lines(Piece(job, record, []), [])
        self.pending_bytes += lines.add(wrap_record(record))
        lines.content.record_bytes = lines.content.size
        self._buffer.setdefault(job, []).append(lines)

    def note(self, job: str, start: int | None, since: int = 0, *, done: bool = False) -> None:
        """Take how far a job was followed, which counts with the next commit.

        Args:
            job: the job's key.
            start: the first event id that was not asked for yet; None before anything was.
            since: the highest id that is proven; 0 if nothing is.
            done: whether it was followed to its end.
        """
        self._progress[job] = Progress(start, since, done)

    def commit(self) -> None:
        """Write what was appended, for good. May be tried again if it fails, and nothing is lost or written twice.

        Raises:
            LocalFileError: the file or the index can't be written; the disk may be full.
        """
        if self._written:
            self._put_in_index()
        if self._buffer:
            self._write()
        self._put_in_index()

    def _write(self) -> None:
        """Write what was appended into the day's file."""
        file, pieces = self._file_of_today(), [piece for lines in self._buffer.values() for piece in lines]
        offset = file.size
        file.append(b"".join([line for piece in pieces for line in piece.lines]))
        for piece in pieces:
            self._written.append((piece.content, Span(self._day, offset, 0, piece.content.size)))
            offset += piece.content.size
        self._buffer.clear()
        self.pending_bytes = 0

    def _file_of_today(self) -> DayFile:
        """Open the day's file; where that is compressed already, for the clock was set back, the one of a later day."""
        day, files = day_of(self._clock.now()), day_files(self._directory)
        while files.get(day):
            day += 1
        if self._file is None or self._day != day:
            self.close()
            self._file, self._day = DayFile(day_path(self._directory, day)), day
        return self._file

    def _put_in_index(self) -> None:
        progress = {} if self._buffer else self._progress
        if not self._written and not progress:
            return
        try:
            with using(self._directory / INDEX), transaction(self._connection):
                for piece, span in self._written:
                    self._index.add(piece, span)
                if self._written and self._file is not None:
                    self._index.set_day(self._day, self._file.size)
                for job, (start, since, done) in progress.items():
                    self._index.set_progress(job, start, since, done=done)
        except LocalFileError:
            self._index.forget_cached()
            raise
        for job, (_, _, done) in progress.items():
            if done:
                self._without_id.pop(job, None)
        self._written.clear()
        progress.clear()

    def checkpoint(self, job: str, created_at: datetime | None = None) -> Checkpoint | None:
        """Return where following a job goes on; None if the archive knows nothing of it.

        Args:
            job: the job's key.
            created_at: when it was created, as far as that is known: its number may have been another's before.

        Raises:
            LocalFileError: its lines can't be read.
        """
        with using(self._directory / INDEX):
            row = newest_job(self._connection, job)
            if row is None or is_another(row.created, seconds_of(created_at)):
                return None
            events = list(events_of(self._directory, self._connection, row.number))
        self._without_id[job] = {event.raw for event in events if event.id is None and not is_record(event)}
        shown = sorted({event.id for event in events if event.id is not None and event.id >= row.since})
        return Checkpoint(max([row.start or 0, *[number + 1 for number in shown[-1:]]]), row.since, shown)

    def is_done(self, record: JobRecord) -> bool:
        """Whether this job, and not another of its number that was created at another time, was followed to its end."""
        with using(self._directory / INDEX):
            row = newest_job(self._connection, record.key)
        return row is not None and row.done and not is_another(row.created, seconds_of(record.created_at))

    def unfinished(self) -> list[str]:
        """Return the jobs that were not followed to their end, in the order in which they came."""
        with using(self._directory / INDEX):
            rows = self._connection.execute(
                "SELECT key FROM jobs WHERE done = 0"
                " AND id = (SELECT max(id) FROM jobs AS same WHERE same.key = jobs.key) ORDER BY id"
            )
            return [key for (key,) in rows]

    @property
    def newest_at(self) -> float | None:
        """When the job began that began last, in seconds since the epoch; None if there is none."""
        with using(self._directory / INDEX):
            (newest,) = self._connection.execute("SELECT max(began) FROM jobs").fetchone()
        return None if newest is None else float(newest)

    def upkeep(self, keep_seconds: float | None, compress_after_seconds: float | None) -> Iterator[None]:
        """Do what is due of the daily work: compress, prune, fold. Each step takes some milliseconds.

        Args:
            keep_seconds: how long a day's file is kept after its day; None for ever.
            compress_after_seconds: how long after its day it is compressed; None for never.

        Raises:
            LocalFileError: a file or the index can't be written; it may be tried again.
        """
        with using(self._directory / INDEX), writing(self._directory):
            yield from self._upkeep.steps(self._clock.now(), keep_seconds, compress_after_seconds)

    def close(self) -> None:
        """Close the day's file; what was not committed is not in it."""
        if self._file is not None:
            self._file.close()
            self._file = None
