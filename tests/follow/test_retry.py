"""What is retried, for how long, and after which delays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.errors import Unreachable
from orch_events.follow.retry import Outage, RetryPolicy, retry
from orch_events.job.updates import ConnectionLost, ConnectionRestored, Pause, Steps, Tick, Update
from tests.fakes import FakeClock


def delays(jitter: float, failures: int, retry_after: float | None = None) -> list[float]:
    """Return how long an outage waits after each of some failures."""
    clock = FakeClock()
    outage = Outage("352", RetryPolicy(1e9, jitter=lambda: jitter), clock, had_contact=True)
    updates = [list(outage.wait(Unreachable("x", retry_after=retry_after))) for _ in range(failures)]
    return [update.seconds for some in updates for update in some if isinstance(update, Pause)]


def test_after_failures_the_limit_doubles_from_one_second_to_thirty() -> None:
    assert delays(1.0, 7) == [1, 2, 4, 8, 16, 30, 30]


@given(st.floats(0, 1), st.integers(1, 12))
def test_a_delay_is_random_within_its_limit(jitter: float, failures: int) -> None:
    assert delays(jitter, failures) == pytest.approx([jitter * limit for limit in delays(1.0, failures)])


@pytest.mark.parametrize(("after", "waited"), [(None, [0, 0, 0]), (7.0, [7, 7, 7])])
def test_a_server_that_says_when_to_come_back_is_obeyed(after: float | None, waited: list[float]) -> None:
    assert delays(0.0, 3, after) == waited


def test_an_outage_is_reported_once_with_what_comes_next() -> None:
    outage = Outage("352", RetryPolicy(600), FakeClock(), had_contact=False)
    error = Unreachable("x")
    assert list(outage.wait(error)) == [ConnectionLost("352", error, 1.0, 600.0, had_contact=False), Pause(1.0)]
    assert list(outage.wait(error)) == [Pause(2.0)]


def test_without_time_for_retries_the_error_is_raised() -> None:
    outage = Outage("352", RetryPolicy(0), FakeClock(), had_contact=True)
    with pytest.raises(Unreachable):
        list(outage.wait(Unreachable("x")))


def test_after_a_minute_the_back_off_goes_on_as_before() -> None:
    clock = FakeClock()
    outage = Outage("352", RetryPolicy(600), clock, had_contact=True)
    list(outage.wait(Unreachable("x")))
    clock.sleep(100)
    assert list(outage.wait(Unreachable("x"))) == [Pause(2.0)]


def test_an_outage_is_reported_when_it_begins_and_when_it_is_over() -> None:
    clock, error, failures = FakeClock(), Unreachable("x"), 2
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
        ConnectionLost("352", error, 1.0, 600.0),
        Pause(1.0),
        Pause(2.0),
        ConnectionRestored("352", 3.0),
    ]


def test_a_policy_with_a_token_is_the_same_but_for_the_token() -> None:
    policy = RetryPolicy(1, 2, 3)
    assert policy.with_token(int) == RetryPolicy(1, 2, 3, int, policy.jitter)
