"""From the options to an open server: `library.servers`, with what the command line adds."""

import math
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from orch_events.cli.app import App
from orch_events.cli.options.groups import ConnectOptions, RetryOptions
from orch_events.render.toolkit.text import escape_control

if TYPE_CHECKING:  # httpx and msgspec are imported when a server is opened
    from orch_events.client.client import Client, Exchange, ReadAhead
    from orch_events.config.conf_file import Setting
    from orch_events.config.settings import Places, Settings
    from orch_events.follow.retry import RetryPolicy
    from orch_events.library.servers import OpenServer, Server

_SETTINGS = ("service-url", "cacert", "token-file", "config-file")
_RETRY_SECONDS = 10.0

DEMO_NOTE = "demo data: these jobs are made up, by the built-in simulator"

DEMO_SPEED = 15.0
"""The speed of the simulator in `follow --demo`: job 352 takes ten seconds."""


@contextmanager
def open_server(
    app: App,
    connect: ConnectOptions,
    *,
    verbose: bool,
    demo_speed: float = math.inf,
    observe: "Callable[[Exchange], None]" = lambda _: None,
    read_ahead: "ReadAhead | None" = None,
) -> "Iterator[OpenServer]":
    """Open the server that the options name, or the built-in simulator at `demo_speed`; see `open_client`."""
    from orch_events.library.servers import OpenServer, demo

    with ExitStack() as stack:
        if connect.demo:
            app.stderr.note_once(DEMO_NOTE)
        server = stack.enter_context(demo(app.clock, demo_speed)) if connect.demo else _configured(app, connect)
        client = stack.enter_context(
            open_client(app, connect, server, verbose=verbose, observe=observe, read_ahead=read_ahead)
        )
        yield OpenServer.from_client(client, server, demo=connect.demo)


def open_client(
    app: App,
    connect: ConnectOptions,
    server: "Server",
    *,
    verbose: bool,
    observe: "Callable[[Exchange], None]" = lambda _: None,
    read_ahead: "ReadAhead | None" = None,
) -> "Client":
    """Make a client that reads with `read_ahead`; `observe` gets each exchange, and stderr too if `verbose`."""
    from orch_events.cli.process import tune_httpx

    tune_httpx()
    from orch_events.library import servers

    def log(exchange: "Exchange") -> None:
        observe(exchange)
        if not verbose:
            return
        status = exchange.status if exchange.status is not None else "no response"
        took = f"{exchange.seconds * 1000:.0f} ms, {exchange.received} bytes"
        app.stderr.note(escape_control(f"GET {exchange.url}: {status}, {took}"))

    timeouts = servers.Timeouts(connect.connect_timeout, connect.read_timeout)
    return servers.open_client(server, app.clock, timeouts, app.reader, log, read_ahead)


def retry_policy(
    options: RetryOptions, *, retry_seconds: float = _RETRY_SECONDS, auth_wait_seconds: float = 0.0
) -> "RetryPolicy":
    """Return the retry policy of the options; the arguments are the command's own defaults.

    Before the first request has succeeded, a new token, or a host whose name is not known, is waited for only if the
    options say so.
    """
    from orch_events.library.jobs import retry_policy

    return retry_policy(
        retry_seconds if options.retry_for is None else options.retry_for,
        auth_wait_seconds if options.auth_wait is None else options.auth_wait,
        options.auth_wait or 0.0,
        options.retry_for or 0.0,
    )


def find_settings(app: App, connect: ConnectOptions) -> "tuple[Settings, Places]":
    """Return the settings, and where Puppet keeps its files. Raises LocalFileError."""
    from orch_events.config.settings import Places, load

    places = Places.from_environ(app.platform, app.environ)
    return load(typed_settings(connect), places, app.reader), places


def _configured(app: App, connect: ConnectOptions) -> "Server":
    from orch_events.library.servers import configured

    return configured(*find_settings(app, connect), app.stdin_bytes, app.reader, app.stderr.warn)


def typed_settings(connect: ConnectOptions) -> dict[str, "Setting[str]"]:
    """Return the settings that options and environment variables give, each with its origin."""
    from orch_events.config.conf_file import Setting

    values = {key: getattr(connect, key.replace("-", "_")) for key in _SETTINGS}
    return {key: Setting(value, connect.origins[key]) for key, value in values.items() if value is not None}
