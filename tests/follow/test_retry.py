"""What is retried, for how long, and after which delays."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.errors import (
    HtmlAnswer,
    NotAuthenticated,
    NotPermitted,
    OrchEventsError,
    UnknownHost,
    UnknownJob,
    Unreachable,
)
from orch_events.follow.retry import Outage, RetryPolicy, retry
from orch_events.job.updates import ConnectionLost, ConnectionRestored, Pause, Steps, Tick, Update
from tests.fakes import FakeClock


def delays(jitter: float, failures: int, retry_after: float | None = None) -> list[float]:
    """Return how long an outage waits after each of some failures."""
    clock = FakeClock()
    outage = Outage("352", RetryPolicy(1e9, jitter=lambda: jitter), clock, had_contact=True)
    updates = [list(outage.wait(Unreachable("x", retry_after=retry_after))) for _ in range(failures)]
    return [sum(update.seconds for update in some if isinstance(update, Pause)) for some in updates]


def test_after_failures_the_limit_doubles_from_one_second_to_thirty() -> None:
    assert delays(1.0, 7) == [1, 2, 4, 8, 16, 30, 30]


@given(st.floats(0, 1), st.integers(1, 12))
def test_a_delay_is_random_within_its_limit(jitter: float, failures: int) -> None:
    assert delays(jitter, failures) == pytest.approx([jitter * limit for limit in delays(1.0, failures)])


@pytest.mark.parametrize(("after", "waited"), [(None, [0, 0, 0]), (7.0, [7, 7, 7])])
def test_a_server_that_says_when_to_come_back_is_obeyed(after: float | None, waited: list[float]) -> None:
    assert delays(0.0, 3, after) == waited


ERROR = Unreachable("x")


def waited(outage: Outage, clock: FakeClock, error: OrchEventsError = ERROR) -> list[Update]:
    """Wait once after a failure, on the clock."""
    updates: list[Update] = []
    for update in outage.wait(error):
        if isinstance(update, Pause):
            clock.sleep(update.seconds)
        updates.append(update)
    return updates


def test_an_outage_is_reported_once_with_what_comes_next() -> None:
    clock = FakeClock()
    outage = Outage("352", RetryPolicy(600), clock, had_contact=False)
    assert [waited(outage, clock), waited(outage, clock)] == [[Pause(1.0)], [Pause(2.0)]]
    assert waited(outage, clock) == [ConnectionLost("352", ERROR, 4.0, 597.0, had_contact=False), Pause(4.0)]
    assert waited(outage, clock) == [Pause(8.0)]
    assert list(outage.end()) == [ConnectionRestored("352", ERROR, 15.0)]


def test_of_an_outage_that_is_over_within_three_seconds_nothing_is_told() -> None:
    clock = FakeClock()
    outage = Outage("352", RetryPolicy(600), clock, had_contact=True)
    updates = [*waited(outage, clock), *waited(outage, clock), *outage.end()]
    assert (clock.monotonic(), updates) == (3.0, [Pause(1.0), Pause(2.0)])


def test_a_long_wait_for_the_next_attempt_does_not_put_the_report_off() -> None:
    clock = FakeClock()
    outage = Outage("352", RetryPolicy(600), clock, had_contact=True)
    busy = Unreachable("x", retry_after=60.0)
    assert waited(outage, clock, busy) == [Pause(3.0), ConnectionLost("352", busy, 57.0, 597.0), Pause(57.0)]


@pytest.mark.parametrize(("changes_at", "told"), [(2.0, 0), (5.0, 1)])
def test_a_rejected_token_is_told_after_three_seconds_too(changes_at: float, told: int) -> None:
    clock = FakeClock()
    policy = RetryPolicy(600, 600, token_version=lambda: clock.monotonic() >= changes_at)
    outage = Outage("352", policy, clock, had_contact=True)
    rejected = NotAuthenticated("expired", retry_after=60.0)
    updates = waited(outage, clock, rejected)
    assert clock.monotonic() == changes_at
    assert sum(isinstance(update, ConnectionLost) for update in updates) == told
    assert len(list(outage.end())) == told


def test_what_turns_from_the_connection_to_the_token_is_told_again_at_once() -> None:
    clock = FakeClock()
    outage = Outage("352", RetryPolicy(600, 600), clock, had_contact=True)
    failures = [ERROR, ERROR, ERROR, NotAuthenticated("expired")]
    told = [update.error for error in failures for update in waited(outage, clock, error) if hasattr(update, "error")]
    assert told == [ERROR, failures[-1]]


def test_without_time_for_retries_the_error_is_raised() -> None:
    outage = Outage("352", RetryPolicy(0), FakeClock(), had_contact=True)
    with pytest.raises(Unreachable):
        list(outage.wait(Unreachable("x")))


def test_after_a_minute_the_back_off_goes_on_as_before() -> None:
    clock = FakeClock()
    outage = Outage("352", RetryPolicy(600), clock, had_contact=True)
    list(outage.wait(Unreachable("x")))
    clock.sleep(100)
    assert list(outage.wait(Unreachable("x")))[-1] == Pause(2.0)


def test_an_outage_is_reported_when_it_lasts_and_when_it_is_over() -> None:
    clock, error, failures = FakeClock(), Unreachable("x"), 3
    clock.sleep(100)
    updates: list[Update] = []

    def attempt() -> Steps[str]:
        nonlocal failures
        failures -= 1
        yield Tick()
        if failures >= 0:
            raise error
        return "answer"

    def collect() -> Steps[None]:
        answer = yield from retry(attempt, lambda: Outage("352", RetryPolicy(600), clock, had_contact=True))
        assert answer == "answer"

    for update in collect():
        if isinstance(update, Pause):
            clock.sleep(update.seconds)
        if not isinstance(update, Tick):
            updates.append(update)
    assert updates == [
        Pause(1.0),
        Pause(2.0),
        ConnectionLost("352", error, 4.0, 597.0),
        Pause(4.0),
        ConnectionRestored("352", error, 7.0),
    ]


def test_a_policy_with_a_token_is_the_same_but_for_the_token() -> None:
    policy = RetryPolicy(1, 2, 3)
    assert policy.with_token(int) == RetryPolicy(1, 2, 3, int, policy.jitter)


@pytest.mark.parametrize(("at_start", "had_contact", "seconds"), [(0, False, 0), (60, False, 60), (0, True, 600)])
def test_a_host_that_nobody_knows_is_retried_at_the_start_only_if_the_policy_says_so(
    at_start: float, seconds: float, *, had_contact: bool
) -> None:
    policy = RetryPolicy(600, unknown_host_at_start_seconds=at_start)
    assert policy.seconds_for(UnknownHost("x"), had_contact=had_contact) == seconds


def test_where_the_server_is_known_a_first_request_is_retried_like_a_later_one_and_an_unknown_job_for_a_while() -> None:
    policy = RetryPolicy(math.inf, math.inf, knows_server=True, unknown_job_seconds=600, token_version=lambda: 1)
    errors = [HtmlAnswer("x"), UnknownJob("x"), NotAuthenticated("x"), UnknownHost("x"), NotPermitted("x")]
    assert [policy.seconds_for(error, had_contact=False) for error in errors] == [
        math.inf, 600, math.inf, math.inf, 0
    ]  # fmt: skip
