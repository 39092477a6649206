"""The links of the renderer chain that save events beside the output: the recording and the checkpoint.

If one fails, that is reported once, and the rest continues.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from orch_events.cli.stderr import Stderr
from orch_events.errors import LocalFileError
from orch_events.follow.checkpoint import Checkpoint, CheckpointFile
from orch_events.follow.cursor import Resume
from orch_events.follow.follower import Follower
from orch_events.render.events.renderer import Renderer
from orch_events.render.events.structured import JsonLines
from orch_events.wire.event import Event
from orch_events.wire.keyed import wrap_record


class PersistingLink:
    """A link of the renderer chain that saves to a file. If that fails, it warns once, and from then on only passes on.

    Attributes:
        failed: whether it has failed.
    """

    def __init__(self, renderer: Renderer, stderr: Stderr) -> None:
        self.failed = False
        self._renderer = renderer
        self._stderr = stderr

    def flush(self) -> None:
        """Flush the next link."""
        self._renderer.flush()

    def close(self, *, complete: bool = True) -> None:
        """Close the next link."""
        self._renderer.close(complete=complete)

    def _persist(self, action: Callable[[], None]) -> None:
        if self.failed:
            return
        try:
            action()
        except (LocalFileError, BrokenPipeError) as error:
            self.failed = True
            message = (
                error.message if isinstance(error, LocalFileError) else "the reader of the recording closed the pipe"
            )
            self._stderr.warn(f"{message}; continuing without it")


class Recorder(PersistingLink):
    """Appends events to a recording before they are shown, filtered or not.

    Among them it writes each job's record, in a line of its own: whenever it has changed, and at the end.
    """

    def __init__(
        self, recording: JsonLines, followers: Mapping[str, Follower], renderer: Renderer, stderr: Stderr
    ) -> None:
        super().__init__(renderer, stderr)
        self._recording = recording
        self._followers = followers
        self._last: dict[str, bytes] = {}
        self._with_events_since: set[str] = set()

    def write(self, job: str, events: Sequence[Event]) -> None:
        """Record events, and pass them on."""
        self._persist(lambda: self._record(job, events))
        self._renderer.write(job, events)

    def flush(self) -> None:
        """Record what has changed, and flush the next link."""
        self._persist(self._record_changes)
        super().flush()

    def close(self, *, complete: bool = True) -> None:
        """Record each job's record again, if events came after it, and close the next link."""
        for job in self._with_events_since:
            self._last.pop(job, None)
        self._persist(self._record_changes)
        super().close(complete=complete)

    def _record(self, job: str, events: Sequence[Event]) -> None:
        self._record_changes()
        self._recording.write(job, events)
        self._with_events_since.add(job)

    def _record_changes(self) -> None:
        for job, follower in self._followers.items():
            record = follower.state.record
            if record is not None and record.raw and record.raw != self._last.get(job):
                self._last[job] = record.raw
                self._with_events_since.discard(job)
                self._recording.write(job, [wrap_record(record)])


class Checkpoints(NamedTuple):
    """A cursor file, and the origin of each of the jobs, by its number."""

    file: CheckpointFile
    origins: Mapping[str, str]


class Checkpointer(PersistingLink):
    """Saves in a cursor file how far each job was shown: before its events are written, and afterwards.

    With a tail, nothing is saved before a job's first response is complete: until then no event of it is written.
    """

    def __init__(
        self,
        checkpoints: Checkpoints,
        followers: Mapping[str, Follower],
        renderer: Renderer,
        stderr: Stderr,
        *,
        tail: bool = False,
    ) -> None:
        super().__init__(renderer, stderr)
        self._tail = tail
        self._checkpoints = checkpoints
        self._followers = followers
        self._saved: dict[str, tuple[int | None, int, bool]] = {}

    def write(self, job: str, events: Sequence[Event]) -> None:
        """Save that events from here on are being written, and pass them on."""
        self._save(job, showing=True)
        self._renderer.write(job, events)

    def flush(self) -> None:
        """Flush the next link, and save that everything is written."""
        super().flush()
        for job, follower in self._followers.items():
            start, version, _ = self._saved.get(job, (follower.start, 0, False))
            if follower.next_start is not None and (follower.next_start, follower.resume_version) != (start, version):
                self._save(job, showing=False)

    def _save(self, job: str, *, showing: bool) -> None:
        follower = self._followers[job]
        if self._tail and follower.last_answer_at is None:
            return
        state = (follower.next_start, follower.resume_version, showing)
        if self._saved.get(job) != state:
            self._saved[job] = state
            checkpoint = Checkpoint.from_resume(follower.resume or Resume(0, 0), showing=showing)
            self._persist(lambda: self._checkpoints.file.write(self._checkpoints.origins[job], job, checkpoint))
