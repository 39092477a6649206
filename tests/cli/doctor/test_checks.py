"""What `doctor` finds, a check at a time."""

from collections.abc import Iterator
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.cli.doctor.checks import (
    NAMES,
    Check,
    CheckStatus,
    complete,
    exit_status,
    failure,
    not_checked,
    ok,
    warning,
)
from orch_events.errors import NotAuthenticated, Unreachable


def test_a_failure_is_an_error_with_its_hint_and_its_exit_status() -> None:
    told = failure("answer", Unreachable("no answer", "try again"))
    assert told == Check("answer", "failure", "no answer", "try again", 6)


def test_what_came_no_more_is_not_checked_and_says_what_is_to_be_mended_first() -> None:
    made = [*(ok(name, "") for name in NAMES[:-4]), failure("tls", Unreachable("none"))]
    assert list(complete(made))[-3:] == [not_checked(name, "skipped until tls is fixed") for name in NAMES[-3:]]


def test_every_failure_is_to_be_mended_before_what_was_not_checked() -> None:
    made = [failure(name, Unreachable("none")) for name in ("config-file", "service-url")]
    left = [check for check in complete(made) if check.status == "not checked"]
    assert {check.found for check in left} == {"skipped until config-file and service-url are fixed"}


def test_checks_are_told_as_they_come() -> None:
    def one_and_no_more() -> Iterator[Check]:
        yield ok("versions", "")
        pytest.fail("nobody asked for more")

    assert next(complete(one_and_no_more())) == ok("versions", "")


@given(st.lists(st.sampled_from(get_args(CheckStatus)), max_size=len(NAMES)))
def test_each_check_is_told_once_and_in_order_wherever_it_stops(statuses: list[CheckStatus]) -> None:
    made = [Check(name, status, "") for name, status in zip(NAMES, statuses, strict=False)]
    assert [check.name for check in complete(made)] == list(NAMES)


def test_the_exit_status_is_that_of_the_first_failure() -> None:
    checks = [
        warning("cacert", "old", "renew it"),
        failure("permission", NotAuthenticated("no")),
        failure("answer", Unreachable("no")),
    ]
    assert exit_status(checks) == 4
    assert exit_status(checks[:1]) == 0
    assert exit_status([]) == 0
