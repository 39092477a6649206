"""The live line: how far it is, under the events, while jobs are followed on a terminal.

The cursor stays at the line's beginning. So the line is taken away by erasing from there to the end of the screen,
also when the terminal was made narrower and it takes two rows now, and without knowing how the terminal does that.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple, TextIO

from orch_events.clock import Clock
from orch_events.pace import Pace
from orch_events.render.cells import cut, width
from orch_events.render.progress import Stream
from orch_events.render.text import visible
from orch_events.render.theme import Theme
from orch_events.states import NODE_STATES
from orch_events.times import format_duration

_CLEAR = "\r\x1b[J"
_GAP = "  "
_READER_SECONDS = 0.3
"""How long a reader of our output may take to write to the same terminal."""

_BAR_CELLS = ((100, 20), (60, 12), (0, 8))
_BAD = ("failed", "errored")


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
        pace: what it tells.
        clock: what time it is.
        columns: returns how wide the terminal is.
        shared: whether what reads our output may write to the same terminal: then the line gives way for a moment.
    """

    def __init__(
        self, stream: TextIO, theme: Theme, pace: Pace, clock: Clock, columns: Callable[[], int], *, shared: bool
    ) -> None:
        self._stream = Stream(stream)
        self._theme = theme
        self._pace = pace
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
        self.wait()

    def wait(self) -> None:
        """Draw it."""
        if self._clock.monotonic() < self._hidden_until:
            return
        self._drawn = True
        self._stream.write(f"{_CLEAR}{live_line(self._pace, self._theme, self._columns() - 1)}\r")


def live_line(pace: Pace, theme: Theme, cells: int) -> str:
    """Draw how far it is within so many cells; what matters less is left out where there is no room."""
    parts = [*_straggler(pace, theme), *_nodes(pace, theme, cells), *_times(pace, theme)]
    kept, left = set[Part](), cells + len(_GAP)
    for part in sorted(parts, key=lambda part: part.rank):
        left -= part.cells + len(_GAP)
        if left < 0:
            break
        kept.add(part)
    return _GAP.join(part.painted for part in parts if part in kept)


def _straggler(pace: Pace, theme: Theme) -> Iterator[Part]:
    """Yield the node that has been running longest, if that is much longer than others."""
    if pace.longest is not None and pace.longest[0].slow:
        run, seconds = pace.longest
        yield _part(1, f"{visible(run.name.partition('.')[0])} slow: {format_duration(seconds)}", theme, "warning")


def _nodes(pace: Pace, theme: Theme, cells: int) -> Iterator[Part]:
    """Yield how many nodes are over, and how many are in each state."""
    counts, over, total = pace.counts, pace.over, pace.total
    yield _part(10, pace.name, theme, "quiet")
    if total:
        yield _bar(over, sum(counts[state] for state in _BAD), total, theme, cells)
    yield _part(0, cut(f"{over}/{total or '?'}", cells, theme.ellipsis), theme)
    known = tuple(NODE_STATES.values())
    for state in (*known, *sorted(counts.keys() - {*known, "new"})):
        if counts[state]:
            rank = 3 if state in _BAD else 5 if state == "running" else 9
            yield _part(rank, f"{counts[state]} {visible(state)}", theme, state)


def _times(pace: Pace, theme: Theme) -> Iterator[Part]:
    """Yield how long it has taken, what is left, what takes long, and how old all that is, where it is old."""
    yield _part(4, format_duration(pace.elapsed), theme)
    if (left := pace.left) is not None and pace.troubled is None:
        yield _part(6, f"about {_roughly(left)} left", theme)
    if (longest := pace.longest) is not None and not longest[0].slow:
        run, seconds = longest
        yield _part(7, f"longest: {visible(run.name.partition('.')[0])} {format_duration(seconds)}", theme, "quiet")
    if (troubled := pace.troubled) is not None:
        yield _part(1, f"no answer for {format_duration(troubled)}", theme, "warning")
    elif pace.silent:
        heard = pace.heard
        silence = f"silent for {format_duration(heard)}" if heard is not None else "no event yet"
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


def _roughly(seconds: float) -> str:
    """Write a guess without the look of precision."""
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"{max(5, round(seconds / 5) * 5)}s"
    minutes = round(seconds / 60)
    return f"{minutes}m" if minutes < 60 else f"{minutes // 60}h {minutes % 60:02}m"  # noqa: PLR2004 - an hour
