"""`orch-events jobs`: recent jobs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from orch_events.cli.app import App
from orch_events.cli.connection import open_server, retry_policy
from orch_events.cli.help.command import command
from orch_events.cli.options.definitions import (
    connect_options,
    display_options,
    event_output_options,
    filter_option,
    retry_options,
)
from orch_events.cli.options.groups import ConnectOptions, DisplayOptions, OutputOptions, RetryOptions
from orch_events.cli.options.types import count, job_type
from orch_events.wire.vocabulary import JOB_STATES

if TYPE_CHECKING:  # httpx, rich and msgspec are imported when something is requested
    from orch_events.wire.records import JobRecord


_HELP = """
    Show recent jobs, newest first.

    \b
    orch-events jobs                        the last twenty
    orch-events jobs --state running        those that are running now
    orch-events jobs --json | jq -r .name   the server's objects, one per line
"""


@command(help=_HELP, also=("ps", "recent"))
@filter_option("--limit", type=count, metavar="N", default="20", show_default=True, also=("tail", "last"),
        help="Show at most N jobs.")  # fmt: skip
@filter_option(
    "--state",
    multiple=True,
    type=click.Choice(JOB_STATES),
    metavar="STATE",
    also=("status", "failed", "running"),
    help="Only jobs in this state, such as running or failed.",
)
@filter_option("--type", "types", multiple=True, type=job_type, metavar="TYPE",
        help="Only jobs of this type, such as deploy, task or plan_task.")  # fmt: skip
@event_output_options
@display_options()
@connect_options
@retry_options(retry_for="10s", auth_wait="0")
@click.pass_obj
def jobs(
    app: App, limit: int, state: Sequence[str], types: Sequence[str], output: OutputOptions, display: DisplayOptions,
    connect: ConnectOptions, retry: RetryOptions,
) -> None:  # fmt: skip
    """Run `orch-events jobs`."""
    from orch_events.cli.job_sources import recent_jobs
    from orch_events.client.recent import JobQuery

    app.configure_stderr(display)
    query, policy = JobQuery(limit, frozenset(state), frozenset(types)), retry_policy(retry)
    with open_server(app, connect, verbose=display.verbose) as server:
        found = recent_jobs(app, server, policy.with_token(server.token_version), query)
    _show(app, output, display, found)
    if not found:
        app.stderr.note("no jobs match" if state or types else "the server has no jobs")


def _show(app: App, output: OutputOptions, display: DisplayOptions, jobs: "Sequence[JobRecord]") -> None:
    from orch_events.render.events.structured import JsonArray, JsonLines
    from orch_events.render.reports.jobs import jobs_csv, jobs_table
    from orch_events.render.toolkit.terminal import columns
    from orch_events.render.toolkit.timestamps import TimeFormat

    objects = [job.raw for job in jobs]
    match output.format:
        case "jsonl":
            JsonLines(app.output).write_objects(objects)
        case "json":
            array = JsonArray(app.output)
            array.write_objects(objects)
            array.close()
        case "csv":
            app.output.write(jobs_csv(jobs).encode())
        case _:
            theme, time_format = app.theme(app.stdout, display), TimeFormat(display.time)
            app.output.write_text(jobs_table(jobs, theme, time_format, cells=columns(app.stdout)))
