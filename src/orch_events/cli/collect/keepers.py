"""What knows what was handed over before: an archive, a state file, or nothing."""

from collections.abc import Iterator, Sequence

from orch_events.archive import Archive
from orch_events.cli.collect.handover import Entry, Reached
from orch_events.follow.checkpoint import Checkpoint
from orch_events.follow.cursor import Resume
from orch_events.follow.state_file import StateFile
from orch_events.times import Clock
from orch_events.wire.records import JobRecord

_SAME_SECONDS = 60.0
"""Two records of one job may tell its creation a little differently."""

_STATE_SECONDS = 1.0
"""A state file is written whole, so not more often than this."""

_UPKEEP_SECONDS = 3600.0
_STEPS_SECONDS = 0.05


class ArchiveKeeper:
    """An archive: it has the lines, so it knows by itself what there is.

    Args:
        archive: the archive.
        clock: what time it is.
        keep_seconds, compress_after_seconds: see `Archive.upkeep`.
    """

    def __init__(
        self, archive: Archive, clock: Clock, keep_seconds: float | None, compress_after_seconds: float | None
    ) -> None:
        self._archive = archive
        self._clock = clock
        self._keep_seconds = keep_seconds
        self._compress_after_seconds = compress_after_seconds
        self._work: Iterator[None] = iter(())
        self._work_at = clock.monotonic()

    @property
    def newest_at(self) -> float | None:
        """When the job began that began last; None if there is none."""
        return self._archive.newest_at

    def resume(self, job: str, listed: JobRecord | None) -> Resume | None:
        """Return where following a job goes on."""
        found = self._archive.checkpoint(job, listed.created_at if listed is not None else None)
        return Resume(found.start, found.since, found.shown) if found is not None else None

    def is_done(self, record: JobRecord) -> bool:
        """Whether a job was followed to its end."""
        return self._archive.is_done(record)

    def unfinished(self) -> Sequence[str]:
        """Return the jobs that were begun, and not followed to their end."""
        return self._archive.unfinished()

    def take(self, entries: Sequence[Entry], reached: dict[str, Reached]) -> None:
        """Take a batch, and how far its jobs were followed."""
        for entry in entries:
            if entry.record is not None:
                self._archive.append_record(entry.job, entry.record)
            else:
                self._archive.append(entry.job, entry.events)
        for job, (resume, _, done) in reached.items():
            self._archive.note(job, resume.start if resume else None, resume.since if resume else 0, done=done)

    def commit(self) -> None:
        """Keep all that was taken."""
        self._archive.commit()

    def work(self) -> None:
        """Do a little of what is due of the archive's daily work. Raises LocalFileError."""
        until = self._clock.monotonic() + _STEPS_SECONDS
        if self._clock.monotonic() >= self._work_at:
            self._work = self._archive.upkeep(self._keep_seconds, self._compress_after_seconds)
            self._work_at = self._clock.monotonic() + _UPKEEP_SECONDS
        for _ in self._work:
            if self._clock.monotonic() >= until:
                return

    def finish(self) -> None:
        """Do the rest of it. Raises LocalFileError."""
        for _ in self._archive.upkeep(self._keep_seconds, self._compress_after_seconds):
            pass


class StateKeeper:
    """A state file, or nothing but memory: then each start begins anew.

    Args:
        file: the file, open; None for none.
        clock: what time it is.
    """

    def __init__(self, file: StateFile | None, clock: Clock) -> None:
        self._file = file
        self._clock = clock
        self._written_at = -_STATE_SECONDS
        self._is_changed = False
        self._done: dict[str, float] = file.state.done if file is not None else {}
        self._jobs: dict[str, Checkpoint] = file.state.jobs if file is not None else {}

    @property
    def newest_at(self) -> float | None:
        """When the job was created that was created last; None if there is none."""
        return max(filter(None, self._done.values()), default=None)

    def resume(self, job: str, _: JobRecord | None) -> Resume | None:
        """Return where following a job goes on."""
        found = self._jobs.get(job)
        return found.resume if found is not None else None

    def is_done(self, record: JobRecord) -> bool:
        """Whether a job was followed to its end."""
        created = self._done.get(record.key)
        if created is None or not created or record.created_at is None:
            return created is not None
        return abs(record.created_at.timestamp() - created) <= _SAME_SECONDS

    def unfinished(self) -> Sequence[str]:
        """Return the jobs that were begun, and not followed to their end."""
        return list(self._jobs)

    def take(self, _: Sequence[Entry], reached: dict[str, Reached]) -> None:
        """Take how far jobs were followed."""
        self._is_changed = self._is_changed or bool(reached)
        for job, (resume, created, done) in reached.items():
            self._jobs.pop(job, None)
            if done:
                self._done.pop(job, None)
                self._done[job] = created or 0.0
            elif resume is not None:
                self._jobs[job] = Checkpoint.from_resume(resume, showing=False)

    def commit(self) -> None:
        """Write the file, unless it was written just now."""
        if self._clock.monotonic() - self._written_at >= _STATE_SECONDS:
            self.finish()

    def work(self) -> None:
        """Write what is not written yet. Raises LocalFileError."""
        self.commit()

    def finish(self) -> None:
        """Write what is not written yet. Raises LocalFileError."""
        if self._file is not None and self._is_changed:
            self._file.write()
        self._written_at, self._is_changed = self._clock.monotonic(), False
