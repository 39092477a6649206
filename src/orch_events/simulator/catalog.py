"""The jobs of a simulator, or its plan jobs, by their numbers: which of them there are at a time."""

from collections.abc import Callable, Mapping, Sequence
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Catalog(Protocol[T_co]):
    """What the API's lists and its single objects are made of."""

    def numbers(self, now: float) -> Sequence[int]:
        """Return the numbers of all that there are at a time, ascending."""
        ...

    def find(self, number: int, now: float) -> T_co | None:
        """Return the one with this number; None if there is none at that time."""
        ...


class FixedCatalog(Generic[T]):
    """A catalog of a few that are known from the start.

    Args:
        scripts: all of them, by number.
        exists: whether one is there at a time.
    """

    def __init__(self, scripts: Mapping[int, T], exists: Callable[[T, float], bool] = lambda *_: True) -> None:
        self._scripts = scripts
        self._exists = exists

    def numbers(self, now: float) -> Sequence[int]:
        """Return the numbers of all that there are at a time, ascending."""
        return sorted(number for number, script in self._scripts.items() if self._exists(script, now))

    def find(self, number: int, now: float) -> T | None:
        """Return the one with this number; None if there is none at that time."""
        script = self._scripts.get(number)
        return script if script is not None and self._exists(script, now) else None
