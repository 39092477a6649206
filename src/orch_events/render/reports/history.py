"""How nodes fared across many jobs, and the runs of one node: as a table, as JSON objects, or as CSV.

All rows are known before the first is drawn, so each column is exactly as wide as its contents. On a terminal, columns
are left out where it is narrow, the least important first; then names are cut, and at last the line.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from orch_events.job.history import NodeHistory, PastRun
from orch_events.render.events.structured import csv_line
from orch_events.render.reports.common import counted, timestamp
from orch_events.render.toolkit.layout import Layout
from orch_events.render.toolkit.text import cut, escape_control, padded, width
from orch_events.times import format_duration

HISTORY_COLUMNS = (
    "node", "runs", "failed", "errored", "skipped", "rate", "changes", "last_state", "last_at", "usual_duration",
)  # fmt: skip
RUN_COLUMNS = ("node", "job", "at", "type", "runs", "environment", "state", "duration", "cause")

Written = Callable[[float | None], str]
"""Writes a time, in seconds since the epoch; None if it is not known."""

_NODES_HEAD = ("NODE", "RUNS", "FAILED", "ERRORED", "RATE", "CHANGES", "USUAL", "LAST", "WHEN")
_NODES_LEFT_OUT = (6, 5, 3, 2)
_NODES_STATE = 7
_RUNS_HEAD = ("JOB", "WHEN", "RUNS", "STATE", "DURATION", "CAUSE")
_RUNS_LEFT_OUT = (4, 1)
_RUNS_STATE = 3
_NUMBERS = range(1, 7)
_GAP = "  "
_LEAST_NAME_CELLS = 16
_LEAST_LAST_CELLS = 16
_MARKS = {"finished": "+", "failed": "x", "errored": "!", "skipped": "-", "running": ">"}


def nodes_table(nodes: Sequence[NodeHistory], layout: Layout, written: Written) -> list[str]:
    """Draw how nodes fared, a row each."""
    rows = [
        (one.node, str(one.runs), str(one.failed), str(one.errored), _percent(one.rate), str(one.changes),
         _duration(one.usual_seconds), layout.mark(one.last_state) + one.last_state, written(one.last_at))
        for one in nodes
    ]  # fmt: skip
    states = [one.last_state for one in nodes]
    return _table(_NODES_HEAD, rows, states, layout, state=_NODES_STATE, left_out=_NODES_LEFT_OUT, numbers=_NUMBERS)


def runs_table(runs: Sequence[PastRun], layout: Layout, written: Written) -> list[str]:
    """Draw the runs of a node, a row each."""
    rows = [
        (one.job, written(one.at), _what(one), layout.mark(one.state) + one.state, _duration(one.seconds), one.cause)
        for one in runs
    ]
    states = [one.state for one in runs]
    return _table(_RUNS_HEAD, rows, states, layout, state=_RUNS_STATE, left_out=_RUNS_LEFT_OUT)


def sparkline(runs: Sequence[PastRun], layout: Layout) -> str:
    """Draw the outcomes of runs, which are given newest first, as a glyph each, and how many there are.

    The newest is the last; the oldest are left out where there is no room.
    """
    failed = sum(one.state in ("failed", "errored") for one in runs)
    words = f"{counted(len(runs), 'run')}, {failed} failed or errored"
    room = max(0, (layout.cells or 80) - width(words) - len(_GAP))
    glyphs = [layout.theme.paint(_glyph(one.state, layout), one.state) for one in reversed(runs[:room])]
    return f"{''.join(glyphs)}{_GAP}{words}"


def _glyph(state: str, layout: Layout) -> str:
    return (layout.theme.glyphs or _MARKS).get(state, "?")


def _table(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    states: Sequence[str],
    layout: Layout,
    *,
    state: int,
    left_out: Sequence[int],
    numbers: Sequence[int] = (),
) -> list[str]:
    """Draw rows under a head.

    Args:
        head: the names of the columns.
        rows: their texts; control characters are escaped here.
        states: the state that each row shows, for its colour.
        layout: colours, and the width of the terminal.
        state: which column has the state.
        left_out: which columns a narrow terminal does without, in this order.
        numbers: which columns are aligned to the right.
    """
    texts = [tuple(head), *(tuple(map(escape_control, row)) for row in rows)]
    widths = _widths(texts, layout.cells, left_out)
    shown = [column for column in range(len(head)) if widths[column]]
    lines = list[str]()
    for text, style in zip(texts, ["", *states], strict=True):
        cells = [_cell(text[column], widths[column], layout, right=column in numbers) for column in shown]
        if layout.cells is None or width(_GAP.join(cells).rstrip()) <= layout.cells:
            cells[shown.index(state)] = layout.theme.paint(cells[shown.index(state)], style)
            lines.append(_GAP.join(cells).rstrip())
        else:
            lines.append(cut(_GAP.join(cells).rstrip(), layout.cells, layout.theme.ellipsis))
    return [layout.theme.paint(lines[0], "quiet"), *lines[1:]]


def _cell(text: str, cells: int, layout: Layout, *, right: bool) -> str:
    text = text if layout.cells is None else cut(text, cells, layout.theme.ellipsis)
    return " " * (cells - width(text)) + text if right else padded(text, cells)


def _widths(texts: Sequence[Sequence[str]], cells: int | None, left_out: Sequence[int]) -> list[int]:
    """Make each column as wide as its widest text; on a terminal, leave out columns (0), and cut the first or last."""
    widths = [max(map(width, column)) for column in zip(*texts, strict=True)]
    if cells is None:
        return widths
    for column in left_out:
        if _excess(widths, cells, _LEAST_NAME_CELLS, _LEAST_LAST_CELLS) <= 0:
            break
        widths[column] = 0
    widths[-1] = max(min(widths[-1], _LEAST_LAST_CELLS), widths[-1] - max(0, _excess(widths, cells)))
    widths[0] = max(min(widths[0], _LEAST_NAME_CELLS), widths[0] - max(0, _excess(widths, cells)))
    return widths


def _excess(widths: Sequence[int], cells: int, first: int | None = None, last: int | None = None) -> int:
    """Return by how much a line is too wide, if its first and its last cell may be cut to these widths."""
    first, last = (wide if most is None else min(wide, most) for wide, most in ((widths[0], first), (widths[-1], last)))
    shown = [first, *filter(None, widths[1:-1]), last]
    return sum(shown) + len(_GAP) * (len(shown) - 1) - cells


def _percent(rate: float | None) -> str:
    return "-" if rate is None else f"{rate:.0%}" if rate in (0, 1) or rate >= 0.1 else f"{rate:.1%}"  # noqa: PLR2004 - a tenth


def _duration(seconds: float | None) -> str:
    return "-" if seconds is None else format_duration(seconds)


def _what(run: PastRun) -> str:
    """Say what ran, and where."""
    return " ".join(filter(None, [run.what or run.type or "-", f"({run.environment})" if run.environment else ""]))


def nodes_csv(nodes: Sequence[NodeHistory], *, safe: bool = False) -> list[str]:
    """Return a header, and a line for each node; times are UTC, durations seconds; `safe` as for `csv_line`."""
    return [csv_line(HISTORY_COLUMNS), *(csv_line(_cells(_json_node(one)), safe=safe) for one in nodes)]


def runs_csv(node: str, runs: Sequence[PastRun], *, safe: bool = False) -> list[str]:
    """Return a header, and a line for each run; times are UTC, durations seconds; `safe` as for `csv_line`."""
    return [csv_line(RUN_COLUMNS), *(csv_line(_cells(_json_run(node, one)), safe=safe) for one in runs)]


def nodes_json(nodes: Sequence[NodeHistory]) -> Iterator[bytes]:
    """Yield a JSON object for each node; `docs/reports.md` explains its keys."""
    return (json.dumps(_json_node(one), separators=(",", ":")).encode() for one in nodes)


def runs_json(node: str, runs: Sequence[PastRun]) -> Iterator[bytes]:
    """Yield a JSON object for each run; `docs/reports.md` explains its keys."""
    return (json.dumps(_json_run(node, one), separators=(",", ":")).encode() for one in runs)


def _json_node(one: NodeHistory) -> dict[str, Any]:
    return {
        "node": one.node,
        "runs": one.runs,
        "failed": one.failed,
        "errored": one.errored,
        "skipped": one.skipped,
        "rate": None if one.rate is None else round(one.rate, 4),
        "changes": one.changes,
        "last_state": one.last_state,
        "last_at": _timestamp(one.last_at),
        "usual_seconds": one.usual_seconds,
    }


def _json_run(node: str, one: PastRun) -> dict[str, Any]:
    return {
        "node": node,
        "job": one.job,
        "at": _timestamp(one.at),
        "type": one.type,
        "runs": one.what or None,
        "environment": one.environment,
        "state": one.state,
        "seconds": one.seconds,
        "cause": one.cause or None,
    }


def _cells(row: dict[str, Any]) -> list[str]:
    """Write the values of an object as the cells of a line."""
    return ["" if value is None else f"{value:g}" if isinstance(value, float) else str(value) for value in row.values()]


def _timestamp(at: float | None) -> str | None:
    return None if at is None else timestamp(datetime.fromtimestamp(at, UTC))
