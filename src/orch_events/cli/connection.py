"""From the options and settings to an open server: a configured one, or the built-in simulator."""

import math
import os
import shlex
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from orch_events.cli.app import App
from orch_events.cli.options.groups import ConnectOptions, RetryOptions
from orch_events.errors import LocalFileError
from orch_events.render.toolkit.text import escape_control

if TYPE_CHECKING:  # httpx and msgspec are imported when a server is opened
    from orch_events.client.client import Client, Exchange
    from orch_events.client.url import ServiceUrl
    from orch_events.config.conf_file import Setting
    from orch_events.config.settings import Places, Settings
    from orch_events.follow.retry import RetryPolicy

_SETTINGS = ("service-url", "cacert", "token-file", "config-file")
_RETRY_SECONDS = 10.0

DEMO_SPEED = 15.0
"""The speed of the simulator in `follow --demo`: job 352 takes ten seconds."""


class Server(NamedTuple):
    """How to reach a server.

    Attributes:
        url: where its API is.
        token: reads the token each time it is called; returns None for none.
        cacert: the CA to trust; None for the system's.
        token_file: the file in which a new token may appear; None if there is none.
    """

    url: "ServiceUrl"
    token: Callable[[], str | None]
    cacert: str | None
    token_file: str | None


class OpenServer(NamedTuple):
    """An open server.

    Attributes:
        client: its client, which reads in the background.
        token_version: returns a value that changes with the token file; None if there will be no other token.
        url: where it is; None for the built-in simulator, which takes the place of any server.
    """

    client: "Client"
    token_version: Callable[[], object] | None
    url: "ServiceUrl | None"


@contextmanager
def open_server(
    app: App, connect: ConnectOptions, *, verbose: bool, demo_speed: float = math.inf
) -> Iterator[OpenServer]:
    """Open the server that the options name, or the built-in simulator at `demo_speed`."""
    with ExitStack() as stack:
        if connect.demo:
            app.stderr.note_once("demo data: these jobs are made up, by the built-in simulator")
        server = stack.enter_context(demo(app, demo_speed)) if connect.demo else _configured(app, connect)
        client = stack.enter_context(open_client(app, connect, server, verbose=verbose))
        version = partial(token_version, server.token_file) if server.token_file else None
        yield OpenServer(client, version, None if connect.demo else server.url)


def open_client(
    app: App,
    connect: ConnectOptions,
    server: Server,
    *,
    verbose: bool,
    observe: "Callable[[Exchange], None]" = lambda _: None,
) -> "Client":
    """Make a client that reads in the background; `observe` gets each exchange, and stderr too if `verbose`."""
    from orch_events.cli.process import tune_httpx

    tune_httpx()
    from orch_events.client.client import Client
    from orch_events.client.stream import read_ahead

    def log(exchange: "Exchange") -> None:
        observe(exchange)
        if not verbose:
            return
        status = exchange.status if exchange.status is not None else "no response"
        took = f"{exchange.seconds * 1000:.0f} ms, {exchange.received} bytes"
        app.stderr.note(escape_control(f"GET {exchange.url}: {status}, {took}"))

    with openable(app, server.cacert) as cacert:
        return Client(
            server.url,
            server.token,
            app.clock,
            cacert=cacert,
            connect_timeout=connect.connect_timeout,
            read_timeout=connect.read_timeout,
            observe=log,
            read_ahead=read_ahead,
        )


def retry_policy(
    options: RetryOptions, *, retry_seconds: float = _RETRY_SECONDS, auth_wait_seconds: float = 0.0
) -> "RetryPolicy":
    """Return the retry policy of the options; the arguments are the command's own defaults.

    Before the first request has succeeded, a new token, or a host whose name is not known, is waited for only if the
    options say so.
    """
    from random import random

    from orch_events.follow.retry import RetryPolicy

    return RetryPolicy(
        retry_seconds if options.retry_for is None else options.retry_for,
        auth_wait_seconds if options.auth_wait is None else options.auth_wait,
        options.auth_wait or 0.0,
        jitter=random,
        unknown_host_at_start_seconds=options.retry_for or 0.0,
    )


