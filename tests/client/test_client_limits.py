"""The limits of this system, and those that a client sets to what is sent to it."""

import errno
import gzip
import itertools
import json
import os
import resource
import socket
from collections.abc import Callable, Iterable, Iterator
from threading import Thread
from typing import NoReturn

import httpx
import pytest

from orch_events.client import client as client_module
from orch_events.client import probe
from orch_events.client.client import Client
from orch_events.client.stream import read_ahead
from orch_events.client.tls import context
from orch_events.client.url import ServiceUrl
from orch_events.errors import (
    NotPermitted,
    NotUnderstood,
    OrchEventsError,
    ServerError,
    SystemLimit,
    TruncatedAnswer,
    UnknownJob,
    Unreachable,
)
from orch_events.simulator import Api, Simulator
from orch_events.times import SystemClock
from orch_events.wire.event import PageEnd
from tests.certificates import Authority
from tests.fakes import FakeClock

_URL = "http://127.0.0.1:8143"
_REFUSED = json.dumps({"kind": "puppetlabs.orchestrator/not-permitted", "msg": "Not you."}).encode()


class Body(httpx.SyncByteStream):
    """A body in pieces, each of which takes some seconds; it knows how many were read."""

    def __init__(self, pieces: Iterable[bytes], clock: FakeClock | None = None, seconds: float = 0.0) -> None:
        self._pieces = pieces
        self._clock = clock or FakeClock()
        self._seconds = seconds
        self.read = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self.read += 1
            self._clock.sleep(self._seconds)
            yield piece


def client_of(answer: Callable[[], httpx.Response], clock: FakeClock | None = None, seconds: float = 60.0) -> Client:
    transport = httpx.MockTransport(lambda _: answer())
    clock = clock or FakeClock()
    return Client(ServiceUrl.parse(_URL), lambda: None, clock, read_timeout=seconds, transport=transport)


def error_of(answer: httpx.Response, clock: FakeClock | None = None, *, events: bool = False) -> OrchEventsError:
    client = client_of(lambda: answer, clock)
    with pytest.raises(OrchEventsError) as raised:
        list(client.fetch("352", None) if events else client.record("352"))
    return raised.value


@pytest.fixture
def no_files() -> Iterator[Callable[[], None]]:
    """Give what lets no file be opened any more."""
    limits, held = resource.getrlimit(resource.RLIMIT_NOFILE), list[int]()

    def take_all() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(limits[0], 500), limits[1]))
        while True:
            try:
                held.append(os.open(os.devnull, os.O_RDONLY))
            except OSError:
                return

    yield take_all
    for one in held:
        os.close(one)
    resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def test_too_many_open_files_are_told_as_that(no_files: Callable[[], None]) -> None:
    with Simulator(Api(lambda: 0.0)) as simulator:
        url = ServiceUrl.parse(simulator.url)
        with Client(url, lambda: None, SystemClock()) as client:
            no_files()
            with pytest.raises(SystemLimit) as raised:
                list(client.record("352"))
    assert raised.value.message == "this process has too many open files"
    assert "ulimit -n" in raised.value.hint
    assert raised.value.exit_status == 8


def test_too_many_open_files_are_no_fault_of_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:  # some resolvers hide it; this one tells it
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    with pytest.raises(SystemLimit):
        probe.resolve("localhost", 8143)


def test_too_many_open_files_are_no_fault_of_an_address_or_a_ca(
    no_files: Callable[[], None], authority: Authority
) -> None:
    url, trusted = ServiceUrl.parse("https://127.0.0.1:8143"), context(str(authority.pem))
    no_files()
    with pytest.raises(SystemLimit):
        list(probe.connect(["127.0.0.1"], 8143, 1.0, SystemClock()))
    assert isinstance(probe.tls_handshake(url, "127.0.0.1", trusted, 1.0).error, SystemLimit)
    with pytest.raises(SystemLimit):
        context(str(authority.pem))


def test_a_thread_that_can_t_be_started_is_a_limit_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Thread) -> None:
        raise RuntimeError("can't start new thread")

    with Client(ServiceUrl.parse(_URL), lambda: None, FakeClock(), read_ahead=read_ahead) as client:
        monkeypatch.setattr(Thread, "start", refuse)
        with pytest.raises(SystemLimit, match="can't start another thread") as raised:
            list(client.record("352"))
    assert "ulimit -u" in raised.value.hint


