"""Following as a program does: events from an iterator, everything else from what it says and tells."""

import math

import pytest

from orch_events import ConnectionLost, ConnectionRestored, Notice, Unreachable, UsageError
from orch_events.errors import ServerError
from orch_events.library.following import Following, Job, Surroundings
from orch_events.library.jobs import OpenJob, retry_policy
from tests.build import event, running_until
from tests.fakes import FakeClock, ScriptedSource

RECORD = running_until(20.0, nodes=1)
EVENTS = [(0.0, event(5, "node_running")), (20.0, event(9, "node_failed"))]


class Told(list[object]):
    """What `on_update` was told."""


def job(source: ScriptedSource, clock: FakeClock, told: Told | None = None) -> Job:
    """Return a job whose source is a script."""
    on_update = told.append if told is not None else lambda _: None
    return Job(OpenJob("7", source, retry_policy(0.0, 0.0), "7", "test"), Surroundings(clock, on_update))


def ending(clock: FakeClock) -> ScriptedSource:
    """Return the script of a job that ends after 20 seconds, as its only node fails."""
    return ScriptedSource(clock, EVENTS, RECORD)


def test_the_loop_ends_with_the_job_whose_outcome_is_known_then() -> None:
    clock = FakeClock()
    following = job(ending(clock), clock).follow()
    before = following.outcome
    assert [(one.id, one.type) for one in following] == [(5, "node_running"), (9, "node_failed")]
    assert before is None
    assert (following.outcome, following.over, following.exit_status) == ("finished", True, 1)
    assert (following.next_start, following.timed_out) == (10, False)
    assert [node.state for node in following.nodes()] == ["failed"]
    assert following.summary().nodes.states == {"failed": 1}
    assert following.failures().groups[0].nodes == ("a",)


def test_it_begins_where_it_is_told_to() -> None:
    clock = FakeClock()
    source = ending(clock)
    assert [one.id for one in job(source, clock).follow(start=6)] == [9]


def test_a_time_out_ends_the_loop_and_the_job_is_not_over() -> None:
    clock = FakeClock()
    following = job(ending(clock), clock).follow(timeout=5.0)
    assert [one.id for one in following] == [5]
    assert (following.timed_out, following.over, following.outcome, following.exit_status) == (True, False, None, 124)
    assert clock.monotonic() == pytest.approx(5.0)


def test_the_server_is_asked_when_the_first_event_is_wanted_and_not_before() -> None:
    clock = FakeClock()
    source = ending(clock)
    following = job(source, clock).follow()
    assert source.asked == []
    assert next(following).id == 5
    following.close()
    assert list(following) == []


class Breaking(ScriptedSource):
    """A source that fails between two times."""

    def __init__(self, clock: FakeClock, until: float) -> None:
        super().__init__(clock, EVENTS, RECORD)
        self._until = until
        self._now = clock.monotonic

    def fetch(self, job: str, start: int | None):  # type: ignore[no-untyped-def] # noqa: ANN201 - as above
        """Fail, or answer."""
        if 2.0 <= self._now() < self._until:
            raise ServerError("the server is restarting")
        return super().fetch(job, start)


def test_a_connection_that_is_lost_and_restored_is_told() -> None:
    clock, told = FakeClock(), Told()
    assert [one.id for one in job(Breaking(clock, 15.0), clock, told).follow(retry_for=60.0)] == [5, 9]
    assert [type(one) for one in told] == [ConnectionLost, ConnectionRestored]


def test_an_outage_that_is_too_long_is_an_error_and_the_state_is_unknown() -> None:
    clock = FakeClock()
    following = job(Breaking(clock, math.inf), clock).follow(retry_for=30.0)
    with pytest.raises(Unreachable, match="restarting"):
        list(following)
    assert (following.outcome, following.exit_status) == (None, 6)


def test_what_people_should_know_is_told() -> None:
    clock, told = FakeClock(), Told()
    following = job(ScriptedSource(clock, [(0.0, event(1, "job_finished"))]), clock, told).follow()
    assert len(list(following)) == 1
    assert any(isinstance(one, Notice) for one in told)


def test_what_is_so_far_is_read_without_waiting() -> None:
    clock = FakeClock()
    one = job(ending(clock), clock)
    assert [each.id for each in one.events()] == [5]
    assert one.summary().outcome is None
    assert clock.slept == []


@pytest.mark.parametrize("seconds", [0.0, -1.0, math.nan])
def test_no_server_is_asked_without_a_pause(seconds: float) -> None:
    clock = FakeClock()
    with pytest.raises(UsageError, match="too short"):
        job(ending(clock), clock).follow(interval=seconds)


def test_a_following_is_an_iterator_of_its_own() -> None:
    clock = FakeClock()
    following: Following = job(ending(clock), clock).follow()
    assert iter(following) is following
