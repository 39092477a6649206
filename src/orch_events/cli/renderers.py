"""Builds the chain of renderers that events go through, from the options.

    checkpoint → recording → filter → tail → room → format

Room erases the live line before anything is written. Checkpoint and recording save events beside the output: if one
fails, that is reported once, and the rest continues. Commands import this module when they run, not
before.
"""

import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from io import FileIO
from typing import BinaryIO, NamedTuple

from orch_events.cli.app import App
from orch_events.cli.followed import FollowedJobs
from orch_events.cli.options.groups import DisplayOptions, EventOptions, FilterOptions, OutputOptions
from orch_events.cli.stderr import Stderr
from orch_events.errors import LocalFileError, OrchEventsError, UsageError
from orch_events.follow.checkpoint import Checkpoint, CheckpointFile
from orch_events.follow.cursor import Resume
from orch_events.follow.follower import Follower
from orch_events.render.events.filters import EventFilter, Filtered, Tail
from orch_events.render.events.highlight import Highlighter
from orch_events.render.events.renderer import Renderer
from orch_events.render.events.structured import Csv, JsonArray, JsonLines
from orch_events.render.events.table import Table
from orch_events.render.toolkit.streams import Output
from orch_events.render.toolkit.terminal import columns
from orch_events.render.toolkit.theme import Theme
from orch_events.render.toolkit.timestamps import TimeFormat
from orch_events.wire.event import Event
from orch_events.wire.job_key import is_plan

_MOST_SEARCH_SECONDS = 3.0
"""How long --grep may compute for what arrives at once, a quarter of a megabyte at most: usually some milliseconds."""


class Chain(NamedTuple):
    """A chain of renderers.

    Attributes:
        first_link: its first link.
        filtered: the link that filters.
        persisting: the links that save to a file.
        expect_nodes: makes room for the names of nodes, before their events come.
    """

    first_link: Renderer
    filtered: Filtered
    persisting: "Sequence[PersistingLink]"
    expect_nodes: Callable[[Sequence[str]], None]


def renderer_chain(
    app: App,
    options: EventOptions,
    followed: FollowedJobs,
    recording: JsonLines | None,
    checkpoints: "Checkpoints | None",
    make_room: Callable[[], None],
) -> Chain:
    """Build the chain.

    Args:
        app: stdout and stderr.
        options: what is shown, and how.
        followed: the jobs; a plan adds those that it starts.
        recording: the recording to write; None for none.
        checkpoints: the cursor file to write; None for none.
        make_room: called before anything is written to stdout.
    """
    guard = partial(_limited_search, app)
    event_filter = _event_filter(options.filters, guard)
    view = _view(app, options, event_filter, guard, followed)
    filtered = _filtered(options, event_filter, RoomMaker(make_room, view), followed)
    first_link: Renderer = filtered
    persisting: list[PersistingLink] = []
    if recording is not None:
        first_link = recorder = Recorder(recording, followed.by_job, first_link, app.stderr)
        persisting.append(recorder)
    if checkpoints is not None:
        tail = options.range.tail is not None
        first_link = checkpointer = Checkpointer(checkpoints, followed.by_job, first_link, app.stderr, tail=tail)
        persisting.append(checkpointer)
    return Chain(first_link, filtered, persisting, view.expect if isinstance(view, Table) else lambda _: None)


def _view(
    app: App,
    options: EventOptions,
    event_filter: EventFilter,
    guard: Callable[[], AbstractContextManager[None]],
    followed: FollowedJobs,
) -> Renderer:
    if options.output.format != "table":
        return _structured(app, options.output, name_job=followed.several)
    highlighted = partial(Highlighter, event_filter.grep, guard=guard) if event_filter.grep else None
    return _table(app, options.display, highlighted, followed)


def _filtered(options: EventOptions, event_filter: EventFilter, renderer: Renderer, followed: FollowedJobs) -> Filtered:
    if options.range.tail is not None:
        renderer = Tail(options.range.tail, renderer, lambda job: followed.by_job[job].last_answer_at is not None)
    return Filtered(event_filter, renderer)


@contextmanager
def _limited_search(app: App) -> Iterator[None]:
    """Let --grep search for some seconds, but not for ever. Raises UsageError."""
    try:
        with app.signals.limit_computing(_MOST_SEARCH_SECONDS):
            yield
    except TimeoutError:
        hint = "a repetition of a repetition, such as (a+)+, can take for ever: write a+"
        raise UsageError(f"--grep takes more than {_MOST_SEARCH_SECONDS:g} s for a few events", hint) from None


