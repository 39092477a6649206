"""Jobs in an archive: named as such, or looked up there since the server does not know them any more."""

import math
import os
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from orch_events.archive import ArchiveReader
from orch_events.client.recent import JobQuery
from orch_events.errors import UnknownJob
from orch_events.follow.retry import RetryPolicy
from orch_events.follow.source import JobSource
from orch_events.library.jobs import OpenJob
from orch_events.library.recent import chosen
from orch_events.recording import Recording, Replay
from orch_events.times import Clock
from orch_events.wire.event import Event, Fetched
from orch_events.wire.job_key import spoken
from orch_events.wire.records import JobRecord, NodeRecord
from orch_events.wire.vocabulary import PLAN_TYPE

T = TypeVar("T")


def job_in_archive(
    archive: ArchiveReader,
    job: str,
    policy: RetryPolicy,
    clock: Clock,
    speed: float = math.inf,
    warn: Callable[[str], None] = lambda _: None,
) -> OpenJob:
    """Return a job in an archive; it is read as a recording of it would be.

    Args:
        archive: the archive, open.
        job: the job's key.
        policy: how long errors are retried.
        clock: the time.
        speed: how many recorded seconds pass in a real one.
        warn: called with a message about each damaged place.

    Raises:
        UnknownJob: the archive has no such job.
    """
    if not archive.has(job):
        message = f"the archive {archive.directory} has no {spoken(job)}"
        raise UnknownJob(message, "to see what it has: orch-events jobs --archive DIR")
    lines = archive.lines(job)
    recording = Recording(lines, job, warn)
    source, origin = Replay(recording, clock, speed), os.path.realpath(archive.directory)
    return OpenJob(job, source, policy, lines.name, origin, recorded=True, live=job, has=recording.has)


def tree_in_archive(archive: ArchiveReader, query: JobQuery) -> list[JobRecord]:
    """Return the newest plan jobs of an archive, and behind each the jobs that it started, as `recent.tree` does."""
    plans = archive.jobs(lambda job: job.type == PLAN_TYPE, limit=query.limit)
    return [job for plan in plans for job in chosen(plan, archive.jobs_of(plan), query)]


class PrunedJobs:
    """A server, and behind it an archive, for the jobs that the server does not know any more.

    What the server has told anything of is never looked up in the archive: that it is not found then is an error.

    Args:
        server: the server.
        find: returns the source of a job in the archive; None if that does not have it either.
    """

    def __init__(self, server: JobSource, find: Callable[[str], JobSource | None]) -> None:
        self._server = server
        self._find = find
        self._known: set[str] = set()
        self._archived: dict[str, JobSource] = {}

    def fetch(self, job: str, start: int | None) -> Iterator[Fetched | None]:
        """Yield the job's events with an id of at least `start`, in batches as they arrive, then the page's end."""
        return self._ask(job, lambda source: source.fetch(job, start))

    def record(self, job: str) -> Iterator[JobRecord | None]:
        """Yield the job's record."""
        return self._ask(job, lambda source: source.record(job))

    def whole(self, job: str, event: Event) -> Iterator[Event | None]:
        """Yield a plan job's event with all of its message, of which a page may have had the beginning."""
        return self._ask(job, lambda source: source.whole(job, event))

    def nodes(self, job: str) -> Iterator[Sequence[NodeRecord] | None]:
        """Yield a snapshot of the job's nodes."""
        return self._ask(job, lambda source: source.nodes(job))

    def _ask(self, job: str, ask: Callable[[JobSource], Iterator[T | None]]) -> Iterator[T | None]:
        if job not in self._archived:
            try:
                yield from self._ask_server(job, ask)
            except UnknownJob:
                archived = None if job in self._known else self._find(job)
                if archived is None:
                    raise
                self._archived[job] = archived
            else:
                return
        yield from ask(self._archived[job])

    def _ask_server(self, job: str, ask: Callable[[JobSource], Iterator[T | None]]) -> Iterator[T | None]:
        for answer in ask(self._server):
            if answer is not None:
                self._known.add(job)
            yield answer
