"""The nodes that did not finish, in a group for each cause, the largest first."""

from collections.abc import Iterator
from typing import Any

from orch_events.analysis.failures import Failures, Group
from orch_events.job.nodes import NodeRun
from orch_events.render.reports.common import VERSION, counted, heading, json_progress, listed
from orch_events.render.toolkit.layout import LABEL_CELLS, Layout
from orch_events.render.toolkit.text import escape_control


def failures_text(failures: Failures, layout: Layout, *, whole: bool) -> list[str]:
    """Return the report for people, with the first nodes of each group, or all if `whole`."""
    lines = heading(failures.progress, layout, failures.part)
    over = failures.progress.outcome is not None
    for group in failures.groups:
        lines += ["", *_title(group, layout, over=over), *_example(group, layout)]
        lines += layout.labelled("nodes", listed([run.label for run in group.runs], whole=whole))
    return [*lines, *_rest(failures)]


def _title(group: Group, layout: Layout, *, over: bool) -> list[str]:
    state = escape_control(group.state)
    if state == "running":
        state = "still running when the job ended" if over else "still running"
    title = f"{layout.mark(group.state)}{counted(len(group.runs), 'node')} {state}"
    cause = f": {escape_control(group.cause)}" if group.cause else ""
    return layout.wrap(f"{layout.theme.paint(title, group.state)}{cause}".split(" "), 2)


def _example(group: Group, layout: Layout) -> Iterator[str]:
    """Return everything that one node of the group reported, without what the title says already."""
    run = group.runs[0]
    texts = {"cause": run.cause, "message": run.message}
    texts = {label: text for label, text in texts.items() if text and text != group.cause}
    if len(group.runs) > 1 and (texts or run.report_url):
        yield from layout.labelled("example", [escape_control(run.label)])
    for label, text in texts.items():
        yield from layout.labelled(label, escape_control(text).split(" "))
    if run.report_url:
        yield from layout.labelled("report", [layout.link(run.report_url, (layout.cells or 0) - LABEL_CELLS)])


def _rest(failures: Failures) -> list[str]:
    """Return how many nodes have no event, or that all is well."""
    progress = failures.progress
    over = progress.outcome is not None
    if not failures.part.runs and not failures.part.is_whole:
        return ["no nodes match"]
    if progress.unheard and failures.part.is_whole:
        unheard = counted(progress.unheard, "node")
        return ["", f"no events from {unheard}" if over else f"{unheard} not started yet"]
    if failures.groups or (over and not failures.part.runs and failures.part.is_whole):
        return []
    if not over:
        return ["no failures so far"]
    if failures.skipped:
        return [f"no failures; {counted(failures.skipped, 'node')} skipped"]
    return ["every node finished" if failures.part.is_whole else "every one of these nodes finished"]


def failures_json(failures: Failures) -> dict[str, Any]:
    """Return the report for programs; `docs/reports.md` explains its keys."""
    groups = [
        {
            "state": group.state,
            "cause": group.cause,
            "example": _json_example(group.runs[0]),
            "nodes": [run.name for run in group.runs],
            **_json_jobs(group),
        }
        for group in failures.groups
    ]
    progress = failures.progress
    return {"version": VERSION, **json_progress(progress, failures.part), "unheard": progress.unheard, "groups": groups}


def _json_jobs(group: Group) -> dict[str, Any]:
    """Return the job of each node, in the same order, where the nodes are of a plan's jobs."""
    return {"jobs": [run.job for run in group.runs]} if any(run.job for run in group.runs) else {}


def _json_example(run: NodeRun) -> dict[str, Any]:
    return {
        "node": run.name,
        "cause": run.cause or None,
        "message": run.message or None,
        "report_url": run.report_url or None,
    }
