"""`orch-events summary`: outcome, times, the slowest nodes."""

import click

from orch_events.cli.app import App
from orch_events.cli.help.command import command
from orch_events.cli.job_completion import job_argument
from orch_events.cli.options.definitions import exit_options, report_options
from orch_events.cli.options.formats import report_output_options
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
@report_options(output=report_output_options, outcome=exit_options(on=False))
@click.pass_obj
def summary(app: App, job: JobRef, output: OutputOptions, exit_options: ExitOptions, report: ReportOptions) -> int:
    """Run `orch-events summary`."""
    from orch_events.analysis.summary import Summary
    from orch_events.cli.loading import load_job
    from orch_events.cli.reports import note_if_empty, outcome_status, part_of, write_report
    from orch_events.render.reports.summary import summary_json, summary_text
    from orch_events.render.toolkit.timestamps import TimeFormat

    app.configure_stderr(report.display)
    state = load_job(app, job, report)
    found, time_format = Summary.from_state(state, part_of(state, report)), TimeFormat(report.display.time)
    write_report(
        app,
        output,
        report.display,
        lambda layout: summary_text(found, layout, time_format),
        lambda: summary_json(found),
    )
    note_if_empty(app, state)
    return outcome_status(state, exit_options)
