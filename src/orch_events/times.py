"""Durations and points in time, as people write them and as they like to read them."""

import re
from datetime import UTC, datetime

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_UNITS = ((86_400, "day"), (3600, "hour"), (60, "minute"))
_PART = re.compile(r"(\d+(?:\.\d+)?|\.\d+)(ms|s|m|h|d)", re.ASCII)
_DURATION = re.compile(rf"(?:{_PART.pattern})+", re.ASCII)
_NUMBER = re.compile(r"\d+(?:\.\d+)?|\.\d+", re.ASCII)
_MOST_EPOCH_DIGITS = 11
_EPOCH_DIGITS = 9
"""A bare number of this many digits is a point in time: nobody asks for the last 100,000,000 seconds."""


def parse_duration(text: str) -> float:
    """Read `500ms`, `2s`, `10m`, `1h30m`, `2d` or a bare number of seconds.

    Returns:
        Seconds.

    Raises:
        ValueError: it is none of these; the message is for the user.
    """
    text = text.strip()
    if _NUMBER.fullmatch(text):
        return _finite(float(text), text)
    if not _DURATION.fullmatch(text):
        raise ValueError(f"{text!r} is not a duration: write 500ms, 2s, 10m, 1h30m or a number of seconds")
    return _finite(sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(text)), text)


def _finite(seconds: float, text: str) -> float:
    if seconds > 10 * 365 * 86400:
        raise ValueError(f"{text!r} is too long a duration")
    return seconds


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
            f"{text!r} is not a time: write 10m (ago), 2016-05-05, 2016-05-05T19:50, an RFC 3339 time or an epoch"
        ) from None


def parse_timestamp(text: str | None) -> datetime | None:
    """Read a server's timestamp; None for what is none. Without a zone it is UTC."""
    try:
        at = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def roughly(seconds: float) -> str:
    """Write a duration for people in its largest unit: `12 seconds`, `20 minutes`, `3 days`."""
    whole = max(0, int(seconds))
    size, unit = next((each for each in _UNITS if whole >= each[0]), (1, "second"))
    count = whole // size
    return f"{count:,} {unit}{'s' * (count != 1)}"


def format_duration(seconds: float) -> str:
    """Write a duration for people, to the second: `8s`, `2m 14s`, `1h 02m 05s`."""
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h {minutes:02}m {rest:02}s"
    return f"{minutes}m {rest:02}s" if minutes else f"{rest}s"