def token_version(token_file: str) -> object:
    """Return a value that changes when a token file is written; None if it does not exist."""
    try:
        status = os.stat(token_file)  # noqa: PTH116 - a text
    except (OSError, ValueError):
        return None
    return status.st_mtime_ns, status.st_ino, status.st_size


@contextmanager
def demo(app: App, speed: float) -> Iterator[Server]:
    """Run the built-in simulator, `speed` times as fast as real time."""
    from orch_events.client.url import ServiceUrl
    from orch_events.simulator import Api, SimulatedTime, Simulator

    try:
        simulator = Simulator(Api(SimulatedTime(app.clock, speed).now), clock=app.clock)
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise LocalFileError(f"the built-in simulator can't listen: {reason}", "check this machine's limits") from None
    with simulator:
        yield Server(ServiceUrl.parse(simulator.url), lambda: None, None, None)


def settings(app: App, connect: ConnectOptions) -> "tuple[Settings, ServiceUrl]":
    """Return the settings, and the server that they name. Raises LocalFileError."""
    from orch_events.client.url import ServiceUrl
    from orch_events.config.settings import Places, load

    places = Places.from_environ(app.platform, app.environ)
    found = load(typed_settings(connect), places, app.reader)
    to_see = "; to see what is configured: orch-events doctor"
    return found, ServiceUrl.parse(configured_url(found, places, to_see=to_see))


def _configured(app: App, connect: ConnectOptions) -> Server:
    from orch_events.config.files import others_can_read, reads_once
    from orch_events.config.token_file import token_source

    found, url = settings(app, connect)
    token = token_source(found.token_file, app.stdin_bytes, app.reader)
    if not url.encrypted and not url.loopback and token() is not None:
        app.stderr.warn(f"the token is not sent, because {url.origin} is not encrypted")
    file = found.token_file.value
    if file == "-" or (file is not None and reads_once(file)):
        file = None  # no other token will come
    if file is not None and others_can_read(file):
        app.stderr.warn(f"the token file {file} is readable by other users; run: chmod 600 {shlex.quote(file)}")
    return Server(url, token, found.cacert.value if url.encrypted else None, file)


@contextmanager
def openable(app: App, cacert: str | None) -> Iterator[str | None]:
    """Yield a path at which a CA can be opened: of one that can be read only once, that of a copy.

    Raises:
        LocalFileError: it can't be read, or copied. No message names the copy.
    """
    from orch_events.config.files import reads_once

    if cacert is None or not reads_once(cacert):
        yield cacert
        return
    from tempfile import NamedTemporaryFile

    try:
        with NamedTemporaryFile(buffering=0) as copy:
            copy.write(app.reader.read(cacert))
            yield copy.name
    except LocalFileError as error:
        raise LocalFileError(error.message.replace(copy.name, cacert), error.hint) from None
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise LocalFileError(f"the CA file {cacert} can't be read and copied: {reason}", "give a plain file") from None


def configured_url(settings: "Settings", places: "Places", *, to_see: str = "") -> str:
    """Return service-url as it was written; raises LocalFileError if there is none.

    Args:
        settings: the settings.
        places: where service-url can be set.
        to_see: the end of the hint: what shows the settings.
    """
    if settings.service_url.value is None:
        raise LocalFileError(
            "no orchestrator is configured",
            "use --service-url URL or ORCH_EVENTS_SERVICE_URL, or set service-url in "
            f"{places.user_conf or 'orchestrator.conf'}, or try --demo{to_see}",
        )
    return settings.service_url.value


def typed_settings(connect: ConnectOptions) -> dict[str, "Setting[str]"]:
    """Return the settings that options and environment variables give, each with its origin."""
    from orch_events.config.conf_file import Setting

    values = {key: getattr(connect, key.replace("-", "_")) for key in _SETTINGS}
    return {key: Setting(value, connect.origins[key]) for key, value in values.items() if value is not None}
