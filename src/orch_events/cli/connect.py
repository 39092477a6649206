"""From settings to a source of events."""

import math
import os
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import click
from click.core import ParameterSource

from orch_events.cli.app import App
from orch_events.cli.groups import Connect
from orch_events.cli.option import variable
from orch_events.errors import LocalFileError
from orch_events.render.text import visible

if TYPE_CHECKING:  # httpx and msgspec are imported when a source is opened
    from orch_events.client import Client, Exchange
    from orch_events.config import Places, Setting, Settings
    from orch_events.service_url import ServiceUrl

_KEYS = ("service-url", "cacert", "token-file", "config-file")

DEMO_SPEED = 15.0
"""How fast a job goes by in `follow --demo`: job 352 takes ten seconds."""


@contextmanager
def source(app: App, connect: Connect, *, verbose: bool, demo_speed: float = math.inf) -> Iterator["Source"]:
    """Open what the options name: a server, or the embedded simulator at `demo_speed`."""
    with ExitStack() as stack:
        server = stack.enter_context(demo(app, demo_speed)) if connect.demo else _configured(app, connect)
        client = stack.enter_context(open_client(app, connect, server, verbose=verbose))
        mark = partial(token_mark, server.token_file) if server.token_file else None
        yield Source(client, mark, None if connect.demo else server.url)


def open_client(
    app: App,
    connect: Connect,
    server: "Server",
    *,
    verbose: bool,
    observe: "Callable[[Exchange], None]" = lambda _: None,
) -> "Client":
    """Make a client that reads in the background; `observe` is told of each exchange, and the user where `verbose`."""
    from orch_events.background import read_ahead
    from orch_events.client import Client

    def tell(exchange: "Exchange") -> None:
        observe(exchange)
        if not verbose:
            return
        status = exchange.status if exchange.status is not None else "no answer"
        took = f"{exchange.seconds * 1000:.0f} ms, {exchange.received} bytes"
        app.talk.note(visible(f"GET {exchange.url}: {status}, {took}"))

    return Client(
        server.url,
        server.token,
        app.clock,
        cacert=server.cacert,
        connect_timeout=connect.connect_timeout,
        read_timeout=connect.read_timeout,
        observe=tell,
        ahead=read_ahead,
    )


def token_mark(token_file: str) -> object:
    """Return something that changes when a token file is written; None where there is no such file."""
    try:
        status = os.stat(token_file)  # noqa: PTH116 - a text
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino, status.st_size


class Source(NamedTuple):
    """An open source.

    Attributes:
        events: asks in the background, and keeps nobody waiting.
        token_mark: returns something that changes with the token file; None where no other token will come.
        url: where it is; None for the embedded simulator, which stands for any.
    """

    events: "Client"
    token_mark: Callable[[], object] | None
    url: "ServiceUrl | None"


class Server(NamedTuple):
    """What a client needs to know of a server.

    Attributes:
        url: where its API is.
        token: returns the token, afresh each time; None for none.
        cacert: the CA to trust; None for the system's.
        token_file: where another token may come; None where none will.
    """

    url: "ServiceUrl"
    token: Callable[[], str | None]
    cacert: str | None
    token_file: str | None


@contextmanager
def demo(app: App, speed: float) -> Iterator[Server]:
    """Let the embedded simulator run, so many of its seconds in one of ours."""
    from orch_events.service_url import ServiceUrl
    from orch_events.simulator import Api, SimulatedTime, Simulator

    with Simulator(Api(SimulatedTime(app.clock, speed).now), clock=app.clock) as simulator:
        yield Server(ServiceUrl.parse(simulator.url), lambda: None, None, None)


def settings(connect: Connect) -> "tuple[Settings, ServiceUrl]":
    """Return what is configured, and the server that it names. Raises LocalFileError."""
    from orch_events.config import Places, load
    from orch_events.service_url import ServiceUrl

    places = Places.of(sys.platform, os.environ)
    found = load(typed(connect), places)
    return found, ServiceUrl.parse(configured_url(found, places))


def _configured(app: App, connect: Connect) -> Server:
    from orch_events.config import others_can_read, token_source

    found, url = settings(connect)
    token = token_source(found.token_file, sys.stdin)
    if not url.encrypted and not url.loopback and token() is not None:
        app.talk.warn(f"the token is not sent: {url.origin} is not encrypted")
    file = found.token_file.value if found.token_file.value != "-" else None
    if file is not None and others_can_read(file):
        app.talk.warn(f"the token file {file} can be read by others; run: chmod 600 {shlex.quote(file)}")
    return Server(url, token, found.cacert.value if url.encrypted else None, file)


def configured_url(settings: "Settings", places: "Places") -> str:
    """Return service-url as it is written; raises LocalFileError where nobody names one."""
    if settings.service_url.value is None:
        raise LocalFileError(
            "no orchestrator is configured",
            f"give --service-url, or --demo to try things, or service-url in {places.user_conf or 'a file'}",
        )
    return settings.service_url.value


def typed(connect: Connect) -> dict[str, "Setting[str]"]:
    """Return what options and environment say, each with the one that it came from."""
    from orch_events.config import Setting

    values = {key: getattr(connect, key.replace("-", "_")) for key in _KEYS}
    return {key: Setting(value, origin(key)) for key, value in values.items() if value is not None}


def origin(key: str) -> str:
    """Return where the value of an option comes from: `--cacert`, `ORCH_EVENTS_CACERT` or `default`."""
    match click.get_current_context().get_parameter_source(key.replace("-", "_")):
        case ParameterSource.COMMANDLINE:
            return f"--{key}"
        case ParameterSource.ENVIRONMENT:
            return variable((f"--{key}",))
        case _:
            return "default"
