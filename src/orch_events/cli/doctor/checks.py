"""The checks of `doctor`: names, results, and the exit status.

Some checks need the results of others. If one of those fails, they are not failures, but not checked.
"""

from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import Literal, TypeVar

import msgspec

from orch_events.errors import OrchEventsError

T = TypeVar("T")

CheckStatus = Literal["ok", "warning", "failure", "not checked"]

NAMES = (
    "versions", "environment", "config-file", "global-conf", "service-url", "cacert", "token-file", "connect-timeout",
    "read-timeout", "proxy", "resolution", "connection", "tls", "answer", "permission", "clock",
)  # fmt: skip
"""All checks, in their order; a check that is named like an option is about its value."""


class Check(msgspec.Struct, frozen=True):
    """The result of a check.

    Attributes:
        name: one of `NAMES`.
        status: ok, warning, failure or not checked.
        found: what was found, or why it was not checked.
        hint: what to do; "" if there is nothing to do.
        exit_status: that of a failure, else 0.
    """

    name: str
    status: CheckStatus
    found: str
    hint: str = ""
    exit_status: int = 0


Checking = Generator[Check, None, T]
"""Yields checks, and returns what other checks need of their results."""


def ok(name: str, found: str) -> Check:
    """Return a check that found nothing wrong."""
    return Check(name, "ok", found)


def warning(name: str, found: str, hint: str) -> Check:
    """Return a check that found a possible problem."""
    return Check(name, "warning", found, hint)


def failure(name: str, error: OrchEventsError) -> Check:
    """Return a check that failed."""
    return Check(name, "failure", error.message, error.hint, error.exit_status)


def not_checked(name: str, why: str) -> Check:
    """Return a check that could not be made."""
    return Check(name, "not checked", why)


def blocked(name: str, failed: Sequence[str]) -> Check:
    """Return a check that was not made because of those that failed."""
    verb = "is" if len(failed) == 1 else "are"
    return not_checked(name, f"skipped until {' and '.join(failed)} {verb} fixed")


def complete(checks: Iterable[Check]) -> Iterator[Check]:
    """Yield the checks, and after them, as not checked, those that failures have prevented."""
    left, failed = list(NAMES), list[str]()
    for check in checks:
        left.remove(check.name)
        if check.status == "failure":
            failed.append(check.name)
        yield check
    for name in left:
        yield blocked(name, failed)


def exit_status(checks: Iterable[Check]) -> int:
    """Return the exit status of the first failure; 0 if there is none."""
    return next((check.exit_status for check in checks if check.status == "failure"), 0)
