"""What `doctor` finds, a check at a time.

Some checks need what others found. What can't be checked any more because another failed is no failure of its own.
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
"""All checks, in their order; those that are named like an option are about its value."""


class Check(msgspec.Struct, frozen=True):
    """One line of the report.

    Attributes:
        name: one of `NAMES`.
        status: how it went.
        found: what there is, or why it was not checked.
        hint: what to do; "" where there is nothing to be done.
        exit_status: that of a failure, else 0.
    """

    name: str
    status: CheckStatus
    found: str
    hint: str = ""
    exit_status: int = 0


Checking = Generator[Check, None, T]
"""Yields what is found, and returns what other checks need of it."""


def ok(name: str, found: str) -> Check:
    """Return a check that found nothing wrong."""
    return Check(name, "ok", found)


def warning(name: str, found: str, hint: str) -> Check:
    """Return a check that found what may be trouble."""
    return Check(name, "warning", found, hint)


def failure(name: str, error: OrchEventsError) -> Check:
    """Return a check that found what is wrong."""
    return Check(name, "failure", error.message, error.hint, error.exit_status)


def not_checked(name: str, why: str) -> Check:
    """Return a check that was not made."""
    return Check(name, "not checked", why)


def blocked(name: str, failed: Sequence[str]) -> Check:
    """Return a check that was not made because of those that failed."""
    verb = "is" if len(failed) == 1 else "are"
    return not_checked(name, f"skipped until {' and '.join(failed)} {verb} fixed")


def complete(checks: Iterable[Check]) -> Iterator[Check]:
    """Yield the checks, and behind them those that what failed has prevented."""
    left, failed = list(NAMES), list[str]()
    for check in checks:
        left.remove(check.name)
        if check.status == "failure":
            failed.append(check.name)
        yield check
    for name in left:
        yield blocked(name, failed)


def exit_status(checks: Iterable[Check]) -> int:
    """Return that of the first failure; 0 where there is none."""
    return next((check.exit_status for check in checks if check.status == "failure"), 0)
