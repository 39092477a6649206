"""`orch-events summary`: what a job amounts to."""

import click

from orch_events.cli.app import App
from orch_events.cli.command import command
from orch_events.cli.groups import Bear, Connect, Look, Output, Status
from orch_events.cli.options import (
    bear_options,
    connect_options,
    look_options,
    recording_option,
    report_output_options,
    status_options,
)
from orch_events.cli.types import job as job_type
from orch_events.job_name import JobName


@command(also=("stats", "status", "describe", "report"))
@click.argument("job", metavar="JOB", type=job_type)
@recording_option
@report_output_options
@look_options()
@status_options(on=False)
@connect_options
@bear_options(retry_for="0", auth_wait="0")
@click.pass_obj
def summary(
    app: App, job: JobName, output: Output, look: Look, recorded_job: str | None, connect: Connect, bear: Bear,
    status: Status,
) -> int:  # fmt: skip
    """Show what JOB amounts to: outcome, times, the slowest nodes.

    \b
    orch-events summary 352                             for people
    orch-events summary 352 --json | jq .durations.p90  for programs

    Percentiles are what numpy and statistics.quantiles(method="inclusive") call them: linear between two values.
    """
    from orch_events.cli.gather import gather
    from orch_events.cli.report import exit_status, say_if_empty, write_report
    from orch_events.render.reports.summary import summary_json, summary_text
    from orch_events.render.stamp import Stamp
    from orch_events.summary import Summary

    app.dress(look)
    (state,) = gather(app, [job], connect, bear, look, recorded_job)
    found = Summary.of(state)
    write_report(
        app, output, look, lambda sheet: summary_text(found, sheet, Stamp(look.time)), lambda: summary_json(found)
    )
    say_if_empty(app, state)
    return exit_status(state, status)
