"""Durations: percentiles, a histogram, and how many spans overlap. All times are in seconds."""

from collections import Counter
from collections.abc import Iterable, Sequence
from math import ceil, floor

import msgspec


def quantile(ordered: Sequence[float], part: float) -> float:
    """Return a quantile, interpolated linearly, as numpy and statistics.quantiles(method="inclusive") do.

    Args:
        ordered: the values, the least first; at least one.
        part: which quantile, from 0 (the least value) to 1 (the greatest).
    """
    place = part * (len(ordered) - 1)
    below = floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


class Spread(msgspec.Struct, frozen=True):
    """The distribution of durations: how many there are, the least, three percentiles, the greatest."""

    count: int
    minimum: float
    p50: float
    p90: float
    p99: float
    maximum: float

    @classmethod
    def from_durations(cls, ordered: Sequence[float]) -> "Spread | None":
        """Summarize durations, the least of which is first; None if there are none."""
        if not ordered:
            return None
        return cls(len(ordered), *(quantile(ordered, part) for part in (0, 0.5, 0.9, 0.99, 1)))


class Histogram(msgspec.Struct, frozen=True):
    """How many durations are in each of some intervals of equal length.

    Attributes:
        begin: where the first interval begins, in whole seconds.
        seconds: the length of each, in whole seconds, so that durations in whole seconds fall evenly into them.
        counts: how many durations are in each; the last one is not empty.
    """

    begin: int
    seconds: int
    counts: Sequence[int]

    @classmethod
    def from_durations(cls, ordered: Sequence[float], most: int) -> "Histogram":
        """Count durations, the least of which is first, in `most` intervals at most."""
        if not ordered:
            return cls(0, 1, [])
        begin = floor(ordered[0])
        seconds = max(1, ceil((floor(ordered[-1]) - begin + 1) / most))
        places = Counter(floor(one - begin) // seconds for one in ordered)
        return cls(begin, seconds, [places[place] for place in range(max(places) + 1)])


def at_once(spans: Iterable[tuple[float, float]]) -> list[tuple[float, int]]:
    """Return the times at which the number of overlapping spans changes, each with the number from then on.

    A span that ends when another begins does not overlap it. A span that begins and ends at the same time overlaps
    others at that time: then there are two numbers for one time, the higher one first.

    Args:
        spans: each has a begin and an end.
    """
    spans_list = list(spans)
    begins = Counter(begin for begin, _ in spans_list)
    ends = Counter(end for begin, end in spans_list if begin < end)
    instants = Counter(begin for begin, end in spans_list if begin == end)
    steps, running = [], 0
    for at in sorted(begins.keys() | ends.keys()):
        running += begins[at] - ends[at]
        steps.append((at, running))
        if instants[at]:
            running -= instants[at]
            steps.append((at, running))
    return steps


def most_at_once(spans: Iterable[tuple[float, float]]) -> int:
    """Return the highest number of spans that overlap."""
    return max((count for _, count in at_once(spans)), default=0)
