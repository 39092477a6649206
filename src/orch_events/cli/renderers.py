"""From the options to the chain of renderers that events go through; the commands import it when they begin.

    checkpoint → recording → filter → tail → format

A checkpoint and a recording keep what is shown: a disk that is full is said once, and does not stop the rest.
"""

import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import FileIO
from typing import NamedTuple

from orch_events.cli.app import App
from orch_events.cli.options.groups import DisplayOptions, EventOptions, FilterOptions, OutputOptions
from orch_events.cli.stderr import Stderr
from orch_events.errors import LocalFileError, OrchEventsError
from orch_events.follow.checkpoint import Checkpoint, CheckpointFile
from orch_events.follow.follower import Follower
from orch_events.job.state import JobState
from orch_events.render.events.filters import EventFilter, Filtered, Tail
from orch_events.render.events.highlight import Highlighter
from orch_events.render.events.renderer import Renderer
from orch_events.render.events.structured import Csv, JsonArray, JsonLines
from orch_events.render.events.table import Table
from orch_events.render.toolkit.streams import Output
from orch_events.render.toolkit.terminal import columns
from orch_events.render.toolkit.timestamps import TimeFormat
from orch_events.wire.event import Event


class Chain(NamedTuple):
    """A chain of renderers.

    Attributes:
        head: its first link.
        filtered: the link that filters.
        keepers: the links that keep events.
    """

    head: Renderer
    filtered: Filtered
    keepers: "Sequence[Keeper]"


def renderer_chain(
    app: App,
    options: EventOptions,
    followers: Mapping[str, Follower],
    recording: JsonLines | None,
    checkpoints: CheckpointFile | None,
) -> Chain:
    """Build the chain.

    Args:
        app: the ways to stdout and stderr.
        options: what is shown, and how.
        followers: of each job, by its number.
        recording: where events are recorded; None for nowhere.
        checkpoints: where it is noted how far they were shown; None for nowhere.
    """
    filtered = _filtered(app, options, followers)
    head: Renderer = filtered
    keepers: list[Keeper] = []
    if recording is not None:
        head = recorder = Recorder(recording, head, app.stderr)
        keepers.append(recorder)
    if checkpoints is not None:
        head = checkpointer = Checkpointer(checkpoints, followers, head, app.stderr)
        keepers.append(checkpointer)
    return Chain(head, filtered, keepers)


def _filtered(app: App, options: EventOptions, followers: Mapping[str, Follower]) -> Filtered:
    states = {job: follower.state for job, follower in followers.items()}
    event_filter = _event_filter(options.filters)
    if options.output.format == "table":
        renderer: Renderer = _table(app, options.display, event_filter, states)
    else:
        renderer = _structured(app, options.output, name_job=len(states) > 1)
    if options.range.tail is not None:
        renderer = Tail(options.range.tail, renderer, lambda job: followers[job].answered_at is not None)
    return Filtered(event_filter, renderer)


def _event_filter(filters: FilterOptions) -> EventFilter:
    return EventFilter(
        types=filters.type,
        nodes=filters.node,
        failed=filters.failed,
        grep=filters.grep,
        since=filters.since,
        until=filters.until,
    )


def _structured(app: App, output: OutputOptions, *, name_job: bool) -> Renderer:
    match output.format:
        case "json":
            return JsonArray(app.output)
        case "csv":
            return Csv(app.output, name_job=name_job)
        case _:
            return JsonLines(app.output, name_job=name_job)


def _table(app: App, display: DisplayOptions, event_filter: EventFilter, states: Mapping[str, JobState]) -> Renderer:
    theme = app.theme(app.stdout, display)
    return Table(
        app.output,
        theme,
        TimeFormat(display.time, lambda job: states[job].began_at),
        terminal=lambda: columns(app.stdout),
        name_job=len(states) > 1,
        highlighter=Highlighter(event_filter.grep, theme) if event_filter.grep else None,
    )


