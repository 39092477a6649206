"""Which URLs a plan job is asked for at."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from orch_events.client.client import Client
from orch_events.client.url import ServiceUrl
from orch_events.errors import NotUnderstood
from orch_events.times import SystemClock
from orch_events.wire.event import Event
from tests.build import event_from

BASE = "/orchestrator/v1"
CUT = event_from({"type": "out_message", "details": {"message": "a" * 1024}, "id": "78"})
WHOLE = {"type": "out_message", "details": {"message": "a" * 2000}, "id": "78"}


def asked(ask: Callable[[Client], Iterator[Any]], answer: str = '{"items":[]}') -> tuple[str, list[Any]]:
    """Ask, and return the path and query of the request, and what came."""
    paths: list[str] = []

    def respond(request: httpx.Request) -> httpx.Response:
        paths.append(request.url.raw_path.decode())
        return httpx.Response(200, stream=httpx.ByteStream(answer.encode()))

    with Client(ServiceUrl.parse("pe"), lambda: None, SystemClock(), transport=httpx.MockTransport(respond)) as client:
        found = [one for one in ask(client) if one is not None]
    return (paths or [""])[0].removeprefix(BASE), found


@pytest.mark.parametrize(
    ("ask", "path"),
    [
        (lambda client: client.fetch("plan:9", None), "/plan_jobs/9/events"),
        (lambda client: client.fetch("plan:9", 84), "/plan_jobs/9/events?start=84"),
        (lambda client: client.fetch("9", 84), "/jobs/9/events?start=84"),
        (lambda client: client.record("plan:9"), "/plan_jobs/9?results=exclude"),
        (lambda client: client.record("9"), "/jobs/9"),
        (lambda client: client.whole("plan:9", CUT), "/plan_jobs/9/event/78"),
        (
            lambda client: client.plan_jobs(20, 40),
            "/plan_jobs?limit=20&offset=40&order_by=name&order=desc&results=exclude",
        ),
    ],
)
def test_a_plan_job_is_asked_for_at_its_own_endpoint(ask: Callable[[Client], Iterator[Any]], path: str) -> None:
    assert asked(ask)[0] == path


def test_a_cut_event_comes_whole_as_the_server_has_it() -> None:
    answer = json.dumps(WHOLE, indent=2)

    assert asked(lambda client: client.whole("plan:9", CUT), answer)[1] == [event_from(WHOLE)]


def test_an_event_without_an_id_can_not_be_asked_for() -> None:
    nameless = Event(None, CUT.raw)

    assert asked(lambda client: client.whole("plan:9", nameless)) == ("", [nameless])


def test_an_event_that_is_no_json_is_not_understood() -> None:
    with pytest.raises(NotUnderstood, match=r"plan_jobs/9/event/78 is not an event"):
        asked(lambda client: client.whole("plan:9", CUT), "so")
