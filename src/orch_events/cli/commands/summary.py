"""`orch-events summary`: outcome, times, the slowest nodes."""

import click

from orch_events.cli.app import App
from orch_events.cli.help.command import command
from orch_events.cli.job_completion import job_argument
from orch_events.cli.options.definitions import exit_options, report_options
from orch_events.cli.options.formats import summary_output_options
from orch_events.cli.options.groups import ExitOptions, OutputOptions, ReportOptions
from orch_events.library.job_ref import JobRef

_HELP = """
    Show the outcome, the times and the slowest nodes of JOB.

    \b
    orch-events summary 352                             a report to read
    orch-events summary 352 --json | jq .durations.p90  the same for scripts

    Percentiles are interpolated linearly, as numpy and statistics.quantiles(method="inclusive") do.
"""


@command(help=_HELP, also=("stats", "status", "describe", "report", "view", "info"))
@job_argument("job")
@report_options(output=summary_output_options, outcome=exit_options(on=False))
@click.pass_obj
def summary(app: App, job: JobRef, output: OutputOptions, exit_options: ExitOptions, report: ReportOptions) -> int:
    """Run `orch-events summary`."""
    from orch_events.analysis.summary import Summary
    from orch_events.cli.report_formats import WRITERS
    from orch_events.cli.reports import load_report, note_if_empty, outcome_status, write_lines
    from orch_events.render.reports.summary import summary_text
    from orch_events.render.toolkit.layout import Layout
    from orch_events.render.toolkit.terminal import columns
    from orch_events.render.toolkit.timestamps import TimeFormat

    app.configure_stderr(report.display)
    found = load_report(app, job, report)
    if output.format == "text":
        layout = Layout(app.theme(app.stdout, report.display), columns(app.stdout))
        summary = Summary.from_state(found.state, found.part)
        write_lines(app, report.display, summary_text(summary, layout, TimeFormat(report.display.time)))
    else:
        app.output.write(WRITERS[output.format]([found]).encode())
    note_if_empty(app, found.state)
    return outcome_status(found.state, exit_options)