@contextmanager
def closing(renderer: Renderer) -> Iterator[None]:
    """Close a renderer also when an error or Ctrl-C cuts it short, so that a JSON array is whole."""
    try:
        yield
    except (OrchEventsError, KeyboardInterrupt):
        renderer.close(complete=False)
        raise
    renderer.close()


@contextmanager
def open_recording_file(path: str | None, *, name_job: bool) -> Iterator[JsonLines | None]:
    """Open a file to append events to, if there is to be one; a line that was broken off in it is closed first."""
    if path is None:
        yield None
        return
    file = _opened(path)
    try:
        with _said(path):
            broken_off = _breaks_off(path)
        output = Output(file, path)
        if broken_off:
            output.write(b"\n")
        yield JsonLines(output, name_job=name_job)
    finally:
        with _said(path):
            file.close()


def _opened(path: str) -> FileIO:
    """Open a file to append to: only for writing, so that a pipe is not read by ourselves."""
    with _said(path, "give --record a path that you can write to"):
        return FileIO(path, "a")


@contextmanager
def _said(path: str, hint: str = "check its permissions and the free disk space") -> Iterator[None]:
    """Turn what goes wrong with a recording into a LocalFileError that names it."""
    try:
        yield
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise LocalFileError(f"can't write to {path!r}: {reason}", hint) from None


def _breaks_off(path: str) -> bool:
    """Whether a file's last line has no end; what is no plain file has no last line, and nor has what can't be read."""
    status = os.stat(path)  # noqa: PTH116 - a text
    if not stat.S_ISREG(status.st_mode) or not status.st_size or not os.access(path, os.R_OK):
        return False
    with FileIO(path) as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) != b"\n"


class Keeper:
    """A link of the renderer chain that keeps something, until that fails: then it says so and only passes on.

    Attributes:
        failed: whether something could not be kept.
    """

    def __init__(self, renderer: Renderer, stderr: Stderr) -> None:
        self.failed = False
        self._renderer = renderer
        self._stderr = stderr

    def flush(self) -> None:
        """Pass it on."""
        self._renderer.flush()

    def close(self, *, complete: bool = True) -> None:
        """Pass it on."""
        self._renderer.close(complete=complete)

    def _keep(self, action: Callable[[], None]) -> None:
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


class Recorder(Keeper):
    """Appends events to a recording before they are shown, filtered or not."""

    def __init__(self, recording: JsonLines, renderer: Renderer, stderr: Stderr) -> None:
        super().__init__(renderer, stderr)
        self._recording = recording

    def write(self, job: str, events: Sequence[Event]) -> None:
        """Record events, and pass them on."""
        self._keep(lambda: self._recording.write(job, events))
        self._renderer.write(job, events)


class Checkpointer(Keeper):
    """Notes in a cursor file how far each job was shown: before its events go out, and when they are out."""

    def __init__(
        self, file: CheckpointFile, followers: Mapping[str, Follower], renderer: Renderer, stderr: Stderr
    ) -> None:
        super().__init__(renderer, stderr)
        self._file = file
        self._followers = followers
        self._noted: dict[str, Checkpoint] = {}

    def write(self, job: str, events: Sequence[Event]) -> None:
        """Note that events from here on are on their way out, and pass them on."""
        self._note(job, Checkpoint(self._followers[job].next_start or 0, showing=True))
        self._renderer.write(job, events)

    def flush(self) -> None:
        """Pass it on, and note that everything is out."""
        super().flush()
        for job, follower in self._followers.items():
            start, noted = follower.next_start, self._noted.get(job)
            if start is not None and start != (noted.start if noted else follower.start):
                self._note(job, Checkpoint(start))

    def _note(self, job: str, checkpoint: Checkpoint) -> None:
        if self._noted.get(job) != checkpoint:
            self._noted[job] = checkpoint
            self._keep(lambda: self._file.write(job, checkpoint))
