"""What may pass: once there was contact, everything that is no refusal of the API and no fault of this machine."""

from collections.abc import Iterator

import pytest

from orch_events import errors
from orch_events.errors import (
    AccessBlocked,
    HtmlAnswer,
    LocalFileError,
    NotAuthenticated,
    NotPermitted,
    NotUnderstood,
    OrchEventsError,
    RequestRejected,
    SystemLimit,
    TokenFileError,
    TruncatedAnswer,
    UnknownJob,
    Unreachable,
    UntrustedCertificate,
    UsageError,
)
from orch_events.follow.retry import Outage, RetryPolicy, retry
from orch_events.job.updates import ConnectionLost, Pause, Steps, Tick, Update
from tests.fakes import FakeClock

RETRIED = {AccessBlocked, HtmlAnswer, NotUnderstood, SystemLimit, TruncatedAnswer, UnknownJob, Unreachable,
           UntrustedCertificate}  # fmt: skip
AT_ONCE_FATAL = {LocalFileError, NotPermitted, RequestRejected, UsageError}
WAITED_FOR = {NotAuthenticated, TokenFileError}
ABSTRACT = {OrchEventsError, errors.AccessError}


def test_every_error_is_one_of_these() -> None:
    kinds = {kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, OrchEventsError)}
    assert kinds == RETRIED | AT_ONCE_FATAL | WAITED_FOR | ABSTRACT


@pytest.mark.parametrize("kind", sorted(RETRIED, key=str))
def test_what_may_pass_is_retried_once_there_was_contact(kind: type[OrchEventsError]) -> None:
    assert RetryPolicy(600).seconds_for(kind("x"), had_contact=True) == 600


@pytest.mark.parametrize("kind", sorted(RETRIED, key=str))
def test_before_there_was_contact_only_the_network_s_errors_are_retried(kind: type[OrchEventsError]) -> None:
    expected = 600 if kind in (Unreachable, TruncatedAnswer) else 0
    assert RetryPolicy(600).seconds_for(kind("x"), had_contact=False) == expected


@pytest.mark.parametrize("had_contact", [True, False])
@pytest.mark.parametrize("kind", sorted(AT_ONCE_FATAL, key=str))
def test_a_refusal_and_a_fault_of_this_machine_are_final(kind: type[OrchEventsError], *, had_contact: bool) -> None:
    assert RetryPolicy(600, 600, 600).seconds_for(kind("x"), had_contact=had_contact) == 0


def run(steps: Steps[None], clock: FakeClock) -> Iterator[Update]:
    for update in steps:
        if isinstance(update, Pause):
            clock.sleep(update.seconds)
        yield update


def test_the_last_try_is_made_when_the_time_for_retries_ends_and_not_later() -> None:
    clock = FakeClock()
    tried_at: list[float] = []

    def attempt() -> Steps[None]:
        tried_at.append(clock.monotonic())
        yield Tick()
        raise Unreachable("x")

    policy = RetryPolicy(2.5)
    with pytest.raises(Unreachable):
        list(run(retry(attempt, lambda: Outage("352", policy, clock, had_contact=True)), clock))
    assert tried_at == [0, 1, 2.5]  # not 3, as the back-off has it


def test_a_server_that_says_when_to_come_back_is_asked_once_more_within_the_time() -> None:
    clock = FakeClock()
    outage = Outage("352", RetryPolicy(10), clock, had_contact=True)
    _, pause = outage.wait(Unreachable("x", retry_after=3600))
    assert pause == Pause(10)


@pytest.mark.parametrize(("each", "expected"), [(1, "goes on"), (0, "gives up")])
def test_progress_begins_the_time_for_retries_anew(each: int, expected: str) -> None:
    clock = FakeClock()
    events = 0
    tries = 0

    def attempt() -> Steps[None]:
        nonlocal events, tries
        tries += 1
        events += each
        yield Tick()
        if clock.monotonic() < 300:
            raise TruncatedAnswer("cut")

    policy = RetryPolicy(60)
    steps = run(retry(attempt, lambda: Outage("352", policy, clock, had_contact=True), lambda: events), clock)
    if expected == "gives up":
        with pytest.raises(TruncatedAnswer):
            list(steps)
        assert clock.monotonic() == 60
    else:
        told = [one for one in steps if isinstance(one, ConnectionLost)]
        assert clock.monotonic() >= 300
        assert len(told) == 1
    assert tries > 5
