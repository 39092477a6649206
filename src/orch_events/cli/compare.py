"""`orch-events compare`: two jobs side by side."""

import click

from orch_events.cli.app import App
from orch_events.cli.command import command
from orch_events.cli.groups import Bear, Connect, Look, Output
from orch_events.cli.options import (
    bear_options,
    connect_options,
    look_options,
    outcome_option,
    recording_option,
    report_option,
    report_output_options,
)
from orch_events.cli.types import job as job_type
from orch_events.job_name import JobName


@command(also=("diff",))
@click.argument("before", metavar="JOB", type=job_type)
@click.argument("after", metavar="JOB", type=job_type)
@report_option("--all", is_flag=True, help="All nodes of each kind, not only the first ten.")
@recording_option
@report_output_options
@look_options()
@outcome_option("--exit-status/--no-exit-status", default=False, show_default="off",
                help="Exit with 1 where a node is newly failing.")  # fmt: skip
@connect_options
@bear_options(retry_for="0", auth_wait="0")
@click.pass_obj
def compare(  # noqa: PLR0913, PLR0917 - one argument a group of options
    app: App, before: JobName, after: JobName, all: bool, output: Output, look: Look,  # noqa: A002, FBT001 - click's
    exit_status: bool, recorded_job: str | None, connect: Connect, bear: Bear,  # noqa: FBT001 - click gives it by name
) -> int:  # fmt: skip
    """Show what is worse in the second JOB, and what is better.

    \b
    orch-events compare 351 352                newly failing, fixed, slower nodes ...
    orch-events compare 351 352 --exit-status  for CI: 1 where a node is newly failing
    orch-events compare 351.jsonl latest       a recording, and the newest job

    A node fails where it failed, errored or was skipped, or still ran when its job ended. It is slower or faster where
    it finished in both, and the two durations differ by at least 1.5 times and 5 seconds.
    """
    from orch_events.cli.gather import gather
    from orch_events.cli.report import say_if_empty, write_report
    from orch_events.comparison import Comparison
    from orch_events.render.reports.compare import compare_json, compare_text

    app.dress(look)
    states = [gather(app, [job], connect, bear, look, recorded_job)[0] for job in (before, after)]
    found = Comparison.of(*states)
    write_report(app, output, look, lambda sheet: compare_text(found, sheet, whole=all), lambda: compare_json(found))
    for state in states:
        say_if_empty(app, state)
    return int(exit_status and bool(found.newly_failing))
