"""The daily work of an archive: old days are compressed, the oldest are removed, runs are folded; step by step."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from orch_events.archive.compressing import compress_day
from orch_events.archive.database import BrokenIndexError
from orch_events.archive.days import day_files, day_path, sync_directory
from orch_events.archive.folding import fold
from orch_events.archive.pruning import forget_day

_FOLD_RUNS = 5000
"""How many runs of jobs that are done may stand in rows of their own: an answer from the index has to read them all."""


class Upkeep:
    """Does the work when it is due.

    Args:
        directory: the archive.
        connection: its index.
        note: is told what can't be done, once.
    """

    def __init__(self, directory: Path, connection: sqlite3.Connection, note: Callable[[str], None]) -> None:
        self._directory = directory
        self._connection = connection
        self._note = note
        self._given_up: set[int] = set()

    def steps(self, now: float, keep_seconds: float | None, compress_after_seconds: float | None) -> Iterator[None]:
        """Do what is due; the arguments are seconds, see `writer.Archive.upkeep`."""
        (runs,) = self._connection.execute("SELECT count(*) FROM recent").fetchone()
        if runs >= _FOLD_RUNS:
            yield from fold(self._connection)
        for day, zipped in day_files(self._directory).items():
            age = now - datetime.fromordinal(day + 1).replace(tzinfo=UTC).timestamp()
            if keep_seconds is not None and age >= keep_seconds:
                yield from self._prune(day, zipped=zipped)
            elif compress_after_seconds is not None and age >= compress_after_seconds and not zipped:
                yield from self._compress(day)

    def _prune(self, day: int, *, zipped: bool) -> Iterator[None]:
        os.unlink(day_path(self._directory, day, zipped=zipped))  # noqa: PTH108 - as the steps that the tests interrupt
        sync_directory(self._directory)
        yield from forget_day(self._connection, day)

    def _compress(self, day: int) -> Iterator[None]:
        if day in self._given_up:
            return
        try:
            yield from compress_day(self._directory, self._connection, day)
        except BrokenIndexError as error:
            self._given_up.add(day)
            self._note(f"{day_path(self._directory, day).name} is not compressed: the index {error}; --reindex helps")
