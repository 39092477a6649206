"""Recent jobs, as a table or as CSV: a header, and a line for each job.

All jobs are known before the first is drawn, so each column is exactly as wide as its contents. Which columns there are
depends on nothing but the width of the terminal: a narrow one does without the least important. What runs, the last
column, gets what is left, and is cut there.
"""

from collections.abc import Sequence

from orch_events.render.events.structured import csv_line
from orch_events.render.toolkit.text import cut, escape_control, padded, width
from orch_events.render.toolkit.theme import Theme
from orch_events.render.toolkit.timestamps import TimeFormat
from orch_events.times import format_ago, format_duration
from orch_events.wire.records import JobRecord
from orch_events.wire.vocabulary import in_display_order

JOB_COLUMNS = (
    "id",
    "state",
    "type",
    "node_count",
    "node_states",
    "started",
    "duration",
    "owner",
    "description",
    "runs",
)

_HEAD = ("ID", "STATE", "TYPE", "NODES", "STARTED", "DURATION", "OWNER", "RUNS")
_STATE, _TYPE, _NODES, _STARTED, _DURATION, _OWNER, _RUNS = range(1, 8)
_LEAST_CELLS = {_OWNER: 116, _TYPE: 106, _DURATION: 86, _STARTED: 72}
"""Columns that a terminal needs so many cells for."""
_GAP = "  "
_INDENT = "  "
_MOST_NODES_CELLS = 30

_WORST_FIRST = ("failed", "errored", "skipped")
_BEST_LAST = ("running", "new", "finished")
_ASCII_MARKS = {"failed": "x", "errored": "!", "skipped": "-", "running": ">", "new": ".", "finished": "+"}


def jobs_table(
    jobs: Sequence[JobRecord],
    theme: Theme,
    time_format: TimeFormat,
    *,
    cells: int | None,
    now: float | None = None,
    tree: bool = False,
) -> str:
    """Draw jobs for people; nothing without jobs.

    Args:
        jobs: the jobs, in this order.
        theme: colours and glyphs.
        time_format: the format of timestamps.
        cells: the width of the terminal; None if there is none: nothing is cut, and times have seconds.
        now: seconds since the epoch, to tell how long ago a job began; None to tell when.
        tree: whether jobs that a plan started stand behind it, and are to be indented.
    """
    if not jobs:
        return ""
    rows = [
        _HEAD,
        *(_texts(job, theme, _started(job, time_format, now, short=cells is not None), tree=tree) for job in jobs),
    ]
    widths = _widths(rows, cells)
    head, *lines = (_line(row, widths, cells, theme.ellipsis) for row in rows)
    begin = widths[0] + len(_GAP)
    end = begin + widths[_STATE]
    painted = [
        line[:begin] + theme.paint(line[begin:end], job.word) + line[end:]
        for line, job in zip(lines, jobs, strict=True)
    ]
    return "\n".join([theme.paint(head, "quiet"), *painted, ""])


def jobs_csv(jobs: Sequence[JobRecord], *, safe: bool = False) -> str:
    """Return a header, and a line for each job; times are UTC, durations seconds; for `safe` see `csv_line`."""
    return "\n".join([csv_line(JOB_COLUMNS), *(csv_line(_cells(job), safe=safe) for job in jobs), ""])


def _texts(job: JobRecord, theme: Theme, started: str, *, tree: bool) -> tuple[str, ...]:
    glyph = f"{theme.glyphs.get(job.word, ' ')} " if theme.glyphs else ""
    texts = (
        (_INDENT * ("plan_job" in job.options) if tree else "") + (job.key or "?"),
        glyph + (job.word or "?"),
        job.type or "-",
        _nodes(job, theme),
        started,
        "-" if job.seconds is None else format_duration(job.seconds),
        job.owner or "-",
        ": ".join(dict.fromkeys(filter(None, [job.subject, job.description]))),
    )
    return tuple(map(escape_control, texts))


def _cells(job: JobRecord) -> tuple[str, ...]:
    date, time = TimeFormat("utc").split(job.began_at.isoformat()) if job.began_at else ("", "")
    return (
        job.key,
        job.state,
        job.type,
        "" if job.node_count is None else str(job.node_count),
        _by_state(job),
        f"{date}T{time}Z" if date else time,
        "" if job.seconds is None else f"{job.seconds:.3f}".rstrip("0").rstrip("."),
        job.owner,
        job.description,
        job.subject,
    )


def _nodes(job: JobRecord, theme: Theme) -> str:
    """Return how many nodes are in each state, the worst first, and before that how many there are, if that is more.

    Of a plan job, how many jobs it has started.
    """
    if job.jobs:
        return f"{len(job.jobs)} job{'s' * (len(job.jobs) != 1)}"
    known = sum(job.node_states.values())
    total = [f"{job.node_count}" + ":" * bool(known)] if job.node_count not in (None, known) else []
    others = sorted(set(job.node_states).difference(_WORST_FIRST, _BEST_LAST))
    counts = [(state, job.node_states.get(state)) for state in (*_WORST_FIRST, *others, *_BEST_LAST)]
    return " ".join([*total, *(f"{count}{_mark(state, theme)}" for state, count in counts if count)]) or "-"


def _mark(state: str, theme: Theme) -> str:
    """Return the glyph of a node's state; in ASCII another one; of a state that is not documented its name."""
    return (theme.glyphs or _ASCII_MARKS).get(state) or f" {state}"


def _by_state(job: JobRecord) -> str:
    return ", ".join(f"{count} {state}" for state, count in in_display_order(job.node_states))


def _started(job: JobRecord, time_format: TimeFormat, now: float | None, *, short: bool) -> str:
    """Format when a job began; if `short`, without seconds."""
    if job.began_at is None:
        return "-"
    if now is not None:
        return format_ago(now - job.began_at.timestamp())
    date, time = time_format.split(job.began_at.isoformat())
    return f"{date} {time[:5]}" if short and date else f"{date} {time}".strip()


def _widths(rows: Sequence[Sequence[str]], cells: int | None) -> list[int]:
    """Make each column as wide as its widest text; on a narrow terminal, leave out columns (0)."""
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    if cells is None:
        return widths
    widths[_NODES] = min(widths[_NODES], _MOST_NODES_CELLS)
    return [0 if cells < _LEAST_CELLS.get(column, 0) else wide for column, wide in enumerate(widths)]


def _line(row: Sequence[str], widths: Sequence[int], cells: int | None, ellipsis: str) -> str:
    if cells is None:
        return _GAP.join(map(padded, row, widths)).rstrip()
    fitting = [padded(cut(text, wide, ellipsis), wide) for text, wide in zip(row, widths, strict=True) if wide]
    return cut(_GAP.join(fitting).rstrip(), cells, ellipsis)
