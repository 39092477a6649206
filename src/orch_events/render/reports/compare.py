"""Two jobs side by side: how long they took, and each node that differs."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from orch_events.analysis.comparison import FACTOR, SECONDS, Comparison, Pair
from orch_events.analysis.summary import Summary
from orch_events.job.nodes import NodeRun
from orch_events.render.reports.common import VERSION, counted, first, heading, json_progress, json_spread
from orch_events.render.toolkit.layout import Layout
from orch_events.render.toolkit.text import cut, escape_control, padded, width, without_name
from orch_events.times import format_duration

_GAP = "  "
_BY = f" (at least {FACTOR:g}x and {format_duration(SECONDS)})"
_KINDS: Mapping[str, tuple[str, str]] = {
    "newly_failing": ("newly failing", "failed"),
    "still_failing": ("still failing", "failed"),
    "still_skipped": ("still skipped", "skipped"),
    "fixed": ("fixed", "finished"),
    "missing": ("missing", "warning"),
    "new": ("new", "hint"),
    "slower": (f"slower{_BY}", "warning"),
    "faster": (f"faster{_BY}", "hint"),
}
"""Each kind of difference: its title and its style."""

_FAILING = ("newly_failing", "still_failing", "still_skipped", "new")
_TIMED = ("slower", "faster")


def compare_text(comparison: Comparison, layout: Layout, *, whole: bool) -> list[str]:
    """Return the report for people, with the first nodes of each kind, or all if `whole`."""
    before, after = comparison.before, comparison.after
    headings = [line for one in (before, after) for line in heading(one.progress, layout, one.part)]
    lines = [*headings, "", *_side_by_side(before, after)]
    for kind, (title, usual) in _KINDS.items():
        if pairs := getattr(comparison, kind):
            style = "skipped" if _only_skipped(pairs) else usual
            title_line = layout.theme.paint(f"{layout.mark(style)}{counted(len(pairs), 'node')} {title}", style)
            lines += ["", *layout.wrap(title_line.split(" "), 2), *_rows(pairs, kind, layout, whole=whole)]
    return (
        lines if any(getattr(comparison, kind) for kind in _KINDS) else [*lines, "", "no differences between the nodes"]
    )


def _only_skipped(pairs: Sequence[Pair]) -> bool:
    """Whether each node was skipped in the end: that is no failure, and not red."""
    return all(pair.after is not None and pair.after.state == "skipped" for pair in pairs)


def _side_by_side(before: Summary, after: Summary) -> Iterator[str]:
    columns = [
        [escape_control(summary.progress.job), *map(_duration, _durations(summary))] for summary in (before, after)
    ]
    first_cells = max(map(width, columns[0]))
    for label, *values in zip(("", "took", "p50", "p90", "maximum"), *columns, strict=True):
        yield f"  {label}".ljust(11) + f"{padded(values[0], first_cells)}{_GAP}{values[1]}"


def _durations(summary: Summary) -> list[float | None]:
    spread = summary.spread
    return [summary.seconds, *([spread.p50, spread.p90, spread.maximum] if spread else [None] * 3)]


def _duration(seconds: float | None) -> str:
    return "-" if seconds is None else format_duration(seconds)


def _rows(pairs: Sequence[Pair], kind: str, layout: Layout, *, whole: bool) -> Iterator[str]:
    """Return a line for each node; on a terminal it is cut, and the name leaves room for the change."""
    shown, more = first(pairs, whole=whole)
    changes = [_change(pair, kind, layout) for pair in shown]
    cells = max(map(width, changes))
    names = layout.column([pair.name for pair in shown], (layout.cells or 0) - 2 * len(_GAP) - cells)
    for pair, name, change in zip(shown, names, changes, strict=True):
        detail = _detail(pair, kind)
        if layout.cells is not None:
            detail = cut(detail, layout.cells - 3 * len(_GAP) - width(name) - cells, layout.theme.ellipsis)
        yield f"{_GAP}{name}{_GAP}{padded(change, cells)}{_GAP}{detail}".rstrip()
    yield from (f"{_GAP}{one}" for one in more)


def _change(pair: Pair, kind: str, layout: Layout) -> str:
    """Return what changed: a node's duration if it is slower or faster, else its state."""
    before, after = pair.before, pair.after
    if before is None or after is None:
        return _state(before or after)
    arrow = "→" if layout.theme.glyphs else "->"
    if kind in _TIMED:
        return f"{_duration(before.seconds)} {arrow} {_duration(after.seconds)}"
    return f"{_state(before)} {arrow} {_state(after)}"


def _state(run: NodeRun | None) -> str:
    return escape_control(run.state) if run else "-"


def _detail(pair: Pair, kind: str) -> str:
    """Return why a node fails, or the factor between its durations."""
    if kind in _TIMED and pair.before and pair.after:
        least, most = sorted((pair.before.seconds or 0.0, pair.after.seconds or 0.0))
        return f"{most / least:.1f}x" if least else ""
    return escape_control(without_name(pair.after.why, pair.after.name)) if kind in _FAILING and pair.after else ""


def compare_json(comparison: Comparison) -> dict[str, Any]:
    """Return the report for programs; `docs/reports.md` explains its keys."""
    differences = {kind: [_json_pair(pair) for pair in getattr(comparison, kind)] for kind in _KINDS}
    return {
        "version": VERSION,
        "before": _json_job(comparison.before),
        "after": _json_job(comparison.after),
        "limits": {"factor": FACTOR, "seconds": SECONDS},
        **differences,
    }


def _json_job(summary: Summary) -> dict[str, Any]:
    durations = json_spread(summary.spread)
    return {**json_progress(summary.progress, summary.part), "seconds": summary.seconds, "durations": durations}


def _json_pair(pair: Pair) -> dict[str, Any]:
    run = pair.after or pair.before
    return {"node": run.name if run else pair.name, "before": _json_run(pair.before), "after": _json_run(pair.after)}


def _json_run(run: NodeRun | None) -> dict[str, Any] | None:
    if run is None:
        return None
    of_plan = {"job": run.job} if run.job else {}
    told = {"state": run.state, "seconds": run.seconds, "cause": run.cause or None, "message": run.message or None}
    return {**of_plan, **told}
