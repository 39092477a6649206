"""The fakes keep the promises of what they stand for."""

from dataclasses import replace

import pytest

from orch_events.errors import Unreachable
from orch_events.follow.source import JobSource
from orch_events.simulator import Api
from orch_events.simulator.api import Request
from orch_events.times import Clock, SystemClock
from orch_events.wire.event import PageEnd
from tests.build import event, record
from tests.fakes import FakeClock, ScriptedSource, StillApi


def test_on_a_fake_clock_time_passes_only_in_sleep() -> None:
    clock: Clock = FakeClock(at=100)
    assert (clock.now(), clock.monotonic()) == (100, 0)
    clock.sleep(2.5)
    assert (clock.now(), clock.monotonic()) == (102.5, 2.5)


def test_the_system_clock_goes_forward() -> None:
    clock: Clock = SystemClock()
    before = clock.monotonic()
    clock.sleep(0.001)
    assert clock.monotonic() > before
    assert clock.now() > 1_700_000_000


def test_a_still_api_gives_the_simulator_s_answers_and_works_out_each_but_once() -> None:
    requests = [Request(f"/orchestrator/v1/jobs/{job}", "http://h", "s3cret") for job in (352, 999)]
    requests.append(replace(requests[0], token=None))
    still, api = StillApi(60.0, "s3cret"), Api(lambda: 60.0, "s3cret")
    answers = [still.get(request) for request in requests]
    assert answers == [api.get(request) for request in requests]
    assert [answer.status for answer in answers] == [200, 404, 401]
    assert all(still.get(request) is answer for request, answer in zip(requests, answers, strict=True))


def test_a_scripted_source_shows_events_when_their_time_has_come() -> None:
    clock = FakeClock()
    source: JobSource = ScriptedSource(clock, [(0, event(1)), (5, event(2))], lambda _: record("running"))
    assert list(source.fetch("1", None)) == [[], [event(1)], PageEnd(None)]
    clock.sleep(5)
    assert list(source.fetch("1", 2)) == [[], [event(2)], PageEnd(2)]
    assert list(source.record("1")) == [None, record("running")]


def test_a_scripted_source_without_record_or_nodes_fails_like_a_server() -> None:
    source = ScriptedSource(FakeClock(), [])
    with pytest.raises(Unreachable):
        list(source.record("1"))
    with pytest.raises(Unreachable):
        list(source.nodes("1"))
