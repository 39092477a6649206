"""The jobs that a shell offers for JOB, asked of the server that is configured and remembered for some seconds.

Nobody waits for long, and nothing is said on the way: where anything is missing or fails, no job is offered.
"""

import os
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from orch_events.cli.app import App
from orch_events.cli.connect import settings, source, token_mark
from orch_events.cli.groups import Connect
from orch_events.cli.talk import Talk

if TYPE_CHECKING:  # httpx is imported when a server is asked
    from orch_events.job_cache import Jobs
    from orch_events.records import JobRecord

_WAIT_SECONDS = 0.8
_MOST = 50
_HELP_CELLS = 60


def jobs(ctx: click.Context, incomplete: str) -> "list[CompletionItem[str]]":
    """Offer the jobs that what was typed can become; where it can't become one, files."""
    offered = [CompletionItem("latest", help="the newest job")] if "latest".startswith(incomplete) else []
    if not incomplete.strip("0123456789"):
        offered += [CompletionItem(number, help=told) for number, told in _jobs(ctx) if number.startswith(incomplete)]
    return offered or [CompletionItem(incomplete, type="file")]


def _jobs(ctx: click.Context) -> "Jobs":
    app = App()
    app.talk = Talk(None)
    try:
        with ctx.scope(cleanup=False):
            return _remembered(app, _connect(ctx))
    except Exception:  # noqa: BLE001 - whoever presses TAB wants no message, whatever it is
        return []


def _connect(ctx: click.Context) -> Connect:
    """Take over the options that were typed before, as a shell would expand them, but wait no longer than a moment."""
    typed = Connect(**{field: _expanded(ctx.params.get(field)) for field in Connect._fields})
    return typed._replace(connect_timeout=_WAIT_SECONDS, read_timeout=_WAIT_SECONDS)


def _expanded(value: Any) -> Any:  # noqa: ANN401 - click's own
    return os.path.expanduser(os.path.expandvars(value)) if isinstance(value, str) else value  # noqa: PTH111 - a text


def _remembered(app: App, connect: Connect) -> "Jobs":
    from orch_events.job_cache import JobCache

    asked = _asked(connect)
    if asked is None:
        return []
    cache, now = JobCache.of(os.environ), app.clock.now()
    found = cache.read(asked, now) if cache else None
    if found is None:
        found = [_told(job) for job in _fetch(app, connect) if job.number]
        if cache:
            cache.write(asked, now, found)
    return found


def _asked(connect: Connect) -> str | None:
    """Tell which server is asked, and by whom; None where the token would be read from the shell's own input."""
    if connect.demo:
        return "demo"
    found, url = settings(connect)
    file = found.token_file.value
    if file == "-":
        return None
    return f"{url.base} {file} {token_mark(file) if file else None}"


def _fetch(app: App, connect: Connect) -> "list[JobRecord]":
    with source(app, connect, verbose=False) as server:
        until = app.clock.monotonic() + _WAIT_SECONDS
        for answer in server.events.jobs(_MOST):
            if answer is not None:
                return sorted(answer, key=lambda job: -int(job.number or 0))[:_MOST]
            if app.clock.monotonic() >= until:
                break
    raise TimeoutError


def _told(job: "JobRecord") -> tuple[str, str]:
    """Tell of a job in a few words that do nothing but stand there."""
    from orch_events.render.cells import cut
    from orch_events.render.text import visible

    return job.number, cut(visible(": ".join(filter(None, [job.state, job.description]))), _HELP_CELLS, "...")
