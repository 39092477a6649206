"""Opens the jobs that were named: on a server, on the built-in simulator, in a recording, or in an archive."""

import math
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from orch_events.cli.app import App
from orch_events.cli.archived import needed, open_archived
from orch_events.cli.connection import open_server
from orch_events.cli.options.groups import ConnectOptions
from orch_events.errors import LocalFileError, UsageError
from orch_events.library.job_ref import JobRef
from orch_events.wire.job_key import spoken

if TYPE_CHECKING:  # msgspec and sqlite3 are imported when a source is opened
    from orch_events.archive import ArchiveReader
    from orch_events.follow.retry import RetryPolicy
    from orch_events.follow.source import JobSource
    from orch_events.library.jobs import OpenJob
    from orch_events.library.servers import OpenServer


class ReplayOptions(NamedTuple):
    """How recordings and the demo are replayed, and where deleted jobs are looked up.

    Attributes:
        job: which of a recording's jobs; None for the only one.
        speed: how many recorded seconds pass in a real one.
        demo_speed: how many simulated seconds pass in a real one.
        archive: the archive's directory; None for none.
    """

    job: str | None = None
    speed: float = math.inf
    demo_speed: float = math.inf
    archive: str | None = None


@contextmanager
def open_jobs(
    app: App,
    refs: Sequence[JobRef],
    connect: ConnectOptions,
    policy: "RetryPolicy",
    replay: ReplayOptions,
    *,
    verbose: bool,
) -> "Iterator[list[OpenJob]]":
    """Open the jobs that were named, each once; the server is opened when the first of them needs it.

    Raises:
        UsageError: a job's URL is of another server, or a recording is of several jobs.
        UnknownJob: there is no latest job, or the archive has no such job.
        OrchEventsError: a server or a recording can't be opened, or the latest job can't be determined.
    """
    connect = _without_demo(refs, connect)
    with ExitStack() as stack:

        @cache
        def server() -> "OpenServer":
            return stack.enter_context(open_server(app, connect, verbose=verbose, demo_speed=replay.demo_speed))

        opened: dict[str, OpenJob] = {}
        for ref in dict.fromkeys(refs):
            if ref.kind == "recording":
                job = _from_recording(app, ref, replay, policy, stack)
            elif ref.kind == "archive":
                job = _from_archive(app, ref, replay, policy, stack)
            else:
                job = _from_server(app, ref, server(), policy)
                job = _behind_it(app, job, replay, stack)
            _check_same_source(opened.setdefault(job.number, job), job)
        if replay.job is not None and not any(ref.kind == "recording" for ref in refs):
            app.stderr.note("--job is ignored: only a recording can have several jobs")
        yield list(opened.values())


def _without_demo(refs: Sequence[JobRef], connect: ConnectOptions) -> ConnectOptions:
    """Let the URL of a job beat the demo of the environment. Raises UsageError for a demo that was typed."""
    ref = next((ref for ref in refs if ref.kind in ("api", "console")), None)
    if ref is None or not connect.demo:
        return connect
    if connect.origins["demo"] == "--demo":
        message = f"{spoken(ref.number)} is on {ref.place}, but --demo shows the built-in simulator"
        raise UsageError(message, "leave out --demo, or give the job's number")
    return connect._replace(demo=False)


def _check_same_source(first: "OpenJob", second: "OpenJob") -> None:
    """See that a job that is named twice is one job. Raises UsageError."""
    if first.origin != second.origin:
        message = f"{spoken(first.number)} is in two sources, {first.origin} and {second.origin}"
        raise UsageError(message, "follow them one at a time")


def _from_server(app: App, ref: JobRef, server: "OpenServer", policy: "RetryPolicy") -> "OpenJob":
    from orch_events.library.jobs import job_on_server

    job = app.finish(job_on_server(ref, server, policy, app.clock))
    if ref.kind == "latest":
        app.stderr.note(f"{ref.latest_name} is {spoken(job.number)}")
    return job


def _from_archive(app: App, ref: JobRef, replay: ReplayOptions, policy: "RetryPolicy", stack: ExitStack) -> "OpenJob":
    from orch_events.library.archived import job_in_archive

    archive = stack.enter_context(open_archived(needed(replay.archive, f"archive:{ref.number}")))
    return job_in_archive(archive, ref.number, policy, app.clock, replay.speed, app.stderr.warn)


def _behind_it(app: App, job: "OpenJob", replay: ReplayOptions, stack: ExitStack) -> "OpenJob":
    """Let what the server does not know any more be read from the archive, if there is one of the same orchestrator."""
    if replay.archive is None:
        return job
    from orch_events.library.archived import PrunedJobs, job_in_archive

    directory = replay.archive

    @cache
    def archive() -> "ArchiveReader | None":
        try:
            reader = stack.enter_context(open_archived(directory))
        except LocalFileError as error:
            app.stderr.warn(error.message)
            return None
        if reader.origin != job.origin:
            app.stderr.warn(f"the archive {directory} has the jobs of {reader.origin}, not of {job.origin}")
            return None
        return reader

    def find(number: str) -> "JobSource | None":
        reader = archive()
        if reader is None or not reader.has(number):
            return None
        app.stderr.note(f"the server does not know {spoken(number)} any more; it is read from the archive {directory}")
        return job_in_archive(reader, number, job.policy, app.clock, replay.speed, app.stderr.warn).source

    return job._replace(source=PrunedJobs(job.source, find))


def _from_recording(app: App, ref: JobRef, replay: ReplayOptions, policy: "RetryPolicy", stack: ExitStack) -> "OpenJob":
    from orch_events.library.jobs import job_in_recording
    from orch_events.recording import open_recording

    recording = stack.enter_context(open_recording(ref.place, app.stdin_bytes, app.stderr.warn))
    return job_in_recording(recording, ref.place, replay.job, policy, app.clock, replay.speed)
