"""Archives for the tests, and a disk that fails wherever a test wants it to."""

import errno
import json
import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from orch_events.archive import Archive, open_archive
from orch_events.archive.days import day_files, day_path
from orch_events.recording import open_recording
from orch_events.wire.event import Event
from orch_events.wire.records import JobRecord
from tests.build import event
from tests.fakes import FakeClock

DAY = 86_400.0
ORIGIN = "https://pe.example.com:8143/orchestrator/v1"


def record(number: str, state: str = "running", created: str = "2016-05-05T19:00:00Z", **options: Any) -> JobRecord:
    """Return a job's record; the options are those that its owner gave."""
    plan = "plan_name" in options
    content = {
        "id" if plan else "name": number, "name": number, "state": state, "type": "plan" if plan else "task",
        "created_timestamp": created, "options": options or {"task": "facts"}, "environment": {"name": "production"},
        "owner": {"login": "ops"},
    }  # fmt: skip
    return JobRecord.from_json(json.dumps(content, separators=(",", ":")).encode())


@contextmanager
def opened(directory: Path, clock: FakeClock | None = None, notes: list[str] | None = None) -> Iterator[Archive]:
    """Open an archive of the usual orchestrator."""
    note = (notes if notes is not None else list[str]()).append
    with open_archive(directory, ORIGIN, clock or FakeClock(), note) as archive:
        yield archive


def ids(directory: Path, job: str) -> list[int | None]:
    """Return the ids of a job's events in all day files, read as recordings."""
    return [one.id for one in events(directory, job)]


def events(directory: Path, job: str) -> list[Event]:
    """Return a job's events in all day files, read as recordings."""
    found = list[Event]()
    for day, zipped in day_files(directory).items():
        with open_recording(str(day_path(directory, day, zipped=zipped)), None) as recording:
            if recording.has(job):
                found += [one for batch in recording.events(job) for one in batch]
    return found


def rows(directory: Path, query: str) -> list[tuple[Any, ...]]:
    """Return what the index answers."""
    connection = sqlite3.connect(directory / "index.sqlite3")
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


class Killed(BaseException):
    """The process is gone."""


class Disk:
    """Counts each step of a write, and lets one of them fail: the process is gone then, or the disk is full.

    Args:
        fail: makes the error of the step; None if it can't fail.
    """

    def __init__(self, fail: Callable[[str], BaseException | None]) -> None:
        self._fail = fail
        self.at: int | None = None
        self.steps = Counter[str]()
        self.synced: dict[int, int] = {}
        self._real = {name: getattr(os, name) for name in ("write", "fsync", "replace", "unlink", "ftruncate")}

    def install(self, patch: pytest.MonkeyPatch) -> None:
        """Stand between the program and the system."""
        patch.setattr(os, "write", self._write)
        for name in ("fsync", "replace", "unlink", "ftruncate"):
            patch.setattr(os, name, self._stepping(name))
        connect, disk = sqlite3.connect, self

        class Connection(sqlite3.Connection):
            def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
                if sql.startswith("PRAGMA synchronous"):
                    sql = "PRAGMA synchronous = OFF"
                if sql in ("BEGIN IMMEDIATE", "COMMIT"):
                    disk.step(sql)
                done = super().execute(sql, *parameters)
                if sql == "COMMIT":
                    disk.step("committed")
                return done

        patch.setattr(sqlite3, "connect", lambda *args, **more: connect(*args, **more, factory=Connection))

    def step(self, name: str) -> None:
        """Count a step, or fail."""
        self.steps[name] += 1
        if self.steps.total() == self.at and (error := self._fail(name)):
            raise error

    def _write(self, descriptor: int, content: bytes) -> int:
        if self.steps.total() + 1 == self.at:
            self._real["write"](descriptor, content[: len(content) // 2])
        self.step("write")
        return int(self._real["write"](descriptor, content))

    def _stepping(self, name: str) -> Callable[..., Any]:
        def call(first: Any, *more: Any, **named: Any) -> Any:
            self.step(name)
            done = self._real[name](first, *more, **named)
            if isinstance(first, int):
                status = os.fstat(first)
                self.synced[status.st_ino] = status.st_size
            return done

        return call


def killed(_: str) -> BaseException:
    return Killed()


def full(name: str) -> BaseException | None:
    """Return the error of a full disk; None for a step that needs no room."""
    if name == "committed":
        return None
    if name in ("COMMIT", "BEGIN IMMEDIATE"):
        return sqlite3.OperationalError("database or disk is full")
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


Server = Mapping[str, list[Event]]
"""The events of each job."""

SERVER: Server = {
    "352": [
        event(1),
        event(4, "node_failed", message="no"),
        event(6, "node_skipped", "b"),
        event(9, "job_finished", None),
    ],
    "plan:9": [
        Event.read(b'{"type":"out_message","timestamp":"2016-05-05T19:00:00Z","details":{"message":"hello"}}'),
        event(3, "plan_finished", None),
    ],
    "353": [event(2, node="c"), event(5, "node_finished", "c"), event(7, "node_running", "d")],
}


def collect(archive: Archive, server: Server, clock: FakeClock) -> None:
    """Collect all events, two at a time, a commit for each job, as `orch-events collect` does."""
    jobs = [job for job in server if not archive.is_done(record(job.removeprefix("plan:"))) or job.startswith("plan:")]
    seen = {job: archive.checkpoint(job) for job in jobs}
    for begin in (0, 2):
        for job in jobs:
            checkpoint = seen[job]
            archive.append_record(job, record(job.removeprefix("plan:")))
            shown = set(checkpoint.shown) if checkpoint else set[int]()
            archive.append(job, [one for one in server[job][begin : begin + 2] if one.id not in shown])
            archive.commit()
        clock.sleep(12 * 3600)
        for _ in archive.upkeep(None, 0.0):
            pass
    for job in jobs:
        archive.append_record(job, record(job.removeprefix("plan:"), "finished"))
        archive.note(job, 10, 0, done=True)
    archive.commit()
