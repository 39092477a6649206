"""What the commands that print reports share. They import this module when they run, not before."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from orch_events.analysis.excerpt import Room
from orch_events.analysis.job_report import JobReport
from orch_events.analysis.output import OutputCollector
from orch_events.analysis.part import Part
from orch_events.cli.app import App
from orch_events.cli.loading import load_job
from orch_events.cli.options.groups import DisplayOptions, ExitOptions, OutputOptions, ReportOptions
from orch_events.errors import Unreachable
from orch_events.job.state import JobState
from orch_events.library.job_ref import JobRef
from orch_events.library.jobs import DEMO
from orch_events.render.events.structured import JsonArray, JsonLines
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
        write_lines(app, display, [json.dumps(content(), separators=(",", ":"))])
    else:
        write_lines(app, display, text(Layout(app.theme(app.stdout, display), columns(app.stdout))))


def write_objects(app: App, output: OutputOptions, objects: Sequence[bytes]) -> None:
    """Write JSON objects to stdout, one a line: as JSON Lines, or as one array."""
    if output.format == "json":
        array = JsonArray(app.output)
        array.write_objects(objects)
        array.close()
    else:
        JsonLines(app.output).write_objects(objects)


def write_lines(app: App, display: DisplayOptions, lines: list[str]) -> None:
    """Write lines to stdout, through a pager if there are many."""
    if lines:
        with app.paging(wanted=not display.no_pager):
            app.output.write_text("\n".join([*lines, ""]))


def part_of(state: JobState, options: ReportOptions) -> Part:
    """Return the part of a job that the options choose."""
    return Part.from_state(state, options.part.node, failed=options.part.failed)


def load_report(
    app: App,
    ref: JobRef,
    options: ReportOptions,
    *,
    outputs: bool = False,
    every_node: bool = False,
    states: Sequence[str] = (),
) -> JobReport:
    """Read a job, and return the part of it that the options choose.

    Args:
        app: the process.
        ref: the job.
        options: how to read it, and which nodes.
        outputs: whether what failed nodes printed is wanted.
        every_node: as for `load_job`.
        states: only nodes in these states; empty for all.

    Raises:
        OrchEventsError: the job can't be read.
    """
    collector = OutputCollector(options.part.node, failed=True, room=Room()) if outputs else None
    state = load_job(app, ref, options, collector, every_node=every_node)
    part = part_of(state, options).in_states(states)
    server = DEMO if options.connect.demo else ""
    return JobReport.from_state(state, part, outputs=collector.by_key(part) if collector else {}, server=server)


def note_if_empty(app: App, state: JobState) -> None:
    """Note on stderr that a job has no events, or no nodes, if nothing is known of its nodes."""
    if not state.runs:
        goes_on = state.has_record and not state.is_over
        app.stderr.note(f"{spoken(state.job)} has no {'nodes' if state.events else 'events'}{' yet' * goes_on}")


def outcome_status(state: JobState, exit_options: ExitOptions) -> int:
    """Return the exit status for the job's outcome: 0 while it is running, 6 if that is unknown; 0 if not wanted."""
    if not exit_options.exit_status:
        return 0
    if (outcome := state.outcome()) is not None:
        return outcome.exit_status(exit_options.fail_on)
    return 0 if state.has_record and not state.is_over else Unreachable.exit_status
