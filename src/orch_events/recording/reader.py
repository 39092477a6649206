"""A recording: the events of a job, or of several, in a file.

Its format is detected by its content, not its name; it may be gzipped:

- JSON Lines, as --record and --json write them, with a first key "job" or "plan" if they are of several jobs
- one JSON array of events, as -o json writes it
- a saved response of the events endpoint

It is read from the beginning each time, and never held in memory. Damaged places are reported once and skipped; a file
that has nothing else is not a recording.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import IO

from orch_events.errors import LocalFileError, UsageError
from orch_events.recording.file import File, open_file
from orch_events.recording.formats import Part, kind_of, read_page
from orch_events.wire.event import Event
from orch_events.wire.job_key import PLAN, is_plan

_HEAD_BYTES = 1 << 12
_MOST_NAMED = 3
"""How many damaged places are reported one by one."""

_HINT = "a recording is a file written with --record, --json or -o json, or a saved response of the events endpoint"

_JOB_KEYS = (b'"job"', b'"plan"')
_JOB_KEY_VALUE = re.compile(rb'\{"(job|plan)":(?:"([\w.+@-]+)"|(\d+)),?')
_NEXT_EVENTS_JOB = re.compile(rb'"next-events"\s*:\s*\{[^{}]*/(plan_)?jobs/(\d{1,19})/')


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


class Recording:
    """Events in a file.

    Args:
        file: the file.
        job: the job of events that name none.
        warn: called with a message about each damaged place.

    Attributes:
        name: what the file is called in messages.
    """

    def __init__(self, file: File, job: str, warn: Callable[[str], None] = lambda _: None) -> None:
        self.name = file.name
        self._file = file
        self._warn = warn
        self._warned: set[str] = set()
        head = self._head()
        self._read_kind = kind_of(head)
        match = _NEXT_EVENTS_JOB.search(head) if self._read_kind is read_page else None
        self._job = PLAN * bool(match[1]) + match[2].decode() if match else job

    def _head(self) -> bytes:
        head = b""
        for piece in self._file.pieces():
            head += piece
            if len(head) >= _HEAD_BYTES:
                break
        return head

    def job(self, requested: str | None = None) -> str:
        """Return the requested job, or the only one, or the only plan: the jobs beside it are those that it started.

        Raises:
            UsageError: there is no such job, or there are several.
        """
        jobs = self.jobs
        plans = [job for job in jobs if is_plan(job)]
        if requested is None and len(plans or jobs) == 1:
            return (plans or jobs)[0]
        if requested is not None and requested in jobs:
            return requested
        many = "jobs" if len(jobs) > 1 else "job"
        raise UsageError(
            f"{self.name} contains events of {many} {', '.join(jobs)}", f"choose one, as in: --job {jobs[0]}"
        )

    @property
    def jobs(self) -> Sequence[str]:
        """The jobs that it has events of, in the order in which they come. Raises LocalFileError."""
        return list(dict.fromkeys(job or self._job for job in self._job_keys))

    def events(self, job: str) -> Iterator[Sequence[Event]]:
        """Yield a job's events, as the server wrote them, in the order in which they were recorded.

        Raises:
            LocalFileError: it can't be read, or is not a recording.
        """
        damage = _Damage(self.name, self._warn_once)
        for part in self._read():
            damage.note(part)
            yield self._events_of(job, part.events)
        damage.conclude(gzip_broken=self._file.broken)

    def _warn_once(self, sentence: str) -> None:
        if sentence not in self._warned:
            self._warned.add(sentence)
            self._warn(sentence)

    def _read(self) -> Iterator[Part]:
        return self._read_kind(self._file.pieces())

    def _events_of(self, job: str, events: Sequence[Event]) -> Sequence[Event]:
        if self._job_keys == [None]:
            return events if job == self._job else ()
        return [event for key_job, event in map(_split_job_key, events) if (key_job or self._job) == job]

    @cached_property
    def _job_keys(self) -> Sequence[str | None]:
        """The values of the key "job", each once; None for events without it."""
        if self._read_kind is read_page or not any(map(self._mentions, _JOB_KEYS)):
            return [None]
        return list(dict.fromkeys(_split_job_key(event)[0] for part in self._read() for event in part.events)) or [None]

    def _mentions(self, key: bytes) -> bool:
        last = b""
        for piece in self._file.pieces():
            if key in piece or key in last + piece[: len(key)]:
                return True
            last = (last + piece[-len(key) :])[-len(key) :]
        return False


def _split_job_key(event: Event) -> tuple[str | None, Event]:
    """Return the job that an event's first key names, None if it names none, and the event as the server wrote it."""
    raw = event.raw
    found = _JOB_KEY_VALUE.match(raw)
    if found is None:
        return None, event
    prefix = PLAN if found[1] == b"plan" else ""
    return prefix + (found[2] or found[3]).decode(), Event(event.id, b"{" + raw[found.end() :])


class _Damage:
    """The damaged places that one reading finds.

    Nothing is reported before the first event: if there is none, the file is not a recording.
    """

    def __init__(self, name: str, warn: Callable[[str], None]) -> None:
        self._name = name
        self._warn = warn
        self._first_places: list[str] = []
        self._count = 0
        self._any_event = False

    def note(self, part: Part) -> None:
        """Count the damaged places of a part, and report the first few of all."""
        self._any_event = self._any_event or bool(part.events)
        self._count += len(part.damaged)
        self._first_places += part.damaged[: _MOST_NAMED - len(self._first_places)]
        for place in self._first_places if self._any_event else ():
            self._warn(f"{self._name}: {place} is damaged and was skipped")

    def conclude(self, *, gzip_broken: bool) -> None:
        """Report the rest; raises LocalFileError if there is nothing but damage."""
        if not self._any_event and (self._count or gzip_broken):
            raise LocalFileError(f"{self._name} is not a recording", _HINT)
        if self._count > _MOST_NAMED:
            self._warn(f"{self._name}: {self._count} damaged places were skipped in total")
        if gzip_broken:
            self._warn(f"{self._name}: the gzip data is damaged or cut off; events may be missing")
