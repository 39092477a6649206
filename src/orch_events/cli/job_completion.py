"""Completes JOB in a shell: with the jobs and plan jobs of the configured server, which are cached for some seconds.

The request has a short timeout, and nothing is written to stderr: if anything is missing or fails, no job is offered.

    {"asked": "https://pe.example.com:8143/… /home/me/.puppetlabs/token …", "at": 1462477800.0, "jobs": [["352", "…"]]}

The cache is one such file, readable by its owner only. It has one entry; `asked` is its key, which names the server,
the token file and its version. A cache that can't be read counts as missing.
"""

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

import click
from click.shell_completion import CompletionItem

from orch_events.cli.app import App
from orch_events.cli.archived import open_archived
from orch_events.cli.connection import find_settings, open_server
from orch_events.cli.options.groups import ConnectOptions
from orch_events.cli.options.option import Command
from orch_events.cli.options.types import job as job_type
from orch_events.cli.stderr import Stderr
from orch_events.wire.job_key import PLAN
from orch_events.wire.vocabulary import PLAN_TYPE

if TYPE_CHECKING:  # httpx is imported when a server is opened, pathlib when the cache is looked for
    from pathlib import Path

    from orch_events.wire.records import JobRecord

CACHE_SECONDS = 10.0
_WAIT_SECONDS = 0.8
_MOST = 50
_MOST_BYTES = 1 << 20
_HELP_CELLS = 60
_ARCHIVE = "archive:"

_DIGITS = "0123456789"

Jobs = list[tuple[str, str]]
"""Jobs' names, `352` or `plan:9`, each with a description; jobs before plan jobs, the newest first."""


def job_argument(name: str, **attributes: Any) -> Callable[[Command], Command]:  # noqa: ANN401 - click's own
    """Define a JOB argument; the attributes are those of click's arguments."""
    return click.argument(name, type=job_type, shell_complete=offer_jobs, **{"metavar": "JOB", **attributes})


def offer_jobs(ctx: click.Context, _: click.Parameter, incomplete: str) -> "list[CompletionItem[str]]":
    """Complete a job; if what was typed can't become one, a file."""
    fixed = [("latest", "the newest job")]
    if incomplete:
        fixed.append((f"{PLAN}latest", "the newest plan job"))
    may_be_job = not incomplete.strip(_DIGITS) or f"{PLAN}{incomplete.removeprefix(PLAN)}".startswith(incomplete)
    offered = [*fixed, *(_jobs(ctx) if may_be_job else [])]
    if incomplete and f"{_ARCHIVE}{incomplete.removeprefix(_ARCHIVE)}".startswith(incomplete):
        offered += _archived(ctx)
    items = [CompletionItem(name, help=about) for name, about in offered if name.startswith(incomplete)]
    return items or [CompletionItem(incomplete, type="file")]


def _archived(ctx: click.Context) -> Jobs:
    """Return the newest jobs of the archive, if one is named; the rest of the program is imported only then."""
    directory = _expanded(ctx.params.get("archive"))
    if not directory:
        return []
    try:
        with open_archived(directory) as archive:
            described = map(_describe, archive.jobs(lambda _: True, limit=_MOST))
            return [(f"{_ARCHIVE}{name}", about) for name, about in described]
    except Exception:  # noqa: BLE001 - TAB must not write messages, whatever is wrong
        return []


def _jobs(ctx: click.Context) -> Jobs:
    app: App = ctx.find_root().obj
    app.stderr = Stderr(None)
    try:
        return _cached_jobs(app, _connect(ctx))
    except Exception:  # noqa: BLE001 - TAB must not write messages, whatever is wrong
        return []


def _connect(ctx: click.Context) -> ConnectOptions:
    """Return the connect options typed so far, expanded as a shell does, with a short timeout."""
    fields = (field for field in ConnectOptions._fields if field != "origins")
    values = {field: _expanded(ctx.params.get(field)) for field in fields}
    origins = dict.fromkeys((field.replace("_", "-") for field in values), "--")
    typed = ConnectOptions(**values, origins=origins)
    return typed._replace(connect_timeout=_WAIT_SECONDS, read_timeout=_WAIT_SECONDS)


def _expanded(value: Any) -> Any:  # noqa: ANN401 - click's own
    return os.path.expanduser(os.path.expandvars(value)) if isinstance(value, str) else value  # noqa: PTH111 - a text


