"""TLS: which server is trusted, and what is said of one that is not."""

import math
import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from orch_events.client.client import Client
from orch_events.client.tls import cause, error_for_handshake
from orch_events.client.url import ServiceUrl
from orch_events.errors import LocalFileError, NotUnderstood, OrchEventsError, Unreachable
from orch_events.simulator import Api, Simulator
from orch_events.times import SystemClock
from orch_events.wire.event import PageEnd
from tests.certificates import TOKEN, Authority, serving


def client_of(url: str, cacert: Path | None = None) -> Client:
    trusted = str(cacert) if cacert else None
    return Client(ServiceUrl.parse(url), lambda: TOKEN, SystemClock(), cacert=trusted, read_timeout=5)


@pytest.fixture
def server(authority: Authority) -> Iterator[Simulator]:
    with serving(authority.issue()) as running:
        yield running


def test_a_server_is_trusted_by_its_ca(server: Simulator, authority: Authority) -> None:
    with client_of(server.url, authority.pem) as client:
        assert list(client.fetch("352", 1370)) == [PageEnd(1370)]


@pytest.mark.parametrize(
    ("host", "names", "days", "hint"),
    [
        ("127.0.0.1", (), -1.0, "clock"),
        ("127.0.0.1", ("pe.example.com",), 90.0, "valid for"),
        ("localhost", ("pe.example.com",), 90.0, "valid for"),
    ],
)
def test_a_certificate_that_no_ca_mends_has_another_hint(
    host: str, names: tuple[str, ...], days: float, hint: str, authority: Authority
) -> None:
    with (
        serving(authority.issue(*names, days=days)) as simulator,
        client_of(simulator.url.replace("127.0.0.1", host), authority.pem) as client,
        pytest.raises(LocalFileError, match="not trusted") as raised,
    ):
        list(client.record("352"))
    assert hint in raised.value.hint
    assert "--cacert" not in raised.value.hint


def test_why_tls_failed_is_said_in_words() -> None:
    error = ssl.SSLError(1, "[SSL: TLSV1_ALERT_UNKNOWN_CA]")
    error.reason = "TLSV1_ALERT_UNKNOWN_CA"
    found = error_for_handshake(error, "https://pe")
    assert isinstance(found, Unreachable)
    assert found.message == "can't reach https://pe: the TLS handshake failed (tlsv1 alert unknown ca)"


def test_trouble_with_tls_is_found_behind_what_httpx_makes_of_it() -> None:
    trouble, outer, other = ssl.SSLError(1, "x"), httpx.ConnectError("x"), httpx.ConnectError("y")
    outer.__cause__ = ValueError()
    outer.__cause__.__context__ = trouble
    assert cause(outer) is trouble
    assert cause(other) is None


def test_a_server_whose_ca_is_not_trusted_is_a_matter_of_cacert(server: Simulator) -> None:
    with client_of(server.url) as client, pytest.raises(LocalFileError, match="not trusted") as caught:
        list(client.record("352"))

    assert "--cacert" in caught.value.hint


def test_tls_to_a_port_that_speaks_http_is_not_understood() -> None:
    with (
        Simulator(Api(lambda: math.inf)) as plain,
        client_of(plain.url.replace("http:", "https:")) as client,
        pytest.raises(NotUnderstood, match="does not speak TLS"),
    ):
        list(client.record("352"))


def test_http_to_a_port_that_speaks_tls_is_one_of_our_errors(server: Simulator) -> None:
    with client_of(server.url.replace("https:", "http:")) as client, pytest.raises(OrchEventsError):
        list(client.record("352"))


def test_a_ca_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(LocalFileError, match=r"missing\.pem can't be read"):
        client_of("https://127.0.0.1", tmp_path / "missing.pem")


@pytest.mark.parametrize("content", [b"", b"not PEM", b"-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n"])
def test_a_ca_file_that_holds_no_certificate_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "ca.pem").write_bytes(content)

    with pytest.raises(LocalFileError, match=r"ca\.pem contains no certificate"):
        client_of("https://127.0.0.1", tmp_path / "ca.pem")
