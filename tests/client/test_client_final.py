"""Answers that may pass: followed through once there was a good one, and an error at the start."""

import gzip
import json
from collections.abc import Callable, Iterator

import httpx
import pytest

from orch_events.client.client import Client
from orch_events.client.url import ServiceUrl
from orch_events.errors import OrchEventsError
from orch_events.follow.follower import Follower
from orch_events.follow.retry import RetryPolicy
from orch_events.follow.scheduler import interleave
from orch_events.job.updates import ConnectionLost, ConnectionRestored, FollowFailed, JobEnded, NewEvents, Update
from tests.fakes import FakeClock

_HTML = b"<html>Sign in</html>"
_ZIPPED = gzip.compress(json.dumps({"items": [{"id": str(number)} for number in range(100)]}).encode())


def _good(value: object, status: int = 200) -> httpx.Response:
    return httpx.Response(status, stream=httpx.ByteStream(json.dumps(value).encode()))


def _api(status: int) -> httpx.Response:
    return _good({"kind": "puppetlabs.orchestrator/some", "msg": "No."}, status)


def _answer(status: int, body: bytes = b"", **headers: str) -> httpx.Response:
    return httpx.Response(status, headers={name.replace("_", "-"): value for name, value in headers.items()},
                          stream=httpx.ByteStream(body))  # fmt: skip


PASSING: dict[str, tuple[Callable[[], httpx.Response], int, str]] = {
    "gzip that is broken": (lambda: _answer(200, _ZIPPED[:10] + b"\xff" * 30, Content_Encoding="gzip"), 7, "gzip"),
    "no gzip": (lambda: _answer(200, b'{"items":[]}', Content_Encoding="gzip"), 7, "not valid gzip"),
    "brotli": (lambda: _answer(200, b"x", Content_Encoding="br"), 7, "encoded as br"),
    "broken JSON": (lambda: _answer(200, b'{"items":[{"id":}]}'), 7, "not JSON"),
    "no JSON": (lambda: _answer(200, b"Bad Gateway"), 7, "is not "),
    "another shape": (lambda: _answer(200, b'["items"]'), 7, "is not "),
    "HTML": (lambda: _answer(200, _HTML), 7, "HTML"),
    "NULs": (lambda: _answer(200, b"\0" * 99), 7, "NUL"),
    "204": (lambda: _answer(204), 7, "no body (HTTP 204)"),
    "302 of a login": (lambda: _answer(302, Location="https://sso/login"), 7, "redirects to https://sso/login"),
    "403 of a firewall": (lambda: _answer(403, _HTML), 4, "HTTP 403"),
    "404 of a proxy": (lambda: _answer(404, _HTML), 7, "HTTP 404"),
    "418 of a proxy": (lambda: _answer(418, b"teapot"), 7, "HTTP 418"),
    "400 of a proxy": (lambda: _answer(400, b"Bad Request"), 7, "HTTP 400"),
    "404 of the API": (lambda: _api(404), 5, " has no job 352 (HTTP 404"),
}
FINAL: dict[str, tuple[Callable[[], httpx.Response], int]] = {
    "400 of the API": (lambda: _api(400), 7),
    "403 of the API": (lambda: _api(403), 4),
    "409 of the API": (lambda: _api(409), 7),
}


class Server:
    """Has one event and then another, and gives bad answers while `bad` is set."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.bad: tuple[float, float, Callable[[], httpx.Response]] | None = None
        self.events = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        now = self.clock.monotonic()
        if self.bad and self.bad[0] <= now < self.bad[1]:
            return self.bad[2]()
        if not request.url.path.endswith("/events"):
            over = now > 100
            return _good({"state": "finished" if over else "running", "node_count": 2})
        items = [{"id": str(number), "type": "node_finished", "details": {"node": f"n{number}"}} for number in (1, 2)]
        start = int(request.url.params.get("start", 0))
        seen = [item for item in items[: 1 if now < 60 else 2] if int(str(item["id"])) >= start]
        return _good({"items": seen})


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def follow(server: Server) -> Iterator[Update]:
    transport = httpx.MockTransport(server)
    with Client(ServiceUrl.parse("http://127.0.0.1:8143"), lambda: None, server.clock, transport=transport) as client:
        yield from interleave([Follower("352", client, server.clock, RetryPolicy(600)).follow()], server.clock)


def ids(updates: list[Update]) -> list[int | None]:
    return [event.id for update in updates if isinstance(update, NewEvents) for event in update.events]


@pytest.mark.parametrize("name", PASSING)
def test_what_may_pass_is_followed_through_once_there_was_a_good_answer(name: str, clock: FakeClock) -> None:
    server = Server(clock)
    server.bad = 10, 90, PASSING[name][0]
    updates = list(follow(server))
    assert ids(updates) == [1, 2]
    (lost,) = [one for one in updates if isinstance(one, ConnectionLost)]
    assert PASSING[name][2] in lost.error.message
    assert any(isinstance(one, ConnectionRestored) for one in updates)
    assert isinstance(updates[-1], JobEnded)


@pytest.mark.parametrize("name", PASSING)
def test_the_same_at_the_start_is_an_error_with_its_own_exit_status(name: str, clock: FakeClock) -> None:
    server = Server(clock)
    server.bad = 0, 90, PASSING[name][0]
    failed = list(follow(server))[-1]
    assert isinstance(failed, FollowFailed)
    assert failed.error.exit_status == PASSING[name][1]
    assert clock.monotonic() == 0


@pytest.mark.parametrize("begin", [0, 10])
@pytest.mark.parametrize("name", FINAL)
def test_the_api_s_own_refusal_is_fatal_at_once(name: str, begin: float, clock: FakeClock) -> None:
    server = Server(clock)
    server.bad = begin, 1e9, FINAL[name][0]
    failed = list(follow(server))[-1]
    assert isinstance(failed, FollowFailed)
    assert failed.error.exit_status == FINAL[name][1]
    assert clock.monotonic() < 20


def test_what_does_not_pass_in_the_end_is_told_as_what_it_was(clock: FakeClock) -> None:
    server = Server(clock)
    server.bad = 10, 1e9, PASSING["204"][0]
    failed = list(follow(server))[-1]
    assert isinstance(failed, FollowFailed)
    assert isinstance(failed.error, OrchEventsError)
    assert failed.error.exit_status == 7
    assert 600 < clock.monotonic() < 630
