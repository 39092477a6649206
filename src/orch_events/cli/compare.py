"""`orch-events compare`: two jobs side by side."""

import click

from orch_events.cli.app import App
from orch_events.cli.options import (
    Bear,
    Connect,
    Look,
    Output,
    bear_options,
    connect_options,
    look_options,
    option,
    report_output_options,
)
from orch_events.cli.types import job as job_type


@click.command()
@click.argument("before", metavar="JOB", type=job_type)
@click.argument("after", metavar="JOB", type=job_type)
@option("--all", is_flag=True, help="All nodes of each kind, not only the first ten.")
@report_output_options
@look_options
@connect_options
@bear_options(retry_for="0", auth_wait="0")
@option("--exit-status/--no-exit-status", default=False, show_default=True,
        help="Exit with 1 where a node is newly failing.")  # fmt: skip
@click.pass_obj
def compare(  # noqa: PLR0917 - one argument a group of options
    app: App, before: str, after: str, all: bool, output: Output, look: Look,  # noqa: A002, FBT001 - click's
    connect: Connect, bear: Bear, exit_status: bool,  # noqa: FBT001 - click gives it by name
) -> int:  # fmt: skip
    """Show what is worse in the second JOB than in the first, and what is better.

    \b
    orch-events compare 351 352                      newly failing, fixed, slower nodes ...
    orch-events compare 351 352 --exit-status        for CI: 1 where a node is newly failing
    orch-events compare 351 352 --json | jq -r '.newly_failing[].node'

    A node fails where it failed, errored or was skipped, or still ran when its job ended. It is slower or faster where
    it finished in both, and the two durations differ by at least 1.5 times and 5 seconds.
    """
    from orch_events.cli.gather import gather
    from orch_events.cli.report import say_if_empty, write_report
    from orch_events.comparison import Comparison
    from orch_events.render.reports.compare import compare_json, compare_text

    app.dress(look)
    states = [gather(app, job, connect, bear, look) for job in (before, after)]
    found = Comparison.of(*states)
    write_report(app, output, look, lambda sheet: compare_text(found, sheet, whole=all), lambda: compare_json(found))
    for state in states:
        say_if_empty(app, state)
    return int(exit_status and bool(found.newly_failing))
