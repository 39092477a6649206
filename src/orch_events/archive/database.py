"""The index's file: SQLite, with a write-ahead log, so that others can read while one writes.

    days     how much of each day's file is in the index, and whether that is compressed
    things   what jobs run: a task, plan or deployment in an environment
    jobs     each job: what it is, where its last record stands, where following goes on
    spans    where each job's lines stand
    nodes    each node's name
    recent   the last state of each node in jobs that are not folded into chunks yet
    series, chunks, packed   the runs of all other jobs (see `runs`)

Everything in it is known from the day files too, so a broken index is thrown away, and made anew (`recovery`).
"""

import os
import shlex
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from orch_events.errors import LocalFileError

INDEX = "index.sqlite3"
_VERSION = 1
_WAIT_SECONDS = 10.0

_SCHEMA = """
CREATE TABLE days(day INTEGER PRIMARY KEY, size INTEGER NOT NULL, zipped INTEGER NOT NULL);
CREATE TABLE things(
    id INTEGER PRIMARY KEY, type TEXT NOT NULL, name TEXT NOT NULL, environment TEXT NOT NULL,
    UNIQUE(type, name, environment));
CREATE TABLE jobs(
    id INTEGER PRIMARY KEY, key TEXT NOT NULL, thing INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL DEFAULT '',
    owner TEXT NOT NULL DEFAULT '', plan TEXT NOT NULL DEFAULT '', created REAL, began REAL,
    bytes INTEGER NOT NULL DEFAULT 0, record_at INTEGER, record_bytes INTEGER NOT NULL DEFAULT 0,
    start INTEGER, since INTEGER NOT NULL DEFAULT 0,
    over INTEGER NOT NULL DEFAULT 0, done INTEGER NOT NULL DEFAULT 0, last_day INTEGER NOT NULL DEFAULT 0);
CREATE INDEX jobs_by_key ON jobs(key, id);
CREATE INDEX jobs_by_plan ON jobs(plan, key) WHERE plan <> '';
CREATE INDEX jobs_open ON jobs(id) WHERE done = 0;
CREATE TABLE spans(
    job INTEGER, day INTEGER, offset INTEGER, skip INTEGER, length INTEGER NOT NULL,
    PRIMARY KEY(job, day, offset, skip)) WITHOUT ROWID;
CREATE TABLE nodes(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE recent(
    job INTEGER, node INTEGER, event INTEGER NOT NULL, state TEXT NOT NULL, began INTEGER, ended INTEGER,
    cause TEXT NOT NULL, PRIMARY KEY(job, node)) WITHOUT ROWID;
CREATE TABLE series(id INTEGER PRIMARY KEY, node INTEGER NOT NULL, thing INTEGER NOT NULL, UNIQUE(node, thing));
CREATE TABLE chunks(
    series INTEGER, first_job INTEGER, packed INTEGER NOT NULL, runs INTEGER NOT NULL, failed INTEGER NOT NULL,
    errored INTEGER NOT NULL, skipped INTEGER NOT NULL, changes INTEGER NOT NULL, first_ok INTEGER, last_ok INTEGER,
    first_at INTEGER NOT NULL, last_at INTEGER NOT NULL, last_state TEXT NOT NULL,
    joint INTEGER NOT NULL DEFAULT 0, PRIMARY KEY(series, first_job)) WITHOUT ROWID;
CREATE TABLE packed(id INTEGER PRIMARY KEY, runs BLOB NOT NULL);
"""


class BrokenIndexError(Exception):
    """The index is missing, damaged, or of another version, or does not match the day files."""


def create_index(directory: Path) -> None:
    """Make an empty index in place of whatever is there, readable by its owner only. Raises LocalFileError."""
    path = directory / INDEX
    try:
        for suffix in ("-wal", "-shm", ""):
            with suppress(FileNotFoundError):
                os.unlink(f"{path}{suffix}")  # noqa: PTH108 - a text
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with using(path):
            connection = sqlite3.connect(path, isolation_level=None)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(f"BEGIN;{_SCHEMA}PRAGMA user_version = {_VERSION};COMMIT;")
            connection.close()
    except OSError as error:
        raise _unwritable(path, os.strerror(error.errno or 0)) from None


def open_index(directory: Path) -> sqlite3.Connection:
    """Open an index to write it. Raises BrokenIndexError."""
    path = directory / INDEX
    if not path.is_file():
        raise BrokenIndexError("is missing")
    with _sound():
        connection = sqlite3.connect(path, _WAIT_SECONDS, isolation_level=None)
        _check_version(connection)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("SELECT count(*) FROM days, sqlite_schema").fetchone()
    return connection


def open_to_read(directory: Path) -> sqlite3.Connection:
    """Open an index that another process may be writing. Raises BrokenIndexError."""
    path = directory / INDEX
    if not path.is_file():
        raise BrokenIndexError("is missing")
    with _sound():
        try:
            return _opened_to_read(path, "mode=ro")
        except sqlite3.OperationalError:  # nobody may write here, not even the log's own index
            if Path(f"{path}-wal").exists():
                raise
            return _opened_to_read(path, "immutable=1")


def _opened_to_read(path: Path, how: str) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?{how}", _WAIT_SECONDS, isolation_level=None, uri=True)
    _check_version(connection)
    return connection


def _check_version(connection: sqlite3.Connection) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version != _VERSION:
        raise BrokenIndexError("is of another version")


@contextmanager
def _sound() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:  # nobody may open it, or somebody else holds it
        message = f"the index of the archive can't be opened: {error}"
        raise LocalFileError(message, "check the permissions of the archive") from None
    except sqlite3.Error:
        raise BrokenIndexError("is damaged") from None


@contextmanager
def using(path: Path) -> Iterator[None]:
    """Turn what goes wrong with an index in use into one sentence. Raises LocalFileError."""
    try:
        yield
    except sqlite3.OperationalError as error:  # the disk is full, or somebody else holds it
        raise _unwritable(path, str(error)) from None
    except sqlite3.Error as error:
        message = f"the index {path} is damaged: {error}"
        raise LocalFileError(
            message, f"make it anew: orch-events collect --reindex --archive {shlex.quote(str(path.parent))}"
        ) from None


def _unwritable(path: Path, reason: str) -> LocalFileError:
    return LocalFileError(
        f"the index {path} can't be written: {reason}", "check its permissions and the free disk space"
    )


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Make all changes or none; they outlive a power cut."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise
