"""What a client tells of the way to its server: proxies, certificates, and the server's clock."""

import math
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from orch_events.client.client import Client, Exchange
from orch_events.client.url import ServiceUrl
from orch_events.errors import LocalFileError, NotUnderstood, OrchEventsError, Unreachable
from orch_events.simulator import Api, Simulator
from orch_events.times import SystemClock
from tests.certificates import TOKEN, Authority, serving, tunnel
from tests.fakes import FakeClock

_URL = "http://127.0.0.1:8143"


def _client(answer: Callable[[httpx.Request], httpx.Response], observe: Callable[[Exchange], None]) -> Client:
    transport = httpx.MockTransport(answer)
    return Client(ServiceUrl.parse(_URL), lambda: None, FakeClock(), observe=observe, transport=transport)


def _real(url: str, cacert: Path) -> Client:
    return Client(ServiceUrl.parse(url), lambda: TOKEN, SystemClock(), cacert=str(cacert), read_timeout=5)


@pytest.mark.parametrize("status", [200, 401, 503])
@pytest.mark.parametrize(
    ("headers", "at"),
    [
        ({"Date": "Thu, 05 May 2016 19:50:08 GMT"}, 1_462_477_808.0),
        ({"Date": "yesterday"}, None),
        ({}, None),
    ],
)
def test_an_exchange_tells_the_server_s_clock(status: int, headers: dict[str, str], at: float | None) -> None:
    told: list[Exchange] = []
    body = b'{"state": "running"}'
    client = _client(lambda _: httpx.Response(status, headers=headers, stream=httpx.ByteStream(body)), told.append)
    try:
        list(client.record("352"))
    except OrchEventsError:
        assert status != 200

    assert [exchange.server_at for exchange in told] == [at]


def test_an_exchange_without_an_answer_tells_no_clock() -> None:
    told: list[Exchange] = []

    def refuse(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with pytest.raises(Unreachable):
        list(_client(refuse, told.append).record("352"))
    assert [exchange.server_at for exchange in told] == [None]


def test_a_proxy_of_the_environment_carries_tls(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(authority.issue()) as simulator, tunnel() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://ann:secret@{proxy}")
        with _real(simulator.url, authority.pem) as client:
            *_, record = client.record("352")
    assert record is not None
    assert record.state == "finished"


def test_a_proxy_that_is_gone_is_what_can_t_be_reached(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    with tunnel() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy}")
    with serving(authority.issue()) as simulator, _real(simulator.url, authority.pem) as client:
        with pytest.raises(Unreachable, match="Connection refused"):
            list(client.record("352"))
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        with _real(simulator.url, authority.pem) as straight:
            assert list(straight.record("352"))


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1080", "nonsense://127.0.0.1", "http://127.0.0.1:port"])
def test_a_proxy_that_can_t_be_used_is_an_error_of_ours(
    proxy: str, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(LocalFileError, match="proxy"):
        _real("https://127.0.0.1", authority.pem)


@pytest.mark.parametrize(("names", "days", "hint"), [((), -1.0, "clock"), (("pe.example.com",), 90.0, "valid for")])
def test_a_certificate_that_no_ca_mends_has_another_hint(
    names: tuple[str, ...], days: float, hint: str, authority: Authority
) -> None:
    with (
        serving(authority.issue(*names, days=days)) as simulator,
        _real(simulator.url, authority.pem) as client,
        pytest.raises(LocalFileError, match="not trusted") as raised,
    ):
        list(client.record("352"))
    assert hint in raised.value.hint
    assert "--cacert" not in raised.value.hint


def test_http_from_a_port_for_tls_has_a_hint_too(authority: Authority) -> None:
    with (
        Simulator(Api(lambda: math.inf)) as plain,
        _real(plain.url.replace("http:", "https:"), authority.pem) as client,
        pytest.raises(NotUnderstood, match="does not speak TLS"),
    ):
        list(client.record("352"))
