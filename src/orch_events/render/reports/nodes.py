"""A job's nodes, a row each: as a table, as JSON objects, or as CSV.

All nodes are known before the first is drawn, so each column is exactly as wide as its contents. On a terminal the
result, the last column, gets what is left; for its sake names are cut, but not their first label, and other columns
left out. The reports' URLs are too long for a terminal: there a name is a link to its report. Of a plan, each row has
the number of the job.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from orch_events.analysis.timeline import Row
from orch_events.job.nodes import NodeRun
from orch_events.render.events.structured import csv_line
from orch_events.render.reports.common import timestamp
from orch_events.render.toolkit.layout import Layout
from orch_events.render.toolkit.text import cut, escape_control, padded, width, without_name
from orch_events.render.toolkit.timestamps import TimeFormat
from orch_events.times import format_duration

NODE_COLUMNS = ("node", "state", "started", "duration", "changes", "cause", "report")

_HEAD = ("NODE", "STATE", "JOB", "STARTED", "DURATION", "RESULT", "REPORT", "")
_NODE, _STATE, _JOB, _STARTED, _DURATION, _RESULT, _REPORT, _MARK = range(8)
_FITTING = (
    (_NODE, _STATE, _JOB, _STARTED, _DURATION, _RESULT),
    (_NODE, _STATE, _JOB, _DURATION, _RESULT),
    (_NODE, _STATE, _JOB, _RESULT),
    (_NODE, _MARK, _JOB, _RESULT),
)
"""The columns on a terminal, fewer and fewer; in the last ones a mark stands for the state."""
_GAP = "  "
_GOOD_RESULT_CELLS = 60
"""For this much of the result names are cut, and other columns left out."""


def nodes_table(
    rows: Sequence[Row], layout: Layout, time_format: TimeFormat, job: str, *, over: bool = False
) -> list[str]:
    """Draw nodes for people, nothing without nodes; off a terminal nothing is cut, and times have dates.

    Args:
        rows: the nodes, in this order.
        layout: colours, glyphs and width.
        time_format: the format of timestamps.
        job: their job.
        over: whether the job is over, so that a node that is running has no end.
    """
    if not rows:
        return []
    texts = [_HEAD, *(_texts(row, layout, time_format, job, over=over) for row in rows)]
    columns, widths = _columns(texts, layout.cells)
    head, *lines = [
        _line([cells[column] for column in columns], widths, run, layout)
        for cells, run in zip(texts, [None, *(row.run for row in rows)], strict=True)
    ]
    return [layout.theme.paint(head, "quiet"), *lines]


def _texts(row: Row, layout: Layout, time_format: TimeFormat, job: str, *, over: bool) -> tuple[str, ...]:
    run = row.run
    so_far = " so far" if run.state == "running" and not over else ""
    date, time = time_format.split(run.start_timestamp, job) if run.start_timestamp else ("", "-")
    state = layout.mark(run.state) + (run.state or "?")
    texts = (
        run.name,
        state,
        run.job,
        time if layout.cells is not None else f"{date} {time}".strip(),
        "-" if row.seconds is None else format_duration(row.seconds) + so_far,
        _result(run, over=over),
        run.report_url,
        layout.mark(run.state).strip() or state,
    )
    return tuple(map(escape_control, texts))


def _result(run: NodeRun, *, over: bool) -> str:
    """Return why a node did not finish, or what a Puppet run changed on it."""
    ended = "still running when the job ended" if over and run.state == "running" else ""
    return without_name(run.why, run.name) or ended or (run.changes.text if run.changes else "")


def _columns(rows: Sequence[Sequence[str]], cells: int | None) -> tuple[Sequence[int], Sequence[int]]:
    """Return which columns there are, and how wide each is.

    Each is as wide as its widest text. On a terminal, names are cut in favour of the result, then columns are left out.
    """
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    empty = {column for column in (_JOB, _REPORT) if not any(row[column] for row in rows[1:])}
    if cells is None:
        shown = [column for column in range(_MARK) if column not in empty]
        return shown, [widths[column] for column in shown]
    least_name = min(widths[_NODE], max(width(row[_NODE].partition(".")[0]) + 1 for row in rows))
    wanted = min(widths[_RESULT], _GOOD_RESULT_CELLS)
    for fitting in _FITTING:
        columns = [column for column in fitting if column not in empty]
        room = cells - sum(widths[column] + len(_GAP) for column in columns[1:-1]) - len(_GAP)
        if least_name + wanted <= room:
            break
    widths[_NODE] = min(widths[_NODE], max(least_name, room - wanted))
    widths[_RESULT] = min(widths[_RESULT], max(0, room - widths[_NODE]))
    return columns, [widths[column] for column in columns]


def _line(texts: Sequence[str], widths: Sequence[int], run: NodeRun | None, layout: Layout) -> str:
    """Draw a row; on a terminal a name is a link to its report."""
    cells = list(texts)
    if layout.cells is not None:
        cells = [cut(text, wide, layout.theme.ellipsis) for text, wide in zip(texts, widths, strict=True)]
    shown = [padded(text, wide) for text, wide in zip(cells, widths, strict=True)]
    line = _GAP.join(shown).rstrip()
    if layout.cells is not None and width(line) > layout.cells:
        return cut(line, layout.cells, layout.theme.ellipsis)
    if run is None:
        return line
    shown[_STATE] = layout.theme.paint(shown[_STATE], run.state)
    if layout.cells is not None and run.report_url:
        shown[_NODE] = layout.link(run.report_url, widths[_NODE], cells[_NODE]) + shown[_NODE][len(cells[_NODE]) :]
    return _GAP.join(shown).rstrip()


def nodes_csv(jobs: Sequence[tuple[str, Sequence[Row]]], *, safe: bool = False) -> list[str]:
    """Return a header, and a line for each node of some jobs; of several, or of a plan, a first column names the job.

    Times are UTC, durations seconds; `safe` as for `csv_line`.
    """
    named = len(jobs) > 1 or any(row.run.job for _, rows in jobs for row in rows)
    first = ("job",) if named else ()
    lines = [csv_line((*first, *NODE_COLUMNS))]
    for job, rows in jobs:
        lines += [csv_line((*[row.run.job or job] * named, *_cells(row)), safe=safe) for row in rows]
    return lines


def _cells(row: Row) -> tuple[str, ...]:
    run = row.run
    return (
        run.name,
        run.state,
        timestamp(run.began_at) or run.start_timestamp,
        "" if row.seconds is None else f"{row.seconds:g}",
        run.changes.text if run.changes else "",
        run.why,
        run.report_url,
    )


def nodes_json(rows: Sequence[Row], job: str) -> Iterator[bytes]:
    """Yield a JSON object for each node; `docs/reports.md` explains its keys."""
    for row in rows:
        yield json.dumps(_json_row(row, job), separators=(",", ":")).encode()


def _json_row(row: Row, job: str) -> dict[str, Any]:
    run = row.run
    return {
        "job": run.job or job,
        "node": run.name,
        "state": run.state,
        "started_at": timestamp(run.began_at),
        "ended_at": timestamp(run.ended_at),
        "seconds": row.seconds,
        "changes": msgspec.structs.asdict(run.changes) if run.changes else None,
        "cause": run.why or None,
        "message": run.message or None,
        "report_url": run.report_url or None,
    }
