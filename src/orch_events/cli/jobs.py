"""`orch-events jobs`: recent jobs."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from orch_events.cli.app import App
from orch_events.cli.asking import patience, recent_jobs
from orch_events.cli.command import command
from orch_events.cli.connect import source
from orch_events.cli.groups import Bear, Connect, Look, Output
from orch_events.cli.options import bear_options, connect_options, event_output_options, look_options, select_option
from orch_events.cli.show import output_format
from orch_events.cli.terminal import columns
from orch_events.cli.types import count, job_type
from orch_events.states import JOB_STATES

if TYPE_CHECKING:  # httpx, rich and msgspec are imported when something is asked
    from orch_events.records import JobRecord


@command(also=("ps", "recent"))
@select_option("--limit", type=count, metavar="N", default="20", show_default=True, help="How many, at most.")
@select_option(
    "--state",
    multiple=True,
    type=click.Choice(JOB_STATES),
    metavar="STATE",
    help="Only jobs in this state, such as running or failed.",
)
@select_option("--type", "types", multiple=True, type=job_type, metavar="TYPE", envvar="ORCH_EVENTS_JOB_TYPE",
        help="Only jobs of this type, such as deploy, task or plan_task.")  # fmt: skip
@event_output_options
@look_options()
@connect_options
@bear_options(retry_for="0", auth_wait="0")
@click.pass_obj
def jobs(
    app: App,
    limit: int,
    state: Sequence[str],
    types: Sequence[str],
    output: Output,
    look: Look,
    connect: Connect,
    bear: Bear,
) -> None:
    """Show recent jobs, the newest first.

    \b
    orch-events jobs                        the last twenty
    orch-events jobs --state running        what runs now
    orch-events jobs --json | jq -r .name   the server's own objects, one a line
    """
    from orch_events.recent import Wanted

    app.dress(look)
    wanted = Wanted(limit, frozenset(state), frozenset(types))
    with source(app, connect, verbose=look.verbose) as server:
        found = recent_jobs(app, server.events, patience(bear, server.token_mark), wanted)
    _show(app, output, look, found)
    if not found:
        app.talk.note("the server has no jobs of this kind" if state or types else "the server has no jobs")


def _show(app: App, output: Output, look: Look, jobs: "Sequence[JobRecord]") -> None:
    from orch_events.render.jobs import jobs_csv, jobs_table
    from orch_events.render.machine import JsonArray, JsonLines
    from orch_events.render.stamp import Stamp

    objects = [job.raw for job in jobs]
    match output_format(output, json="jsonl"):
        case "jsonl":
            JsonLines(app.output).objects(objects)
        case "json":
            array = JsonArray(app.output)
            array.objects(objects)
            array.finish()
        case "csv":
            app.output.write(jobs_csv(jobs).encode())
        case _:
            theme, stamp = app.theme(sys.stdout, look), Stamp(look.time)
            app.output.write_text(jobs_table(jobs, theme, stamp, cells=columns(sys.stdout)))
