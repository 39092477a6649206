"""`orch-events summary`: what a job amounts to."""

import click

from orch_events.cli.app import App
from orch_events.cli.options import (
    Bear,
    Connect,
    Look,
    Output,
    Status,
    bear_options,
    connect_options,
    look_options,
    report_output_options,
    status_options,
)
from orch_events.cli.types import job as job_type


@click.command()
@click.argument("job", type=job_type)
@report_output_options
@look_options
@connect_options
@bear_options(retry_for="0", auth_wait="0")
@status_options(on=False)
@click.pass_obj
def summary(app: App, job: str, output: Output, look: Look, connect: Connect, bear: Bear, status: Status) -> int:
    """Show what JOB amounts to: outcome, times, percentiles, the slowest nodes, what Puppet changed.

    \b
    orch-events summary 352
    orch-events summary 352 --json | jq .durations.p90

    Percentiles are what numpy and statistics.quantiles(method="inclusive") call them: linear between two values.
    """
    from orch_events.cli.gather import gather
    from orch_events.cli.report import exit_status, say_if_empty, write_report
    from orch_events.render.reports.summary import summary_json, summary_text
    from orch_events.render.stamp import Stamp
    from orch_events.summary import Summary

    app.dress(look)
    state = gather(app, job, connect, bear, look)
    found = Summary.of(state)
    write_report(
        app, output, look, lambda sheet: summary_text(found, sheet, Stamp(look.time)), lambda: summary_json(found)
    )
    say_if_empty(app, state)
    return exit_status(state, status)