def _cached_jobs(app: App, connect: ConnectOptions) -> Jobs:
    key = _cache_key(app, connect)
    if key is None:
        return []
    cache, now = JobCache.from_environ(app.environ), app.clock.now()
    found = cache.read(key, now) if cache else None
    if found is None:
        found = [_describe(job) for job in _fetch(app, connect) if job.number]
        if cache:
            cache.write(key, now, found)
    return found


def _cache_key(app: App, connect: ConnectOptions) -> str | None:
    """Return the key of the cache: server and token; None if it takes a file that can be read only once."""
    if connect.demo:
        return "demo"
    from orch_events.config.files import reads_once
    from orch_events.library.servers import service_url, token_version

    if connect.config_file and reads_once(connect.config_file):
        return None
    found, places = find_settings(app, connect)
    file = found.token_file.value
    if file == "-" or any(reads_once(path) for path in (file, found.cacert.value) if path):
        return None
    return f"{service_url(found, places).base} {file} {token_version(file) if file else None}"


def _fetch(app: App, connect: ConnectOptions) -> "list[JobRecord]":
    with open_server(app, connect, verbose=False) as server:
        deadline = app.clock.monotonic() + _WAIT_SECONDS
        jobs = _newest(app, server.client.jobs(_MOST), deadline)
        with suppress(Exception):  # old servers have no plan jobs, and a token may not see them
            plans = _newest(app, server.client.plan_jobs(_MOST), deadline)
            jobs += [plan for plan in plans if plan.type == PLAN_TYPE]
        return jobs


def _newest(app: App, answers: "Iterator[list[JobRecord] | None]", deadline: float) -> "list[JobRecord]":
    """Return the newest of the jobs that arrive in time. Raises TimeoutError, or any OrchEventsError."""
    for answer in answers:
        if answer is not None:
            return sorted(answer, key=lambda job: -int(job.number or 0))[:_MOST]
        if app.clock.monotonic() >= deadline:
            break
    raise TimeoutError


def _describe(job: "JobRecord") -> tuple[str, str]:
    """Describe a job in a few words, as safe text."""
    what = job.description or (job.subject if job.key.startswith(PLAN) else "")
    return job.key, _safe(": ".join(filter(None, [job.word, what])))


def _safe(about: str) -> str:
    from orch_events.render.toolkit.text import cut, escape_control

    return cut(escape_control(about), _HELP_CELLS, "...")


def _read_own(path: "Path") -> bytes:
    """Read a regular file of this user's, which is no link, without waiting. Raises OSError for any other."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)  # Windows has neither
    with os.fdopen(os.open(path, flags), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or (hasattr(os, "geteuid") and status.st_uid != os.geteuid()):
            raise PermissionError
        return file.read(_MOST_BYTES)


class JobCache(NamedTuple):
    """The file that caches jobs.

    Attributes:
        path: its path; it need not exist yet.
    """

    path: "Path"

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "JobCache | None":
        """Find its path by XDG_CACHE_HOME or HOME; None if neither is set."""
        from pathlib import Path

        cache, home = environ.get("XDG_CACHE_HOME", ""), environ.get("HOME")
        if Path(cache).is_absolute():
            return cls(Path(cache) / "orch-events" / "jobs.json")
        return cls(Path(home) / ".cache" / "orch-events" / "jobs.json") if home else None

    def read(self, key: str, now: float) -> Jobs | None:
        """Return the jobs that were written with the same key, less than `CACHE_SECONDS` before `now`; else None."""
        import json

        try:
            content = json.loads(_read_own(self.path))
            fresh = content["asked"] == key and 0 <= now - content["at"] < CACHE_SECONDS
            jobs = [(number, _safe(about)) for number, about in content["jobs"]]
            numbers = not any(name.removeprefix(PLAN).strip(_DIGITS) for name, _ in jobs)
        except (OSError, ValueError, TypeError, LookupError, RecursionError, AttributeError):
            return None
        return jobs if fresh and numbers else None

    def write(self, key: str, now: float, jobs: Jobs) -> None:
        """Write jobs, if that is possible."""
        import json

        from orch_events.follow.checkpoint import replace_file

        with suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if not self.path.parent.is_symlink():
                self.path.parent.chmod(0o700)
            replace_file(self.path, json.dumps({"asked": key, "at": now, "jobs": jobs}).encode())
