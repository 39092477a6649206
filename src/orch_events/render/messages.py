"""Messages on stderr about jobs that are followed: how they end, slow nodes, connections lost and restored."""

import math
from collections.abc import Sequence

from orch_events.analysis.progress import Straggler
from orch_events.errors import NotAuthenticated, OrchEventsError, ServerError, TokenFileError, Unreachable
from orch_events.job.nodes import NodeRun
from orch_events.job.outcome import Outcome
from orch_events.job.plan import PlanState
from orch_events.job.state import JobState
from orch_events.job.updates import ConnectionLost, ConnectionRestored
from orch_events.render.toolkit.layout import wrap
from orch_events.render.toolkit.text import cut, escape_control, padded, width, without_name
from orch_events.render.toolkit.theme import Theme
from orch_events.times import format_duration
from orch_events.wire.job_key import is_plan, spoken
from orch_events.wire.vocabulary import NODE_FAILED, PLAN_FAILED, in_display_order

MOST_NODES = 10
"""How many failed nodes are listed at the end."""
_MOST_LINES = 3
_LEAST_NAME_CELLS = 12
_LEAST_CAUSE_CELLS = 24
"""Where there is less room beside the names, a cause goes on below its node's."""


def ended(job: str, outcome: Outcome, theme: Theme) -> str:
    """Return the line that says how a job ended: outcome, duration, nodes by state."""
    counts = in_display_order(outcome.nodes)
    parts = [theme.paint(_counted(count, state), state) for state, count in counts]
    took = f" after {format_duration(outcome.seconds)}" if outcome.seconds is not None else ""
    total = sum(count for _, count in counts)
    nodes = f"{total} node{'s' * (total != 1)}" if total else "no nodes"
    if outcome.jobs is not None:
        nodes = f"{outcome.jobs} job{'s' * (outcome.jobs != 1)}, {nodes}"
    if outcome.late:
        parts.append(theme.paint(f"{outcome.late} late event{'s' * (outcome.late != 1)}", "warning"))
    well = outcome.word != "finished" or not any(outcome.nodes.get(state) for state in NODE_FAILED)
    word = theme.paint(outcome.word, outcome.word if well else "warning")
    return f"{spoken(job)} {word}{took}: " + ", ".join([nodes, *parts])


def bad_nodes(state: JobState, theme: Theme, cells: int | None) -> list[str]:
    """Return lines for each of the first nodes that failed or errored, with the cause.

    Args:
        state: the state of their job.
        theme: colours and glyphs.
        cells: the width of the terminal, at which causes are wrapped; None if there is none: then each is one line.
    """
    runs = bad_runs(state)[:MOST_NODES]
    column = max((width(escape_control(run.name)) for run in runs), default=0)
    column = column if cells is None else min(column, max(_LEAST_NAME_CELLS, cells - _LEAST_NAME_CELLS))
    return [line for run in runs for line in _bad_node(run, column, theme, cells)]


def _bad_node(run: NodeRun, column: int, theme: Theme, cells: int | None) -> list[str]:
    label = theme.glyphs.get(run.state) or run.state.ljust(len("errored"))
    head = f"  {theme.paint(label, run.state)} {padded(cut(escape_control(run.name), column, theme.ellipsis), column)} "
    indent = len("  ") + width(label) + 1 + column + len("  ")
    if cells is not None and cells - indent < _LEAST_CAUSE_CELLS:
        indent = len("    ")
    lines = wrap([head, *escape_control(without_name(run.why, run.name)).split(" ")], cells, indent=indent)
    if len(lines) > _MOST_LINES and cells is not None:
        lines[_MOST_LINES - 1] = cut(lines[_MOST_LINES - 1], cells - 2, "") + theme.ellipsis
    return lines[:_MOST_LINES]


def plan_failure(state: PlanState, theme: Theme, cells: int | None) -> list[str]:
    """Return the line that says why a plan failed, if it did and said so; the width of the terminal as above."""
    if state.ended_by != PLAN_FAILED or not state.result:
        return []
    mark = theme.paint(theme.glyphs.get("failed") or "failed", "failed")
    room = None if cells is None else cells - 3 - width(theme.glyphs.get("failed") or "failed")
    text = escape_control(state.result)
    return [f"  {mark} {text if room is None else cut(text, room, theme.ellipsis)}"]


