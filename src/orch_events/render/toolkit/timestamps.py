"""Timestamps for people: in a time zone, or as time elapsed since the job began."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache

from orch_events.times import format_clock


def offset(at: datetime) -> str:
    """Return the offset of a time, as in `+02` or `+0530`."""
    return f"{at:%z}".removesuffix("00")


def clocks_change(day: date) -> bool:
    """Whether a day has two offsets where this machine is, as at the end of summer time."""
    try:
        begin, end = (datetime(one.year, one.month, one.day).astimezone() for one in (day, day + timedelta(days=1)))
    except (ValueError, OverflowError, OSError):
        return False
    return begin.utcoffset() != end.utcoffset()


class TimeFormat:
    """Formats timestamps in a time zone, or as time elapsed since the job began.

    Args:
        kind: `utc`, `local` or `elapsed`.
        began_at: returns when a job began, None if that is not known; for `elapsed` only.
    """

    def __init__(self, kind: str, began_at: Callable[[str], datetime | None] = lambda _: None) -> None:
        self._zone: tzinfo | None = UTC if kind == "utc" else None
        self._began_at = began_at
        self._shows_offset = lru_cache(maxsize=64)(clocks_change if self._zone is None else lambda _: False)
        self.elapsed = kind == "elapsed"

    def split(self, timestamp: str, job: str = "") -> tuple[str, str]:
        """Return date and time of day of a server's timestamp. One that can't be read stays as it is, without a date.

        An elapsed time has no date either. On a day on which the clocks change, a time has its offset.
        """
        try:
            at = datetime.fromisoformat(timestamp)
            at = at if at.tzinfo else at.replace(tzinfo=UTC)
            if self.elapsed:
                return "", format_clock((at - (self._began_at(job) or at)).total_seconds())
            at = at.astimezone(self._zone)
        except (ValueError, OverflowError, OSError):
            return "", timestamp
        return f"{at:%Y-%m-%d}", f"{at:%H:%M:%S}{offset(at) if self._shows_offset(at.date()) else ''}"
