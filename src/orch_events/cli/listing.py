"""`orch-events list`: the events so far."""

import click

from orch_events.cli.app import App
from orch_events.cli.asking import patience
from orch_events.cli.command import command
from orch_events.cli.groups import Bear, Connect, Look, Output, Select, Status, Where
from orch_events.cli.keeper import Keeper, open_record
from orch_events.cli.opening import Recorded, open_jobs
from orch_events.cli.options import (
    EVENT_TIMES,
    bear_options,
    connect_options,
    event_output_options,
    look_options,
    record_option,
    recording_option,
    select_options,
    status_options,
    where_options,
)
from orch_events.cli.show import renderer, selection
from orch_events.cli.types import job as job_type
from orch_events.job_name import JobName


@command("list", also=("log", "logs", "events", "ls", "get", "show", "cat"))
@click.argument("job", metavar="JOB", type=job_type)
@recording_option
@where_options
@select_options
@event_output_options
@record_option
@look_options(EVENT_TIMES)
@status_options(on=False)
@connect_options
@bear_options(retry_for="0", auth_wait="0")
@click.pass_obj
def list_(  # noqa: PLR0913, PLR0917 - one argument a group of options
    app: App, job: JobName, where: Where, select: Select, output: Output, look: Look, record: str | None,
    recorded_job: str | None, connect: Connect, bear: Bear, status: Status,
) -> int:  # fmt: skip
    """Show the events of JOB so far.

    \b
    orch-events list 352                  all of them
    orch-events list 352 --failed         only of nodes that failed or errored
    orch-events list 352 --json | jq .    the server's own objects, one a line
    """
    from functools import partial
    from random import random

    from orch_events.backoff import Backoff
    from orch_events.cli.view import View
    from orch_events.follow import Follower
    from orch_events.render.progress import NoProgress
    from orch_events.watch import watch

    app.dress(look)
    chosen = selection(app, select)
    with (
        open_record(record, name_job=False) as recorded,
        open_jobs(app, [job], connect, partial(patience, bear), Recorded(recorded_job), verbose=look.verbose) as (
            opened,
        ),
    ):
        follower = Follower(
            opened.number, opened.source, app.clock, Backoff(1, random), opened.patience, start=where.start
        )
        shown = renderer(app, output, look, chosen, {opened.number: follower.state}, tail=where.tail)
        view = View(app, look, shown, NoProgress(), Keeper(app.talk, recorded, None), status)
        steps = follower.once(outcome=status.exit_status, beginning=look.time == "elapsed")
        exit_status = view.watch([follower], watch([steps], app.clock))
    if exit_status == 0 and follower.state.events and not shown.passed:
        app.talk.note(f"none of the {follower.state.events} events of job {opened.number} is one that was asked for")
    if exit_status == 0 and not follower.state.events:
        app.talk.note(f"job {opened.number} has no events{f' from {where.start} on' if where.start else ' yet'}")
    return exit_status
