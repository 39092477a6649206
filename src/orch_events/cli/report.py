"""What the commands that report on jobs have in common; they import it when they begin."""

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

from orch_events.cli.app import App
from orch_events.cli.groups import Look, Output, Status
from orch_events.cli.show import output_format
from orch_events.cli.terminal import columns
from orch_events.job import JobState
from orch_events.render.reports.sheet import Sheet


def write_report(
    app: App,
    output: Output,
    look: Look,
    text: Callable[[Sheet], list[str]],
    content: Callable[[], Mapping[str, Any]],
) -> None:
    """Write a report in the format that is wanted: for people as lines, for programs as one JSON object."""
    if output_format(output, json="json") == "json":
        write_lines(app, [json.dumps(content(), separators=(",", ":"))])
    else:
        write_lines(app, text(Sheet(app.theme(sys.stdout, look), columns(sys.stdout))))


def write_lines(app: App, lines: list[str]) -> None:
    """Write lines to stdout."""
    if lines:
        app.output.write_text("\n".join([*lines, ""]))


def say_if_empty(app: App, state: JobState) -> None:
    """Say on stderr that nothing has happened yet."""
    if not state.events:
        app.talk.note(f"job {state.job} has no events yet")


def exit_status(state: JobState, status: Status) -> int:
    """Return the job's outcome as an exit status, if that is wanted and there is one."""
    return state.outcome().exit_status(status.fail_on) if status.exit_status and state.is_over else 0
