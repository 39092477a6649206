"""`orch-events nodes`: a row for each node of a job."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from orch_events.cli.app import App
from orch_events.cli.help.command import command
from orch_events.cli.job_completion import job_argument
from orch_events.cli.options.definitions import EVENT_TIMES, exit_options, report_options
from orch_events.cli.options.formats import event_output_options, sort_option
from orch_events.cli.options.groups import ExitOptions, OutputOptions, ReportOptions
from orch_events.cli.options.option import filter_option
from orch_events.library.job_ref import JobRef
from orch_events.wire.job_key import spoken
from orch_events.wire.vocabulary import NODE_WORDS

if TYPE_CHECKING:  # msgspec is imported when something is read
    from orch_events.analysis.timeline import Row
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
    output=event_output_options,
    outcome=exit_options(on=False),
    times=EVENT_TIMES,
)  # fmt: skip
@click.pass_obj
def nodes(
    app: App, job: JobRef, sort: str, state: Sequence[str], output: OutputOptions, exit_options: ExitOptions,
    report: ReportOptions,
) -> int:  # fmt: skip
    """Run `orch-events nodes`."""
    from orch_events.analysis.timeline import Chart, ordered
    from orch_events.cli.loading import load_job
    from orch_events.cli.reports import note_if_empty, outcome_status, part_of

    app.configure_stderr(report.display)
    found = load_job(app, job, report, every_node=True)
    chart = Chart.from_state(found, part_of(found, report))
    rows = ordered([row for row in chart.rows if not state or row.run.state in state], sort)
    _show(app, output, report, found, rows)
    note_if_empty(app, found)
    if found.runs and not rows:
        app.stderr.note(f"no nodes match ({_by_state(found)} in {spoken(found.job)})")
    return outcome_status(found, exit_options)


def _show(app: App, output: OutputOptions, report: ReportOptions, state: "JobState", rows: "Sequence[Row]") -> None:
    from orch_events.cli.reports import write_lines, write_objects
    from orch_events.render.reports.nodes import nodes_csv, nodes_json, nodes_table
    from orch_events.render.toolkit.layout import Layout
    from orch_events.render.toolkit.terminal import columns
    from orch_events.render.toolkit.timestamps import TimeFormat

    match output.format:
        case "jsonl" | "json":
            write_objects(app, output, list(nodes_json(rows, state.job)))
        case "csv":
            app.output.write("\n".join([*nodes_csv(rows, safe=output.csv_safe), ""]).encode())
        case _:
            layout = Layout(app.theme(app.stdout, report.display), columns(app.stdout))
            time_format = TimeFormat(report.display.time, lambda _: state.began_at)
            write_lines(app, report.display, nodes_table(rows, layout, time_format, state.job))


def _by_state(state: "JobState") -> str:
    from orch_events.render.toolkit.text import escape_control
    from orch_events.wire.vocabulary import in_display_order

    return ", ".join(f"{count} {escape_control(name)}" for name, count in in_display_order(state.nodes))
