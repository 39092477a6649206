"""Opens an archive for writing, with an index that is in step with the files, whatever happened to either.

One process writes: a lock says so. One archive has the jobs of one orchestrator: the file `origin` says of which.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from orch_events.archive.database import INDEX, BrokenIndexError, create_index, open_index, using
from orch_events.archive.days import day_files, writing
from orch_events.archive.folding import fold
from orch_events.archive.index import Index
from orch_events.archive.place import check_origin, locked, make_directory
from orch_events.archive.recovery import recover
from orch_events.archive.writer import Archive
from orch_events.errors import LocalFileError
from orch_events.times import Clock


@contextmanager
def open_archive(
    directory: Path, origin: str, clock: Clock, note: Callable[[str], None] = lambda _: None
) -> Iterator["Archive"]:
    """Open an archive for writing; it is made if it is not there.

    Args:
        directory: where it is.
        origin: whose jobs it has: the URL of the server's API, or `demo`.
        clock: what time it is: each line goes into the file of the day of its arrival.
        note: is told what was repaired.

    Raises:
        LocalFileError: it can't be written, another process writes it, or it is another orchestrator's.
    """
    make_directory(directory)
    with locked(directory):
        check_origin(directory, origin)
        with closing(_sound_index(directory, note)) as connection:
            archive = Archive(directory, connection, clock, note)
            try:
                yield archive
            finally:
                archive.close()


def reindex(directory: Path, note: Callable[[str], None] = lambda _: None) -> None:
    """Make an archive's index anew, from its files. Raises LocalFileError."""
    if not directory.is_dir():
        raise LocalFileError(f"there is no archive {directory}", "check the path")
    with locked(directory):
        _new_index(directory, note).close()


def _sound_index(directory: Path, note: Callable[[str], None]) -> sqlite3.Connection:
    """Open the index, in step with the files; make it anew if it can't be had."""
    try:
        connection = open_index(directory)
    except BrokenIndexError as error:
        if day_files(directory):
            note(f"the index of {directory} {error}; it is made anew from the day files")
        return _new_index(directory, note)
    try:
        _recover(directory, connection, note)
    except BrokenIndexError as error:
        connection.close()
        note(f"the index of {directory} {error}; it is made anew from the day files")
        return _new_index(directory, note)
    return connection


def _new_index(directory: Path, note: Callable[[str], None]) -> sqlite3.Connection:
    create_index(directory)
    connection = open_index(directory)
    _recover(directory, connection, note)
    with suppress(sqlite3.OperationalError):  # it is as good without: rows that were folded have left holes
        connection.execute("VACUUM")
    return connection


def _recover(directory: Path, connection: sqlite3.Connection, note: Callable[[str], None]) -> None:
    with using(directory / INDEX), writing(directory):
        recover(directory, connection, Index(connection), note)
        for _ in fold(connection):
            pass
