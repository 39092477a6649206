"""`orch-events follow`: the events from the beginning, then live, until every job is over."""

import math
import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from orch_events.cli.app import App
from orch_events.cli.asking import patience
from orch_events.cli.connect import DEMO_SPEED
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
    option,
    record_option,
    select_options,
    status_options,
    where_options,
)
from orch_events.cli.show import output_format, renderer, selection
from orch_events.cli.terminal import is_terminal
from orch_events.cli.types import FILE, duration, job
from orch_events.errors import UsageError
from orch_events.job_name import JobName

if TYPE_CHECKING:  # httpx, rich and msgspec are imported when it begins
    from orch_events.cursor_file import CursorFile
    from orch_events.follow import Follower
    from orch_events.render.progress import Progress

_RETRY_FOR = 600.0
_AUTH_WAIT = 300.0


@click.command()
@click.argument("jobs", metavar="JOB [JOB ...]", type=job, nargs=-1, required=True)
@where_options
@select_options
@look_options
@record_option
@option(
    "--interval",
    type=duration(0.1),
    metavar="DURATION",
    default="1s",
    show_default=True,
    help="Between two asks while events come.",
)
@option("--timeout", type=duration(), metavar="DURATION", help="Leave after so long; the job goes on.")
@option(
    "--settle",
    type=duration(),
    metavar="DURATION",
    default="15s",
    show_default=True,
    help="Silence that ends a job whose record can't be had.",
)
@option("--cursor-file", type=FILE, metavar="FILE", help="Resume where this file says, and keep it up to date.")
@option("--no-progress", is_flag=True, help="No live line and no heartbeat.")
@connect_options
@bear_options(retry_for="10m", auth_wait="5m, but 0 at the start")
@status_options(on=True)
@click.pass_obj
def follow(  # noqa: PLR0913, PLR0917 - one argument a group of options
    app: App, jobs: Sequence[JobName], where: Where, select: Select, look: Look, interval: float, timeout: float | None,
    settle: float, no_progress: bool,  # noqa: FBT001 - click gives it by name
    cursor_file: str | None, record: str | None, connect: Connect, bear: Bear, status: Status,
) -> int:  # fmt: skip
    """Show the events of JOB from the beginning, then live, until every job is over.

    \b
    orch-events follow 352                   exit status 0 when all went well
    orch-events follow 352 --start 1312      from that event on
    orch-events follow latest                the newest job
    orch-events follow 352 353 --json        two jobs in one stream

    Ctrl-C only detaches: the job goes on.
    """
    from functools import partial
    from pathlib import Path
    from random import random

    from orch_events.backoff import Backoff
    from orch_events.cli.view import View
    from orch_events.cursor_file import CursorFile
    from orch_events.follow import Follower
    from orch_events.watch import watch

    if output_format(look) == "json":
        raise UsageError("follow can't write one JSON array: it never ends", "use --json, an object a line")
    app.dress(look)
    chosen = selection(app, select)
    places = CursorFile(Path(cursor_file)) if cursor_file else None
    bearing = partial(patience, bear, retry_for=_RETRY_FOR, auth_wait=_AUTH_WAIT)
    with ExitStack() as stack:
        opened = stack.enter_context(
            open_jobs(app, jobs, connect, bearing, verbose=look.verbose, demo_speed=DEMO_SPEED)
        )
        several = len(opened) > 1
        kept = stack.enter_context(open_record(record, name_job=several))
        shown = renderer(app, look, chosen, tail=where.tail, name_job=several)
        keeper = Keeper(app.talk, kept, places)
        followers = [
            Follower(
                job.number,
                job.source,
                app.clock,
                Backoff(interval, random),
                job.patience,
                start=_start(app, job.number, where.start, places),
                settle=settle,
            )
            for job in opened
        ]
        progress = _progress(app, look, followers, wanted=not no_progress)
        view = View(app, look, shown, progress, keeper, status, live=True)
        happenings = watch([one.follow() for one in followers], app.clock, math.inf if timeout is None else timeout)
        return view.watch(followers, happenings)


def _start(app: App, job: str, start: int | None, places: "CursorFile | None") -> int | None:
    """Return where to begin: where the cursor file says, else where the option does."""
    place = places.read(job) if places else None
    if place is None:
        return start
    again = ", and what was on its way when it was left may come again" if place.showing else ""
    app.talk.note(f"job {job} is resumed at event {place.start}{again}")
    return place.start


def _progress(app: App, look: Look, followers: "Sequence[Follower]", *, wanted: bool) -> "Progress":
    from orch_events.render.progress import Facts, Heartbeat, LiveLine, NoProgress

    if look.quiet or not wanted or sys.stderr is None:
        return NoProgress()
    facts = Facts(followers, app.clock)
    if is_terminal(sys.stderr) and os.environ.get("TERM") != "dumb":
        return LiveLine(sys.stderr, app.theme(sys.stderr, look), facts)
    return Heartbeat(sys.stderr, facts, app.clock)
