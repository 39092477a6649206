"""What may pass: once there was contact, everything that is no refusal of the API and no fault of this machine."""

from collections.abc import Callable, Iterator

import pytest

from orch_events import errors
from orch_events.errors import OrchEventsError, Unreachable
from orch_events.follow.retry import Outage, RetryPolicy, first_answer, retry
from orch_events.job.updates import ConnectionLost, Pause, Steps, Tick, Update
from tests.fakes import FakeClock
from tests.table import each

RETRIED = {
    errors.AccessBlocked,
    errors.HtmlAnswer,
    errors.NotUnderstood,
    errors.ServerError,
    errors.SystemLimit,
    errors.TruncatedAnswer,
    errors.UnknownHost,
    errors.UnknownJob,
    errors.Unreachable,
    errors.UntrustedCertificate,
}
AT_ONCE_FATAL = {errors.LocalFileError, errors.NotPermitted, errors.RequestRejected, errors.UsageError}
WAITED_FOR = {errors.NotAuthenticated, errors.TokenFileError}
ABSTRACT = {OrchEventsError, errors.AccessError}


def test_every_error_is_one_of_these() -> None:
    kinds = {kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, OrchEventsError)}
    assert kinds == RETRIED | AT_ONCE_FATAL | WAITED_FOR | ABSTRACT


@each("kind", sorted(RETRIED, key=str))
def test_what_may_pass_is_retried_once_there_was_contact(kind: type[OrchEventsError]) -> None:
    assert RetryPolicy(600).seconds_for(kind("x"), had_contact=True) == 600


@each("kind", sorted(RETRIED, key=str))
def test_before_there_was_contact_only_the_network_s_errors_are_retried(kind: type[OrchEventsError]) -> None:
    expected = 600 if issubclass(kind, Unreachable) and kind is not errors.UnknownHost else 0
    assert RetryPolicy(600).seconds_for(kind("x"), had_contact=False) == expected


@each("had_contact", [True, False])
@each("kind", sorted(AT_ONCE_FATAL, key=str))
def test_a_refusal_and_a_fault_of_this_machine_are_final(kind: type[OrchEventsError], *, had_contact: bool) -> None:
    assert RetryPolicy(600, 600, 600).seconds_for(kind("x"), had_contact=had_contact) == 0


def run(steps: Iterator[Update], clock: FakeClock) -> Iterator[Update]:
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
    pauses = [one for one in outage.wait(Unreachable("x", retry_after=3600)) if isinstance(one, Pause)]
    assert sum(pause.seconds for pause in pauses) == 10


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
            raise errors.TruncatedAnswer("cut")

    policy = RetryPolicy(60)
    steps = run(retry(attempt, lambda: Outage("352", policy, clock, had_contact=True), lambda: events), clock)
    if expected == "gives up":
        with pytest.raises(errors.TruncatedAnswer):
            list(steps)
        assert clock.monotonic() == 60
    else:
        told = [one for one in steps if isinstance(one, ConnectionLost)]
        assert clock.monotonic() >= 300
        assert len(told) == 1
    assert tries > 5


@pytest.mark.parametrize(("passed", "raised"), [(9.5, False), (10.0, True)])
def test_a_try_is_made_as_long_as_any_time_is_left(passed: float, *, raised: bool) -> None:
    clock = FakeClock()
    outage = Outage("352", RetryPolicy(10), clock, had_contact=True)
    list(outage.wait(Unreachable("x")))
    clock.sleep(passed)
    if raised:
        with pytest.raises(Unreachable):
            list(outage.wait(Unreachable("x")))
    else:
        assert list(outage.wait(Unreachable("x")))[-1] == Pause(10 - passed)


@each("kind", sorted(WAITED_FOR, key=str))
@each(
    ("wait", "other", "had_contact", "seconds"),
    [(300, True, True, 300), (300, True, False, 90), (300, False, True, 60), (30, False, True, 30)],
)
def test_another_token_is_waited_for_and_without_any_other_only_a_fail_over(
    kind: type[OrchEventsError], wait: float, seconds: float, *, other: bool, had_contact: bool
) -> None:
    policy = RetryPolicy(600, wait, 90, (lambda: "token") if other else None)
    assert policy.seconds_for(kind("x"), had_contact=had_contact) == seconds


def refused(clock: FakeClock, error: OrchEventsError, passed: float) -> list[float]:
    """Return for how long it is paused after a refused token, when it has been refused for so long already."""
    outage = Outage("352", RetryPolicy(600, 300, 0, lambda: "old"), clock, had_contact=True)
    list(run(outage.wait(error), clock))
    clock.sleep(passed - clock.monotonic())
    return [update.seconds for update in run(outage.wait(error), clock) if isinstance(update, Pause)]


@pytest.mark.parametrize("version", [None, lambda: "old"])
def test_the_token_that_was_refused_is_no_other_one(version: Callable[[], object] | None) -> None:
    clock = FakeClock()
    outage = Outage("352", RetryPolicy(600, 300, 0, version), clock, had_contact=True)
    list(run(outage.wait(errors.NotAuthenticated("x", retry_after=5)), clock))
    assert clock.monotonic() == 5


@each("kind", sorted(WAITED_FOR, key=str))
@each(("passed", "waited"), [(59.9, 2.0), (60.0, 240.0), (100.0, 200.0), (299.5, 0.5)])
def test_a_refused_token_is_tried_again_for_a_minute_and_then_waited_for(
    kind: type[OrchEventsError], passed: float, waited: float
) -> None:
    pauses = refused(FakeClock(), kind("x"), passed)
    assert sum(pauses) == pytest.approx(waited)
    assert max(pauses) <= 1.0  # so often is looked whether there is another


@pytest.mark.parametrize("new", ["a", "z"])
def test_another_token_ends_the_wait(new: str) -> None:
    clock, token = FakeClock(), ["old"]
    outage = Outage("352", RetryPolicy(600, 300, 0, lambda: token[0]), clock, had_contact=True)
    clock.sleep(1000)
    list(run(outage.wait(errors.NotAuthenticated("x")), clock))
    clock.sleep(100)
    began_at = clock.monotonic()
    for _ in run(outage.wait(errors.NotAuthenticated("x")), clock):
        if clock.monotonic() >= began_at + 7:
            token[0] = new
    assert clock.monotonic() == began_at + 7
    list(run(outage.wait(errors.NotAuthenticated("x")), clock))
    assert clock.monotonic() == 1000 + 300  # the new one is refused too, and there is no newer one


def test_an_outage_that_was_not_reported_is_not_reported_as_over() -> None:
    assert list(Outage("352", RetryPolicy(10), FakeClock(), had_contact=True).end()) == []


def test_a_policy_of_nothing_waits_for_nothing() -> None:
    for kind in RETRIED | WAITED_FOR:
        for had_contact in (True, False):
            assert RetryPolicy().seconds_for(kind("x"), had_contact=had_contact) == 0


def test_the_first_answer_is_returned_with_a_tick_for_each_moment_before() -> None:
    steps = first_answer(iter([None, None, 7, 8]))
    assert [next(steps), next(steps)] == [Tick(), Tick()]
    with pytest.raises(StopIteration) as ended:
        next(steps)
    assert ended.value.value == 7


def test_a_source_that_says_nothing_has_given_no_answer() -> None:
    with pytest.raises(errors.TruncatedAnswer):
        list(first_answer(iter([None])))
