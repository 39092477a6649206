"""Asking takes time, and things happen meanwhile."""

from collections.abc import Generator, Iterator
from typing import TypeVar

from orch_events.errors import CutAnswer
from orch_events.happenings import Happening, Pending

T = TypeVar("T")

Asking = Generator[Happening, None, T]
"""Yields what happens while it asks, and returns the answer."""


def awaited(answers: Iterator[T | None]) -> Asking[T]:
    """Return the one answer of a source; until it is there, it is pending."""
    for answer in answers:
        if answer is not None:
            return answer
        yield Pending()
    raise CutAnswer("no answer came")
