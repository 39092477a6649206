"""The simulator's jobs, recorded: a replay of each shows and ends as following the job itself does."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import httpx
import pytest

from orch_events.client.client import Client
from orch_events.client.url import ServiceUrl
from orch_events.follow.scheduler import interleave
from orch_events.job.updates import OutcomeUnknown, Update
from orch_events.recording import Recording, Replay
from orch_events.simulator import Api, scripts
from orch_events.simulator.api import Request
from orch_events.wire.page import compact
from orch_events.wire.vocabulary import FAIL_ON
from tests.fakes import FakeClock
from tests.follow.following import ending, follow, follower, shown
from tests.recording.written import KINDS, recording
from tests.table import each

_URL = "http://127.0.0.1:8143"
STATUSES = {351: 0, 352: 0, 353: 1, 354: 3, 355: 3, 356: 0}


@contextmanager
def simulated(clock: FakeClock) -> Iterator[Client]:
    """A client of a simulator on the clock, without a network."""
    api = Api(clock.monotonic)

    def answer(request: httpx.Request) -> httpx.Response:
        told = api.get(Request(request.url.raw_path.decode(), _URL))
        return httpx.Response(told.status, stream=httpx.ByteStream(told.body.encode()))

    transport = httpx.MockTransport(answer)
    with Client(ServiceUrl.parse(_URL), lambda: None, clock, transport=transport) as client:
        yield client


@cache
def followed(job: int) -> list[Update]:
    clock = FakeClock()
    with simulated(clock) as client:
        return list(interleave([follower(str(job), client, clock).follow()], clock))


def recorded(job: int, kind: str = "json_lines") -> Recording:
    return recording(KINDS[kind]([compact(moment.text.encode()) for moment in scripts()[job].events]))


@each(("kind", "speed"), [*((kind, math.inf) for kind in KINDS), ("json_lines", 1.0), ("pretty_page", 60.0)])
@each("job", STATUSES)
def test_a_replay_shows_and_ends_as_the_job_did(job: int, kind: str, speed: float) -> None:
    clock = FakeClock()
    replayed, original = follow(Replay(recorded(job, kind), clock, speed), clock), followed(job)
    assert shown(replayed) == shown(original) == [moment.id for moment in scripts()[job].events]
    if job == 356:  # no event says that it is over, only its record
        assert isinstance(replayed[-1], OutcomeUnknown)
        return
    ours, theirs = ending(replayed).outcome, ending(original).outcome
    assert (ours.nodes, ours.seconds) == (theirs.nodes, theirs.seconds)
    fail_on = set(FAIL_ON) - {"skipped"}
    assert ours.exit_status(fail_on) == theirs.exit_status(fail_on) == STATUSES[job]


@pytest.mark.parametrize("job", STATUSES)
def test_a_replay_takes_the_time_that_the_job_took(job: int) -> None:
    clock = FakeClock()
    moments = scripts()[job].events
    seconds = moments[-1].at - moments[0].at
    replay = Replay(recorded(job), clock, 1.0)
    list(interleave([follower("352", replay, clock, settle=0).follow()], clock))
    assert seconds - 1 <= clock.monotonic() <= seconds + 8


@pytest.mark.parametrize("job", STATUSES)
def test_a_listing_of_a_recording_says_the_same_of_the_end(job: int) -> None:
    clock = FakeClock()
    replay = Replay(recorded(job), clock)
    listed = list(interleave([follower("352", replay, clock).once(outcome=True)], clock))
    assert clock.slept == []
    if job == 356:
        assert isinstance(listed[-1], OutcomeUnknown)
    else:
        assert ending(listed).outcome.nodes == ending(followed(job)).outcome.nodes
