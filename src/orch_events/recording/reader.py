"""A recording: the events of a job, or of several, in a file.

Its format is detected by its content, not its name; it may be gzipped:

- JSON Lines, as --record and --json write them. Each line of --record begins with the key "job", or "plan" for a plan
  job, and among the events there are the job's records, each in a line `{"job":"352","record":{...}}`: the last counts
- one JSON array of events, as -o json writes it
- a saved response of the events endpoint, or of the nodes endpoint (`nodes`)

It is read from the beginning each time, and never held in memory. Damaged places are reported once and skipped; a file
that has nothing else is not a recording.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import IO, Protocol

from orch_events.errors import UsageError
from orch_events.recording.checks import Contents, Damage, Limit, OneJob, contents_of, no_events
from orch_events.recording.file import open_file
from orch_events.recording.formats import Part, kind_of, read_page, tells_kind
from orch_events.recording.snapshot import Snapshot
from orch_events.wire.event import Event
from orch_events.wire.job_key import PLAN, is_plan
from orch_events.wire.keyed import is_record, may_name_job, read_record, split_job
from orch_events.wire.records import JobRecord

_HEAD_BYTES = 1 << 12

_NEXT_EVENTS_JOB = re.compile(rb'"next-events"\s*:\s*\{[^{}]*/(plan_)?jobs/(\d{1,19})/')
_REPORT = re.compile(rb'\s*\{\s*"report"\s*:\s*\[')


@contextmanager
def open_recording(
    path: str, stdin: IO[bytes] | None, warn: Callable[[str], None] = lambda _: None
) -> Iterator["Recording"]:
    """Open a recording.

    Args:
        path: as typed; "-" for standard input.
        stdin: standard input; None if the process was started without one.
        warn: called with a message about each damaged place.

    Raises:
        LocalFileError: it can't be read.
    """
    with open_file(path, stdin) as file:
        yield Recording(file, _job_of_path(path), warn)


def _job_of_path(path: str) -> str:
    """Name a job after its file: `352` for `jobs/352.jsonl.gz`; `unnamed` for standard input and devices."""
    stem = Path(path.removesuffix(".gz")).stem
    return "unnamed" if path == "-" or path.startswith(("/dev/", "/proc/")) else re.sub(r"[^A-Za-z0-9_.+@-]", "_", stem)


class Lines(Protocol):
    """The interface that a recording needs of a file; see `File`."""

    name: str

    @property
    def arriving(self) -> bool:
        """Whether it may still be arriving."""
        ...

    @property
    def broken(self) -> bool:
        """Whether its gzip is damaged; known once it was read to its end."""
        ...

    def pieces(self) -> Iterator[bytes]:
        """Yield its bytes, from the beginning on, as often as needed. Raises LocalFileError."""
        ...


class Recording:
    """Events in a file.

    Args:
        file: the file.
        job: the job of events that name none.
        warn: called with a message about each damaged place.

    Attributes:
        name: what the file is called in messages.
        arriving: whether it may still be arriving.
    """

    def __init__(self, file: Lines, job: str, warn: Callable[[str], None] = lambda _: None) -> None:
        self.name = file.name
        self.arriving = file.arriving
        self._file = file
        self._warn = warn
        self._warned: set[str] = set()
        self._alone = False
        self._records: dict[str, JobRecord] = {}
        self._head = self._read_head()
        self._read_kind = kind_of(self._head)
        match = _NEXT_EVENTS_JOB.search(self._head) if self._read_kind is read_page else None
        self._named = match is not None
        self._job = PLAN * bool(match[1]) + match[2].decode() if match else job

    def _read_head(self) -> bytes:
        """Read the beginning: of what is still arriving, no more than it takes to tell the format."""
        head = b""
        for piece in self._file.pieces():
            head += piece
            if len(head) >= _HEAD_BYTES or (self.arriving and tells_kind(head)):
                break
        return head

    @cached_property
    def contents(self) -> Contents:
        """What it is of: events, or what else a server answers. Raises LocalFileError."""
        if _REPORT.match(self._head):
            return "report"
        first = next((part.events[0] for part in self._read() if part.events), None)
        return contents_of(split_job(first)[1]) if first else "events"

    def job(self, requested: str | None = None) -> str:
        """Return the requested job, or the only one, or the only plan job: others are the jobs that it started.

        Raises:
            LocalFileError: it can't be read, or its contents are no events.
            UsageError: there is no such job, or there are several.
        """
        if self.contents != "events":
            raise no_events(self.name, self.contents)
        if self.arriving:
            self._alone = requested is None and not is_plan(self.jobs[0])
            return requested or self.jobs[0]
        jobs = self.jobs
        plans = [job for job in jobs if is_plan(job)]
        if requested is None and len(plans or jobs) == 1:
            return (plans or jobs)[0]
        if requested is not None and requested in jobs:
            return requested
        raise self._not_one(jobs, requested)

    def _not_one(self, jobs: Sequence[str], requested: str | None) -> UsageError:
        message = f"{self.name} contains events of jobs {', '.join(jobs)}"
        if requested is not None:
            message = f"{self.name} has no events of job {requested}, only of {', '.join(jobs)}"
        return UsageError(message, f"choose one, as in: --job {jobs[0]}")

    @property
    def jobs(self) -> Sequence[str]:
        """The jobs that it has events of, in the order in which they come. Raises LocalFileError."""
        return list(dict.fromkeys(job or self._job for job in self._job_keys))

    def has(self, job: str) -> bool:
        """Whether it has events of a job, or may have, if lines are still arriving."""
        return job in self.jobs or (self.arriving and self._read_kind is not read_page)

    def number(self, job: str) -> str | None:
        """Return the number that a job has on its server; None if only the file's name tells."""
        return job if self._named or job in self._job_keys else None

    def events(self, job: str) -> Iterator[Sequence[Event]]:
        """Yield a job's events, as the server wrote them, in the order in which they were recorded.

        Raises:
            LocalFileError: it can't be read, or is not a recording, or one of several jobs without a key.
            UsageError: `job` returned the first of what was still arriving, and now another one has come.
        """
        damage, one_job, record = Damage(self.name, self._warn_once), OneJob(self.name), None
        for part in self._read():
            damage.note(part)
            own = self._own(job, part.events, one_job)
            if None in [event.id for event in own]:
                record = next((found for event in reversed(own) if (found := read_record(event))), record)
                own = [event for event in own if not is_record(event)]
            yield own
        damage.conclude(gzip_broken=self._file.broken, head=self._head)
        if record is not None:
            self._records[job] = record

    def record(self, job: str) -> JobRecord | None:
        """Return the job's last record, once its events were read to the end; None if there is none."""
        return self._records.get(job)

    def nodes(self) -> Snapshot:
        """Return the states of the nodes in a saved response of the nodes endpoint. Raises LocalFileError."""
        items = (event.raw for part in self._read() for event in part.events)
        rest = b"".join(self._file.pieces()) if self._read_kind is read_page else b"{}"
        return Snapshot.read(self.name, b'{"items":[%b]}' % b",".join(items), rest, self._job)

    def _warn_once(self, sentence: str) -> None:
        if sentence not in self._warned:
            self._warned.add(sentence)
            self._warn(sentence)

    def _read(self) -> Iterator[Part]:
        limit = Limit(self.name)
        for part in self._read_kind(limit.count(self._file.pieces())):
            limit.note(part)
            yield part

    def _own(self, job: str, events: Sequence[Event], one_job: OneJob) -> Sequence[Event]:
        """Return those of the events, and records, that are a job's, without their key."""
        if self._read_kind is read_page:
            return events if job == self._job else ()
        split = [(None, event) for event in events] if self._names_none else list(map(split_job, events))
        if job == self._job:
            one_job.check([event for key, event in split if key is None])
        other = next((key or self._job for key, _ in split if (key or self._job) != job), None)
        if other is None:
            return [event for _, event in split]
        if self._alone:
            raise self._not_one([job, other], None)
        return [event for key, event in split if (key or self._job) == job]

    @cached_property
    def _names_none(self) -> bool:
        """Whether no line of a whole file can name its job, which is told without decoding any."""
        return not self.arriving and not may_name_job(self._file.pieces())

    @cached_property
    def _job_keys(self) -> Sequence[str | None]:
        """The jobs that lines name, each once; None for lines that name none; of what is still arriving, the first."""
        if self._read_kind is read_page or self._names_none:
            return [None]
        keys = (split_job(event)[0] for part in self._read() for event in part.events)
        return [next(keys, None)] if self.arriving else list(dict.fromkeys(keys)) or [None]
