"""Answers that are no good ones, and who is told of them."""

import errno
import json
import math
from collections.abc import Callable, Iterator

import httpx
import pytest

from orch_events.client.client import Client, Exchange
from orch_events.client.url import ServiceUrl
from orch_events.errors import (
    AccessBlocked,
    LocalFileError,
    NotAuthenticated,
    NotPermitted,
    NotUnderstood,
    OrchEventsError,
    TruncatedAnswer,
    UnknownJob,
    Unreachable,
)
from orch_events.simulator import Api, Simulator
from orch_events.times import SystemClock
from tests.fakes import FakeClock
from tests.table import each

_URL = "http://127.0.0.1:8143"  # without TLS no CA has to be read
_API = f"{_URL}/orchestrator/v1"
_TOKEN = "0TheToken0"
_HTML = b"<html><body><h1>Sign in</h1></body></html>"
_ASKS: dict[str, Callable[[Client], object]] = {
    "/jobs/352/events": lambda client: list(client.fetch("352", None)),
    "/jobs/352": lambda client: list(client.record("352")),
    "/jobs/352/nodes": lambda client: list(client.nodes("352")),
    "/jobs?limit=20&offset=0&order_by=name&order=desc": lambda client: list(client.jobs(20)),
}


def _client(answer: Callable[[], httpx.Response], token: str | None = _TOKEN,
            observe: Callable[[Exchange], None] = lambda _: None) -> Client:  # fmt: skip
    transport = httpx.MockTransport(lambda _: answer())
    return Client(ServiceUrl.parse(_URL), lambda: token, FakeClock(), observe=observe, transport=transport)


def _error(kind: str, message: str = "Some words.") -> bytes:
    return json.dumps({"kind": f"puppetlabs.{kind}", "msg": message}).encode()


@each("path", _ASKS)
@each(
    ("status", "body", "kind"),
    [
        (400, _error("orchestrator/validation-error"), NotUnderstood),
        (400, _error("validators/validation-error"), NotUnderstood),
        (401, _error("rbac/user-unauthenticated"), NotAuthenticated),
        (401, _error("rbac/token-expired"), NotAuthenticated),
        (401, _HTML, NotAuthenticated),
        (401, b"", NotAuthenticated),
        (403, _error("orchestrator/not-permitted"), NotPermitted),
        (403, _HTML, AccessBlocked),
        (404, _error("orchestrator/unknown-job"), UnknownJob),
        (404, _HTML, NotUnderstood),
        (404, b"", NotUnderstood),
        (429, b"", Unreachable),
        (500, _error("orchestrator/unknown-error"), Unreachable),
        (502, _HTML, Unreachable),
        (503, b"", Unreachable),
        (504, _HTML, Unreachable),
        (200, _HTML, NotUnderstood),
        (200, b"\n \n<!DOCTYPE html>", NotUnderstood),
        (200, b"[]", NotUnderstood),
        (200, b"true", NotUnderstood),
        (200, b'{"items": 5, "state": "running"', OrchEventsError),
        (204, b"", NotUnderstood),
    ],
)
def test_a_bad_answer_is_told_by_what_it_means(path: str, status: int, body: bytes, kind: type[Exception]) -> None:
    with pytest.raises(OrchEventsError) as caught:
        _ASKS[path](_client(lambda: httpx.Response(status, stream=httpx.ByteStream(body))))

    error = caught.value
    assert isinstance(error, kind)
    assert _API.partition("/orchestrator")[0] in error.message
    assert error.hint or status == 400
    assert _TOKEN not in error.message + error.hint
    assert "\n" not in error.message


@pytest.mark.parametrize("path", _ASKS)
def test_html_is_called_html(path: str) -> None:
    with pytest.raises(NotUnderstood, match="HTML"):
        _ASKS[path](_client(lambda: httpx.Response(200, stream=httpx.ByteStream(_HTML))))


