"""`orch-events list`: the events so far."""

from typing import TYPE_CHECKING

import click

from orch_events.cli.app import App
from orch_events.cli.connection import retry_policy
from orch_events.cli.help.command import command
from orch_events.cli.job_completion import job_argument
from orch_events.cli.options.definitions import event_options
from orch_events.cli.options.groups import EventOptions, FilterOptions
from orch_events.library.job_ref import JobRef
from orch_events.wire.job_key import spoken

if TYPE_CHECKING:  # msgspec is imported when a source is opened
    from orch_events.cli.session import FollowSession


_HELP = """
    Show the events of JOB so far.

    \b
    orch-events list 352                  all of them
    orch-events list 352 --failed         only those of nodes that failed or errored
    orch-events list 352 --json | jq .    the server's own objects, one per line
"""


@command("list", help=_HELP, also=("log", "logs", "events", "ls", "get", "show", "cat", "view"))
@job_argument("job")
@event_options(exit_on=False, retry_for="10s", auth_wait="0")
@click.pass_obj
def list_(app: App, job: JobRef, events: EventOptions) -> int:
    """Run `orch-events list`."""
    with app.paging(wanted=not events.display.no_pager):
        return _list(app, job, events)
    return 0  # the pager was left early


def _list(app: App, job: JobRef, events: EventOptions) -> int:
    from orch_events.cli.session import FollowOptions, open_session

    with open_session(app, [job], events, retry_policy(events.retry), FollowOptions()) as session:
        elapsed, records = events.display.time == "elapsed", events.record is not None
        outcome = events.exit_options.exit_status or records  # a recording has the job's record in it
        status = session.run(lambda follower: follower.once(outcome=outcome, beginning=elapsed))
    if status == 0:
        _note_if_nothing_shown(app, session, events.filters, recorded=job.kind == "recording")
    return status


def _note_if_nothing_shown(app: App, session: "FollowSession", filters: FilterOptions, *, recorded: bool) -> None:
    follower = session.followers[0]
    job, events, start = follower.state.job, sum(one.state.events for one in session.followers), follower.start
    if events and not session.shown:
        whole = filters.node and not any(set("*?[") & set(glob) for glob in filters.node)
        names = "; -n takes whole names, or a pattern such as 'web*'" * bool(whole)
        app.stderr.note(f"no events match ({events} in {spoken(job)}){names}")
    elif not events:
        yet = "" if recorded else " yet"
        app.stderr.note(f"{spoken(job)} has no events{f' from id {start} on' if start else yet}")
