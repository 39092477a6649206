"""How far it is, on stderr: a line that is redrawn on a terminal, a heartbeat where there is none.

The cursor stays at the live line's beginning. So the line is taken away by erasing from there to the end of the screen,
also when the terminal was made narrower and it takes two rows now, and without knowing how the terminal does that.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol, TextIO

from orch_events.analysis.progress import FollowProgress
from orch_events.render.toolkit.streams import BestEffortStream
from orch_events.render.toolkit.text import cut, escape_control, width
from orch_events.render.toolkit.theme import Theme
from orch_events.times import Clock, format_duration, format_roughly
from orch_events.wire.vocabulary import NODE_FAILED, NODE_STATES

_CLEAR = "\r\x1b[J"
_GAP = "  "
_READER_SECONDS = 0.3
"""How long a reader of our output may take to write to the same terminal."""

_HEARTBEAT_SECONDS = 60.0
_BAR_CELLS = ((100, 20), (60, 12), (0, 8))
_WORD_CELLS = 60
"""Where the line is narrower, the number of nodes that are done stands alone."""


class Part(NamedTuple):
    """Something that the line tells.

    Attributes:
        rank: the lower, the longer it stays as a terminal gets narrower.
        cells: how wide it is.
        painted: how it looks.
    """

    rank: int
    cells: int
    painted: str


class LiveLine:
    """One line, drawn anew as things move, gone without trace when cleared.

    Args:
        stream: the terminal.
        theme: colours and glyphs.
        progress: what it tells.
        clock: what time it is.
        columns: returns how wide the terminal is.
        shared: whether what reads our output may write to the same terminal: then the line gives way for a moment.
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
    ) -> None:
        self._stream = BestEffortStream(stream)
        self._theme = theme
        self._progress = progress
        self._clock = clock
        self._columns = columns
        self._shared = shared
        self._hidden_until = 0.0
        self._drawn = False

    def clear(self) -> None:
        """Take the line away."""
        if self._drawn:
            self._drawn = False
            self._stream.write(_CLEAR)

    def moved(self) -> None:
        """Draw it under the events that came."""
        if self._shared:
            self._hidden_until = self._clock.monotonic() + _READER_SECONDS
        self.tick()

    def tick(self) -> None:
        """Draw it."""
        if self._clock.monotonic() < self._hidden_until:
            return
        self._drawn = True
        self._stream.write(f"{_CLEAR}{live_line(self._progress, self._theme, self._columns() - 1)}\r")


def live_line(progress: FollowProgress, theme: Theme, cells: int) -> str:
    """Draw how far it is within so many cells; what matters less is left out where there is no room."""
    parts = [*_straggler(progress, theme), *_nodes(progress, theme, cells), *_times(progress, theme)]
    kept, left = set[Part](), cells + len(_GAP)
    for part in sorted(parts, key=lambda part: part.rank):
        left -= part.cells + len(_GAP)
        if left < 0:
            break
        kept.add(part)
    return _GAP.join(part.painted for part in parts if part in kept)


def _straggler(progress: FollowProgress, theme: Theme) -> Iterator[Part]:
    """Yield the node that has been running longest, if that is much longer than others."""
    if progress.longest is not None and progress.longest[0].slow:
        run, seconds = progress.longest
        yield _part(
            1, f"{escape_control(run.name.partition('.')[0])} slow: {format_duration(seconds)}", theme, "warning"
        )


def _nodes(progress: FollowProgress, theme: Theme, cells: int) -> Iterator[Part]:
    """Yield how many nodes are over, and how many are in each state."""
    counts, over, total = progress.counts, progress.over, progress.total
    yield _part(10, progress.name, theme, "quiet")
    if total:
        yield _bar(over, sum(counts[state] for state in NODE_FAILED), total, theme, cells)
    done = f"{over}/{total or '?'}" + " done" * (cells >= _WORD_CELLS)
    yield _part(0, cut(done, cells, theme.ellipsis), theme)
    known = tuple(NODE_STATES.values())
    for state in (*known, *sorted(counts.keys() - {*known, "new"})):
        if counts[state]:
            rank = 3 if state in NODE_FAILED else 5 if state == "running" else 9
            yield _part(rank, f"{counts[state]} {escape_control(state)}", theme, state)


