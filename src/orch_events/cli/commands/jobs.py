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
from orch_events.errors import UsageError
from orch_events.wire.vocabulary import JOB_STATES, PLAN_STATES, PLAN_TYPE

if TYPE_CHECKING:  # httpx, rich and msgspec are imported when something is requested
    from orch_events.wire.records import JobRecord


_HELP = """
    Show recent jobs, newest first.

    \b
    orch-events jobs                        the last twenty
    orch-events jobs --tree                 plan jobs, and the jobs that they started
    orch-events jobs --json | jq -r .name   the server's objects, one per line
"""


@command(help=_HELP, also=("ps", "recent"))
@filter_option("--limit", type=count, metavar="N", default="20", show_default=True, also=("tail", "last"),
        help="Show at most N jobs.")  # fmt: skip
@filter_option(
    "--state",
    multiple=True,
    type=click.Choice(list(dict.fromkeys((*JOB_STATES, *PLAN_STATES)))),
    metavar="STATE",
    also=("status", "failed", "running"),
    help="Only jobs in this state, such as running or failed.",
)
@filter_option("--type", "types", multiple=True, type=job_type, metavar="TYPE", envvar="ORCH_EVENTS_JOB_TYPE",
        help="Only jobs of this type, such as deploy, task or plan_task; plan for plan jobs.")  # fmt: skip
@filter_option("--tree", is_flag=True, help="Plan jobs, and under each the jobs that it started.")
@event_output_options
@display_options()
@connect_options
@retry_options(retry_for="10s", auth_wait="0")
@click.pass_obj
def jobs(  # noqa: PLR0917 - one argument an option of its own
    app: App, limit: int, state: Sequence[str], types: Sequence[str], tree: bool,  # noqa: FBT001 - click's
    output: OutputOptions, display: DisplayOptions, connect: ConnectOptions, retry: RetryOptions,
) -> None:  # fmt: skip
    """Run `orch-events jobs`."""
    from orch_events.cli.job_sources import recent_jobs, with_their_jobs
    from orch_events.client.recent import JobQuery

    app.configure_stderr(display)
    kinds = frozenset([*types, *[PLAN_TYPE] * tree])
    if PLAN_TYPE in kinds and len(kinds) > 1:
        raise UsageError("plan jobs and other jobs can't be listed together", "use --type plan, or the other types")
    query, policy = JobQuery(limit, frozenset(state), kinds), retry_policy(retry)
    with open_server(app, connect, verbose=display.verbose) as server:
        policy = policy.with_token(server.token_version)
        found = recent_jobs(app, server, policy, query)
        if tree:
            found = list(with_their_jobs(app, server, policy, found))
    _show(app, output, display, found, tree=tree)
    if not found:
        app.stderr.note("no jobs match" if state or types else "the server has no jobs")


def _show(app: App, output: OutputOptions, display: DisplayOptions, jobs: "Sequence[JobRecord]", *, tree: bool) -> None:
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
            app.output.write_text(jobs_table(jobs, theme, time_format, cells=columns(app.stdout), tree=tree))
