"""The way to a server, step by step."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from orch_events.client import tls
from orch_events.client.probe import (
    Attempt,
    Certificate,
    Handshake,
    connect,
    resolve,
    tls_handshake,
    trusted_authorities,
)
from orch_events.client.url import ServiceUrl
from orch_events.errors import LocalFileError, NotUnderstood, Unreachable
from orch_events.simulator import Api, Simulator
from tests.certificates import Authority, serving
from tests.fakes import FakeClock
from tests.servers import listening

_HERE = "127.0.0.1"


def _shaken(simulator: Simulator, cacert: Path | None, timeout: float = 10.0) -> Handshake:
    context = tls.context(str(cacert) if cacert else None)
    return tls_handshake(ServiceUrl.parse(simulator.url), _HERE, context, timeout)


def test_a_name_is_resolved_to_each_of_its_addresses_once(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [
        (socket.AF_INET6, 1, 6, "", ("fe80::1%eth0", 8143, 0, 2)),
        *[(socket.AF_INET, 1, 6, "", (_HERE, 8143))] * 2,
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    assert resolve("pe.example.com", 8143) == ["fe80::1%eth0", _HERE]


def test_an_address_needs_no_resolving() -> None:
    assert resolve(_HERE, 8143) == [_HERE]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (socket.gaierror(-2, "Name or service not known"), "Name or service not known"),
        (UnicodeError("label too long"), "label too long"),
    ],
)
def test_a_name_that_nobody_knows_can_t_be_reached(
    error: Exception, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(Unreachable) as raised:
        resolve("pe.example.com", 8143)
    assert raised.value.message == f"can't resolve pe.example.com: {reason}"


def test_addresses_are_tried_up_to_the_first_that_answers() -> None:
    with Simulator(Api(lambda: 0.0)) as simulator:
        first, second = connect(["::1", _HERE, _HERE], simulator.server_address[1], 10.0, FakeClock())
    assert (first.address, bool(first.reason)) == ("::1", True)
    assert second == Attempt(_HERE, 0.0)


def test_a_port_at_which_nobody_listens_is_told_with_the_reason() -> None:
    with Simulator(Api(lambda: 0.0)) as simulator:
        port = simulator.server_address[1]
    assert list(connect([_HERE], port, 10.0, FakeClock())) == [Attempt(_HERE, 0.0, "Connection refused")]


def test_a_connection_is_timed() -> None:
    clock = FakeClock()
    tried = connect([_HERE], 1, 10.0, clock)
    original = clock.monotonic
    times = iter([original(), original() + 2.5])
    clock.monotonic = lambda: next(times)  # type: ignore[method-assign] # time passes while it connects
    assert [attempt.seconds for attempt in tried] == [2.5]


def test_a_certificate_of_a_ca_that_is_trusted_is_read(authority: Authority) -> None:
    with serving(authority.issue()) as simulator:
        shaken = _shaken(simulator, authority.pem)
    assert shaken.error is None
    assert shaken.version == "TLSv1.3"
    assert shaken.certificate is not None
    assert shaken.certificate.issuer == "Puppet, Puppet CA: pe.example.com"
    assert set(shaken.certificate.names) == {"127.0.0.1", "localhost"}
    assert shaken.certificate.expires_at is not None


def test_a_certificate_of_an_unknown_ca_is_read_although_it_is_not_trusted(
    authority: Authority, tmp_path: Path
) -> None:
    with serving(authority.issue()) as simulator:
        shaken = _shaken(simulator, Authority(tmp_path, "Another").pem)
    assert isinstance(shaken.error, LocalFileError)
    assert "--cacert" in shaken.error.hint
    assert shaken.certificate is not None
    assert shaken.certificate.issuer == "Puppet, Puppet CA: pe.example.com"


def test_a_certificate_for_another_name_is_read_although_it_is_not_trusted(authority: Authority) -> None:
    with serving(authority.issue("pe.example.com", "puppet")) as simulator:
        shaken = _shaken(simulator, authority.pem)
    assert isinstance(shaken.error, LocalFileError)
    assert "mismatch" in shaken.error.message
    assert not shaken.error.message.endswith(".")
    assert "valid for" in shaken.error.hint
    assert shaken.certificate is not None
    assert set(shaken.certificate.names) == {"pe.example.com", "puppet"}


def test_a_certificate_that_has_expired_can_t_even_be_read(authority: Authority) -> None:
    with serving(authority.issue(days=-1)) as simulator:
        shaken = _shaken(simulator, authority.pem)
    assert isinstance(shaken.error, LocalFileError)
    assert "expired" in shaken.error.message
    assert "clock" in shaken.error.hint
    assert shaken.certificate is None


def test_a_server_that_speaks_no_tls_is_not_understood(authority: Authority) -> None:
    with Simulator(Api(lambda: 0.0)) as plain:
        url = ServiceUrl.parse(plain.url.replace("http:", "https:"))
        shaken = tls_handshake(url, _HERE, tls.context(str(authority.pem)), 10.0)
    assert isinstance(shaken.error, NotUnderstood)


@contextmanager
def _silent(*, close: bool) -> Iterator[str]:
    """Let a server accept connections, and say nothing to them, or close them."""
    with ExitStack() as kept:

        def accepted(connection: socket.socket) -> None:
            if close:
                connection.close()
            kept.callback(connection.close)

        with listening(accepted) as place:
            yield place


@pytest.mark.parametrize(("close", "timeout"), [(False, 0.1), (True, 10.0)])
def test_a_server_that_does_not_shake_hands_is_not_waited_for(
    *, close: bool, timeout: float, authority: Authority
) -> None:
    with _silent(close=close) as place:
        url = ServiceUrl.parse(f"https://{place}")
        shaken = tls_handshake(url, _HERE, tls.context(str(authority.pem)), timeout)
    assert isinstance(shaken.error, Unreachable)
    assert f"https://{place}" in shaken.error.message


def test_the_cas_of_a_file_are_read(authority: Authority, tmp_path: Path) -> None:
    both = tmp_path / "both.pem"
    both.write_bytes(authority.pem.read_bytes() + Authority(tmp_path, "Another").pem.read_bytes())
    issuers = [one.issuer for one in trusted_authorities(tls.context(str(both)))]
    assert issuers == ["Puppet, Puppet CA: pe.example.com", "Puppet, Another"]


@pytest.mark.parametrize(
    ("parsed", "expected"),
    [
        ({}, Certificate("", ("",), None)),
        ({"notAfter": "Bad time value"}, Certificate("", ("",), None)),
        ({"subject": ((("commonName", "pe"),),)}, Certificate("", ("pe",), None)),
        ({"subjectAltName": (("DirName", "x"), ("DNS", "pe"))}, Certificate("", ("pe",), None)),
        ({"notAfter": "Jan  1 00:00:00 2000 GMT"}, Certificate("", ("",), 946_684_800.0)),
    ],
)
def test_a_certificate_that_lacks_something_is_read_all_the_same(parsed: dict[str, Any], expected: Certificate) -> None:
    assert Certificate.read(parsed) == expected


def test_names_of_any_length_are_cut() -> None:
    long = "x" * 100_000
    read = Certificate.read({"subjectAltName": (("DNS", long),), "issuer": ((("commonName", long),),)})
    assert len(read.issuer) == len(read.names[0]) == 200


def test_a_context_that_shook_hands_still_checks_names(authority: Authority) -> None:
    context = tls.context(str(authority.pem))
    with serving(authority.issue("pe.example.com")) as simulator:
        tls_handshake(ServiceUrl.parse(simulator.url), _HERE, context, 10.0)
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
