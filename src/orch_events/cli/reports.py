"""What the commands that print reports share. They import this module when they run, not before."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from orch_events.cli.app import App
from orch_events.cli.options.groups import DisplayOptions, ExitOptions, OutputOptions
from orch_events.job.state import JobState
from orch_events.render.toolkit.layout import Layout
from orch_events.render.toolkit.terminal import columns


def write_report(
    app: App,
    output: OutputOptions,
    display: DisplayOptions,
    text: Callable[[Layout], list[str]],
    content: Callable[[], Mapping[str, Any]],
) -> None:
    """Write a report to stdout in the chosen format: as text, or as one JSON object."""
    if output.format == "json":
        write_lines(app, [json.dumps(content(), separators=(",", ":"))])
    else:
        write_lines(app, text(Layout(app.theme(app.stdout, display), columns(app.stdout))))


def write_lines(app: App, lines: list[str]) -> None:
    """Write lines to stdout."""
    if lines:
        app.output.write_text("\n".join([*lines, ""]))


def note_if_empty(app: App, state: JobState) -> None:
    """Note on stderr that a job has no events yet, if it has none."""
    if not state.events:
        app.stderr.note(f"job {state.job} has no events yet")


def outcome_status(state: JobState, exit_options: ExitOptions) -> int:
    """Return the exit status for the job's outcome; 0 if it is still running, or with --no-exit-status."""
    return state.outcome().exit_status(exit_options.fail_on) if exit_options.exit_status and state.is_over else 0
