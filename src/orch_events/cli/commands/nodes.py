"""`orch-events nodes`: a row for each node of a job."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from orch_events.cli.app import App
from orch_events.cli.help.command import command
from orch_events.cli.job_completion import job_argument
from orch_events.cli.options.definitions import EVENT_TIMES, exit_options, report_options
from orch_events.cli.options.formats import node_output_options, sort_option
from orch_events.cli.options.groups import ExitOptions, OutputOptions, ReportOptions
from orch_events.cli.options.option import filter_option
from orch_events.library.job_ref import JobRef
from orch_events.wire.job_key import spoken
from orch_events.wire.vocabulary import NODE_WORDS

if TYPE_CHECKING:  # msgspec is imported when something is read
    from orch_events.analysis.job_report import JobReport
    from orch_events.job.state import JobState

_HELP = """
    Show a row for each node of JOB.

    \b
    orch-events nodes 352                    all of them, in the order of their starts
    orch-events nodes 352 --sort duration    the slowest first
    orch-events nodes 352 --json | jq .node  an object for each, one per line

    A row has the node's state, its start, its duration, and what changed on it or why it failed.
"""


@command(help=_HELP, also=("hosts", "targets"))
@job_argument("job")
@report_options(
    sort_option,
    filters=filter_option("--state", multiple=True, type=click.Choice(NODE_WORDS), metavar="STATE",
                          also=("status", "running"), help="Only nodes in this state, such as running or skipped."),
    output=node_output_options,
    outcome=exit_options(on=False),
    times=EVENT_TIMES,
)  # fmt: skip
@click.pass_obj
def nodes(
    app: App, job: JobRef, sort: str, state: Sequence[str], output: OutputOptions, exit_options: ExitOptions,
    report: ReportOptions,
) -> int:  # fmt: skip
    """Run `orch-events nodes`."""
    from orch_events.cli.report_formats import WITH_OUTPUTS
    from orch_events.cli.reports import load_report, note_if_empty, outcome_status

    app.configure_stderr(report.display)
    found = load_report(app, job, report, outputs=output.format in WITH_OUTPUTS, every_node=True, states=state)
    _show(app, output, report, found, sort)
    note_if_empty(app, found.state)
    if found.state.runs and not found.part.runs:
        app.stderr.note(f"no nodes match ({_by_state(found.state)} in {spoken(found.state.job)})")
    return outcome_status(found.state, exit_options)


def _show(app: App, output: OutputOptions, report: ReportOptions, found: "JobReport", sort: str) -> None:
    from orch_events.analysis.timeline import Chart, ordered
    from orch_events.cli.report_formats import WRITERS
    from orch_events.cli.reports import write_lines, write_objects
    from orch_events.render.reports.nodes import nodes_csv, nodes_json, nodes_table
    from orch_events.render.toolkit.layout import Layout
    from orch_events.render.toolkit.terminal import columns
    from orch_events.render.toolkit.timestamps import TimeFormat

    state = found.state
    rows = ordered(Chart.from_state(state, found.part).rows, sort)
    match output.format:
        case "junit":
            app.output.write(WRITERS["junit"]([found]).encode())
        case "jsonl" | "json":
            write_objects(app, output, list(nodes_json(rows, state.job)))
        case "csv":
            app.output.write("\n".join([*nodes_csv([(state.job, rows)], safe=output.csv_safe), ""]).encode())
        case _:
            layout = Layout(app.theme(app.stdout, report.display), columns(app.stdout))
            time_format = TimeFormat(report.display.time, lambda _: state.began_at)
            write_lines(app, report.display, nodes_table(rows, layout, time_format, state.job, over=state.is_over))


def _by_state(state: "JobState") -> str:
    from orch_events.render.toolkit.text import escape_control
    from orch_events.wire.vocabulary import in_display_order

    return ", ".join(f"{count} {escape_control(name)}" for name, count in in_display_order(state.nodes))
