"""The client of a server, which sends all requests with httpx.

1. The token goes to one origin only. Every URL is built from service-url; no URL in a response is ever requested, and
   no redirect is followed. Over plain http the token is sent to a loopback address only. What a message quotes of a
   server's answer, it quotes without the token.
2. Only GET is sent: nothing here can change a job.
3. A page of events is decoded while it arrives and may have any length. Bodies that must be complete to be read
   (records) are limited to 256 MB and 30 seconds.
4. Each method returns an iterator that may yield None while nothing arrives. It does so if `read_ahead` reads the
   response in the background, as that of `stream` does; otherwise it blocks.
5. httpx's errors become ours in `http_errors`, error responses in `responses`: a caller needs to know `OrchEventsError`
   only.
"""

import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import urlencode

import httpx
import msgspec

from orch_events.client.connection import ProxyTrace, StaleConnection, network_transport
from orch_events.client.http_errors import HttpErrors
from orch_events.client.responses import error_for_response, read_date, read_retry_after
from orch_events.client.stream import pieces
from orch_events.client.url import Proxy, ServiceUrl
from orch_events.errors import NotUnderstood, OrchEventsError, SystemLimit, TruncatedAnswer, Unreachable
from orch_events.times import Clock
from orch_events.wire.event import Event, Fetched
from orch_events.wire.job_key import is_plan, kind_and_number
from orch_events.wire.page import PageDecoder, no_json, read_event
from orch_events.wire.records import JobRecord, NodeRecord

T = TypeVar("T")

ReadAhead = Callable[[Callable[[], Iterator[bytes]]], Iterator[bytes | None]]

_MOST_ERROR_BYTES = 1 << 16
"""How much of an error's body is read: the API's own has some hundred bytes."""

_MOST_BYTES = 1 << 28
_MOST_SECONDS = 30.0
"""What a body may have, and take, that is read as a whole."""

_WHITE = b" \t\r\n"


class Exchange(msgspec.Struct, frozen=True):
    """One request and its response, for --verbose.

    Attributes:
        url: what was requested, always with GET.
        status: the HTTP status; None if there was no response.
        seconds: from the request to the last byte.
        received: bytes of the body, before decompression.
        server_at: the response's Date header, in seconds since the epoch; None if there is none.
    """

    url: str
    status: int | None
    seconds: float
    received: int
    server_at: float | None = None


