"""How long to wait before asking again."""

from collections.abc import Callable

_IDLE_GROWTH = 1.5
_IDLE_SLOWEST = 5.0
_RETRY_FIRST_SECONDS = 1.0
_RETRY_LONGEST_SECONDS = 30.0


class Backoff:
    """Asks at `interval` while events come, slower and slower when none do, up to five intervals.

    After a failure it waits for a time by chance between nothing and a limit that doubles from one second to thirty
    ("full jitter": many followers of one server do not come back at the same moment).

    Args:
        interval: seconds between two asks while events come.
        chance: returns a number from 0 to 1.
    """

    def __init__(self, interval: float, chance: Callable[[], float]) -> None:
        self._interval = interval
        self._chance = chance
        self._pause = interval
        self._limit = _RETRY_FIRST_SECONDS

    def pause(self, *, found: bool) -> float:
        """Return the seconds to wait after a good answer, with events or without."""
        self._limit = _RETRY_FIRST_SECONDS
        self._pause = self._interval if found else min(self._pause * _IDLE_GROWTH, self._interval * _IDLE_SLOWEST)
        return self._pause

    def retry(self) -> float:
        """Return the seconds to wait after a failure."""
        limit, self._limit = self._limit, min(self._limit * 2, _RETRY_LONGEST_SECONDS)
        return self._chance() * limit
