"""`orch-events list`: the events so far."""

from typing import TYPE_CHECKING

import click

from orch_events.cli.app import App
from orch_events.cli.command import command
from orch_events.cli.connect import source
from orch_events.cli.keeper import Keeper, open_record
from orch_events.cli.options import (
    Bear,
    Connect,
    Look,
    Output,
    Select,
    Status,
    Where,
    bear_options,
    connect_options,
    event_output_options,
    look_options,
    record_option,
    select_options,
    status_options,
    where_options,
)
from orch_events.cli.show import renderer
from orch_events.cli.types import job as job_type

if TYPE_CHECKING:
    from orch_events.job import JobState


@command("list", also=("log", "logs", "events", "ls", "get", "show", "cat"))
@click.argument("job", metavar="JOB", type=job_type)
@where_options
@select_options
@event_output_options
@record_option
@look_options
@status_options(on=False)
@connect_options
@bear_options(retry_for="0", auth_wait="0")
@click.pass_obj
def list_(  # noqa: PLR0913, PLR0917 - one argument a group of options
    app: App, job: str, where: Where, select: Select, output: Output, look: Look, record: str | None,
    connect: Connect, bear: Bear, status: Status,
) -> int:  # fmt: skip
    """Show the events of JOB so far.

    \b
    orch-events list 352                  all of them
    orch-events list 352 --failed         only of nodes that failed or errored
    orch-events list 352 --json | jq .    the server's own objects, one a line
    """
    from random import random

    from orch_events.backoff import Backoff
    from orch_events.cli.view import View
    from orch_events.follow import Follower
    from orch_events.patience import Patience
    from orch_events.render.progress import NoProgress
    from orch_events.watch import watch

    app.dress(look)
    states: dict[str, JobState] = {}
    shown = renderer(app, output, look, select, states, tail=where.tail)
    with (
        open_record(record, name_job=False) as recorded,
        source(app, connect, verbose=look.verbose) as server,
    ):
        keeper = Keeper(app.talk, recorded, None)
        patience = Patience(bear.retry_for or 0, bear.auth_wait or 0, bear.auth_wait or 0, server.token_mark)
        follower = Follower(job, server.events, app.clock, Backoff(1, random), patience, start=where.start)
        states[job] = follower.state
        view = View(app, look, shown, NoProgress(), keeper, status)
        steps = follower.once(outcome=status.exit_status, beginning=look.time == "elapsed")
        exit_status = view.watch([follower], watch([steps], app.clock))
    if exit_status == 0 and not follower.state.events:
        app.talk.note(f"job {job} has no events{f' from {where.start} on' if where.start else ' yet'}")
    return exit_status
