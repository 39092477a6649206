"""What is said when following ends, whichever way, and when contact is lost on the way."""

import math

from orch_events.detail import spoken_cause
from orch_events.errors import NotAuthenticated, TokenFileError
from orch_events.happenings import Back, Lost
from orch_events.job import JobState, Outcome
from orch_events.nodes import NodeRun
from orch_events.render.cells import cut, padded, width
from orch_events.render.text import visible
from orch_events.render.theme import Theme
from orch_events.states import NODE_STATES
from orch_events.stragglers import Straggler
from orch_events.times import format_duration

MOST_NODES = 10
"""So many nodes that failed are named at the end."""


def ended(job: str, outcome: Outcome, theme: Theme) -> str:
    """Tell how a job ended: outcome, duration, nodes by state."""
    states = [*(state for state in NODE_STATES.values() if state != "running"), "running"]
    order = [*states, *sorted(set(outcome.nodes) - set(states))]
    counts = [(outcome.nodes[state], state) for state in order if outcome.nodes.get(state)]
    parts = [theme.paint(_counted(count, state), state) for count, state in counts]
    took = f" after {format_duration(outcome.seconds)}" if outcome.seconds is not None else ""
    total = sum(count for count, _ in counts)
    nodes = f"{total} node{'s' * (total != 1)}" if total else "no nodes"
    if outcome.late:
        parts.append(theme.paint(f"{outcome.late} event{'s' * (outcome.late != 1)} came late", "warning"))
    return f"job {job} {theme.paint(outcome.word, outcome.word)}{took}: " + ", ".join([nodes, *parts])


def bad_nodes(state: JobState, theme: Theme, cells: int | None) -> list[str]:
    """Tell of the first nodes that failed or errored, and why, a line each.

    Args:
        state: of their job.
        theme: colours and glyphs.
        cells: how wide the terminal is; None where there is none: nothing is cut.
    """
    runs = bad_runs(state)[:MOST_NODES]
    column = max((width(visible(run.name)) for run in runs), default=0)
    lines = []
    for run in runs:
        mark = theme.paint(theme.glyphs.get(run.state) or run.state.ljust(len("errored")), run.state)
        cause = run.cause or spoken_cause(run.message, run.name)[0] or run.message
        line = f"{padded(visible(run.name), column)}  {visible(cause)}".rstrip()
        room = None if cells is None else cells - 3 - width(theme.glyphs.get(run.state) or "errored")
        lines.append(f"  {mark} {line if room is None else cut(line, room, theme.ellipsis)}")
    return lines


def bad_runs(state: JobState) -> list[NodeRun]:
    """Return the nodes that failed or errored, in the order in which they were first heard of."""
    return [run for run in state.runs.values() if run.state in ("failed", "errored")]


def _counted(count: int, state: str) -> str:
    return f"{count} still running" if state == "running" else f"{count} {visible(state)}"


def lost(happening: Lost, *, name_job: bool, ever: bool = True) -> str:
    """Tell that contact is lost, or that there never was any: why, when the next try is, when the last."""
    error = happening.error
    job = f"job {happening.job}: " if name_job else ""
    if isinstance(error, NotAuthenticated | TokenFileError):
        last = format_duration(happening.patience)
        return f"{job}{error.message}; waiting {last} for a new token: run puppet access login in another terminal"
    soon, last = format_duration(math.ceil(happening.pause)), format_duration(happening.patience)
    what = "contact lost" if ever else "no contact"
    return f"{job}{what}: {error.message}; next try within {soon}, giving up after {last}"


def back(happening: Back, *, name_job: bool) -> str:
    """Tell that contact is back."""
    job = f"job {happening.job}: " if name_job else ""
    return f"{job}contact is back after {format_duration(happening.seconds)}"


def slow(straggler: Straggler, *, name_job: bool) -> str:
    """Tell of a node that takes long."""
    job = f"job {straggler.job}: " if name_job else ""
    usual = f"; nine in ten were over within {format_duration(straggler.usual)}" if straggler.usual is not None else ""
    return f"slow: {job}{visible(straggler.run.name)} has been running for {format_duration(straggler.seconds)}{usual}"


def unknown(job: str, resume: str) -> str:
    """Tell that nobody knows how a job fares, and the command that resumes."""
    return f"the state of job {job} is unknown; resume with: {resume}"


def goes_on(state: JobState, resume: str) -> str:
    """Tell that a job goes on without us, how far it is, and the command that resumes."""
    running = f", {state.nodes['running']} running" if state.nodes["running"] else ""
    far = f"{state.over} of {state.total or '?'} nodes over{running}"
    return f"job {state.job} goes on ({far}); resume with: {resume}"
