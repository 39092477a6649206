"""`orch-events follow`: the events from the beginning, then live, until every job is over."""

import functools
import math
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from orch_events.cli.app import App
from orch_events.cli.asking import patience
from orch_events.cli.command import command
from orch_events.cli.connect import DEMO_SPEED
from orch_events.cli.groups import Bear, Connect, Look, Output, Select, Status, Where
from orch_events.cli.keeper import Keeper, open_record
from orch_events.cli.opening import OpenJob, Recorded, open_jobs
from orch_events.cli.option import option
from orch_events.cli.options import (
    EVENT_TIMES,
    bear_options,
    connect_options,
    event_output_options,
    look_option,
    look_options,
    record_option,
    recording_option,
    select_options,
    status_options,
    where_options,
)
from orch_events.cli.shell_lines import ShellLines
from orch_events.cli.show import output_format, renderer, selection
from orch_events.cli.terminal import USUAL_COLUMNS, columns, is_pipe, is_terminal
from orch_events.cli.types import FILE, above_zero, duration, job
from orch_events.errors import UsageError
from orch_events.job_name import JobName

if TYPE_CHECKING:  # httpx, rich and msgspec are imported when it begins
    from orch_events.cursor_file import CursorFile
    from orch_events.follow import Follower
    from orch_events.pace import Pace
    from orch_events.render.progress import Progress

_RETRY_FOR = 600.0
_AUTH_WAIT = 300.0
_REPLAY_INTERVAL = 0.2

_follow_option = functools.partial(option, heading="Follow")


@command(also=("watch", "tail", "logs", "attach", "stream", "wait", "-f"))
@click.argument("jobs", metavar="JOB [JOB ...]", type=job, nargs=-1, required=True)
@recording_option
@where_options
@select_options
@event_output_options
@record_option
@look_options(EVENT_TIMES)
@look_option("--no-progress", is_flag=True, help="No live line and no heartbeat.")
@_follow_option(
    "--interval",
    type=duration(0.1),
    metavar="DURATION",
    default="1s",
    show_default=True,
    also=("poll", "every"),
    help="How long to wait between two asks while events come.",
)
@_follow_option("--timeout", type=duration(), metavar="DURATION", help="Leave after so long; the job goes on.")
@_follow_option(
    "--settle",
    type=duration(),
    metavar="DURATION",
    default="15s",
    show_default=True,
    help="How much silence ends a job whose record can't be had.",
)
@_follow_option(
    "--cursor-file",
    type=FILE,
    metavar="FILE",
    also=("resume",),
    help="Resume where this file says; keep it up to date.",
)
@_follow_option(
    "--slow",
    type=duration(),
    metavar="DURATION",
    show_default="twice the usual",
    help="Name each node that runs longer than this.",
)
@_follow_option(
    "--speed",
    type=above_zero,
    metavar="N",
    help="Of a recording or the demo: how many of its seconds pass in one of yours.",
)
@status_options(on=True)
@connect_options
@bear_options(retry_for="10m", auth_wait="5m, 0 at the start")
@click.pass_obj
def follow(  # noqa: PLR0913, PLR0917 - one argument a group of options
    app: App, jobs: Sequence[JobName], where: Where, select: Select, output: Output, look: Look, record: str | None,
    interval: float, timeout: float | None, settle: float, no_progress: bool,  # noqa: FBT001 - click gives it by name
    cursor_file: str | None, recorded_job: str | None, speed: float | None, slow: float | None,
    connect: Connect, bear: Bear, status: Status,
) -> int:  # fmt: skip
    """Show the events of JOB so far, then live, until it is over.

    \b
    orch-events follow 352                to the end; exit status 0: all well
    orch-events follow latest             the newest job
    orch-events follow 352 353 --json     two jobs in one stream, for programs

    Ctrl-C only detaches: the job goes on.
    """
    from contextlib import ExitStack
    from functools import partial
    from pathlib import Path

    from orch_events.cli.view import View
    from orch_events.cursor_file import CursorFile
    from orch_events.pace import Pace
    from orch_events.stragglers import Stragglers
    from orch_events.watch import watch

    _check(output, speed, can_hurry=connect.demo or any(name.kind == "recording" for name in jobs))
    app.dress(look)
    chosen = selection(app, select)
    places = CursorFile(Path(cursor_file)) if cursor_file else None
    bearing = partial(patience, bear, retry_for=_RETRY_FOR, auth_wait=_AUTH_WAIT)
    with ExitStack() as stack:
        opened = stack.enter_context(
            open_jobs(
                app,
                jobs,
                connect,
                bearing,
                Recorded(recorded_job, speed or math.inf),
                verbose=look.verbose,
                demo_speed=speed or DEMO_SPEED,
            )
        )
        recorded = stack.enter_context(open_record(record, name_job=len(opened) > 1))
        followers = [
            _follower(app, job, interval, _start(app, job.number, where.start, places), settle) for job in opened
        ]
        states = {one.state.job: one.state for one in followers}
        shown = renderer(app, output, look, chosen, states, tail=where.tail)
        pace = Pace(followers, app.clock)
        progress = _progress(app, look, pace, wanted=not no_progress)
        keeper = Keeper(app.talk, recorded, places)
        lines = ShellLines(click.get_current_context(), {job.number: job.name for job in opened})
        view = View(app, look, shown, progress, keeper, status, lines, Stragglers(pace, slow))
        happenings = watch([one.follow() for one in followers], app.clock, math.inf if timeout is None else timeout)
        return view.watch(followers, happenings)


def _check(output: Output, speed: float | None, *, can_hurry: bool) -> None:
    """Raise UsageError for words that make no sense together."""
    if output_format(output, json="jsonl") == "json":
        raise UsageError("follow can't write one JSON array: it never ends", "use --json, an object a line")
    if speed and not can_hurry:
        raise UsageError("--speed is for recordings and --demo: a server's jobs go by as they do")


def _follower(app: App, job: OpenJob, interval: float, start: int | None, settle: float) -> "Follower":
    """Follow a job from its source; a recording is asked more often: that costs nobody anything."""
    from random import random

    from orch_events.backoff import Backoff
    from orch_events.follow import Follower

    backoff = Backoff(min(interval, _REPLAY_INTERVAL) if job.recorded else interval, random)
    return Follower(job.number, job.source, app.clock, backoff, job.patience, start=start, settle=settle)


def _start(app: App, job: str, start: int | None, places: "CursorFile | None") -> int | None:
    """Return where to begin: where the cursor file says, else where the option does."""
    place = places.read(job) if places else None
    if place is None:
        return start
    again = ", and what was on its way when it was left may come again" if place.showing else ""
    app.talk.note(f"job {job} is resumed at event {place.start}{again}")
    return place.start


def _progress(app: App, look: Look, pace: "Pace", *, wanted: bool) -> "Progress":
    from orch_events.render.live import LiveLine
    from orch_events.render.progress import Heartbeat, NoProgress

    if look.quiet or not wanted or sys.stderr is None:
        return NoProgress()
    if not is_terminal(sys.stderr) or os.environ.get("TERM") == "dumb":
        return Heartbeat(sys.stderr, pace, app.clock)
    theme = app.theme(sys.stderr, look)
    return LiveLine(
        sys.stderr, theme, pace, app.clock, lambda: columns(sys.stderr) or USUAL_COLUMNS, shared=is_pipe(sys.stdout)
    )
