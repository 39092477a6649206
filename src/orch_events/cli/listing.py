"""`orch-events list`: the events so far."""

import click

from orch_events.cli.app import App
from orch_events.cli.asking import patience
from orch_events.cli.connect import source
from orch_events.cli.keeper import Keeper, open_record
from orch_events.cli.options import (
    Bear,
    Connect,
    Look,
    Select,
    Status,
    Where,
    bear_options,
    connect_options,
    look_options,
    record_option,
    select_options,
    status_options,
    where_options,
)
from orch_events.cli.show import renderer
from orch_events.cli.types import job as job_type


@click.command("list")
@click.argument("job", type=job_type)
@where_options
@select_options
@look_options
@record_option
@connect_options
@bear_options(retry_for="0", auth_wait="0")
@status_options(on=False)
@click.pass_obj
def list_(
    app: App, job: str, where: Where, select: Select, look: Look, connect: Connect, bear: Bear,
    *, status: Status, record: str | None,
) -> int:  # fmt: skip
    """Show the events of JOB so far.

    \b
    orch-events list 352                     all of them
    orch-events list 352 --failed            only nodes that failed or errored
    orch-events list 352 --json | jq .       the server's own objects, one a line
    """
    from random import random

    from orch_events.backoff import Backoff
    from orch_events.cli.view import View
    from orch_events.follow import Follower
    from orch_events.render.progress import NoProgress
    from orch_events.watch import watch

    app.dress(look)
    shown = renderer(app, look, select, tail=where.tail)
    with (
        open_record(record, name_job=False) as kept,
        source(app, connect, verbose=look.verbose) as server,
    ):
        keeper = Keeper(app.talk, kept, None)
        bearing = patience(bear, server.token_mark)
        follower = Follower(job, server.events, app.clock, Backoff(1, random), bearing, start=where.start)
        view = View(app, look, shown, NoProgress(), keeper, status, live=False)
        exit_status = view.watch([follower], watch([follower.once(outcome=status.exit_status)], app.clock))
    if exit_status == 0 and not follower.state.events:
        app.talk.note(f"job {job} has no events{f' from {where.start} on' if where.start else ' yet'}")
    return exit_status
