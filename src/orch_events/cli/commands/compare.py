"""`orch-events compare`: two jobs side by side."""

import click

from orch_events.cli.app import App
from orch_events.cli.help.command import command
from orch_events.cli.job_completion import job_argument
from orch_events.cli.options.definitions import report_options
from orch_events.cli.options.formats import report_output_options
from orch_events.cli.options.groups import OutputOptions, ReportOptions
from orch_events.cli.options.option import outcome_option, report_option
from orch_events.library.job_ref import JobRef

_HELP = """
    Show what got worse and what got better between two jobs.

    \b
    orch-events compare 351 352                newly failing, fixed, slower ...
    orch-events compare 351 352 --exit-status  for CI: 1 if a node newly fails
    orch-events compare 351.jsonl latest       a recording and the newest job

    A failing node is one that failed, errored or was skipped, or was still running when its job ended. A slower or
    faster node finished in both jobs, with durations at least 1.5 times and 5 seconds apart.
"""


@command(help=_HELP, also=("diff",))
@job_argument("before")
@job_argument("after")
@report_options(
    report_option("--all", is_flag=True, help="Show all nodes of each kind, not only the first ten."),
    output=report_output_options,
    outcome=outcome_option("--exit-status/--no-exit-status", default=False, show_default="off",
                           help="Exit with 1 if a node is newly failing."),
)  # fmt: skip
@click.pass_obj
def compare(
    app: App, before: JobRef, after: JobRef, all: bool, output: OutputOptions,  # noqa: A002, FBT001 - click's
    exit_status: bool, report: ReportOptions,  # noqa: FBT001 - click's
) -> int:  # fmt: skip
    """Run `orch-events compare`."""
    from orch_events.analysis.comparison import Comparison
    from orch_events.cli.loading import load_job
    from orch_events.cli.reports import note_if_empty, write_report
    from orch_events.render.reports.compare import compare_json, compare_text

    app.configure_stderr(report.display)
    first, second = states = [load_job(app, job, report) for job in (before, after)]
    found = Comparison.from_states(first, second, report.part.node, failed=report.part.failed)
    write_report(
        app,
        output,
        report.display,
        lambda layout: compare_text(found, layout, whole=all),
        lambda: compare_json(found),
    )
    for state in states:
        note_if_empty(app, state)
    return int(exit_status and bool(found.newly_failing))
