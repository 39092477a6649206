"""The timeline for a terminal: a sparkline of how many nodes ran at once, an axis, and a bar for each node."""

import os
from collections.abc import Iterable, Sequence
from math import ceil
from typing import NamedTuple

from msgspec.structs import replace

from orch_events.analysis.timeline import (
    DEFAULT_ROWS,
    Chart,
    Row,
    bar,
    chosen,
    concurrency,
    concurrency_by_cell,
    ordered,
)
from orch_events.render.timeline.axis import Axis
from orch_events.render.timeline.captions import Heading, label, left_out, mark
from orch_events.render.toolkit.bars import sparkline, stroke
from orch_events.render.toolkit.layout import wrap
from orch_events.render.toolkit.text import cut, escape_control, first_label, padded, width
from orch_events.render.toolkit.theme import Theme

_DEFAULT_CELLS = 100
_LEAST_ROWS = 3
_LEAST_BAR_CELLS = 10
_LEAST_DESCRIPTION_CELLS = 8
_CELLS_A_TICK = 9
_LEFT_OUT_CELLS = 80
_GAP = "  "


class _Columns(NamedTuple):
    """How many cells names, bars, and the labels after them take."""

    names: int
    bars: int
    labels: int


class TextTimeline:
    """Draws a chart for people.

    Args:
        theme: colours and glyphs.
        size: the terminal's size; None if there is none: then there is a default width, and the heading is not cut.
        whole: whether every node has a row, however many there are.
    """

    def __init__(self, theme: Theme, size: os.terminal_size | None, *, whole: bool) -> None:
        self._theme = theme
        self._size = size
        self._cells = size.columns if size else _DEFAULT_CELLS
        self._whole = whole

    def draw(self, chart: Chart, heading: Heading, axis: Axis, sort: str) -> str:
        """Return the timeline, with newlines."""
        lines = [*self._title(heading), *self._counts(heading)]
        rows = ordered(self._chosen(chart.rows, len(lines)), sort)
        if rows:
            steps = concurrency(chart.rows)
            peak = max((running for _, running in steps), default=0)
            columns = self._columns(rows, peak)
            lines += [self._strip(chart, steps, peak, columns), self._axis(axis, columns)]
            lines += [self._row(row, chart.seconds, columns) for row in rows]
        if omitted := left_out(rows, chart.rows):
            lines += self._wrapped([(word, "quiet") for word in f"{omitted}; --all shows all".split()], " ")
        return "\n".join(lines) + "\n"

    def _chosen(self, rows: Sequence[Row], head: int) -> Sequence[Row]:
        """Return the rows that there is room for, between a heading of `head` lines and the shell's next prompt."""
        if self._whole:
            return rows
        if self._size is None or not self._size.lines:
            return chosen(rows, DEFAULT_ROWS)
        around = head + 2 + ceil(_LEFT_OUT_CELLS / self._cells) + 1
        return chosen(rows, max(_LEAST_ROWS, self._size.lines - around))

    def _title(self, heading: Heading) -> list[str]:
        if self._size:
            room = self._cells - len(replace(heading, description="").sentence) - len(" ()")
            description = cut(heading.description, max(room, _LEAST_DESCRIPTION_CELLS), self._theme.ellipsis)
            heading = replace(heading, description=description)
        return self._wrapped(heading.parts, " ")

    def _counts(self, heading: Heading) -> list[str]:
        """Draw how many nodes are in each state, in its colour and with its glyph."""
        parts = [(f"{mark(state, self._theme)}{count:,} {state}", state) for state, count in heading.counts.items()]
        return self._wrapped([(f"{heading.nodes}{':' * bool(parts)}", ""), *parts], _GAP)

    def _wrapped(self, parts: Iterable[tuple[str, str]], gap: str) -> list[str]:
        """Join texts, each in its style; on a terminal, wrapped to its width."""
        words = [self._theme.paint(text, style) for text, style in parts]
        return wrap(words, self._cells if self._size else None, gap=gap)

    def _columns(self, rows: Sequence[Row], peak: int) -> _Columns:
        """Divide the width: labels get what they need, names a limited part, and bars the rest.

        Names are not cut before the end of their first label if there is room for it.
        """
        labels = max(width(label(row, self._theme)) for row in rows)
        room = self._cells - labels - len(_GAP) - 1
        names = [escape_control(row.run.name) for row in rows]
        firsts = [width(first_label(name)) + ("." in name) * len(self._theme.ellipsis) for name in names]
        most = max(self._cells * 3 // 10, *(first for first in firsts if first <= room - _LEAST_BAR_CELLS), 0)
        cells = max(min(max(map(width, names)), most, room - _LEAST_BAR_CELLS), len(_at_once(peak)[-1]))
        return _Columns(cells, max(1, room - cells), labels)

    def _strip(self, chart: Chart, steps: Sequence[tuple[float, int]], peak: int, columns: _Columns) -> str:
        running = concurrency_by_cell(steps, chart.seconds, columns.bars)
        title = next((title for title in _at_once(peak) if len(title) <= columns.names), "")
        return self._name(title, columns) + self._theme.paint(sparkline(running, self._theme).rstrip(), "running")

    def _axis(self, axis: Axis, columns: _Columns) -> str:
        line = ""
        for cell, text in _fitted(axis, columns):
            line = line.ljust(cell) + ("│" if self._theme.glyphs else "|") + text
        return self._theme.paint(self._name(axis.title, columns) + line, "quiet")

    def _row(self, row: Row, seconds: float, columns: _Columns) -> str:
        name, state, place = (
            self._name(escape_control(row.run.name), columns),
            row.run.state,
            bar(row, seconds, columns.bars),
        )
        text = label(row, self._theme)
        if place is None:
            cell = int((row.at or 0.0) * columns.bars / seconds)
            return name + " " * cell + self._theme.paint(text, state)
        drawn = self._theme.paint(stroke(*place, self._theme), state)
        return f"{name}{drawn} {text if state == 'finished' else self._theme.paint(text, state)}"

    def _name(self, text: str, columns: _Columns) -> str:
        return padded(cut(text, columns.names, self._theme.ellipsis), columns.names) + _GAP


def _at_once(peak: int) -> tuple[str, str, str]:
    """Return the title of the sparkline, in fewer and fewer words."""
    return f"at most {peak:,} running at once", f"at most {peak:,} at once", f"{peak:,} at once"


def _fitted(axis: Axis, columns: _Columns) -> list[tuple[int, str]]:
    """Return as many tick labels as fit beside each other, each with the cell at which it begins."""
    most, end = max(2, columns.bars // _CELLS_A_TICK), columns.bars + 1 + columns.labels
    while True:
        ticks = axis.ticks(most)
        places = [(min(columns.bars - 1, int(tick.second * columns.bars / axis.seconds)), tick.label) for tick in ticks]
        ends = [*(cell for cell, _ in places[1:]), end]
        if most == 1 or all(cell + 1 + len(text) < after for (cell, text), after in zip(places, ends, strict=True)):
            return places
        most -= 1
