"""What a job amounts to: times, percentiles and a histogram of durations, the slowest nodes, what Puppet changed."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from orch_events.durations import Histogram, Spread
from orch_events.render.cells import padded, width
from orch_events.render.reports.bars import bar, heights
from orch_events.render.reports.sheet import VERSION, Sheet, counted, json_spread, json_standing, listed, timestamp
from orch_events.render.stamp import Stamp
from orch_events.render.text import visible
from orch_events.summary import Resources, Span, Summary
from orch_events.times import format_duration

_USUAL_CELLS = 80
_MOST_INTERVALS = 40
_BAR_CELLS = 8
_GAP = "  "


def summary_text(summary: Summary, sheet: Sheet, stamp: Stamp) -> list[str]:
    """Write the report for people, times as `stamp` does."""
    lines = [*sheet.heading(summary.standing), ""]
    for label, words in _facts(summary, stamp):
        lines += sheet.labelled(label, words)
    if summary.spread is not None:
        lines += ["", *_durations(summary.spread, summary.durations, sheet)]
    if summary.slowest:
        running = " so far" if summary.standing.outcome is None else f" {sheet.mark('running')}still running"
        lines += ["", "slowest nodes", *_slowest(summary.slowest, sheet, running)]
    return lines


def _facts(summary: Summary, stamp: Stamp) -> Iterator[tuple[str, Sequence[str]]]:
    over, unheard = summary.standing.outcome is not None, summary.standing.unheard
    for label, at in (("started", summary.began_at), ("ended" if over else "latest", summary.last_at)):
        if at is not None:
            yield label, [" ".join(stamp.split(at.isoformat()))]
    if summary.seconds is not None:
        yield "took", [format_duration(summary.seconds) + ("" if over else " so far")]
    if summary.most_at_once:
        yield "at once", [counted(summary.most_at_once, "node"), "at most"]
    if summary.noop is not None:
        yield "noop", ["yes" if summary.noop else "no"]
    if summary.resources is not None:
        yield from _changes(summary.resources)
    if summary.running:
        yield "running", listed([span.run.name for span in summary.running], whole=False)
    if unheard:
        yield "unheard", [counted(unheard, "node"), "of which nothing was heard" if over else "yet to begin"]


def _changes(found: Resources) -> Iterator[tuple[str, Sequence[str]]]:
    on = f"on {found.nodes_changed} of {counted(found.nodes, 'node')}"
    yield "changed", [counted(found.changed, "resource"), f"{on},", f"{found.corrective} of them corrective"]
    if found.failed:
        yield "failed", [counted(found.failed, "resource"), f"on {counted(found.nodes_failed, 'node')}"]
    if found.out_of_sync > found.changed + found.failed:
        yield "pending", [counted(found.out_of_sync - found.changed - found.failed, "resource"), "out of sync"]


def _durations(spread: Spread, durations: Sequence[float], sheet: Sheet) -> Iterator[str]:
    yield f"durations of {counted(spread.count, 'node')}"
    names = ("minimum", "p50", "p90", "p99", "maximum")
    values = [spread.minimum, spread.p50, spread.p90, spread.p99, spread.maximum]
    told = [f"{name} {format_duration(value)}" for name, value in zip(names, values, strict=True)]
    yield from sheet.broken([f"{_GAP}{told[0]},", *(f"{one}," for one in told[1:-1]), told[-1]], len(_GAP))
    least, greatest = format_duration(spread.minimum), format_duration(spread.maximum)
    room = (sheet.cells or _USUAL_CELLS) - len(_GAP) - len(least) - len(greatest) - 2
    drawn = heights(_histogram(durations, room).counts, sheet.theme)
    yield f"{_GAP}{least} {sheet.theme.paint(drawn, 'running')} {greatest}"


def _histogram(durations: Sequence[float], most: int = _MOST_INTERVALS) -> Histogram:
    """Count in no more intervals than there are durations: few of them make no picture in many."""
    return Histogram.of(durations, max(1, min(_MOST_INTERVALS, most, len(durations))))


def _slowest(spans: Sequence[Span], sheet: Sheet, running: str) -> Iterator[str]:
    """Draw a bar a node. On a terminal, names leave the bars some room; elsewhere they are whole."""
    labels = [_label(span, sheet, running) for span in spans]
    room = (sheet.cells or _USUAL_CELLS) - 3 * len(_GAP) - max(map(width, labels))
    names = sheet.column([span.run.name for span in spans], room - _BAR_CELLS)
    cells = max(_BAR_CELLS if sheet.cells is None else 1, room - width(names[0]))
    greatest = spans[0].seconds or 1.0
    for span, name, label in zip(spans, names, labels, strict=True):
        drawn = padded(bar(span.seconds / greatest, cells, sheet.theme), cells)
        yield f"{_GAP}{name}{_GAP}{sheet.theme.paint(drawn, span.run.state)}{_GAP}{label}"


def _label(span: Span, sheet: Sheet, running: str) -> str:
    state = span.run.state
    told = {"finished": "", "running": running}.get(state, f" {sheet.mark(state)}{visible(state)}")
    return format_duration(span.seconds) + told


def summary_json(summary: Summary) -> dict[str, Any]:
    """Write the report for programs; `docs/reports.md` tells what its keys mean."""
    standing, over = summary.standing, summary.standing.outcome is not None
    return {
        "version": VERSION,
        **json_standing(standing),
        "nodes": {"total": standing.total, "unheard": standing.unheard, "states": dict(standing.nodes)},
        "started_at": timestamp(summary.began_at),
        "ended_at": timestamp(summary.last_at) if over else None,
        "seconds": summary.seconds,
        "most_at_once": summary.most_at_once,
        "noop": summary.noop,
        "resources": msgspec.structs.asdict(summary.resources) if summary.resources else None,
        "durations": _json_durations(summary),
        "slowest": [_json_span(span) for span in summary.slowest],
        "running": [_json_span(span) for span in summary.running],
    }


def _json_durations(summary: Summary) -> dict[str, Any] | None:
    spread = json_spread(summary.spread)
    return spread and {**spread, "histogram": msgspec.structs.asdict(_histogram(summary.durations))}


def _json_span(span: Span) -> dict[str, Any]:
    return {"node": span.run.name, "state": span.run.state, "seconds": span.seconds}
