"""A proxy on the way: what it does is told as its own, not as the server's."""

import errno
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from socket import socket

import pytest

from orch_events.client.client import Client
from orch_events.client.url import ServiceUrl
from orch_events.errors import OrchEventsError, SystemLimit, Unreachable
from orch_events.times import SystemClock
from tests.certificates import Authority, serving, tunnel
from tests.servers import listening

_URL = "https://pe.example.com:8143"


@contextmanager
def proxy(answer: bytes | None) -> Iterator[str]:
    """Let a proxy give one answer to each request, and close; with None it says nothing."""
    with ExitStack() as held:

        def serve(connection: socket) -> None:
            held.callback(connection.close)
            connection.recv(65536)
            if answer is not None:
                connection.sendall(answer)
                connection.close()

        with listening(serve) as place:
            yield place


def error_of(url: str = _URL, cacert: str | None = None) -> OrchEventsError:
    client = Client(
        ServiceUrl.parse(url), lambda: "0TheToken0", SystemClock(), cacert=cacert, connect_timeout=5, read_timeout=0.3
    )
    with client, pytest.raises(OrchEventsError) as raised:
        list(client.record("352"))
    return raised.value


@pytest.mark.parametrize(
    ("status", "hint"), [("407 Proxy Authentication Required", "USER:PASSWORD"), ("403 Forbidden", "NO_PROXY"),
                         ("502 Bad Gateway", "NO_PROXY"), ("503 Service Unavailable", "NO_PROXY")],
)  # fmt: skip
def test_a_proxy_that_refuses_is_named_with_what_it_says(
    status: str, hint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with proxy(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode()) as place:
        monkeypatch.setenv("HTTPS_PROXY", f"http://ann:SECRET@{place}")
        error = error_of()
    assert isinstance(error, Unreachable)
    assert error.message == f"the proxy http://{place} refused to connect to {_URL} (HTTP {status})"
    assert hint in error.hint


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 2", b"SSH-2.0\r\n\r\n"])
def test_a_proxy_that_answers_nothing_sensible_is_named(answer: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    with proxy(answer) as place:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{place}")
        error = error_of()
    assert error.message.startswith(f"can't reach the proxy http://{place}: ")
    assert "pe.example.com" not in error.message
    assert "HTTPS_PROXY" in error.hint


def test_a_proxy_that_is_silent_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with proxy(None) as place:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{place}")
        assert error_of().message == f"no data from the proxy http://{place} for 0.3 s"


def test_a_proxy_that_is_gone_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with tunnel() as place:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{place}")
    assert error_of().message == f"can't reach the proxy http://{place}: Connection refused"


def test_a_proxy_whose_tls_fails_is_named(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(authority.issue()) as simulator:  # it has a certificate of a CA that no system knows
        monkeypatch.setenv("HTTPS_PROXY", simulator.url)
        error = error_of()
    assert error.message.startswith(f"can't reach the proxy {simulator.url}: the TLS handshake failed")
    assert "--cacert" not in error.hint


def test_a_server_behind_a_proxy_is_blamed_for_what_it_does_itself(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(authority.issue("pe.example.com")) as simulator, tunnel() as place:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{place}")
        error = error_of(simulator.url, str(authority.pem))
    assert error.message.startswith(f"the certificate of {simulator.url} is not trusted")


def test_a_limit_of_this_system_is_no_fault_of_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setattr("socket.create_connection", fail)
    assert isinstance(error_of(), SystemLimit)


def test_a_proxy_that_can_t_be_reached_in_time_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise TimeoutError

    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setattr("socket.create_connection", fail)
    assert error_of().message == "can't reach the proxy http://127.0.0.1:1: no connection within 5 s"