class Client:
    """A server as a source of jobs, records, nodes and events.

    Args:
        url: where the API is.
        token: returns the token to send, or None for none; called for each request.
        clock: measures requests.
        cacert: a file with the CA to trust; None for the system's.
        connect_timeout, read_timeout: in seconds; the second is the longest time without any data but white space.
        observe: called after each exchange.
        read_ahead: iterates over what it is given, perhaps in the background, and may yield None while nothing arrives.
        transport: replaces the network in tests.
    """

    def __init__(
        self,
        url: ServiceUrl,
        token: Callable[[], str | None],
        clock: Clock,
        *,
        cacert: str | None = None,
        connect_timeout: float = 10.0,
        read_timeout: float = 60.0,
        observe: Callable[[Exchange], None] = lambda _: None,
        read_ahead: ReadAhead = lambda begin: begin(),
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._url = url
        self._token = token
        self._clock = clock
        self._observe = observe
        self._read_ahead = read_ahead
        self._read_timeout = read_timeout
        proxy = Proxy.from_environ(url) if transport is None else None
        self._errors = HttpErrors(url.origin, proxy, connect_timeout, read_timeout)
        self._http = httpx.Client(
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(read_timeout, connect=connect_timeout),
            headers={"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "orch-events"},
            transport=transport or network_transport(url, cacert, proxy),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def fetch(self, job: str, start: int | None) -> Iterator[Fetched | None]:
        """Yield a job's events from the id `start` on as they arrive, then the page's end; None while nothing arrives.

        Source: `GET /jobs/:id/events?start=N`, of a plan job `GET /plan_jobs/:id/events?start=N`. Raises any
        OrchEventsError but UsageError.
        """
        path = f"{_path(job)}/events" + (f"?start={start}" if start is not None else "")
        decoder = PageDecoder(self._url.base + path)
        with _enough_memory():
            for piece in self._read_ahead(lambda: self._body(path)):
                if piece is None:
                    yield None
                elif events := decoder.feed(piece):
                    yield events
            yield decoder.finish()

    def record(self, job: str) -> Iterator[JobRecord | None]:
        """Yield None until the response is complete, then the job's record.

        Source: `GET /jobs/:id`; of a plan job `GET /plan_jobs/:id`, without what its jobs printed.
        """
        return self._read(_path(job) + "?results=exclude" * is_plan(job), JobRecord.read)

    def whole(self, job: str, event: Event) -> Iterator[Event | None]:
        """Yield None until the response is complete, then a plan job's event with all of its message.

        Source: `GET /plan_jobs/:id/event/:event-id`.
        """
        if event.id is None:
            return iter([event])
        return self._read(f"{_path(job)}/event/{event.id}", _read_event)

    def jobs(
        self, limit: int, offset: int = 0, filters: Mapping[str, str] | None = None
    ) -> Iterator[list[JobRecord] | None]:
        """Yield None until the response is complete, then jobs, the newest first. Source: `GET /jobs`.

        A server may ignore the filters; an older one also limit and order, and returns all jobs, the oldest first.

        Args:
            limit: how many jobs to request.
            offset: how many of the newest to skip.
            filters: more parameters: `type`, `task`.
        """
        query = {"limit": limit, "offset": offset, "order_by": "name", "order": "desc", **(filters or {})}
        return self._read(f"/jobs?{urlencode(query)}", JobRecord.read_all)

    def plan_jobs(self, limit: int, offset: int = 0) -> Iterator[list[JobRecord] | None]:
        """Yield None until the response is complete, then plan jobs, the newest first. Source: `GET /plan_jobs`."""
        query = f"limit={limit}&offset={offset}&order_by=name&order=desc&results=exclude"
        return self._read(f"/plan_jobs?{query}", JobRecord.read_all)

    def nodes(self, job: str) -> Iterator[list[NodeRecord] | None]:
        """Yield None until the response is complete, then a job's nodes. Source: `GET /jobs/:id/nodes`."""
        return self._read(f"/jobs/{job}/nodes", NodeRecord.read_all)

    def _read(self, path: str, read: Callable[[bytes, str], T]) -> Iterator[T | None]:
        """Collect a body, up to `_MOST_BYTES` and `_MOST_SECONDS`, and read it."""
        url, body, began_at = self._url.base + path, bytearray(), self._clock.monotonic()
        with _enough_memory():
            for piece in self._read_ahead(lambda: self._body(path)):
                body += piece or b""
                if len(body) > _MOST_BYTES:
                    raise NotUnderstood(f"the response from {url} is larger than {_MOST_BYTES >> 20} MB")
                if self._clock.monotonic() - began_at > _MOST_SECONDS:
                    raise TruncatedAnswer(f"the response from {url} took more than {_MOST_SECONDS:g} s")
                yield None
            yield read(bytes(body), url)

    def _body(self, path: str) -> Iterator[bytes]:
        """Send a request, and yield the body as it arrives, decompressed; white space alone counts as silence."""
        with self._response(path) as response:
            silent_seconds, waiting_since = 0.0, self._clock.monotonic()
            for piece in pieces(response):
                waited = self._clock.monotonic() - waiting_since
                silent_seconds = 0.0 if piece.strip(_WHITE) else silent_seconds + waited
                if silent_seconds >= self._read_timeout:
                    url = self._url.base + path
                    raise Unreachable(f"nothing but white space from {url} for {self._read_timeout:g} s")
                yield piece
                waiting_since = self._clock.monotonic()

    @contextmanager
    def _response(self, path: str) -> Iterator[httpx.Response]:
        """Send a request, and give the response if its status is 200; report the exchange once its body was read."""
        url = self._url.base + path
        token = self._token()
        sent = token is not None and (self._url.encrypted or self._url.loopback)
        headers = {"X-Authentication": token or ""} if sent else {}
        began_at = self._clock.monotonic()
        response: httpx.Response | None = None
        try:
            response = self._send(url, headers)
            with self._errors.translated(url, reading=True):
                if response.status_code != httpx.codes.OK:
                    raise self._error(url, response, token if sent else None)
                yield response
        finally:
            if response is not None:
                response.close()
            self._report(url, response, began_at)

    def _send(self, url: str, headers: dict[str, str]) -> httpx.Response:
        """Send a request, again for each stale connection that it meets: such a connection is then gone."""
        while True:
            trace = ProxyTrace()
            with self._errors.translated(url, trace):
                request = self._http.build_request("GET", url, headers=headers, extensions={"trace": trace})
                try:
                    return self._http.send(request, stream=True)
                except httpx.ReadError as error:
                    if not isinstance(error.__cause__, StaleConnection):
                        raise

    def _report(self, url: str, response: httpx.Response | None, began_at: float) -> None:
        status = response.status_code if response is not None else None
        received = response.num_bytes_downloaded if response is not None else 0
        server_at = read_date(response.headers.get("Date")) if response is not None else None
        self._observe(Exchange(url, status, self._clock.monotonic() - began_at, received, server_at))

    def _error(self, url: str, response: httpx.Response, token: str | None) -> OrchEventsError:
        retry_after = read_retry_after(response.headers.get("Retry-After"), self._clock.now())
        body, location = self._error_body(response), response.headers.get("Location", "")
        return error_for_response(
            url, response.status_code, body, token=token, retry_after=retry_after, location=location
        )

    def _error_body(self, response: httpx.Response) -> bytes:
        """Read the beginning of an error's body, as far as it can be read: the status counts in any case."""
        body, began_at = bytearray(), self._clock.monotonic()
        with suppress(httpx.HTTPError, zlib.error):
            for piece in pieces(response):
                body += piece
                if len(body) >= _MOST_ERROR_BYTES or self._clock.monotonic() - began_at > _MOST_SECONDS:
                    break
        return bytes(body)


def _path(job: str) -> str:
    kind, number = kind_and_number(job)
    return f"/plan_jobs/{number}" if kind == "plan" else f"/jobs/{number}"


def _read_event(body: bytes, name: str) -> Event:
    try:
        return read_event(body)
    except ValueError:
        raise no_json(body, name, "an event") from None


@contextmanager
def _enough_memory() -> Iterator[None]:
    try:
        yield
    except MemoryError as error:
        raise SystemLimit.behind(error) or error from None
