"""`orch-events jobs`: recent jobs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from orch_events.cli.app import App
from orch_events.cli.archived import open_archived
from orch_events.cli.connection import open_server, retry_policy
from orch_events.cli.help.command import command
from orch_events.cli.options.definitions import (
    JOB_TIMES,
    archive_option,
    connect_options,
    display_options,
    retry_options,
)
from orch_events.cli.options.formats import JOB_FORMATS, output_options
from orch_events.cli.options.groups import ConnectOptions, DisplayOptions, OutputOptions, RetryOptions, TypedWords
from orch_events.cli.options.option import filter_option, pass_typed
from orch_events.cli.options.types import count, instant, job_type
from orch_events.wire.vocabulary import ABORTED, JOB_STATES, PLAN_STATES

if TYPE_CHECKING:  # httpx, rich and msgspec are imported when something is requested
    from orch_events.client.recent import JobQuery
    from orch_events.wire.records import JobRecord


_HELP = """
    Show recent jobs and plan jobs, newest first.

    \b
    orch-events jobs                              the last twenty
    orch-events jobs --task facts --since 2d      those that ran a task since then
    orch-events jobs --tree                       plan jobs, and under each the jobs that it started
    orch-events jobs --archive events             those in an archive that collect made

    -o name prints names alone: orch-events follow $(orch-events jobs --state running -o name)

    NODES counts them by state, failures first: 11✖ failed, 3‼ errored, 2↷ skipped, 8▶ running, 5○ new, 43✔ finished;
    with --ascii 11x 3! 2- 8> 5. 43+.
"""


@command(help=_HELP, also=("ps", "recent", "runs", "queue"))
@filter_option("-L", "--limit", type=count, metavar="N", default="20", show_default=True, also=("tail", "last"),
        help="Show at most N jobs.")  # fmt: skip
@filter_option(
    "--state",
    multiple=True,
    type=click.Choice(list(dict.fromkeys((*JOB_STATES, ABORTED, *PLAN_STATES)))),
    metavar="STATE",
    also=("status", "failed", "running"),
    help="Only jobs in this state, such as running or failed.",
)
@filter_option("--type", "types", multiple=True, type=job_type, metavar="TYPE",
        help="Only jobs of this type, such as deploy, task or plan_task; plan for plan jobs.")  # fmt: skip
@filter_option("--tree", is_flag=True, help="Only plan jobs, and under each the jobs that it started.")
@filter_option("--task", multiple=True, metavar="GLOB", help="Only jobs that run this task, as in 'service*'.")
@filter_option("--owner", multiple=True, metavar="GLOB", also=("user",), help="Only jobs of this owner.")
@filter_option("--environment", multiple=True, metavar="GLOB", help="Only jobs in this environment.")
@filter_option("--since", type=instant, metavar="TIME", also=("after", "from"),
               help="Only jobs that started since TIME, as in 10m (ago) or 2016-05-05.")  # fmt: skip
@filter_option(
    "--until", type=instant, metavar="TIME", also=("before", "to"), help="Only jobs that started until TIME."
)
@output_options(JOB_FORMATS, json="jsonl", help_text="Same as -o jsonl: the server's own objects, one per line.")
@display_options(JOB_TIMES)
@connect_options
@archive_option
@retry_options(retry_for="10s", auth_wait="0")
@pass_typed
@click.pass_obj
def jobs(  # noqa: PLR0913, PLR0917 - one argument an option of its own
    app: App, limit: int, state: Sequence[str], types: Sequence[str], tree: bool,  # noqa: FBT001 - click's
    task: tuple[str, ...], owner: tuple[str, ...], environment: tuple[str, ...], since: float | None,
    until: float | None, output: OutputOptions, display: DisplayOptions, connect: ConnectOptions, archive: str | None,
    retry: RetryOptions, typed: TypedWords,
) -> None:  # fmt: skip
    """Run `orch-events jobs`."""
    from orch_events.client.recent import JobQuery

    app.configure_stderr(display)
    if tree and ("types" in typed) != ("tree" in typed):  # one of them is a variable's, and may be for other commands
        types, tree = (types, False) if "types" in typed else ((), True)
    kinds = frozenset(types)
    query = JobQuery(limit, frozenset(state), kinds, task, owner, environment, since, until)
    if archive is not None and "archive" in typed:  # a variable's is for jobs that the server has deleted
        found = _in_archive(archive, query, tree=tree)
    else:
        found = _on_server(app, connect, retry, query, verbose=display.verbose, tree=tree)
    with app.paging(wanted=not display.no_pager):
        _show(app, output, display, found, tree=tree, typed=typed)
    if not found:
        where = "archive" if "archive" in typed else "server"
        app.stderr.note("no jobs match" if query.filters else f"the {where} has no jobs")


def _on_server(
    app: App, connect: ConnectOptions, retry: RetryOptions, query: "JobQuery", *, verbose: bool, tree: bool
) -> "list[JobRecord]":
    from orch_events.library import recent

    policy = retry_policy(retry)
    with open_server(app, connect, verbose=verbose) as server:
        policy = policy.with_token(server.token_version)
        read = recent.tree if tree else recent.jobs_and_plans
        return app.finish(read(server, policy, app.clock, query))


def _in_archive(directory: str, query: "JobQuery", *, tree: bool) -> "list[JobRecord]":
    from orch_events.library.archived import tree_in_archive

    with open_archived(directory) as archive:
        return tree_in_archive(archive, query) if tree else archive.jobs(query.matches, limit=query.limit)


def _show(
    app: App, output: OutputOptions, display: DisplayOptions, jobs: "Sequence[JobRecord]", *, tree: bool,
    typed: TypedWords,
) -> None:  # fmt: skip
    from orch_events.cli.reports import write_objects
    from orch_events.render.reports.jobs import jobs_csv, jobs_table
    from orch_events.render.toolkit.terminal import columns
    from orch_events.render.toolkit.timestamps import TimeFormat

    match output.format:
        case "json" | "jsonl":
            write_objects(app, output, [job.raw for job in jobs])
        case "name":
            app.output.write_text("".join(f"{job.key}\n" for job in jobs if job.number))
        case "csv":
            app.output.write(jobs_csv(jobs, safe=output.csv_safe).encode())
        case _:
            theme, time_format, cells = app.theme(app.stdout, display), TimeFormat(display.time), columns(app.stdout)
            ago = display.time == "ago" and (cells is not None or "time" in typed)
            now = app.clock.now() if ago else None
            app.output.write_text(jobs_table(jobs, theme, time_format, cells=cells, now=now, tree=tree))
