"""What the commands that print reports share. They import this module when they run, not before."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from orch_events.cli.app import App
from orch_events.cli.options.groups import DisplayOptions, ExitOptions, OutputOptions
from orch_events.errors import Unreachable
from orch_events.job.state import JobState
from orch_events.render.toolkit.layout import Layout
from orch_events.render.toolkit.terminal import columns
from orch_events.wire.job_key import spoken


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
        app.stderr.note(f"{spoken(state.job)} has no events yet")


def outcome_status(state: JobState, exit_options: ExitOptions) -> int:
    """Return the exit status for the job's outcome: 0 while it is running, 6 if that is unknown; 0 if not wanted."""
    if not exit_options.exit_status:
        return 0
    if (outcome := state.outcome()) is not None:
        return outcome.exit_status(exit_options.fail_on)
    return 0 if state.has_record and not state.is_over else Unreachable.exit_status