@pytest.mark.parametrize("events", [True, False])
def test_memory_that_is_used_up_is_a_limit_of_the_system(*, events: bool) -> None:
    def pieces() -> Iterator[bytes]:
        yield b'{"items":['
        raise MemoryError

    error = error_of(httpx.Response(200, stream=Body(pieces())), events=events)
    assert isinstance(error, SystemLimit)
    assert "memory" in error.message


# What an error's body may have.


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_an_error_s_body_is_read_whole_in_pieces_of_any_size(size: int) -> None:
    pieces = [_REFUSED[at : at + size] for at in range(0, len(_REFUSED), size)]
    error = error_of(httpx.Response(403, stream=Body(pieces)))
    assert type(error) is NotPermitted
    assert "Not you" in error.message


def test_an_error_s_body_that_is_zipped_is_read() -> None:
    answer = httpx.Response(404, headers={"Content-Encoding": "gzip"}, stream=Body([gzip.compress(_REFUSED)]))
    assert type(error_of(answer)) is UnknownJob


@pytest.mark.parametrize("piece", [b"x", b"x" * 1000, b"x" * 100_000])
def test_an_error_s_body_that_never_ends_is_left(piece: bytes) -> None:
    body = Body(itertools.repeat(piece, 100_000))
    assert "HTTP 503" in error_of(httpx.Response(503, stream=body)).message
    assert (body.read - 1) * len(piece) < 1 << 16 <= body.read * len(piece)


def test_an_error_s_body_that_trickles_is_left() -> None:
    clock = FakeClock()
    clock.sleep(100)
    body = Body(itertools.repeat(b"x"), clock, 2.0)
    assert "HTTP 503" in error_of(httpx.Response(503, stream=body), clock).message
    assert clock.monotonic() == 132


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate"])
def test_an_error_s_body_that_can_t_be_unpacked_counts_by_its_status(encoding: str) -> None:
    answer = httpx.Response(503, headers={"Content-Encoding": encoding}, stream=Body([b"no such thing"]))
    assert type(error_of(answer)) is ServerError


# What a body may have that is read as a whole.


def test_a_record_may_have_so_many_bytes_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    body = b'{"state":"running"}'
    monkeypatch.setattr(client_module, "_MOST_BYTES", len(body))
    assert list(client_of(lambda: httpx.Response(200, stream=Body([body]))).record("352"))[-1] is not None
    error = error_of(httpx.Response(200, stream=Body([body, b" "])))
    assert isinstance(error, NotUnderstood)
    assert "larger than" in error.message


def test_a_record_that_never_ends_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "_MOST_BYTES", 2 << 20)
    body = Body(itertools.repeat(b"x" * (1 << 19)))
    assert error_of(httpx.Response(200, stream=body)).message.endswith("/jobs/352 is larger than 2 MB")
    assert body.read == 5


@pytest.mark.parametrize(("seconds", "late"), [(15.0, False), (15.1, True)])
def test_a_record_may_take_so_long_and_no_longer(seconds: float, *, late: bool) -> None:
    clock = FakeClock()
    body = Body([b'{"state":', b'"running"}'], clock, seconds)
    client = client_of(lambda: httpx.Response(200, stream=body), clock)
    if late:
        with pytest.raises(TruncatedAnswer, match="took more than 30 s"):
            list(client.record("352"))
    else:
        assert list(client.record("352"))[-1] is not None


# White space is silence.

_SPACES = [b" ", b"\n\n", b"\t\r\n "]


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
@pytest.mark.parametrize("begin", [b"", b'{"items":[{"id":"1"},'])
def test_white_space_that_comes_for_ever_is_silence(begin: bytes, encoding: str) -> None:
    clock = FakeClock()
    spaces: Iterable[bytes] = itertools.chain([begin], itertools.cycle(_SPACES))
    if encoding == "gzip":
        spaces = map(gzip.compress, spaces)
    headers = {"Content-Encoding": encoding}
    error = error_of(httpx.Response(200, headers=headers, stream=Body(spaces, clock, 1.0)), clock, events=True)
    assert isinstance(error, Unreachable)
    assert error.message == f"nothing but white space from {_URL}/orchestrator/v1/jobs/352/events for 60 s"
    assert clock.monotonic() == (61 if begin else 60)