def _event_filter(filters: FilterOptions, guard: Callable[[], AbstractContextManager[None]]) -> EventFilter:
    return EventFilter(
        types=filters.type,
        nodes=filters.node,
        failed=filters.failed,
        grep=filters.grep,
        since=filters.since,
        until=filters.until,
        guard=guard,
    )


def _structured(app: App, output: OutputOptions, *, name_job: bool) -> Renderer:
    match output.format:
        case "json":
            return JsonArray(app.output, name_job=name_job)
        case "csv":
            return Csv(app.output, name_job=name_job, safe=output.csv_safe)
        case _:
            return JsonLines(app.output, name_job=name_job)


def _table(
    app: App,
    display: DisplayOptions,
    highlighted: Callable[[Theme], Highlighter] | None,
    followed: FollowedJobs,
) -> Renderer:
    theme = app.theme(app.stdout, display)
    return Table(
        app.output,
        theme,
        TimeFormat(display.time, followed.began_at),
        terminal=lambda: columns(app.stdout),
        name_job=followed.several,
        plans=any(is_plan(job.number) for job in followed.named),
        highlighter=highlighted(theme) if highlighted else None,
    )


@contextmanager
def closing(renderer: Renderer) -> Iterator[None]:
    """Close a renderer, also after an error or Ctrl-C, so that a JSON array is always complete."""
    try:
        yield
    except (OrchEventsError, KeyboardInterrupt):
        renderer.close(complete=False)
        raise
    renderer.close()


@contextmanager
def open_recording_file(app: App, path: str | None) -> Iterator[JsonLines | None]:
    """Open a file to append events to, if there is to be one; an incomplete last line in it is ended first.

    Each line names its job.
    """
    if path is None:
        yield None
        return
    file = _opened(path)
    try:
        with _naming(path):
            broken_off = _breaks_off(path)
        output = Output(file, path, shield=app.signals.shield)
        if broken_off:
            output.write(b"\n")
        yield JsonLines(output, name_job=True)
    finally:
        with _naming(path):
            file.close()


def _opened(path: str) -> FileIO:
    """Open a file to append to; only for writing, since a pipe that is open for reading too has a reader: us."""
    with _naming(path, "give --record a path that you can write to"):
        return FileIO(path, "a")


@contextmanager
def _naming(path: str, hint: str = "check its permissions and the free disk space") -> Iterator[None]:
    """Turn errors into LocalFileErrors that name the file."""
    try:
        yield
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise LocalFileError(f"can't write to {path!r}: {reason}", hint) from None


def is_same_file(path: str, other: str | BinaryIO) -> bool:
    """Whether both are one regular file."""
    try:
        status = os.stat(path)  # noqa: PTH116 - a text
        other_status = os.stat(other) if isinstance(other, str) else os.fstat(other.fileno())  # noqa: PTH116 - a text
    except (OSError, ValueError):
        return False
    return stat.S_ISREG(status.st_mode) and os.path.samestat(status, other_status)


def _breaks_off(path: str) -> bool:
    """Whether a file's last line lacks a newline; only for a regular file that can be read."""
    status = os.stat(path)  # noqa: PTH116 - a text
    if not stat.S_ISREG(status.st_mode) or not status.st_size or not os.access(path, os.R_OK):
        return False
    with FileIO(path) as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) != b"\n"


class RoomMaker:
    """A link that has room made before anything is written: the live line is erased.

    Args:
        make_room: makes it.
        renderer: the next link.
    """

    def __init__(self, make_room: Callable[[], None], renderer: Renderer) -> None:
        self._make_room = make_room
        self._renderer = renderer

    def write(self, job: str, events: Sequence[Event]) -> None:
        """Make room if there is anything to write, and pass it on."""
        if events:
            self._make_room()
        self._renderer.write(job, events)

    def flush(self) -> None:
        """Flush the next link, which holds nothing back."""
        self._renderer.flush()

    def close(self, *, complete: bool = True) -> None:
        """Make room, and close the next link."""
        self._make_room()
        self._renderer.close(complete=complete)


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
                self._recording.write(job, [Event(None, b'{"record":%b}' % record.raw)])


class Checkpointer(PersistingLink):
    """Saves in a cursor file how far each job was shown: before its events are written, and afterwards.

    With a tail, nothing is saved before a job's first response is complete: until then no event of it is written.
    """

    def __init__(
        self,
        checkpoints: "Checkpoints",
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


class Checkpoints(NamedTuple):
    """A cursor file, and the origin of each of the jobs, by its number."""

    file: CheckpointFile
    origins: Mapping[str, str]
