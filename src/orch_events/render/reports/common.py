"""What all reports share: the heading, lists of nodes, the first keys of the JSON."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from orch_events.analysis.durations import Spread
from orch_events.analysis.part import Part
from orch_events.analysis.progress import JobProgress
from orch_events.render.messages import ended, how_far
from orch_events.render.toolkit.layout import Layout
from orch_events.render.toolkit.text import escape_control
from orch_events.wire.job_key import kind_and_number, spoken

T = TypeVar("T")

VERSION = 1
"""The version of all reports' JSON."""

_MOST = 10
_REST = "; --all shows all"


def heading(progress: JobProgress, layout: Layout, part: Part) -> list[str]:
    """Return the lines that say how a job ended, or how far it is, and of which part of it the report speaks."""
    chosen = layout.wrap(f"  showing {escape_control(part.words)}".split(" "), 2) if part.words else []
    return _heading(progress, layout) + chosen


def _heading(progress: JobProgress, layout: Layout) -> list[str]:
    if progress.outcome is not None:
        return layout.wrap(ended(progress.job, progress.outcome, layout.theme).split(" "), 2)
    state, style = progress.words, "running" if progress.is_running else "warning"
    far = how_far(progress.over, progress.total, progress.nodes.get("running", 0))
    return layout.wrap(f"{spoken(progress.job)} {layout.theme.paint(state, style)}: {far}".split(" "), 2)


def counted(count: int, noun: str) -> str:
    """Return `1 node`, `3 nodes`."""
    return f"{count} {noun}{'s' * (count != 1)}"


def first(things: Sequence[T], *, whole: bool, rest: str = _REST) -> tuple[Sequence[T], list[str]]:
    """Return the first things, and how many more there are and how to see the `rest`; all of them if `whole`."""
    shown = things if whole else things[:_MOST]
    return shown, [f"and {len(things) - len(shown)} more{rest}"] * (len(shown) < len(things))


def listed(names: Sequence[str], *, whole: bool, rest: str = _REST) -> list[str]:
    """Return names with commas after them: all if `whole`, else the first, and how many more there are."""
    shown, more = first(names, whole=whole, rest=rest)
    return [*(f"{escape_control(name)}," for name in shown[:-1]), escape_control(shown[-1]), *more]


def timestamp(at: datetime | None) -> str | None:
    """Format a point in time for programs: in UTC, unless that is out of datetime's range."""
    try:
        return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None
    except OverflowError:
        return at.isoformat() if at else None


def json_progress(progress: JobProgress, part: Part) -> dict[str, Any]:
    """Return the first keys of every report's JSON."""
    chosen = None if part.is_whole else {"node": part.nodes, "failed": part.failed, "nodes": len(part.runs)}
    return {**json_job(progress), "part": chosen}


def json_job(progress: JobProgress) -> dict[str, Any]:
    """Return which job it is, and how it ended, for JSON."""
    outcome, (kind, number) = progress.outcome, kind_and_number(progress.job)
    return {
        kind: number,
        "over": progress.is_over,
        "outcome": outcome.word if outcome else None,
        "record": progress.has_record,
    }


def json_spread(spread: Spread | None) -> dict[str, Any] | None:
    """Return the distribution of durations for JSON, to the millisecond."""
    if spread is None:
        return None
    return {name: round(value, 3) for name, value in msgspec.structs.asdict(spread).items()}
