"""The cells of times: a minute is drawn once, and each of its seconds put in.

That is right for every minute whose first and last second, drawn each by itself, differ in those two digits alone: then
one offset from UTC, to the second, holds for all of it. Any other is drawn second by second, as elapsed times are.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache

_SECONDS = {f"{second:02}Z": f"{second:02}" for second in range(60)}
_BEFORE_SECONDS = len("2016-05-05T19:50:")

Cell = tuple[str, str]
"""A date, and the cell of a time."""


class TimeCells:
    """Draws the cells of timestamps, of which many have their minute in common, or all of it.

    Args:
        draw: draws the cell of a server's timestamp of a job, whatever that is.
    """

    def __init__(self, draw: Callable[[str, str], Cell]) -> None:
        self._draw = draw
        self._minute = lru_cache(maxsize=4096)(self._draw_minute)

    def forget(self) -> None:
        """Draw everything anew: cells have another width now."""
        self._minute.cache_clear()

    def draw(self, timestamps: Iterable[str], job: str) -> dict[str, Cell]:
        """Return the cells by timestamp."""
        return {timestamp: self._cell(timestamp, job) for timestamp in set(timestamps)}

    def _cell(self, timestamp: str, job: str) -> Cell:
        second = _SECONDS.get(timestamp[_BEFORE_SECONDS:])
        minute = self._minute(timestamp[:_BEFORE_SECONDS], job) if second else None
        if not second or minute is None:
            return self._draw(timestamp, job)
        date, before, after = minute
        return date, before + second + after

    def _draw_minute(self, minute: str, job: str) -> tuple[str, str, str] | None:
        """Return a minute's date, and what is before and after the seconds; None if it is no such minute."""
        date, first = self._draw(f"{minute}00Z", job)
        before, found, after = first.rpartition(":00")
        same = found and self._draw(f"{minute}59Z", job) == (date, f"{before}:59{after}")
        return (date, f"{before}:", after) if same else None
