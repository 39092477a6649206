"""Durations, points in time, time zones, and the clock.

Durations are seconds, as floats. Points in time are seconds since the epoch, or `datetime` with a time zone. Nothing
else in the program reads the system's time: it is given a `Clock`, and tests give their own.
"""

import re
import time
from datetime import UTC, datetime
from typing import Protocol

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604_800.0}
_UNITS = ((86_400, "d"), (3600, "h"), (60, "m"), (1, "s"))
_LONG_UNITS = (
    (31_556_952, "year"), (2_629_746, "month"), (604_800, "week"), (86_400, "day"), (3600, "hour"), (60, "minute"),
    (1, "second"),
)  # fmt: skip
_PART = re.compile(r"(\d+(?:\.\d+)?|\.\d+)(ms|s|m|h|d|w)", re.ASCII)
_DURATION = re.compile(rf"(?:{_PART.pattern})+", re.ASCII)
_NUMBER = re.compile(r"\d+(?:\.\d+)?|\.\d+", re.ASCII)
_MOST_DAYS = 3650
_MOST_EPOCH_DIGITS = 11
_EPOCH_DIGITS = 9
"""A bare number of at least this many digits is an epoch time: nobody means 100,000,000 seconds ago."""


class Clock(Protocol):
    """The time, as the rest of the program sees it."""

    def now(self) -> float:
        """The time of day, in seconds since the epoch."""
        ...

    def monotonic(self) -> float:
        """Seconds since some fixed time; never goes back."""
        ...

    def sleep(self, seconds: float) -> None:
        """Sleep for `seconds`."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> float:
        """The time of day, in seconds since the epoch."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds since some fixed time; never goes back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Sleep for `seconds`."""
        time.sleep(seconds)


def parse_duration(text: str) -> float:
    """Read `500ms`, `2s`, `10m`, `1h30m`, `2d`, `1w` or a bare number of seconds.

    Returns:
        Seconds.

    Raises:
        ValueError: it is none of these; the message is for the user.
    """
    text = text.strip()
    if _NUMBER.fullmatch(text):
        return _finite(float(text), text)
    if not _DURATION.fullmatch(text):
        raise ValueError(f"{text!r} is not a duration: use 500ms, 2s, 10m, 1h30m, 7d or a number of seconds")
    return _finite(sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(text)), text)


def _finite(seconds: float, text: str) -> float:
    if seconds > _MOST_DAYS * 86400:
        raise ValueError(f"{text!r} is too long: the maximum is {_MOST_DAYS}d")
    return seconds


def write_duration(seconds: float) -> str:
    """Write a duration as `parse_duration` reads it: `1h30m`, `40s`, `1.5s`, `500ms`."""
    if 1 <= seconds < 60:  # noqa: PLR2004 - a minute
        return f"{round(seconds, 3):g}s"
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    parts = [f"{count}{unit}" for count, unit in _split(whole) if count]
    return "".join([*parts, f"{milliseconds}ms" * bool(milliseconds)]) or "0"


def parse_instant(text: str, now: float) -> float:
    """Read a point in time: `10m` (that long ago), a date, RFC 3339, or seconds since the epoch.

    Args:
        text: as typed; a date or time without a zone is the local one.
        now: seconds since the epoch.

    Returns:
        Seconds since the epoch.

    Raises:
        ValueError: it is none of these; the message is for the user.
    """
    text = text.strip()
    if _NUMBER.fullmatch(text) and _EPOCH_DIGITS <= len(text.partition(".")[0]) <= _MOST_EPOCH_DIGITS:
        return float(text)
    try:
        if _NUMBER.fullmatch(text) or _DURATION.fullmatch(text):
            return now - parse_duration(text)
        return datetime.fromisoformat(text.upper()).timestamp()
    except (ValueError, OverflowError, OSError):
        raise ValueError(
            f"{text!r} is not a time: use 10m (ago), 2016-05-05, 2016-05-05T19:50, RFC 3339 or seconds since 1970"
        ) from None


class Instant(float):
    """A point in time, in seconds since the epoch, that writes itself as RFC 3339: `2016-05-05T19:40:08Z`."""

    def __str__(self) -> str:
        """Write it. Raises ValueError or OverflowError for what no calendar has."""
        return datetime.fromtimestamp(self, UTC).isoformat().replace("+00:00", "Z")


def parse_timestamp(text: str | None) -> datetime | None:
    """Read a server's timestamp; None for anything else. Without a zone it is UTC."""
    try:
        at = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def format_duration(seconds: float, *, compact: bool = False) -> str:
    """Format a duration to the second.

    Args:
        seconds: how long; a negative duration counts as 0.
        compact: leave out parts that are zero: `2m`, `1h 2m 5s`, `1d 12h` instead of `2m 00s`, `1h 02m 05s`,
            `36h 00m 00s`.
    """
    whole = max(0, round(seconds))
    if compact:
        return " ".join(f"{count}{unit}" for count, unit in _split(whole) if count) or "0s"
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h {minutes:02}m {rest:02}s"
    return f"{minutes}m {rest:02}s" if minutes else f"{rest}s"


def _split(seconds: int) -> list[tuple[int, str]]:
    parts = []
    for size, unit in _UNITS:
        count, seconds = divmod(seconds, size)
        parts.append((count, unit))
    return parts


def format_roughly(seconds: float) -> str:
    """Format a duration roughly: `35s`, `12m`, `1h 05m`, `3d`."""
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"{max(5, round(seconds / 5) * 5)}s"
    minutes = round(seconds / 60)
    if minutes < 60:  # noqa: PLR2004 - an hour
        return f"{minutes}m"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h {minutes:02}m" if hours < 48 else f"{hours // 24:,}d"  # noqa: PLR2004 - two days


def format_ago(seconds: float) -> str:
    """Format how long ago something was, in its largest unit: `just now`, `5 minutes ago`, `3 days ago`."""
    for size, unit in _LONG_UNITS:
        if (count := int(seconds // size)) > 0:
            return f"{count} {unit}{'s' * (count != 1)} ago"
    return "just now"


def format_clock(seconds: float) -> str:
    """Format a duration as `00:02:14`, a negative one with a minus sign."""
    minutes, rest = divmod(abs(int(seconds)), 60)
    return f"{'-' if int(seconds) < 0 else ''}{minutes // 60:02}:{minutes % 60:02}:{rest:02}"
