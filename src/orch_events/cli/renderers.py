"""Builds the chain of renderers that events go through, from the options.

    checkpoint → recording → filter → tail → room → format

Room erases the live line before anything is written; checkpoint and recording are in `persisting`. Commands import this
module when they run, not before.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import NamedTuple

from orch_events.cli.app import App
from orch_events.cli.options.groups import DisplayOptions, EventOptions, FilterOptions, OutputOptions
from orch_events.cli.persisting import Checkpointer, Checkpoints, PersistingLink, Recorder
from orch_events.errors import OrchEventsError, UsageError
from orch_events.library.followed import FollowedJobs
from orch_events.render.events.filters import EventFilter, Filtered, Tail
from orch_events.render.events.highlight import Highlighter
from orch_events.render.events.renderer import Renderer
from orch_events.render.events.structured import Csv, JsonArray, JsonLines
from orch_events.render.events.table import Table
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
    persisting: Sequence[PersistingLink]
    expect_nodes: Callable[[Sequence[str]], None]


def renderer_chain(
    app: App,
    options: EventOptions,
    followed: FollowedJobs,
    recording: JsonLines | None,
    checkpoints: Checkpoints | None,
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
        renderer = Tail(options.range.tail, renderer, followed.stream_of, followed.has_answered)
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
