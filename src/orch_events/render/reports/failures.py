"""What did not get done, and why: a group of nodes under each reason, the largest first."""

from collections.abc import Iterator
from typing import Any

from orch_events.failures import Failures, Group
from orch_events.nodes import NodeRun
from orch_events.render.reports.sheet import LABEL_CELLS, VERSION, Sheet, counted, json_standing, listed
from orch_events.render.text import visible


def failures_text(failures: Failures, sheet: Sheet, *, whole: bool) -> list[str]:
    """Write the report for people; of each group the first nodes, or the `whole`."""
    lines = sheet.heading(failures.standing)
    over = failures.standing.outcome is not None
    for group in failures.groups:
        lines += ["", *_title(group, sheet, over=over), *_example(group, sheet)]
        lines += sheet.labelled("nodes", listed([run.name for run in group.runs], whole=whole))
    return [*lines, *_rest(failures)]


def _title(group: Group, sheet: Sheet, *, over: bool) -> list[str]:
    state = visible(group.state)
    if state == "running":
        state = "still running when the job ended" if over else "running so far"
    title = f"{sheet.mark(group.state)}{counted(len(group.runs), 'node')} {state}"
    cause = f": {visible(group.cause)}" if group.cause else ""
    return sheet.broken(f"{sheet.theme.paint(title, group.state)}{cause}".split(" "), 2)


def _example(group: Group, sheet: Sheet) -> Iterator[str]:
    """Tell of one node all that it said, but for what the title says already."""
    run = group.runs[0]
    told = {"cause": run.cause, "message": run.message}
    told = {label: text for label, text in told.items() if text and text != group.cause}
    if len(group.runs) > 1 and (told or run.report_url):
        yield from sheet.labelled("example", [visible(run.name)])
    for label, text in told.items():
        yield from sheet.labelled(label, visible(text).split(" "))
    if run.report_url:
        yield from sheet.labelled("report", [sheet.link(run.report_url, (sheet.cells or 0) - LABEL_CELLS)])


def _rest(failures: Failures) -> list[str]:
    """Tell of the nodes of which nothing was heard, or that all is well."""
    standing = failures.standing
    over = standing.outcome is not None
    if standing.unheard:
        unheard = counted(standing.unheard, "node")
        return ["", f"nothing was heard of {unheard}" if over else f"{unheard} yet to begin"]
    if failures.groups:
        return []
    return ["every node finished" if over else "nothing failed so far"]


def failures_json(failures: Failures) -> dict[str, Any]:
    """Write the report for programs; `docs/reports.md` tells what its keys mean."""
    groups = [
        {
            "state": group.state,
            "cause": group.cause,
            "example": _json_example(group.runs[0]),
            "nodes": [run.name for run in group.runs],
        }
        for group in failures.groups
    ]
    standing = failures.standing
    return {"version": VERSION, **json_standing(standing), "unheard": standing.unheard, "groups": groups}


def _json_example(run: NodeRun) -> dict[str, Any]:
    return {
        "node": run.name,
        "cause": run.cause or None,
        "message": run.message or None,
        "report_url": run.report_url or None,
    }
