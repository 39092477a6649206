"""A job's summary: times, percentiles and a histogram of durations, the slowest nodes, what Puppet changed."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from orch_events.analysis.durations import Histogram, Spread
from orch_events.analysis.progress import JobProgress
from orch_events.analysis.summary import Resources, Span, Summary
from orch_events.render.reports.common import (
    VERSION,
    counted,
    heading,
    json_job,
    json_progress,
    json_spread,
    listed,
    timestamp,
)
from orch_events.render.toolkit.bars import bar, sparkline
from orch_events.render.toolkit.layout import Layout
from orch_events.render.toolkit.text import escape_control, padded, width
from orch_events.render.toolkit.timestamps import TimeFormat
from orch_events.times import format_duration

_DEFAULT_CELLS = 80
_MOST_INTERVALS = 40
_BAR_CELLS = 8
_MOST_BAR_CELLS = 60
_GAP = "  "


def summary_text(summary: Summary, layout: Layout, time_format: TimeFormat) -> list[str]:
    """Return the report for people."""
    lines = [*heading(summary.progress, layout, summary.part), ""]
    for label, words in _facts(summary, time_format):
        lines += layout.labelled(label, words)
    if summary.spread is not None:
        lines += ["", *_durations(summary.spread, summary.durations, layout)]
    if summary.slowest:
        running = " so far" if summary.progress.outcome is None else f" {layout.mark('running')}still running"
        lines += ["", "slowest nodes", *_slowest(summary.slowest, layout, running)]
    return lines


def _facts(summary: Summary, time_format: TimeFormat) -> Iterator[tuple[str, Sequence[str]]]:
    over = summary.progress.outcome is not None
    unheard = summary.progress.unheard if summary.part.is_whole else 0
    for label, at in (("started", summary.began_at), ("ended" if over else "latest", summary.last_at)):
        if at is not None:
            yield label, [" ".join(time_format.split(at.isoformat()))]
    if summary.seconds is not None:
        yield "took", [format_duration(summary.seconds) + ("" if over else " so far")]
    if summary.jobs:
        yield "jobs", [f"{_job(job)}," for job in summary.jobs[:-1]] + [_job(summary.jobs[-1])]
    if summary.most_at_once:
        yield "peak", [counted(summary.most_at_once, "node"), "at once"]
    if summary.noop is not None:
        yield "noop", ["yes" if summary.noop else "no"]
    if summary.resources is not None:
        yield from _changes(summary.resources)
    if summary.running:
        yield "running", listed([span.run.name for span in summary.running], whole=False, rest="")
    if unheard:
        label, words = ("missing", "without events") if over else ("waiting", "not started yet")
        yield label, [counted(unheard, "node"), words]


def _job(job: JobProgress) -> str:
    state = job.outcome.word if job.outcome else "running" if job.is_running else "in an unknown state"
    return f"{job.job} {state}"


def _changes(found: Resources) -> Iterator[tuple[str, Sequence[str]]]:
    on = f"on {found.nodes_changed} of {counted(found.nodes, 'node')}"
    yield "changed", [counted(found.changed, "resource"), f"{on},", f"{found.corrective} of them corrective"]
    if found.failed:
        yield "failed", [counted(found.failed, "resource"), f"on {counted(found.nodes_failed, 'node')}"]
    if found.out_of_sync > found.changed + found.failed:
        yield "pending", [counted(found.out_of_sync - found.changed - found.failed, "resource"), "out of sync"]


def _durations(spread: Spread, durations: Sequence[float], layout: Layout) -> Iterator[str]:
    yield f"durations of {counted(spread.count, 'node')}"
    names = ("minimum", "p50", "p90", "p99", "maximum")
    values = [spread.minimum, spread.p50, spread.p90, spread.p99, spread.maximum]
    texts = [f"{name} {format_duration(value)}" for name, value in zip(names, values, strict=True)]
    yield from layout.wrap([f"{_GAP}{texts[0]},", *(f"{one}," for one in texts[1:-1]), texts[-1]], len(_GAP))
    least, greatest = format_duration(spread.minimum), format_duration(spread.maximum)
    room = (layout.cells or _DEFAULT_CELLS) - len(_GAP) - len(least) - len(greatest) - 2
    drawn = sparkline(_histogram(durations, room).counts, layout.theme)
    yield f"{_GAP}{least} {layout.theme.paint(drawn, 'running')} {greatest}"


def _histogram(durations: Sequence[float], most: int = _MOST_INTERVALS) -> Histogram:
    """Count durations in intervals, of which there are no more than durations."""
    return Histogram.from_durations(durations, max(1, min(_MOST_INTERVALS, most, len(durations))))


def _slowest(spans: Sequence[Span], layout: Layout, running: str) -> Iterator[str]:
    """Draw a bar for each node. On a terminal, names are cut to leave room for the bars; elsewhere they are not.

    Where a terminal has no room left even so, there are no bars.
    """
    labels = [_label(span, layout, running) for span in spans]
    room = (layout.cells or _DEFAULT_CELLS) - 3 * len(_GAP) - max(map(width, labels))
    names = layout.column([span.run.label for span in spans], room - _BAR_CELLS)
    cells = min(_MOST_BAR_CELLS, max(_BAR_CELLS if layout.cells is None else 0, room - width(names[0])))
    greatest = spans[0].seconds or 1.0
    for span, name, label in zip(spans, names, labels, strict=True):
        drawn = padded(bar(span.seconds / greatest, cells, layout.theme), cells)
        bars = [layout.theme.paint(drawn, span.run.state)] if cells else []
        yield _GAP + _GAP.join([name, *bars, label])


def _label(span: Span, layout: Layout, running: str) -> str:
    state = span.run.state
    text = {"finished": "", "running": running}.get(state, f" {layout.mark(state)}{escape_control(state)}")
    return format_duration(span.seconds) + text


def summary_json(summary: Summary, partial: str = "") -> dict[str, Any]:
    """Return the report for programs, and why it is `partial`, if it is; `docs/reports.md` explains its keys."""
    progress, over = summary.progress, summary.progress.outcome is not None
    return {
        "version": VERSION,
        **json_progress(progress, summary.part),
        "partial": partial or None,
        "nodes": {"total": progress.total, "unheard": progress.unheard, "states": dict(progress.nodes)},
        "started_at": timestamp(summary.began_at),
        "ended_at": timestamp(summary.last_at) if over else None,
        "seconds": summary.seconds,
        "most_at_once": summary.most_at_once,
        "noop": summary.noop,
        "resources": msgspec.structs.asdict(summary.resources) if summary.resources else None,
        **({} if summary.jobs is None else {"jobs": [json_job(job) for job in summary.jobs]}),
        "durations": _json_durations(summary),
        "slowest": [_json_span(span) for span in summary.slowest],
        "running": [_json_span(span) for span in summary.running],
    }


def _json_durations(summary: Summary) -> dict[str, Any] | None:
    spread = json_spread(summary.spread)
    return spread and {**spread, "histogram": msgspec.structs.asdict(_histogram(summary.durations))}


def _json_span(span: Span) -> dict[str, Any]:
    job = {"job": span.run.job} if span.run.job else {}
    return {**job, "node": span.run.name, "state": span.run.state, "seconds": span.seconds}
