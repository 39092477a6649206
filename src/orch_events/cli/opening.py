"""From the JOBs that were typed to where their events come from."""

import math
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from orch_events.cli.app import App
from orch_events.cli.asking import recent_jobs
from orch_events.cli.connect import Source, source
from orch_events.cli.groups import Connect
from orch_events.errors import UnknownJob, UsageError
from orch_events.job_name import JobName

if TYPE_CHECKING:  # msgspec is imported when a source is opened
    from orch_events.patience import Patience
    from orch_events.source import JobSource

Bearing = Callable[[Callable[[], object] | None], "Patience"]
"""Returns how patient to be, by what changes with the token."""


class OpenJob(NamedTuple):
    """A job, and where its events come from.

    Attributes:
        number: the job's number, as text.
        source: of its events, record and nodes.
        patience: how long to bear that the source gives no good answer.
        name: how it is called in commands: as it was typed, or by its number.
        recorded: whether its events come from a recording.
    """

    number: str
    source: "JobSource"
    patience: "Patience"
    name: str
    recorded: bool = False


class Recorded(NamedTuple):
    """How recordings are read.

    Attributes:
        job: which of their jobs; None for the only one.
        speed: how many of their seconds pass in one of ours.
    """

    job: str | None = None
    speed: float = math.inf


@contextmanager
def open_jobs(
    app: App,
    names: Sequence[JobName],
    connect: Connect,
    bearing: Bearing,
    recorded: Recorded,
    *,
    verbose: bool,
    demo_speed: float = math.inf,
) -> Iterator[list[OpenJob]]:
    """Open the jobs that were named, each once; a server is opened when the first of them needs it.

    Raises:
        UsageError: the URL of a job is another server's, or a recording is of several jobs.
        UnknownJob: there is no latest job.
        OrchEventsError: a server or a recording can't be opened, or doesn't tell which job is the latest.
    """
    with ExitStack() as stack:

        @cache
        def server() -> Source:
            return stack.enter_context(source(app, connect, verbose=verbose, demo_speed=demo_speed))

        opened = [
            _of_recording(app, name, recorded, bearing(None), stack)
            if name.kind == "recording"
            else _of_server(app, name, server(), bearing)
            for name in dict.fromkeys(names)
        ]
        yield list({job.number: job for job in opened}.values())


def _of_server(app: App, name: JobName, server: Source, bearing: Bearing) -> OpenJob:
    patience = bearing(server.token_mark)
    _check_place(app, name, server)
    number = _latest(app, server, patience) if name.kind == "latest" else name.number
    return OpenJob(number, server.events, patience, number)


def _of_recording(app: App, name: JobName, recorded: Recorded, patience: "Patience", stack: ExitStack) -> OpenJob:
    from orch_events.recording import Replay, open_recording

    stdin = sys.stdin.buffer if sys.stdin is not None else None
    recording = stack.enter_context(open_recording(name.place, stdin, app.talk.warn))
    replay = Replay(recording, app.clock, recorded.speed)
    return OpenJob(recording.job(recorded.job), replay, patience, name.place, recorded=True)


def _latest(app: App, server: Source, patience: "Patience") -> str:
    from orch_events.recent import Wanted

    newest = recent_jobs(app, server.events, patience, Wanted(1))
    if not newest or not newest[0].number:
        raise UnknownJob("the server has no latest job", "it forgets jobs after 30 days; orch-events jobs shows them")
    app.talk.note(f"latest is job {newest[0].number}")
    return newest[0].number


def _check_place(app: App, name: JobName, server: Source) -> None:
    """See that the place of an URL is where we ask: no token goes elsewhere. A console may well live elsewhere."""
    if not name.place or server.url is None:
        return
    if name.kind == "api" and not server.url.is_of(name.place):
        raise UsageError(
            f"job {name.number} of {name.place} is not one of {server.url.origin}, the orchestrator that is configured",
            f"give --service-url {name.place} to ask that one",
        )
    if name.kind == "console" and not server.url.shares_host(name.place):
        app.talk.warn(f"{name.place} is another host; it is job {name.number} of {server.url.origin} that is shown")
