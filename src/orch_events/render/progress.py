"""Progress on stderr: a live line on a terminal, a heartbeat elsewhere.

The terminal's cursor stays at the beginning of the live line. So the line is erased from there to the end of the
screen, which also works after the terminal was made narrower and the line takes two rows. While it is on the screen the
terminal does not echo: Enter would move the cursor off it; unless a reader of our output, such as a pager, has settings
of its own to restore. In the background, or under a pager, nothing is drawn, and nothing is erased.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol, TextIO

from orch_events.analysis.progress import FollowProgress
from orch_events.render.toolkit.streams import BestEffortStream
from orch_events.render.toolkit.terminal import Echo, may_draw
from orch_events.render.toolkit.text import cut, escape_control, first_label, width
from orch_events.render.toolkit.theme import Theme
from orch_events.times import Clock, format_duration, format_roughly
from orch_events.wire.vocabulary import NODE_FAILED, NODE_STATES

_CLEAR = "\r\x1b[J"
_GAP = "  "
_READER_SECONDS = 0.3
"""How long the live line is hidden after events were written to a pipe, whose reader may write to the same terminal."""

_HEARTBEAT_SECONDS = 60.0
_BAR_CELLS = ((100, 20), (60, 12), (0, 8))


_NUMBERS_RANK = 6
"""The highest rank of a part that tells, or shows, how many nodes are how far, or for how long."""


class Part(NamedTuple):
    """A part of the live line.

    Attributes:
        rank: parts with high ranks are left out first if there is no room.
        cells: its width.
        painted: its text, with colours.
    """

    rank: int
    cells: int
    painted: str


class LiveLine:
    """One line, redrawn at each update, and erased by `clear`.

    Args:
        stream: the terminal.
        theme: colours and glyphs.
        progress: what to show.
        clock: the time.
        columns: returns the width of the terminal.
        shared: whether the reader of our output may write to the same terminal: then the line is hidden for a while.
        keyboard: the terminal that is typed on; None for none.
    """

    def __init__(
        self,
        stream: TextIO,
        theme: Theme,
        progress: FollowProgress,
        clock: Clock,
        columns: Callable[[], int],
        *,
        shared: bool,
        keyboard: TextIO | None = None,
    ) -> None:
        self._terminal = stream
        self._echo = Echo(None if shared else keyboard)
        self._stream = BestEffortStream(stream)
        self._theme = theme
        self._progress = progress
        self._clock = clock
        self._columns = columns
        self._shared = shared
        self._hidden_until = 0.0
        self._drawn = False

    def close(self) -> None:
        """Erase the line."""
        self.clear()

    def clear(self) -> None:
        """Erase the line, until it is drawn again."""
        if self._drawn:
            self._drawn = False
            if may_draw(self._terminal):
                self._stream.write(_CLEAR)
            self._echo.restore()

    def moved(self) -> None:
        """Draw it below the events that were written."""
        if self._shared:
            self._hidden_until = self._clock.monotonic() + _READER_SECONDS
        self.tick()

    def tick(self) -> None:
        """Draw it."""
        if self._clock.monotonic() < self._hidden_until or not may_draw(self._terminal):
            return
        self._drawn = True
        self._echo.off()
        self._stream.write(f"{_CLEAR}{live_line(self._progress, self._theme, self._columns() - 1)}\r")


def live_line(progress: FollowProgress, theme: Theme, cells: int) -> str:
    """Draw the live line within `cells`.

    If there is no room, words give way first: states are told by their glyphs, and what a number says in words is left
    out. Then the parts that matter least are.
    """
    for words in (True, False):
        parts = [*_slow_node(progress, theme), *_nodes(progress, theme, cells, words=words), *_times(progress, theme)]
        numbers = [part for part in parts if words and part.rank <= _NUMBERS_RANK]
        if sum(part.cells + len(_GAP) for part in numbers) <= cells + len(_GAP):
            break
    shown, remaining = set[Part](), cells + len(_GAP)
    for part in sorted(parts, key=lambda part: part.rank):
        remaining -= part.cells + len(_GAP)
        if remaining < 0:
            break
        shown.add(part)
    return _GAP.join(part.painted for part in parts if part in shown)


def _slow_node(progress: FollowProgress, theme: Theme) -> Iterator[Part]:
    """Yield the node that has been running longest, if it is slow."""
    if progress.longest is not None and progress.longest[0].slow:
        run, seconds = progress.longest
        yield _part(1, f"{escape_control(first_label(run.name))} slow: {format_duration(seconds)}", theme, "warning")


def _nodes(progress: FollowProgress, theme: Theme, cells: int, *, words: bool) -> Iterator[Part]:
    """Yield how many nodes are done, and how many are in each state."""
    counts, over, total = progress.counts, progress.over, progress.total
    yield _part(10, progress.name, theme, "quiet")
    if total:
        yield _bar(over, sum(counts[state] for state in NODE_FAILED), total, theme, cells)
    done = f"{over}/{total or '?'}" + " done" * words
    yield _part(0, cut(done, cells, theme.ellipsis), theme)
    known = tuple(NODE_STATES.values())
    for state in (*known, *sorted(counts.keys() - {*known, "new"})):
        if counts[state]:
            rank = 2 if state in NODE_FAILED else 3 if state == "running" else 4
            glyph = None if words else theme.glyphs.get(state)
            text = f"{glyph} {counts[state]}" if glyph else f"{counts[state]} {escape_control(state)}"
            yield _part(rank, text, theme, state)


def _times(progress: FollowProgress, theme: Theme) -> Iterator[Part]:
    """Yield elapsed time, remaining time, the node that runs longest, and the length of an outage or silence."""
    yield _part(5, format_duration(progress.elapsed_seconds), theme)
    if (remaining := progress.remaining_seconds) is not None and progress.outage_seconds is None:
        yield _part(7, f"about {format_roughly(remaining)} left", theme)
    if (longest := progress.longest) is not None and not longest[0].slow:
        run, seconds = longest
        yield _part(8, f"longest: {escape_control(first_label(run.name))} {format_duration(seconds)}", theme, "quiet")
    if (outage := progress.outage_seconds) is not None:
        yield _part(1, f"no response for {format_duration(outage)}", theme, "warning")
    elif progress.silent:
        age = progress.event_age_seconds
        silence = f"last event {format_duration(age)} ago" if age is not None else "no events yet"
        yield _part(9, silence, theme, "quiet")


def _part(rank: int, text: str, theme: Theme, style: str = "") -> Part:
    return Part(rank, width(text), theme.paint(text, style))


def _bar(over: int, failed: int, total: int, theme: Theme, cells: int) -> Part:
    """Draw how many nodes are done. Failed nodes have one cell at least; the bar is full only when all are done."""
    size = next(size for least, size in _BAR_CELLS if cells >= least)
    done_cells = size * over // total
    failed_cells = min(done_cells, max(size * failed // total, 1)) if failed else 0
    full, rest = ("━", "─") if theme.glyphs else ("#", "-")
    segments = (
        (full, done_cells - failed_cells, "finished"),
        (full, failed_cells, "failed"),
        (rest, size - done_cells, "quiet"),
    )
    return Part(6, size, "".join(theme.paint(glyph * length, style) for glyph, length, style in segments if length))


class Progress(Protocol):
    """The interface of a progress display."""

    def close(self) -> None:
        """Leave nothing behind: this is the end."""
        ...

    def clear(self) -> None:
        """Make room: something else is about to be written."""
        ...

    def moved(self) -> None:
        """Events were written."""
        ...

    def tick(self) -> None:
        """No events were written; called at least once a second."""
        ...


class NoProgress:
    """For --quiet and --no-progress."""

    def close(self) -> None:
        """Do nothing."""

    def clear(self) -> None:
        """Do nothing."""

    def moved(self) -> None:
        """Do nothing."""

    def tick(self) -> None:
        """Do nothing."""


class Heartbeat:
    """Writes a line for every minute without events, so that a log shows that the program is alive."""

    def __init__(self, stream: TextIO, progress: FollowProgress, clock: Clock) -> None:
        self._stream = BestEffortStream(stream)
        self._progress = progress
        self._clock = clock
        self._beat_at = clock.monotonic()

    def close(self) -> None:
        """Do nothing: lines in a log stay."""

    def clear(self) -> None:
        """Do nothing, as above."""

    def moved(self) -> None:
        """Start the minute again."""
        self._beat_at = self._clock.monotonic()

    def tick(self) -> None:
        """Write the line, if it is due."""
        if self._clock.monotonic() - self._beat_at >= _HEARTBEAT_SECONDS:
            self._beat_at = self._clock.monotonic()
            self._stream.write(_heartbeat_line(self._progress) + "\n")


def _heartbeat_line(progress: FollowProgress) -> str:
    """Return nodes by state, the one that runs longest, and the ages of the last event and the last response."""
    counts = progress.counts
    parts = [f"{progress.name}: {progress.over}/{progress.total or '?'} done"]
    parts += [f"{counts[state]} {state}" for state in NODE_STATES.values() if counts[state]]
    if progress.longest:
        run, seconds = progress.longest
        parts.append(f"{escape_control(run.name)} running for {format_duration(seconds)}")
    event_age, answer_age = progress.event_age_seconds, progress.answer_age_seconds
    event = f"last event {format_duration(event_age)} ago" if event_age is not None else "no events yet"
    answer = f"last response {format_duration(answer_age)} ago" if answer_age is not None else "no response yet"
    return f"{', '.join(parts)}; {event}, {answer}"