@pytest.mark.parametrize("status", [400, 401, 403, 404, 500])
def test_the_server_s_own_words_are_repeated(status: int) -> None:
    body = _error("orchestrator/some", "The words of the server.")

    with pytest.raises(OrchEventsError, match=f"HTTP {status}, The words of the server"):
        list(_client(lambda: httpx.Response(status, stream=httpx.ByteStream(body))).record("352"))


def test_a_401_says_whether_there_was_a_token() -> None:
    answer = lambda: httpx.Response(401, stream=httpx.ByteStream(_error("rbac/token-expired")))  # noqa: E731 - given twice

    with pytest.raises(NotAuthenticated, match="rejected the token"):
        list(_client(answer).record("352"))
    with pytest.raises(NotAuthenticated, match="none was sent"):
        list(_client(answer, token=None).record("352"))


def test_a_401_says_that_no_token_was_sent_where_it_is_not_sent() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(401, stream=httpx.ByteStream(b"")))
    client = Client(ServiceUrl.parse("http://pe.example.com"), lambda: _TOKEN, FakeClock(), transport=transport)
    with pytest.raises(NotAuthenticated, match="none was sent"):
        list(client.record("352"))


def test_a_very_long_message_of_the_server_is_cut() -> None:
    body = _error("orchestrator/unknown-error", "word " * 10_000)

    with pytest.raises(Unreachable) as caught:
        list(_client(lambda: httpx.Response(500, stream=httpx.ByteStream(body))).record("352"))

    assert len(caught.value.message) < 500


class _Broken(httpx.SyncByteStream):
    def __init__(self, *pieces: bytes, error: Exception) -> None:
        self._pieces = pieces
        self._error = error

    def __iter__(self) -> Iterator[bytes]:
        yield from self._pieces
        raise self._error


@each(("status", "kind"), [(401, NotAuthenticated), (403, AccessBlocked), (502, Unreachable), (503, Unreachable)])
@each("error", [httpx.ReadError("reset"), httpx.DecodingError("no gzip"), httpx.ReadTimeout("")])
def test_an_error_whose_body_can_t_be_read_counts_by_its_status(
    status: int, kind: type[Exception], error: Exception
) -> None:
    with pytest.raises(kind, match=f"HTTP {status}"):
        list(_client(lambda: httpx.Response(status, stream=_Broken(b"<", error=error))).record("352"))


def test_each_exchange_is_told_with_url_status_time_and_bytes() -> None:
    told: list[Exchange] = []
    body = b'{"items": [], "state": "running"}'
    client = _client(lambda: httpx.Response(200, stream=httpx.ByteStream(body)), observe=told.append)
    for ask in _ASKS.values():
        ask(client)

    assert [exchange.url for exchange in told] == [_API + path for path in _ASKS]
    assert {(exchange.status, exchange.received) for exchange in told} == {(200, len(body))}


@each("path", _ASKS)
@each("status", [200, 302, 401, 404, 500])
def test_exchanges_that_go_wrong_are_told_too(path: str, status: int) -> None:
    told: list[Exchange] = []

    with pytest.raises(OrchEventsError):
        _ASKS[path](_client(lambda: httpx.Response(status, stream=httpx.ByteStream(_HTML)), observe=told.append))

    assert [(exchange.url, exchange.status) for exchange in told] == [(_API + path, status)]


@pytest.mark.parametrize("path", _ASKS)
def test_an_exchange_without_an_answer_is_told_without_a_status(path: str) -> None:
    told: list[Exchange] = []

    def refuse() -> httpx.Response:
        raise httpx.ConnectError("[Errno 111] Connection refused")

    with pytest.raises(Unreachable, match="Connection refused"):
        _ASKS[path](_client(refuse, observe=told.append))

    assert [(exchange.status, exchange.received) for exchange in told] == [(None, 0)]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (httpx.ConnectError("[Errno 111] Connection refused"), "Connection refused"),
        (httpx.ReadError(""), "the connection was closed"),
        (httpx.ConnectTimeout("timed out"), "no connection within 10 s"),
        (OSError(errno.ECONNRESET, "Connection reset by peer"), "Connection reset by peer"),
        (httpx.RemoteProtocolError("Server disconnected without sending a response."),
         "Server disconnected without sending a response"),
        (httpx.RemoteProtocolError("illegal status line: bytearray(b'SSH-2.0] x')"), "illegal status line"),
    ],
)  # fmt: skip
def test_why_a_server_can_t_be_reached_is_said_in_words(error: Exception, said: str) -> None:
    def refuse() -> httpx.Response:
        raise error

    with pytest.raises(Unreachable) as caught:
        list(_client(refuse).record("352"))

    assert caught.value.message == f"can't reach {_API.removesuffix('/orchestrator/v1')}: {said}"


