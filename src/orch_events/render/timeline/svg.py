"""The timeline as a self-contained SVG, with colours for light and dark colour schemes."""

from collections.abc import Iterator, Mapping, Sequence

from orch_events.analysis.timeline import Chart, Row, ordered
from orch_events.render.timeline.axis import Axis
from orch_events.render.timeline.captions import Heading, describe, label, mark, reasons
from orch_events.render.timeline.markup import (
    CLASSES,
    DARK,
    LIGHT,
    PLAIN,
    STRIP_CELLS,
    bar_color,
    element,
    escaped,
    number,
    outline,
    state_class,
    widest,
)
from orch_events.render.toolkit.text import cut, escape_control

_WIDTH = 1000
_MARGIN = 16
_ROW = 20
_BASE = 14
"""How far below the top of a row its baseline is."""
_CELL = 7.3
"""The width of a character in the widest common monospaced font."""
_MOST_NAME_CELLS = 40
_LEAST_LABEL_CELLS = 14
_LEAST_BAR = 2
_STRIP_TOP = 68
_STRIP = 30
_AXIS_TOP = _STRIP_TOP + _STRIP + 2
_TOP = _AXIS_TOP + _ROW
_MOST_TICKS = 9
_FONT = "12px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"
_SHAPES = (
    f"text{{font:{_FONT};white-space:pre}}.title{{font-size:15px;font-weight:600}}.row{{fill:none;pointer-events:all}}"
)


class Picture:
    """Draws a chart as SVG.

    Args:
        chart: the chart.
        axis: its axis.
        rows: the rows to draw, in their order.
    """

    def __init__(self, chart: Chart, axis: Axis, rows: Sequence[Row]) -> None:
        self._chart = chart
        self._axis = axis
        self._rows = rows
        names, labels = widest(rows)
        self._left = _MARGIN + (min(names, _MOST_NAME_CELLS) + 2) * _CELL
        self._bars = _WIDTH - _MARGIN - self._left - (max(labels, _LEAST_LABEL_CELLS) + 1) * _CELL
        self._bottom = _TOP + _ROW * len(rows)

    def draw(self, heading: Heading) -> str:
        """Return the SVG."""
        height = self._bottom + _MARGIN
        lines = [
            element("title", escaped(heading.sentence)),
            element("style", _style()),
            element("rect", class_="back", width=_WIDTH, height=height),
            *_head(heading, self._axis.began),
            *(self._axis_and_strip() if self._rows else []),
            *[self._row(row, _TOP + _ROW * place) for place, row in enumerate(self._rows)],
        ]
        content = "\n".join(["", *lines, ""])
        size = {"width": _WIDTH, "height": height, "viewBox": f"0 0 {_WIDTH} {height}"}
        return element("svg", content, xmlns="http://www.w3.org/2000/svg", **size) + "\n"

    def _x(self, second: float) -> float:
        return self._left + self._bars * second / self._chart.seconds

    def _axis_and_strip(self) -> Iterator[str]:
        """Draw how many nodes ran at once, and below it the ticks, each with a line to the bottom."""
        path, most = outline(self._chart)
        transform = f"translate({number(self._left)} {_STRIP_TOP}) scale({number(self._bars / STRIP_CELLS)} {_STRIP})"
        yield element("path", class_="strip", transform=transform, d=path)
        yield _text(_MARGIN, _AXIS_TOP - _ROW, "running at once", "quiet")
        yield _text(self._left + self._bars + _CELL, _AXIS_TOP - _ROW, f"at most {most:,}", "quiet")
        yield _text(_MARGIN, _AXIS_TOP, self._axis.title, "quiet")
        for tick in self._axis.ticks(_MOST_TICKS):
            x = self._x(tick.second)
            yield element("path", class_="line", d=f"M{number(x)} {_AXIS_TOP}V{self._bottom}")
            yield _text(x + 4, _AXIS_TOP, tick.label, "quiet")

    def _row(self, row: Row, top: float) -> str:
        """Draw a row, with a tooltip that says everything that is known of its node."""
        name, state = escape_control(row.run.name), row.run.state
        text = "\n".join([name, describe(row, self._axis), *reasons(row)])
        end = row.at if row.seconds is None else row.end
        parts = [
            element("title", "\n".join(map(escaped, text.split("\n")))),
            element("rect", class_="row", y=top, width=_WIDTH, height=_ROW),
            _text(_MARGIN, top, cut(name, _MOST_NAME_CELLS, PLAIN.ellipsis)),
            self._bar(row, top),
            _text(self._x(end or 0.0) + _CELL, top, label(row, PLAIN), "" if state == "finished" else "told"),
        ]
        return element("g", parts, class_=state_class(state))

    def _bar(self, row: Row, top: float) -> str:
        if row.begin is None or row.seconds is None:
            return ""
        wide = max(_LEAST_BAR, self._bars * row.seconds / self._chart.seconds)
        x = self._x(row.begin)
        return element("rect", class_="bar", x=number(x), y=top + 3, width=number(wide), height=_ROW - 6, rx=2)


def draw(chart: Chart, heading: Heading, axis: Axis, sort: str) -> str:
    """Return an SVG of all nodes."""
    return Picture(chart, axis, ordered(chart.rows, sort)).draw(heading)


def _style() -> str:
    dark = f"@media screen and (prefers-color-scheme:dark){{{_colors(DARK)}}}"
    return _SHAPES + _colors(LIGHT) + dark


def _colors(colors: Mapping[str, str]) -> str:
    """Return the rules of a colour scheme, without CSS variables, which not every viewer knows."""
    kinds = {"text": "ink", ".quiet": "quiet", ".back": "back", "g:hover>.row": "hover", ".strip": "running"}
    for state in CLASSES:
        kinds |= {f".{state} .told,.{state}.told": state, f".{state} .bar": bar_color(state)}
    fills = "".join(f"{kind}{{fill:{colors[color]}}}" for kind, color in kinds.items())
    return f"{fills}.line{{stroke:{colors['line']}}}"


def _text(x: float, top: float, text: str, kind: str = "") -> str:
    classes = {"class_": kind} if kind else {}
    return element("text", escaped(text), x=number(x), y=number(top + _BASE), **classes)


def _head(heading: Heading, began: str) -> Iterator[str]:
    """Draw the heading, and how many nodes are in each state."""
    yield _text(_MARGIN, _MARGIN, heading.sentence, "title")
    counts = [
        element("tspan", escaped(mark(state, PLAIN)), class_=f"told {state_class(state)}", dx=number(2 * _CELL))
        + element("tspan", escaped(f"{count:,} {state}"))
        for state, count in heading.counts.items()
    ]
    if began:
        counts.append(element("tspan", escaped(f"started {began}"), class_="quiet", dx=number(2 * _CELL)))
    yield element("text", [heading.nodes, *counts], x=_MARGIN, y=_MARGIN + _ROW + _BASE + 4)
