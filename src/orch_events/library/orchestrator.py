"""Where programs begin: `connect` for a server, `read_recording` for a file."""

import json
import math
import os
import sys
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self, Unpack

from orch_events.client.recent import JobQuery
from orch_events.config.conf_file import Setting
from orch_events.config.files import FileReader
from orch_events.config.settings import Places, Settings, load
from orch_events.errors import UsageError
from orch_events.follow.retry import RetryPolicy
from orch_events.job.updates import Notice
from orch_events.library.following import Following, FollowOptions, Job, OnUpdate, Surroundings, ignore
from orch_events.library.job_ref import JobRef
from orch_events.library.jobs import job_in_recording, job_on_server, retry_policy
from orch_events.library.recent import recent_jobs
from orch_events.library.servers import OpenServer, Server, Timeouts, configured, open_client
from orch_events.library.servers import demo as run_demo
from orch_events.recording import open_recording
from orch_events.times import SystemClock

_RETRY_SECONDS = 10.0
"""How long what is asked once is retried; following has times of its own."""

_PREFIX = "ORCH_EVENTS_"


def connect(
    *,
    service_url: str | None = None,
    cacert: str | os.PathLike[str] | None = None,
    token: str | None = None,
    token_file: str | os.PathLike[str] | None = None,
    config_file: str | os.PathLike[str] | None = None,
    demo: bool = False,
    timeouts: tuple[float, float] = (10.0, 60.0),
    on_update: OnUpdate = ignore,
) -> "Orchestrator":
    """Return a server; no request is sent yet.

    What is not given is found as `orch-events` finds it: in the environment (`ORCH_EVENTS_SERVICE_URL` and so on), then
    in Puppet's orchestrator.conf, else it is the default. Only `ORCH_EVENTS_DEMO` is not heard: a program must not take
    made-up data for real.

    Args:
        service_url: the server, as in `https://pe.example.com:8143`.
        cacert: the file of the CA to trust.
        token: the access token itself; beats `token_file`.
        token_file: the file with the token; it is read again when a token is rejected.
        config_file: a file to read instead of the user's orchestrator.conf.
        demo: use the built-in simulator, whose jobs are all over, in place of any server.
        timeouts: how many seconds connecting may take, and each read.
        on_update: is told that a connection is lost or restored, and of what else people should know.

    Raises:
        LocalFileError: no server is configured, or a file can't be read.
    """
    surroundings, reader = Surroundings(SystemClock(), on_update), FileReader()
    with ExitStack() as stack:
        if demo:
            server = stack.enter_context(run_demo(surroundings.clock, math.inf))
        else:
            given = {"service-url": service_url, "cacert": cacert, "token-file": token_file, "config-file": config_file}
            settings, places = _find_settings(given, reader)
            server = _configured(settings, places, token, reader, surroundings)
        client = stack.enter_context(open_client(server, surroundings.clock, Timeouts(*timeouts), reader))
        return Orchestrator(OpenServer.from_client(client, server, demo=demo), surroundings, stack.pop_all())


def _find_settings(given: dict[str, str | os.PathLike[str] | None], reader: FileReader) -> tuple[Settings, Places]:
    """Find the settings as the command does; arguments stand for its options."""
    places, typed = Places.from_environ(sys.platform, os.environ), dict[str, Setting[str]]()
    for key, value in given.items():
        name, variable = key.replace("-", "_"), _PREFIX + key.replace("-", "_").upper()
        if value is not None:
            typed[key] = Setting(os.fspath(value), name)
        elif os.environ.get(variable):
            typed[key] = Setting(os.environ[variable], variable)
    return load(typed, places, reader), places


def _configured(
    settings: Settings, places: Places, token: str | None, reader: FileReader, surroundings: Surroundings
) -> Server:
    def warn(text: str) -> None:
        surroundings.tell(Notice(text))

    return configured(settings, places, None, reader, warn, token=token)


def read_recording(
    path: str | os.PathLike[str], *, job: str | None = None, speed: float = math.inf, on_update: OnUpdate = ignore
) -> Job:
    """Return a job in a recording: what `--record` or `--json` wrote, or a saved response, gzipped or not.

    Args:
        path: the file, which stays open until the job is closed.
        job: which of its jobs; None for the only one.
        speed: for `follow`: how many recorded seconds pass in a real one; infinite for all at once.
        on_update: is told of damaged places.

    Raises:
        LocalFileError: it can't be read, or is no recording.
        UsageError: there is no such job in it, or there are several.
    """
    surroundings, place = Surroundings(SystemClock(), on_update), os.fspath(path)

    def warn(text: str) -> None:
        surroundings.tell(Notice(text))

    with ExitStack() as stack:
        recording = stack.enter_context(open_recording(place, None, warn))
        found = job_in_recording(recording, place, job, _policy(), surroundings.clock, speed)
        return Job(found, surroundings, stack.pop_all())


def _policy() -> RetryPolicy:
    return retry_policy(_RETRY_SECONDS, 0.0)


class Orchestrator:
    """A server: a context manager, to be closed at the end. It may be used by one thread at a time."""

    def __init__(self, server: OpenServer, surroundings: Surroundings, resources: ExitStack) -> None:
        self._server = server
        self._surroundings = surroundings
        self._resources = resources

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close its connections."""
        self._resources.close()

    def job(self, job: str | int) -> Job:
        """Return a job; only the latest one is asked for.

        Args:
            job: its number, `plan:9` for a plan job, `latest`, `latest~2` (the second before it), or its URL.

        Raises:
            UsageError: it is none of these, or the URL of another server.
            OrchEventsError: the latest job can't be determined.
        """
        ref = _parsed(str(job))
        found = job_on_server(ref, self._server, _policy(), self._surroundings.clock)
        return Job(self._surroundings.finish(found), self._surroundings, server=self)

    def follow(self, job: str | int, **options: Unpack[FollowOptions]) -> Following:
        """Follow a job to its end: the same as `job(…).follow(…)`."""
        return self.job(job).follow(**options)

    def jobs(self, limit: int = 20) -> list[dict[str, Any]]:
        """Return the newest jobs, as the server describes them and `orch-events jobs --json` writes them.

        Raises:
            OrchEventsError: they can't be read.
        """
        policy = _policy().with_token(self._server.token_version)
        found = recent_jobs(self._server, policy, self._surroundings.clock, JobQuery(limit))
        return [json.loads(one.raw) for one in self._surroundings.finish(found)]


def _parsed(job: str) -> JobRef:
    try:
        ref = JobRef.parse(job)
    except ValueError as error:
        raise UsageError(str(error)) from None
    if ref.kind == "recording":
        raise UsageError(f"{job} is the path of a recording", "read it with read_recording")
    if ref.kind == "archive":
        raise UsageError(f"{job} is in an archive", "read a day's file of it with read_recording")
    return ref
