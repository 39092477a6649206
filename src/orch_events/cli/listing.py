"""`orch-events list`: the events so far."""

import click

from orch_events.cli.app import App
from orch_events.cli.asking import patience
from orch_events.cli.keeper import Keeper, open_record
from orch_events.cli.opening import open_jobs
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
from orch_events.cli.show import renderer, selection
from orch_events.cli.types import job as job_type
from orch_events.job_name import JobName


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
    app: App, job: JobName, where: Where, select: Select, look: Look, connect: Connect, bear: Bear,
    *, status: Status, record: str | None,
) -> int:  # fmt: skip
    """Show the events of JOB so far.

    \b
    orch-events list 352                     all of them
    orch-events list latest                  those of the newest job
    orch-events list 352 --failed            only nodes that failed or errored
    orch-events list 352 --json | jq .       the server's own objects, one a line
    """
    from functools import partial
    from random import random

    from orch_events.backoff import Backoff
    from orch_events.cli.view import View
    from orch_events.follow import Follower
    from orch_events.render.progress import NoProgress
    from orch_events.watch import watch

    app.dress(look)
    shown = renderer(app, look, selection(app, select), tail=where.tail)
    with (
        open_record(record, name_job=False) as kept,
        open_jobs(app, [job], connect, partial(patience, bear), verbose=look.verbose) as (opened,),
    ):
        keeper = Keeper(app.talk, kept, None)
        follower = Follower(
            opened.number, opened.source, app.clock, Backoff(1, random), opened.patience, start=where.start
        )
        view = View(app, look, shown, NoProgress(), keeper, status, live=False)
        exit_status = view.watch([follower], watch([follower.once(outcome=status.exit_status)], app.clock))
    if exit_status == 0 and not follower.state.events:
        app.talk.note(f"job {opened.number} has no events{f' from {where.start} on' if where.start else ' yet'}")
    return exit_status