def bad_runs(state: JobState) -> list[NodeRun]:
    """Return the nodes that failed or errored, in the order in which they were first named."""
    return [run for run in state.runs.values() if run.state in NODE_FAILED]


def _counted(count: int, state: str) -> str:
    return f"{count} still running when it ended" if state == "running" else f"{count} {escape_control(state)}"


def lost(update: ConnectionLost, *, name_job: bool) -> str:
    """Return the line for requests that fail: why, the next attempt, the last."""
    error, job = update.error, _prefix(update.job, name_job=name_job)
    ends = update.give_up_seconds < math.inf
    last = format_duration(update.give_up_seconds) if ends else ""
    if isinstance(error, NotAuthenticated | TokenFileError):
        waiting = f"waiting {last} for a new token" if ends else "waiting for a new token"
        return f"{job}{error.message}; {waiting}: run puppet access login in another terminal"
    what = "connection lost: " if update.had_contact and _is_connection(error) else ""
    soon = format_duration(math.ceil(update.next_try_seconds))
    return f"{job}{what}{error.message}; retrying within {soon}{', giving up after ' * ends}{last}"


def restored(update: ConnectionRestored, *, name_job: bool) -> str:
    """Return the line for requests that succeed again."""
    what = "connection restored" if _is_connection(update.error) else "requests succeed again"
    return f"{_prefix(update.job, name_job=name_job)}{what} after {format_duration(update.outage_seconds)}"


def _is_connection(error: OrchEventsError) -> bool:
    """Whether an error is of the connection, and not of what answers, of the token, or of this system."""
    return isinstance(error, Unreachable) and not isinstance(error, ServerError)


def slow(straggler: Straggler, *, name_job: bool) -> str:
    """Return the line for a slow node."""
    job, node = _prefix(straggler.job, name_job=name_job), escape_control(straggler.run.name)
    typical = straggler.typical_seconds
    usual = f"; 90% of the nodes took at most {format_duration(typical)}" if typical is not None else ""
    return f"slow: {job}{node} has been running for {format_duration(straggler.seconds)}{usual}"


def unknown(job: str, resume: str) -> str:
    """Return the line for a job whose state is unknown, with the command that resumes."""
    return f"the state of {spoken(job)} is unknown; resume with: {resume}"


def still_running(state: JobState, jobs: Sequence[JobState], resume: str) -> str:
    """Return the line for a job that is no longer followed: how far it is, and the command that resumes.

    Args:
        state: the state of the job.
        jobs: those of a plan that are still running.
        resume: the command.
    """
    is_over = is_plan(state.job) and state.is_over
    far = [f"{spoken(job.job)}: {_far(job)}" for job in jobs] if is_plan(state.job) else [_far(state)]
    what = "is over, but not all of its jobs are" if is_over else "is still running"
    return ": ".join(filter(None, [f"{spoken(state.job)} {what}", "; ".join(far)])) + f"; resume with: {resume}"


def left(name: str, state: JobState, resume: str) -> str:
    """Return the line for a recording that is shown no further, with the command that shows the rest.

    Args:
        name: the recording's path, or `-`.
        state: the state of the job in it, so far.
        resume: the command.
    """
    if name == "-":
        return f"stopped reading standard input: {_far(state)} so far"
    return f"{escape_control(name)} was left before its end: {_far(state)} so far; for the rest: {resume}"


def why_over(state: JobState) -> str:
    """Return the line, for --verbose, that says by which signs a job is over."""
    record = state.record
    signs = [f"event {state.ended_by}"] if state.ended_by else []
    signs += [f"its record says {escape_control(record.state)}"] if record and state.record_over else []
    signs += [f"all {state.total} nodes are done"] if state.nodes_over else []
    return f"why {spoken(state.job)} is over: {', '.join(signs) or 'nothing says so, but nothing new came'}"


def _far(state: JobState) -> str:
    return how_far(state.over, state.total, state.nodes["running"])


def how_far(over: int, total: int, running: int) -> str:
    """Return how many nodes of a job are done, and how many are running."""
    return f"{over} of {total or '?'} nodes done" + (f", {running} running" if running else "")


def _prefix(job: str, *, name_job: bool) -> str:
    return f"{spoken(job)}: " if name_job else ""
