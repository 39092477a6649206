"""Connections that are used again, over real sockets: a server closes them as the next request leaves."""

import json
import socket
import ssl
import struct
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from threading import Thread
from typing import Self

import pytest

from orch_events.client.client import Client, Exchange
from orch_events.client.connection import Backend, ProxyTrace
from orch_events.client.url import ServiceUrl
from orch_events.errors import OrchEventsError, TruncatedAnswer, Unreachable
from orch_events.times import SystemClock
from orch_events.wire.event import Fetched, PageEnd
from tests.certificates import Authority
from tests.servers import listening

_BODY = json.dumps({"items": [{"id": "1"}], "state": "running"}).encode()
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(_BODY)

Die = Callable[[socket.socket], None]


def fin(connection: socket.socket) -> None:
    """Close it in an orderly way."""
    connection.close()


def rst(connection: socket.socket) -> None:
    """Close it so that the other side meets an error."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def behind(answer: bytes, die: Die) -> Die:
    """Die when a part of an answer has been sent."""

    def send(connection: socket.socket) -> None:
        connection.sendall(answer)
        die(connection)

    return send


def hang(_: socket.socket) -> None:
    """Say nothing more."""


class Server:
    """Answers so many requests of each connection, and meets the next one with `die`."""

    def __init__(self, die: Die, answered: int = 1, tls: ssl.SSLContext | None = None) -> None:
        self.requests = 0
        self.connections = 0
        self.url = ""
        self._die = die
        self._answered = answered
        self._tls = tls
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self.url = f"http{'s' if self._tls else ''}://{self._open.enter_context(listening(self._accepted))}"
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def _accepted(self, connection: socket.socket) -> None:
        self.connections += 1
        Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError):
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            self._open.callback(connection.close)
            for count in range(self._answered + 1):
                if not connection.recv(65536):
                    return
                self.requests += 1
                if count == self._answered:
                    self._die(connection)
                else:
                    connection.sendall(_HEAD + _BODY)


@pytest.fixture
def told() -> list[Exchange]:
    return []


@pytest.fixture(params=["http", "https"])
def tls(request: pytest.FixtureRequest, authority: Authority) -> ssl.SSLContext | None:
    if request.param == "http":
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue().configure_cert(context)
    return context


def client_of(server: Server, authority: Authority, told: list[Exchange], read_timeout: float = 10.0) -> Client:
    url, cacert = ServiceUrl.parse(server.url), str(authority.pem)
    observe = told.append
    return Client(url, lambda: None, SystemClock(), cacert=cacert, read_timeout=read_timeout, observe=observe)


def use(client: Client, connections: int) -> None:
    """Ask at so many jobs at once that there are so many connections, all of them idle then."""
    with ExitStack():
        asked: list[Iterator[Fetched | None]] = [client.fetch(str(job), None) for job in range(connections)]
        for one in asked:
            next(one)
        for one in asked:
            assert list(one) == [PageEnd(None)]


@pytest.mark.parametrize("connections", [1, 3])
@pytest.mark.parametrize("die", [fin, rst])
def test_a_request_that_dies_on_a_used_connection_is_made_again_silently(
    die: Die, connections: int, tls: ssl.SSLContext | None, authority: Authority, told: list[Exchange]
) -> None:
    with Server(die, tls=tls) as server, client_of(server, authority, told) as client:
        use(client, connections)
        *_, record = client.record("352")

        assert record is not None
        assert record.state == "running"
        assert [exchange.status for exchange in told] == [200] * (connections + 1)
        assert server.connections == connections + 1
        assert server.requests == 2 * connections + 1


@pytest.mark.parametrize("die", [fin, rst])
def test_a_request_that_dies_on_a_new_connection_is_an_error(
    die: Die, tls: ssl.SSLContext | None, authority: Authority, told: list[Exchange]
) -> None:
    with Server(die, answered=0, tls=tls) as server, client_of(server, authority, told) as client:
        with pytest.raises(Unreachable):
            list(client.record("352"))
        assert server.requests == 1
        assert [exchange.status for exchange in told] == [None]


@pytest.mark.parametrize("die", [fin, rst])
@pytest.mark.parametrize("length", [1, 12, len(_HEAD) - 1, len(_HEAD), len(_HEAD) + 5])
def test_an_answer_that_began_is_never_asked_for_again_silently(
    length: int, die: Die, tls: ssl.SSLContext | None, authority: Authority, told: list[Exchange]
) -> None:
    die = behind((_HEAD + _BODY)[:length], die)
    with Server(die, tls=tls) as server, client_of(server, authority, told) as client:
        use(client, 1)
        with pytest.raises(Unreachable) as raised:
            list(client.record("352"))
        assert server.requests == 2
        assert server.connections == 1
        if die is fin:
            assert isinstance(raised.value, TruncatedAnswer) is (length >= len(_HEAD))


def test_silence_on_a_used_connection_is_an_error(authority: Authority, told: list[Exchange]) -> None:
    with Server(hang) as server, client_of(server, authority, told, read_timeout=0.2) as client:
        use(client, 1)
        with pytest.raises(Unreachable, match="no data"):
            list(client.record("352"))
        assert server.requests == 2


def test_what_is_no_http_on_a_used_connection_is_an_error(authority: Authority, told: list[Exchange]) -> None:
    with Server(behind(b"SSH-2.0\r\n\r\n", fin)) as server, client_of(server, authority, told) as client:
        use(client, 1)
        with pytest.raises(OrchEventsError):
            list(client.record("352"))
        assert server.requests == 2


def test_a_connection_knows_what_httpcore_asks_of_it() -> None:
    with Server(hang) as server:
        port = ServiceUrl.parse(server.url).port
        stream = Backend().connect_tcp("127.0.0.1", port)
        assert stream.get_extra_info("server_addr") == ("127.0.0.1", port)
        stream.close()


def test_a_request_is_at_the_proxy_until_tls_with_the_server_begins() -> None:
    trace = ProxyTrace()
    at_proxy = [trace.at_proxy]
    for step in ("connection.connect_tcp", "connection.start_tls", "http11.send_request_headers", "proxy.start_tls"):
        for moment in ("started", "complete"):
            trace(f"{step}.{moment}", {})
            at_proxy.append(trace.at_proxy)
    assert at_proxy == [False, True, True, True, True, True, True, False, False]
