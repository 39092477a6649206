"""`orch-events follow`: the events from the beginning, then live, until every job is over."""

import functools
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from orch_events.cli import exit_status
from orch_events.cli.afterwards import conclude
from orch_events.cli.app import App
from orch_events.cli.connection import DEMO_SPEED, retry_policy
from orch_events.cli.help.command import command
from orch_events.cli.job_completion import job_argument
from orch_events.cli.job_sources import ReplayOptions
from orch_events.cli.options.definitions import event_options
from orch_events.cli.options.formats import report_file_options
from orch_events.cli.options.groups import AfterOptions, EventOptions, ReportFileOptions, TypedWords
from orch_events.cli.options.option import afterwards_option, composed, display_option, grouped, option, pass_typed
from orch_events.cli.options.types import FILE, above_zero, count, duration
from orch_events.errors import OrchEventsError, UsageError
from orch_events.library.job_ref import JobRef

if TYPE_CHECKING:  # msgspec is imported when a session is opened
    from orch_events.cli.session import FollowSession

_RETRY_SECONDS = 600.0
_AUTH_WAIT_SECONDS = 300.0

_follow_option = functools.partial(option, heading="Follow")

_OWN_OPTIONS = composed(
    display_option("--no-progress", is_flag=True, help="Show no live progress line and no heartbeat."),
    _follow_option(
        "--interval",
        type=duration(0.1),
        metavar="DURATION",
        default="1s",
        show_default=True,
        also=("poll", "every"),
        help="Polling interval; up to five times longer while no events come.",
    ),
    _follow_option(
        "--timeout",
        type=duration(),
        metavar="DURATION",
        help="Stop following after this long; the job keeps running.",
    ),
    _follow_option(
        "--settle",
        type=duration(),
        metavar="DURATION",
        default="15s",
        show_default=True,
        help="Wait at most this long for events that are missing at the end.",
    ),
    _follow_option(
        "--cursor-file",
        type=FILE,
        metavar="FILE",
        also=("resume",),
        help="Keep the position in FILE, and resume from it.",
    ),
    _follow_option(
        "--slow",
        type=duration(),
        metavar="DURATION",
        show_default="twice the usual time",
        help="Report nodes that run longer than this.",
    ),
    _follow_option(
        "--fail-fast",
        type=count,
        bare="1",
        metavar="N",
        also=("stop-on-failure",),
        help="Stop following as soon as N nodes have failed (without =N: one); the job keeps running.",
    ),
    _follow_option(
        "--speed",
        type=above_zero,
        metavar="N",
        help="Replay a recording, or run the demo, at N times the real speed.",
    ),
)


_AFTER_OPTIONS = grouped(
    "after",
    AfterOptions,
    afterwards_option(
        "--exec",
        metavar="COMMAND",
        also=("on-end", "hook", "notify"),
        help="When following has ended, run COMMAND by the shell; see: orch-events help exec.",
    ),
    afterwards_option(
        "--exec-always",
        is_flag=True,
        help="Run it after Ctrl-C and other signals too.",
    ),
    afterwards_option(
        "--exec-timeout",
        type=duration(),
        metavar="DURATION",
        default="1m",
        show_default=True,
        help="End it after this long.",
    ),
    afterwards_option(
        "--bell",
        is_flag=True,
        help="Ring the terminal's bell when following has ended.",
    ),
)

_HELP = """
    Show the events of JOB so far, then live until it ends.

    \b
    orch-events follow 352                until it ends; exits with 0 on success
    orch-events follow latest             the newest job
    orch-events follow 352 353 --json     two jobs in one stream, for scripts

    Ctrl-C only detaches: the job keeps running.
"""


@command(
    help=_HELP,
    also=(
        "watch",
        "tail",
        "logs",
        "attach",
        "stream",
        "wait",
        "-f",
        "--watch",
        "--interval",
        "--cursor-file",
        "--slow",
    ),
)
@job_argument("jobs", metavar="JOB [JOB ...]", nargs=-1, required=True)
@event_options(_OWN_OPTIONS, report_file_options, _AFTER_OPTIONS, exit_on=True, retry_for="10m",
               auth_wait="5m, 0 at the start", live=True)  # fmt: skip
@pass_typed
@click.pass_obj
def follow(  # noqa: PLR0913, PLR0917 - one argument an option of its own
    app: App, jobs: Sequence[JobRef], events: EventOptions, interval: float, timeout: float | None, settle: float,
    no_progress: bool, cursor_file: str | None, slow: float | None, speed: float | None,  # noqa: FBT001 - click's
    fail_fast: int | None, reports: ReportFileOptions, after: AfterOptions, typed: TypedWords,
) -> int:  # fmt: skip
    """Run `orch-events follow`."""
    from orch_events.cli.session import FollowOptions, open_session

    if speed and not (events.connect.demo or any(ref.kind in ("recording", "archive") for ref in jobs)):
        _refuse_speed(typed)
        speed = None
    replay = ReplayOptions(speed=speed or math.inf, demo_speed=speed or DEMO_SPEED)
    options = FollowOptions(interval, settle, cursor_file, slow, replay, not no_progress, reports, fail_fast, typed)
    policy = retry_policy(events.retry, retry_seconds=_RETRY_SECONDS, auth_wait_seconds=_AUTH_WAIT_SECONDS)
    with open_session(app, jobs, events, policy, options) as session:
        return _run(app, session, math.inf if timeout is None else timeout, after)


def _run(app: App, session: "FollowSession", timeout: float, after: AfterOptions) -> int:
    """Follow to the end, however that comes, and do what is to be done then; return the exit status."""
    try:
        status = session.run(lambda follower: follower.follow(), timeout)
    except (BrokenPipeError, OrchEventsError) as error:
        _conclude(app, session, getattr(error, "exit_status", exit_status.READER_GONE), after)
        raise
    return _conclude(app, session, status, after)


def _conclude(app: App, session: "FollowSession", status: int, after: AfterOptions) -> int:
    """Write the reports, then run the command that is told of them."""
    status = session.reports.write(status)
    conclude(app, after, session.ending(status), session.reports.written)
    return status


def _refuse_speed(typed: TypedWords) -> None:
    """Raise UsageError for a --speed that was typed; one of the environment is for other jobs."""
    if "speed" in typed:
        raise UsageError("--speed works only with recordings and --demo", "leave it out to follow a job on a server")