def test_padding_that_comes_for_ever_behind_gzip_is_silence() -> None:
    clock = FakeClock()
    pieces = itertools.chain([gzip.compress(b'{"items":[')], itertools.repeat(b"\0" * 8))
    answer = httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=Body(pieces, clock, 2.0))
    assert "white space" in error_of(answer, clock, events=True).message
    assert clock.monotonic() == 62


def test_white_space_between_slow_events_is_none_of_it() -> None:
    clock = FakeClock()
    slow = [b'{"items":[', *itertools.chain.from_iterable([*_SPACES * 9, b'{"id":"%d"},' % at] for at in range(5))]
    body = Body([*slow, b"{}]}"], clock, 2.0)
    fetched = list(client_of(lambda: httpx.Response(200, stream=body), clock).fetch("352", None))
    assert fetched[-1] == PageEnd(None)
    assert clock.monotonic() > 250


def test_the_time_in_which_nobody_reads_is_no_silence() -> None:
    clock = FakeClock()
    body = Body([b'{"items":[{"id":"1"}', b" ", b" ", b"]}"], clock, 1.0)
    for fetched in client_of(lambda: httpx.Response(200, stream=body), clock).fetch("352", None):
        clock.sleep(600)  # the terminal is stopped
        assert fetched is not None
    assert clock.monotonic() > 1000


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b" \n\t ", "is only white space"),
        (b"\0" * 500, "is NUL bytes, not JSON"),
        (b" \n\0\0", "is NUL bytes, not JSON"),
    ],
)
@pytest.mark.parametrize("events", [True, False])
def test_an_answer_that_is_nothing_but_white_space_or_nuls_has_its_own_sentence(
    body: bytes, said: str, *, events: bool
) -> None:
    message = error_of(httpx.Response(200, stream=Body([body])), events=events).message
    assert message.startswith(f"the response from {_URL}/orchestrator/v1/jobs/352")
    assert message.endswith(said)


# Encodings.


@pytest.mark.parametrize("name", ["gzip", "x-gzip", "GZIP", " gzip "])
def test_gzip_is_known_by_each_of_its_names(name: str) -> None:
    packed = gzip.compress(b'{"items":[]}')
    answer = httpx.Response(200, headers={"Content-Encoding": name}, stream=Body([packed]))
    assert list(client_of(lambda: answer).fetch("352", None)) == [PageEnd(None)]


@pytest.mark.parametrize("name", ["", "identity"])
def test_what_is_not_encoded_is_read_as_it_is(name: str) -> None:
    answer = httpx.Response(200, headers={"Content-Encoding": name}, stream=Body([b'{"items":[]}']))
    assert list(client_of(lambda: answer).fetch("352", None)) == [PageEnd(None)]


@pytest.mark.parametrize("name", ["deflate", "br", "zstd", "compress", "gzip, gzip", "x" * 500, "0TheToken0"])
def test_another_encoding_is_refused_by_its_name(name: str) -> None:
    error = error_of(httpx.Response(200, headers={"Content-Encoding": name}, stream=Body([b'{"items":[]}'])))
    assert isinstance(error, NotUnderstood)
    told = name if len(name) < 11 and name.islower() else "something else"
    assert f"it is encoded as {told}, not gzip" in error.message
    assert len(error.message) < 200
    assert not error.final


# Nothing yet.


@pytest.mark.parametrize("ask", [lambda it: it.fetch("352", None), lambda it: it.nodes("352"), lambda it: it.jobs(9)])
def test_while_nothing_arrives_there_is_none(ask: Callable[[Client], Iterator[object]]) -> None:
    def now_and_then(begin: Callable[[], Iterator[bytes]]) -> Iterator[bytes | None]:
        for piece in begin():
            yield from (None, piece, None)

    answer = httpx.Response(200, stream=Body([b'{"items":', b"[]}"]))
    transport = httpx.MockTransport(lambda _: answer)
    with Client(ServiceUrl.parse(_URL), lambda: None, FakeClock(), read_ahead=now_and_then, transport=transport) as it:
        *before, last = ask(it)
    assert before == [None] * len(before)
    assert len(before) >= 4
    assert last in (PageEnd(None), [])
