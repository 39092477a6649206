"""The checks of the connection to the server, and of its response."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from orch_events.cli.app import App
from orch_events.cli.connection import open_client
from orch_events.cli.doctor.checks import Check, Checking, blocked, failure, not_checked, ok, warning
from orch_events.cli.doctor.local_checks import Local
from orch_events.cli.options.groups import ConnectOptions
from orch_events.client import probe
from orch_events.client.stream import read_ahead
from orch_events.client.url import Proxy, ServiceUrl
from orch_events.errors import (
    LocalFileError,
    NotAuthenticated,
    NotPermitted,
    NotUnderstood,
    OrchEventsError,
    UnknownJob,
    Unreachable,
)
from orch_events.library.servers import Server
from orch_events.times import format_roughly

if TYPE_CHECKING:  # httpx is imported after `tune_httpx`
    from orch_events.client.client import Exchange

_SOON_SECONDS = 30 * 86_400
_SKEW_SECONDS = 30
_HALF_SECOND = 0.5
_NAMES_SHOWN = 5


def connection_path(app: App, connect: ConnectOptions, local: Local, url: ServiceUrl) -> Checking[bool]:
    """Check the connection to a server step by step; return whether it works."""
    try:
        proxy = Proxy.from_environ(url)
    except LocalFileError as error:
        yield failure("proxy", error)
        return False
    if proxy is None:
        yield ok("proxy", f"none for {url.host}")
        address = yield from _address(app, connect, url)
        return address is not None and (yield from _tls(app, connect, local, url, address))
    yield ok("proxy", f"requests to {url.host} go through {proxy.origin}")
    for name in ("resolution", "connection", "tls"):
        yield not_checked(name, "not possible through a proxy")
    return True


def _address(app: App, connect: ConnectOptions, url: ServiceUrl) -> Checking[str | None]:
    """Find an address at which the server accepts connections; None if there is none."""
    began_at = app.clock.monotonic()
    try:
        addresses = _resolved(app, url, connect.connect_timeout)
    except OrchEventsError as error:
        yield failure("resolution", error)
        return None
    yield ok("resolution", f"{', '.join(addresses)}, {_took(app.clock.monotonic() - began_at)}")
    trying = read_ahead(lambda: probe.connect(addresses, url.port, connect.connect_timeout, app.clock))
    try:
        attempts = [attempt for attempt in trying if attempt is not None]
    except OrchEventsError as error:
        yield failure("connection", error)
        return None
    yield _connected(attempts, url)
    return attempts[-1].address if not attempts[-1].reason else None


def _connected(attempts: Sequence[probe.Attempt], url: ServiceUrl) -> Check:
    """Report which address accepts connections, and which do not."""
    last = attempts[-1]
    failed = "; ".join(f"{attempt.address}: {attempt.reason}" for attempt in attempts if attempt.reason)
    if last.reason:
        hint = "check that the server is up, the port is right and no firewall blocks it"
        return failure("connection", Unreachable(f"can't connect to port {url.port} of {url.host} ({failed})", hint))
    text = f"{last.address} answers on port {url.port}, {_took(last.seconds)}"
    return ok("connection", f"{text}; {failed}" if failed else text)


def _resolved(app: App, url: ServiceUrl, seconds: float) -> list[str]:
    """Resolve a name in the background, so that Ctrl-C and a timeout work meanwhile."""
    deadline = app.clock.monotonic() + seconds
    for addresses in read_ahead(lambda: iter([probe.resolve(url.host, url.port)])):
        if addresses is not None:
            return addresses
        if app.clock.monotonic() >= deadline:
            break
    raise Unreachable(f"can't resolve {url.host} within {seconds:g} s", "check your DNS or VPN")


def _tls(app: App, connect: ConnectOptions, local: Local, url: ServiceUrl, address: str) -> Checking[bool]:
    if not url.encrypted:
        yield _plain(url, local)
        return True
    if (context := local.context) is None:
        return False
    handshakes = read_ahead(lambda: iter([probe.tls_handshake(url, address, context, connect.connect_timeout)]))
    try:
        (handshake,) = [found for found in handshakes if found is not None]
    except OrchEventsError as error:
        yield failure("tls", error)
        return False
    yield _handshake_check(handshake, app.clock.now())
    return handshake.error is None


def _plain(url: ServiceUrl, local: Local) -> Check:
    if url.loopback:
        return ok("tls", "none: plain http on this machine")
    if local.token is None or local.token() is None:
        return ok("tls", "none: plain http, which others on the network can read")
    return warning("tls", "none: the token is not sent over plain http", "use https:// in service-url")


def _handshake_check(handshake: probe.Handshake, now: float) -> Check:
    """Report the TLS version and when the certificate expires, or why the handshake failed."""
    certificate = handshake.certificate
    if handshake.error is not None:
        failed = failure("tls", handshake.error)
        names = f"; it was issued by {certificate.issuer} for {_listed(certificate.names)}" if certificate else ""
        return replace(failed, found=failed.found + names)
    text = f"{handshake.version}, certificate issued by {certificate.issuer}" if certificate else handshake.version
    if certificate is None or certificate.expires_at is None:
        return ok("tls", text)
    left = certificate.expires_at - now
    text += f", expires in {format_roughly(left)}"
    return ok("tls", text) if left >= _SOON_SECONDS else warning("tls", text, "renew the server's certificate in time")


def answer_checks(app: App, connect: ConnectOptions, server: Server, *, verbose: bool) -> Iterator[Check]:
    """Check the server's response to a request for a job."""
    exchanges: list[tuple[Exchange, float]] = []
    error: OrchEventsError | None = None

    def observe(exchange: "Exchange") -> None:
        exchanges.append((exchange, app.clock.now()))

    try:
        with open_client(app, connect, server, verbose=verbose, observe=observe) as client:
            list(client.jobs(1))
    except OrchEventsError as raised:
        error = raised
    answered = [ok("answer", f"HTTP {exchange.status}, {_took(exchange.seconds)}") for exchange, _ in exchanges]
    yield from _verdict(error, answered, server.url)
    for exchange, at in exchanges:
        if exchange.status is not None:
            yield _clock(exchange.server_at, at - exchange.seconds / 2)


def _verdict(error: OrchEventsError | None, answered: Sequence[Check], url: ServiceUrl) -> Iterator[Check]:
    if isinstance(error, UnknownJob):  # there are jobs wherever there is an orchestrator
        error = NotUnderstood(f"{url.base} has no list of jobs (HTTP 404)")
    match error:
        case None:
            yield from answered
            yield ok("permission", "you can view jobs")
        case NotAuthenticated() | NotPermitted():
            yield from answered
            yield failure("permission", error)
        case _:
            yield failure("answer", error)
            yield blocked("permission", ["answer"])


def _clock(server_at: float | None, at: float) -> Check:
    """Compare the server's Date, in whole seconds, with our clock in the middle of the exchange."""
    if server_at is None:
        return not_checked("clock", "the server does not send the time")
    ahead = server_at + _HALF_SECOND - at
    if abs(ahead) < _SKEW_SECONDS:
        return ok("clock", "the server's clock and this machine's agree")
    text = f"the server's clock is {format_roughly(abs(ahead))} {'ahead of' if ahead > 0 else 'behind'} this machine's"
    return warning("clock", text, "synchronize both with NTP; until then --since and elapsed times are off by as much")


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMES_SHOWN:,} more" if len(names) > _NAMES_SHOWN else ""
    return ", ".join(names[:_NAMES_SHOWN]) + more


def _took(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"
