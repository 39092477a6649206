import gzip
import inspect
import json
import math
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import httpx
import pytest

from orch_events.client.client import Client, Exchange
from orch_events.client.url import ServiceUrl
from orch_events.errors import LocalFileError, NotUnderstood, OrchEventsError, TruncatedAnswer, Unreachable
from orch_events.simulator import Api, Simulator
from orch_events.times import SystemClock
from orch_events.wire.event import Event, PageEnd
from tests.certificates import Authority, serving, tunnel
from tests.fakes import FakeClock
from tests.table import each

_URL = "https://pe.example.com:8143"
_PLAIN = "http://127.0.0.1:8143"  # without TLS no CA has to be read
_API = f"{_URL}/orchestrator/v1"
_TOKEN = "0TheToken0"
_EVENTS = [{"id": str(number), "type": "node_running", "message": "x" * 50} for number in range(1, 6)]
_PAGE = json.dumps({"next-events": {"id": f"{_API}/jobs/352/events?start=6"}, "items": _EVENTS}).encode()

Answering = Callable[[httpx.Request], httpx.Response]


class _Pieces(httpx.SyncByteStream):
    """A body that arrives in pieces, remembers how many were read, and can break."""

    def __init__(self, pieces: Iterable[bytes], error: Exception | None = None) -> None:
        self._pieces = list(pieces)
        self._error = error
        self.read = 0
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self.read += 1
            yield piece
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        self.closed = True


def _client(answering: Answering, url: str = _URL, token: str | None = _TOKEN,
            observe: Callable[[Exchange], None] = lambda _: None) -> Client:  # fmt: skip
    transport = httpx.MockTransport(answering)
    return Client(ServiceUrl.parse(url), lambda: token, FakeClock(), observe=observe, transport=transport)


def _giving(status: int = 200, body: bytes = _PAGE, **headers: str) -> Answering:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: httpx.Response(status, headers=named, stream=_Pieces([body] if body else []))


def _taken(client: Client, start: int | None = None) -> tuple[list[str], OrchEventsError | PageEnd | None]:
    """Fetch; return the ids that came and what came at last."""
    ids: list[str] = []
    try:
        for fetched in client.fetch("352", start):
            if isinstance(fetched, PageEnd):
                return ids, fetched
            ids += [str(event.id) for event in fetched or ()]
    except OrchEventsError as error:
        return ids, error
    return ids, None


@pytest.mark.parametrize("url", [_URL, "pe.example.com", "pe.example.com:8143", f"{_API}/"])
def test_urls_are_built_from_service_url_however_it_is_written(url: str) -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, stream=httpx.ByteStream(b'{"items":[],"state":"running"}'))

    client = _client(answer, url)
    list(client.fetch("352", None))
    list(client.fetch("352", 1272))
    list(client.record("352"))
    list(client.nodes("352"))
    list(client.jobs(20))
    list(client.jobs(100, 200, {"task": "a::b c"}))

    newest = "order_by=name&order=desc"
    paths = ["/jobs/352/events", "/jobs/352/events?start=1272", "/jobs/352", "/jobs/352/nodes",
             f"/jobs?limit=20&offset=0&{newest}", f"/jobs?limit=100&offset=200&{newest}&task=a%3A%3Ab+c"]  # fmt: skip
    assert [str(request.url) for request in asked] == [_API + path for path in paths]
    assert {request.method for request in asked} == {"GET"}


def test_a_proxy_s_path_stays_before_the_api() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200, stream=httpx.ByteStream(_PAGE))

    _taken(_client(answer, "https://proxy.example.com/pe/"))

    assert asked == ["https://proxy.example.com/pe/orchestrator/v1/jobs/352/events"]