def _times(progress: FollowProgress, theme: Theme) -> Iterator[Part]:
    """Yield how long it has taken, what is left, what takes long, and how old all that is, where it is old."""
    yield _part(4, format_duration(progress.elapsed), theme)
    if (left := progress.left) is not None and progress.troubled is None:
        yield _part(6, f"about {format_roughly(left)} left", theme)
    if (longest := progress.longest) is not None and not longest[0].slow:
        run, seconds = longest
        yield _part(
            7, f"longest: {escape_control(run.name.partition('.')[0])} {format_duration(seconds)}", theme, "quiet"
        )
    if (troubled := progress.troubled) is not None:
        yield _part(1, f"no response for {format_duration(troubled)}", theme, "warning")
    elif progress.silent:
        heard = progress.heard
        silence = f"last event {format_duration(heard)} ago" if heard is not None else "no events yet"
        yield _part(8, silence, theme, "quiet")


def _part(rank: int, text: str, theme: Theme, style: str = "") -> Part:
    return Part(rank, width(text), theme.paint(text, style))


def _bar(over: int, bad: int, total: int, theme: Theme, cells: int) -> Part:
    """Draw how many nodes are over; those that failed have a cell at least, and the bar is full only at the end."""
    size = next(size for least, size in _BAR_CELLS if cells >= least)
    done = size * over // total
    red = min(done, max(size * bad // total, 1)) if bad else 0
    full, rest = ("━", "─") if theme.glyphs else ("#", "-")
    stretches = ((full, done - red, "finished"), (full, red, "failed"), (rest, size - done, "quiet"))
    return Part(2, size, "".join(theme.paint(glyph * length, style) for glyph, length, style in stretches if length))


class Progress(Protocol):
    """Told when events are about to be shown and when nothing comes for now."""

    def clear(self) -> None:
        """Make room: something else is about to be written."""
        ...

    def moved(self) -> None:
        """Events came."""
        ...

    def tick(self) -> None:
        """Nothing comes for now; called at least once a second."""
        ...


class NoProgress:
    """For --quiet and --no-progress."""

    def clear(self) -> None:
        """Nothing is there."""

    def moved(self) -> None:
        """Not asked for."""

    def tick(self) -> None:
        """Not asked for."""


class Heartbeat:
    """A line every minute of silence, so that a log shows whether anything is alive."""

    def __init__(self, stream: TextIO, progress: FollowProgress, clock: Clock) -> None:
        self._stream = BestEffortStream(stream)
        self._progress = progress
        self._clock = clock
        self._beat_at = clock.monotonic()

    def clear(self) -> None:
        """Nothing is in the way."""

    def moved(self) -> None:
        """Count the silence from here."""
        self._beat_at = self._clock.monotonic()

    def tick(self) -> None:
        """Say that we are there, if it is time."""
        if self._clock.monotonic() - self._beat_at >= _HEARTBEAT_SECONDS:
            self._beat_at = self._clock.monotonic()
            self._stream.write(_beat(self._progress) + "\n")


def _beat(progress: FollowProgress) -> str:
    """Tell how far the nodes are, which has been running longest, and how long ago event and answer came."""
    counts = progress.counts
    parts = [f"{progress.name}: {progress.over}/{progress.total or '?'} done"]
    parts += [f"{counts[state]} {state}" for state in NODE_STATES.values() if counts[state]]
    if progress.longest:
        run, seconds = progress.longest
        parts.append(f"{escape_control(run.name)} running for {format_duration(seconds)}")
    event = f"last event {format_duration(progress.heard)} ago" if progress.heard is not None else "no events yet"
    answer = (
        f"last response {format_duration(progress.answered)} ago"
        if progress.answered is not None
        else "no response yet"
    )
    return f"{', '.join(parts)}; {event}, {answer}"
