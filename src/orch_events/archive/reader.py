"""An archive, open for reading, while another process may be writing it."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from orch_events.archive.database import INDEX, BrokenIndexError, open_to_read, using
from orch_events.archive.history import History, HistoryQuery
from orch_events.archive.index import newest_job
from orch_events.archive.lines import last_record, read_job
from orch_events.archive.place import origin_of
from orch_events.errors import LocalFileError
from orch_events.wire.job_key import PLAN, is_plan
from orch_events.wire.records import JobRecord
from orch_events.wire.vocabulary import PLAN_TYPE


@contextmanager
def open_to_look(directory: Path) -> Iterator["ArchiveReader"]:
    """Open an archive for reading. Raises LocalFileError if there is none, or its index can't be read."""
    try:
        connection = open_to_read(directory)
    except BrokenIndexError as error:
        if not directory.is_dir():
            raise LocalFileError(
                f"there is no archive {directory}", "orch-events collect --archive DIR makes one"
            ) from None
        hint = f"make it anew: orch-events collect --reindex --archive {directory}"
        raise LocalFileError(f"the index of the archive {directory} {error}", hint) from None
    with closing(connection), using(directory / INDEX):
        yield ArchiveReader(directory, connection)


class ArchiveReader:
    """An archive that is open for reading; see `open_to_look`.

    Attributes:
        directory: where it is.
        origin: whose jobs it has: the URL of the server's API, or `demo`; "" if that is not known.
    """

    def __init__(self, directory: Path, connection: sqlite3.Connection) -> None:
        self.directory = directory
        self.origin = origin_of(directory)
        self._connection = connection

    def has(self, job: str) -> bool:
        """Whether it has lines of a job."""
        return newest_job(self._connection, job) is not None

    def lines(self, job: str) -> "JobLines":
        """Return the lines of a job; of a plan job, also those of the jobs that it started."""
        keys = [job, *(self._keys_of(job) if is_plan(job) else ())]
        numbers = [found.number for key in keys if (found := newest_job(self._connection, key))]
        return JobLines(self.directory, self._connection, job, numbers)

    def jobs_of(self, plan: JobRecord) -> list[JobRecord]:
        """Return the last records of the jobs that a plan has started, as far as they are there."""
        records = map(self.record, sorted(self._keys_of(plan.key), key=int))
        return [record for record in records if record is not None]

    def _keys_of(self, plan: str) -> list[str]:
        started = self._connection.execute("SELECT DISTINCT key FROM jobs WHERE plan = ? ORDER BY id", (plan,))
        record = self.record(plan)
        return list(dict.fromkeys([key for (key,) in started] + list(record.jobs if record else ())))

    def record(self, job: str) -> JobRecord | None:
        """Return a job's last record; None if there is none."""
        found = newest_job(self._connection, job)
        return last_record(self.directory, self._connection, found.number) if found else None

    def jobs(self, wanted: Callable[[JobRecord], bool], *, limit: int) -> list[JobRecord]:
        """Return the jobs and plan jobs that are wanted, the newest first.

        Args:
            wanted: whether a job is, by what the index knows: state, type, task, owner, environment and times.
            limit: how many, at most.
        """
        found = list[JobRecord]()
        for number, *row in self._connection.execute(_JOBS):
            if len(found) == limit:
                break
            if wanted(_outline(*row)) and (record := last_record(self.directory, self._connection, number)):
                found.append(record)
        return found

    def history(self, query: HistoryQuery) -> History:
        """Return how nodes fared in the runs that count."""
        return History(self._connection, query)


_JOBS = """
SELECT jobs.id, key, state, owner, began, type, name, environment FROM jobs JOIN things ON things.id = thing
ORDER BY began DESC, jobs.id DESC
"""


def _outline(
    key: str, state: str, owner: str, began: float | None, kind: str, name: str, environment: str
) -> JobRecord:
    return JobRecord(
        state,
        number=key.removeprefix(PLAN),
        owner=owner,
        started_at=None if began is None else datetime.fromtimestamp(began, UTC),
        type=kind,
        environment=environment,
        options={} if kind == PLAN_TYPE else {"task": name},
    )


class JobLines:
    """The lines of a job, as a file that a recording can be made of.

    Attributes:
        name: what it is called in messages.
        arriving: whether it may still be arriving: never.
        broken: whether it is damaged: that is an error.
    """

    arriving = False
    broken = False

    def __init__(self, directory: Path, connection: sqlite3.Connection, job: str, numbers: list[int]) -> None:
        self.name = f"archive:{job}"
        self._directory = directory
        self._connection = connection
        self._numbers = numbers

    def pieces(self) -> Iterator[bytes]:
        """Yield the lines, in pieces of any size. Raises LocalFileError."""
        for number in self._numbers:
            yield from read_job(self._directory, self._connection, number)