@each(
    ("url", "token", "sent"),
    [
        ("https://pe.example.com:8143", _TOKEN, [_TOKEN]),
        ("https://127.0.0.1", _TOKEN, [_TOKEN]),
        ("http://127.0.0.1:8143", _TOKEN, [_TOKEN]),
        ("http://127.1.2.3:8143", _TOKEN, [_TOKEN]),
        ("http://[::1]:8143", _TOKEN, [_TOKEN]),
        ("http://localhost:8143", _TOKEN, [_TOKEN]),
        ("http://pe.example.com:8143", _TOKEN, []),
        ("http://10.0.0.1:8143", _TOKEN, []),
        ("http://localhost.example.com", _TOKEN, []),
        ("http://127.0.0.1.example.com", _TOKEN, []),
        ("http://0.0.0.0:8143", _TOKEN, []),
        ("https://pe.example.com:8143", None, []),
        ("http://127.0.0.1:8143", None, []),
    ],
)
def test_the_token_is_sent_over_tls_or_to_this_machine_only(url: str, token: str | None, sent: list[str]) -> None:
    given: list[list[str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        given.append(request.headers.get_list("X-Authentication"))
        return httpx.Response(200, stream=httpx.ByteStream(b'{"items":[],"state":"running"}'))

    client = _client(answer, url, token)
    list(client.fetch("352", None))
    list(client.record("352"))
    list(client.nodes("352"))
    list(client.jobs(20))

    assert given == [sent, sent, sent, sent]


def test_the_token_is_asked_for_afresh_at_each_request() -> None:
    tokens = iter(["first", "second"])
    given: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        given.append(request.headers["X-Authentication"])
        return httpx.Response(200, stream=httpx.ByteStream(_PAGE))

    with Client(ServiceUrl.parse(_URL), lambda: next(tokens), FakeClock(), transport=httpx.MockTransport(answer)) as it:
        list(it.fetch("352", None))
        list(it.fetch("352", 6))

    assert given == ["first", "second"]


@each("status", [301, 302, 303, 307, 308])
@each("place", ["https://other.example.com/orchestrator/v1/jobs/352/events", "/elsewhere"])
def test_a_redirect_is_not_followed_and_the_token_goes_to_no_other_host(status: int, place: str) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(status, headers={"Location": place}, stream=httpx.ByteStream(b""))

    _, error = _taken(_client(answer))

    assert asked == [f"{_API}/jobs/352/events"]
    assert isinstance(error, NotUnderstood)
    assert "service-url" in error.hint


def test_a_redirect_that_quotes_the_token_is_told_without_it() -> None:
    _, error = _taken(_client(_giving(302, b"", Location=f"/login/{_TOKEN}/x")))
    assert isinstance(error, NotUnderstood)
    assert "redirects to /login/.../x" in error.message


def test_a_host_that_next_events_names_is_never_asked() -> None:
    asked: list[str] = []
    body = b'{"next-events": {"id": "https://evil.example.com/orchestrator/v1/jobs/352/events?start=9"}, "items": []}'

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(200, stream=httpx.ByteStream(body))

    client = _client(answer)
    _, end = _taken(client)
    _taken(client, end.next_start if isinstance(end, PageEnd) else None)

    assert end == PageEnd(9)
    assert asked == ["pe.example.com", "pe.example.com"]


def _kinds(kind: type[httpx.HTTPError]) -> Iterator[type[httpx.HTTPError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _kinds(below)


def _made(kind: type[httpx.HTTPError]) -> httpx.HTTPError:
    request = httpx.Request("GET", _API)
    if issubclass(kind, httpx.HTTPStatusError):
        return kind("it broke", request=request, response=httpx.Response(500, request=request))
    takes_request = "request" in inspect.signature(kind).parameters
    return kind("it broke", request=request) if takes_request else kind("it broke")  # type: ignore[call-arg]


_KINDS = sorted(set(_kinds(httpx.HTTPError)), key=lambda kind: kind.__name__)


@each("kind", _KINDS)
def test_every_error_of_httpx_becomes_ours_while_asking(kind: type[httpx.HTTPError]) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        raise _made(kind)

    asks: list[Callable[[Client], Iterator[object]]] = [
        lambda it: it.fetch("352", None),
        lambda it: it.record("352"),
        lambda it: it.nodes("352"),
        lambda it: it.jobs(20),
    ]
    for ask in asks:
        with pytest.raises(OrchEventsError) as caught:
            list(ask(_client(answer, _PLAIN)))
        assert isinstance(caught.value, NotUnderstood if kind is httpx.DecodingError else Unreachable)
        assert not isinstance(caught.value, TruncatedAnswer)
        assert caught.value.hint
        assert "\n" not in caught.value.message


@each("kind", _KINDS)
def test_every_error_of_httpx_becomes_ours_while_reading(kind: type[httpx.HTTPError]) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, stream=_Pieces([_PAGE[:250]], _made(kind)))

    ids, error = _taken(_client(answer, _PLAIN))
    assert ids == ["1"]
    assert isinstance(error, NotUnderstood if kind is httpx.DecodingError else Unreachable)

    with pytest.raises(OrchEventsError):
        list(_client(answer, _PLAIN).record("352"))


def test_there_are_errors_of_httpx_to_walk() -> None:
    assert {httpx.ReadTimeout, httpx.RemoteProtocolError, httpx.ProxyError, httpx.HTTPStatusError} < set(_KINDS)


@pytest.mark.parametrize("error", [None, httpx.RemoteProtocolError("peer closed"), httpx.ReadError("reset")])
def test_a_cut_answer_gives_the_whole_events_before_the_cut(error: Exception | None) -> None:
    cut = _PAGE.index(b'"id": "4"') + 4

    ids, last = _taken(_client(lambda _: httpx.Response(200, stream=_Pieces([_PAGE[:cut]], error))))

    assert ids == ["1", "2", "3"]
    assert isinstance(last, TruncatedAnswer)


def test_gzip_is_asked_for_and_read() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers["Accept-Encoding"])
        return httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=_Pieces([gzip.compress(_PAGE)]))

    assert _taken(_client(answer)) == (["1", "2", "3", "4", "5"], PageEnd(6))
    assert asked == ["gzip"]


def test_a_gzip_that_breaks_off_gives_the_events_before_and_is_a_cut_answer() -> None:
    events = [{"id": str(number), "message": f"{number * 7919:x}" * 9} for number in range(2000)]
    packed = gzip.compress(json.dumps({"items": events}).encode())

    ids, last = _taken(_client(_giving(body=packed[: len(packed) // 2], Content_Encoding="gzip")))

    assert ids == [str(number) for number in range(len(ids))]
    assert 0 < len(ids) < 2000
    assert isinstance(last, TruncatedAnswer)


def test_what_claims_to_be_gzip_and_is_not_is_not_understood() -> None:
    _, error = _taken(_client(_giving(body=_PAGE, Content_Encoding="gzip")))

    assert isinstance(error, NotUnderstood)
    assert "gzip" in error.message


def test_events_are_yielded_before_the_whole_answer_has_arrived() -> None:
    pieces = _Pieces([_PAGE[at : at + 100] for at in range(0, len(_PAGE), 100)])
    read_at = {
        event.id: pieces.read
        for fetched in _client(lambda _: httpx.Response(200, stream=pieces)).fetch("352", None)
        if not isinstance(fetched, PageEnd)
        for event in fetched or ()
    }

    assert sorted(read_at.values()) == list(read_at.values())
    assert read_at[1] < read_at[3] < read_at[5]
    assert read_at[1] < pieces.read


def test_who_stops_in_the_middle_closes_the_answer() -> None:
    pieces = _Pieces([_PAGE[:250], _PAGE[250:]])
    fetching = _client(lambda _: httpx.Response(200, stream=pieces)).fetch("352", None)

    first = next(fetching)
    assert isinstance(first, list)
    assert isinstance(first[0], Event)
    fetching.close()  # type: ignore[attr-defined] # it is a generator

    assert (pieces.read, pieces.closed) == (1, True)


@each("status", [200, 401, 503])
@each(
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
    client = _client(
        lambda _: httpx.Response(status, headers=headers, stream=httpx.ByteStream(body)), observe=told.append
    )
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
        list(_client(refuse, observe=told.append).record("352"))
    assert [exchange.server_at for exchange in told] == [None]


def _real(url: str, cacert: Path | None) -> Client:
    return Client(
        ServiceUrl.parse(url), lambda: _TOKEN, SystemClock(), cacert=str(cacert) if cacert else None, read_timeout=5
    )


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


def test_a_proxy_of_the_environment_is_never_given_a_request_in_the_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with Simulator(Api(lambda: math.inf, _TOKEN)) as simulator, _real(simulator.url, None) as client:
        *_, record = client.record("352")
        assert record is not None
        assert record.state == "finished"
