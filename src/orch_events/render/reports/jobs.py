"""Recent jobs, as a table or as CSV: a header, and a line for each job.

All jobs are known before the first is drawn, so each column is exactly as wide as its contents. On a terminal lines are
cut at its width: the description, the last column, gets what is left, and the nodes, the widest, leave it some room.
"""

from collections.abc import Sequence

from orch_events.render.events.structured import csv_line
from orch_events.render.toolkit.text import cut, escape_control, padded, width
from orch_events.render.toolkit.theme import Theme
from orch_events.render.toolkit.timestamps import TimeFormat
from orch_events.times import format_duration
from orch_events.wire.records import JobRecord
from orch_events.wire.vocabulary import in_display_order

JOB_COLUMNS = ("id", "state", "type", "node_count", "node_states", "started", "duration", "owner", "description")

_HEAD = ("ID", "STATE", "TYPE", "NODES", "STARTED", "DURATION", "OWNER", "DESCRIPTION")
_STATE, _NODES, _DESCRIPTION = 1, 3, 7
_GAP = "  "
_INDENT = "  "
_LIKE = {"pending": "new", "success": "finished", "failure": "failed"}
_MIN_NODES_CELLS = 16
_MIN_DESCRIPTION_CELLS = 12


def jobs_table(
    jobs: Sequence[JobRecord], theme: Theme, time_format: TimeFormat, *, cells: int | None, tree: bool = False
) -> str:
    """Draw jobs for people.

    Args:
        jobs: the jobs, in this order.
        theme: colours and glyphs.
        time_format: the format of timestamps.
        cells: the width of the terminal; None if there is none: nothing is cut, and times have years and seconds.
        tree: whether jobs that a plan started stand behind it, and are to be indented.
    """
    rows = [_HEAD, *(_texts(job, theme, time_format, short=cells is not None, tree=tree) for job in jobs)]
    widths = _widths(rows, cells)
    head, *lines = (_line(row, widths, cells, theme.ellipsis) for row in rows)
    begin = widths[0] + len(_GAP)
    end = begin + widths[_STATE]
    painted = [
        line[:begin] + theme.paint(line[begin:end], _style(job)) + line[end:]
        for line, job in zip(lines, jobs, strict=True)
    ]
    return "\n".join([theme.paint(head, "quiet"), *painted, ""])


def jobs_csv(jobs: Sequence[JobRecord]) -> str:
    """Return a header, and a line for each job; times are UTC, durations seconds."""
    return "\n".join([csv_line(JOB_COLUMNS), *(csv_line(_cells(job)) for job in jobs), ""])


def _texts(job: JobRecord, theme: Theme, time_format: TimeFormat, *, short: bool, tree: bool) -> tuple[str, ...]:
    glyph = f"{theme.glyphs.get(_style(job), ' ')} " if theme.glyphs else ""
    texts = (
        (_INDENT * ("plan_job" in job.options) if tree else "") + (job.key or "?"),
        glyph + (job.state or "?"),
        job.type or "-",
        _nodes(job),
        _started(job, time_format, short=short),
        "-" if job.seconds is None else format_duration(job.seconds),
        job.owner or "-",
        job.description,
    )
    return tuple(map(escape_control, texts))


def _cells(job: JobRecord) -> tuple[str, ...]:
    date, time = TimeFormat("utc").split(job.started_at.isoformat()) if job.started_at else ("", "")
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
    )


def _style(job: JobRecord) -> str:
    """Return the state whose colour and glyph it has: those of a plan job look like a job's that mean the same."""
    return _LIKE.get(job.state, job.state)


def _nodes(job: JobRecord) -> str:
    """Return how many nodes there are, and how many in each state; of a plan, how many jobs."""
    if job.jobs:
        return f"{len(job.jobs)} job{'s' * (len(job.jobs) != 1)}"
    total = job.node_count or sum(job.node_states.values())
    return ": ".join(filter(None, [str(total or "-"), _by_state(job)]))


def _by_state(job: JobRecord) -> str:
    return ", ".join(f"{count} {state}" for state, count in in_display_order(job.node_states))


def _started(job: JobRecord, time_format: TimeFormat, *, short: bool) -> str:
    """Format when a job began; if `short`, without year and seconds: the server prunes jobs after 30 days."""
    if job.started_at is None:
        return "-"
    date, time = time_format.split(job.started_at.isoformat())
    return f"{date[5:]} {time[:5]}" if short and date else f"{date} {time}".strip()


def _widths(rows: Sequence[Sequence[str]], cells: int | None) -> list[int]:
    """Make each column as wide as its widest text; on a terminal, narrow the nodes in favour of the description."""
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    if cells is not None:
        left = cells - sum(widths) + widths[_NODES] + widths[_DESCRIPTION] - len(_GAP) * (len(widths) - 1)
        room = left - min(widths[_DESCRIPTION], _MIN_DESCRIPTION_CELLS)
        widths[_NODES] = min(widths[_NODES], max(_MIN_NODES_CELLS, room))
    return widths


def _line(row: Sequence[str], widths: Sequence[int], cells: int | None, ellipsis: str) -> str:
    if cells is None:
        return _GAP.join(map(padded, row, widths)).rstrip()
    fitting = [padded(cut(text, wide, ellipsis), wide) for text, wide in zip(row, widths, strict=True)]
    return cut(_GAP.join(fitting).rstrip(), cells, ellipsis)
