"""Percentiles, histograms and how many at once: checked against the standard library, and against counting."""

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.analysis.durations import Histogram, Spread, most_at_once, quantile

SECONDS = st.integers(0, 10_000).map(float) | st.floats(0, 1e6)
DURATIONS = st.lists(SECONDS, min_size=1, max_size=60).map(sorted)


@given(st.lists(SECONDS, min_size=2, max_size=60).map(sorted))
def test_percentiles_are_those_of_the_standard_library(ordered: list[float]) -> None:
    cuts = statistics.quantiles(ordered, n=100, method="inclusive")
    for place, cut in enumerate(cuts, 1):
        assert math.isclose(quantile(ordered, place / 100), cut, abs_tol=1e-6)


@given(DURATIONS, st.floats(0, 1), st.floats(0, 1))
def test_a_greater_part_has_no_lesser_value_and_all_are_among_the_values(
    ordered: list[float], part: float, other: float
) -> None:
    low, high = sorted((part, other))
    assert quantile(ordered, low) <= quantile(ordered, high) + 1e-6
    assert ordered[0] <= quantile(ordered, part) <= ordered[-1] + 1e-6


def test_a_spread_tells_the_ends_and_three_percentiles() -> None:
    assert Spread.from_durations([float(second) for second in range(101)]) == Spread(101, 0, 50, 90, 99, 100)
    assert Spread.from_durations([7.0]) == Spread(1, 7, 7, 7, 7, 7)
    assert Spread.from_durations([]) is None


@given(DURATIONS, st.integers(1, 50))
def test_a_histogram_counts_each_duration_once_in_no_more_intervals_than_are_wanted(
    ordered: list[float], most: int
) -> None:
    found = Histogram.from_durations(ordered, most)
    assert sum(found.counts) == len(ordered)
    assert len(found.counts) <= most
    assert found.counts[0] > 0 < found.counts[-1]
    for place, count in enumerate(found.counts):
        begin = found.begin + place * found.seconds
        assert count == sum(begin <= one < begin + found.seconds for one in ordered)


def test_whole_seconds_fall_evenly_into_intervals() -> None:
    assert Histogram.from_durations([float(second) for second in range(10, 34)], 5) == Histogram(10, 5, [5, 5, 5, 5, 4])
    assert Histogram.from_durations([3.0, 3.0], 9) == Histogram(3, 1, [2])
    assert Histogram.from_durations([], 9) == Histogram(0, 1, [])


SPANS = st.lists(
    st.tuples(st.integers(0, 20), st.integers(0, 9)).map(lambda span: (float(span[0]), float(sum(span)))), max_size=12
)


@given(SPANS)
def test_how_many_went_on_at_once_is_what_counting_each_moment_finds(spans: list[tuple[float, float]]) -> None:
    moments = {begin for begin, _ in spans}
    counts = [sum(begin <= at < end or begin == at == end for begin, end in spans) for at in moments]
    assert most_at_once(spans) == max(counts, default=0)


@pytest.mark.parametrize(
    ("spans", "most"),
    [
        ([], 0),
        ([(1, 1)], 1),
        ([(1, 2), (2, 3)], 1),
        ([(1, 3), (2, 4), (2, 2)], 3),
        ([(1, 1), (1, 1), (0, 1)], 2),
    ],
)
def test_what_ends_as_another_begins_is_not_beside_it(spans: list[tuple[float, float]], most: int) -> None:
    assert most_at_once(spans) == most