def test_a_server_that_says_nothing_is_told_by_how_long() -> None:
    with pytest.raises(Unreachable, match=f"^no data from {_API}/jobs/352 for 60 s$"):
        list(_client(lambda: httpx.Response(200, stream=_Broken(error=httpx.ReadTimeout("")))).record("352"))


def test_a_host_name_that_can_t_be_encoded_is_told_as_that() -> None:
    def refuse() -> httpx.Response:
        raise UnicodeError("label too long")

    with pytest.raises(LocalFileError, match="has an invalid host name"):
        list(_client(refuse).record("352"))


def test_a_server_says_when_to_come_back() -> None:
    answer = httpx.Response(503, headers={"Retry-After": "7"}, stream=httpx.ByteStream(b""))
    with pytest.raises(Unreachable) as raised:
        list(_client(lambda: answer).record("352"))
    assert raised.value.retry_after == 7


def test_an_exchange_lasts_from_the_request_to_the_last_byte() -> None:
    told: list[Exchange] = []
    clock = FakeClock()
    clock.sleep(100)

    class Slow(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            for piece in (b'{"items":', b"[]}"):
                clock.sleep(2)
                yield piece

    transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=Slow()))
    with Client(ServiceUrl.parse(_URL), lambda: None, clock, observe=told.append, transport=transport) as client:
        list(client.fetch("352", None))
    assert [exchange.seconds for exchange in told] == [4]


def test_an_exchange_that_breaks_off_is_told_with_what_had_come() -> None:
    told: list[Exchange] = []
    body = _Broken(b'{"items": [', error=httpx.ReadError("reset"))

    with pytest.raises(Unreachable):
        _ASKS["/jobs/352/events"](_client(lambda: httpx.Response(200, stream=body), observe=told.append))

    assert [exchange.status for exchange in told] == [200]


def test_a_server_that_is_not_there_can_t_be_reached() -> None:
    with Simulator(Api(lambda: math.inf)) as simulator:
        url = simulator.url

    with (
        Client(ServiceUrl.parse(url), lambda: None, SystemClock()) as client,
        pytest.raises(Unreachable, match=f"can't reach {url}: Connection refused"),
    ):
        list(client.record("352"))


def test_a_token_that_the_server_quotes_is_not_repeated() -> None:
    with pytest.raises(NotAuthenticated) as raised:
        list(_client(lambda: httpx.Response(401, stream=httpx.ByteStream(_quoting("0TheToken0")))).record("352"))

    assert "0TheToken0" not in raised.value.message
    assert "Token ... is invalid" in raised.value.message


def _quoting(token: str) -> bytes:
    return json.dumps({"kind": "puppetlabs.rbac/invalid-token", "msg": f"Token {token} is invalid"}).encode()


def test_a_record_that_trickles_is_given_up() -> None:
    clock = FakeClock()

    def trickle() -> Iterator[bytes]:
        while True:
            clock.sleep(2)
            yield b" "

    transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=httpx.ByteStream(b"{}")))
    with Client(
        ServiceUrl.parse(_URL), lambda: None, clock, read_ahead=lambda _: trickle(), transport=transport
    ) as client:
        record = client.record("352")
        assert next(record) is None
        with pytest.raises(TruncatedAnswer, match="took more than 30 s"):
            list(record)
