"""The pure layout of a job's nodes on an axis of time."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.analysis.timeline import (
    SORTS,
    Chart,
    Row,
    bar,
    chosen,
    concurrency,
    concurrency_by_cell,
    ordered,
    ticks,
)
from orch_events.job.nodes import NodeRun
from orch_events.job.plan import PlanState
from tests.build import event, job_of, ran, simulated, stamped_job
from tests.render.timeline.scenes import STRANGE
from tests.table import each

STATES = ("finished", "failed", "errored", "skipped", "running", "pondering")


def row(begin: float | None, end: float | None, state: str = "finished", name: str = "a") -> Row:
    return Row(NodeRun(name, state), begin, end)


def names(rows: Sequence[Row]) -> list[str]:
    return [one.run.name.partition(".")[0] for one in rows]


SPANS = st.tuples(st.integers(0, 20), st.integers(0, 8)).map(lambda span: row(span[0], sum(span)))
ROWS = st.lists(
    st.builds(row, st.none() | st.integers(0, 50), st.none() | st.integers(50, 90), st.sampled_from(STATES)),
    max_size=30,
)


def test_seconds_count_from_the_first_moment_that_is_known() -> None:
    chart = Chart.from_state(
        stamped_job(*ran("a", "19:50:08", "19:50:42"), *ran("b", "19:50:10", "19:51:08", "failed"))
    )
    assert [(one.begin, one.end) for one in chart.rows] == [(0, 34), (2, 60)]
    assert (chart.began_at, chart.seconds) == (1462477808.0, 60)


def test_a_node_that_still_runs_reaches_as_far_as_the_last_event() -> None:
    chart = Chart.from_state(stamped_job(("running", "a", "2016-05-05T19:50:00Z"), *ran("b", "19:50:10", "19:50:40")))
    assert [(one.begin, one.end, one.seconds) for one in chart.rows] == [(0, 40, 40), (10, 40, 30)]


def test_the_axis_reaches_to_the_last_event_of_the_job() -> None:
    state = job_of(event(0), event(1, "node_finished"), event(6, "job_finished", None))
    assert Chart.from_state(state).seconds == 60


def test_a_job_without_events_has_no_rows() -> None:
    assert Chart.from_state(job_of()) == Chart(None, 1.0, [])


def test_a_job_of_one_moment_has_an_axis_all_the_same() -> None:
    chart = Chart.from_state(stamped_job(*ran("a", "19:50:00", "19:50:00")))
    assert (chart.seconds, chart.rows[0].seconds) == (1, 0)


def test_a_job_whose_times_can_t_be_read_has_rows_without_places() -> None:
    chart = Chart.from_state(stamped_job(("running", "a", "soon"), ("finished", "b", "")))
    assert chart.began_at is None
    assert [(one.begin, one.end, one.at, one.seconds) for one in chart.rows] == [(None, None, None, None)] * 2


def test_strange_times_give_the_places_that_they_can() -> None:
    rows = {one.run.name.partition(".")[0]: one for one in Chart.from_state(stamped_job(*STRANGE)).rows}
    hour = 3600
    assert (rows["backwards"].begin, rows["backwards"].seconds) == (6 * hour, 0)
    assert (rows["no-end"].at, rows["no-end"].seconds) == (7 * hour, None)
    assert (rows["no-begin"].at, rows["no-begin"].seconds) == (8 * hour, None)
    assert (rows["never-said"].at, rows["never-said"].seconds) == (None, None)
    assert (rows["never-ran"].at, rows["never-ran"].seconds) == (4.5 * hour, None)


STAMPS = ["", "soon", "2016-05-05T19:50:08Z", "2016-05-05T21:00:00+02:00", "0001-01-01T00:00:00+14:00",
          "9999-12-31T23:59:59-12:00"]  # fmt: skip


@given(
    st.lists(
        st.tuples(st.sampled_from(["running", "finished", "failed"]), st.sampled_from("abc"), st.sampled_from(STAMPS)),
        max_size=9,
    )
)
def test_every_place_is_within_the_axis(events: list[tuple[str, str, str]]) -> None:
    chart = Chart.from_state(stamped_job(*events))
    for one in chart.rows:
        assert all(at is None or 0 <= at <= chart.seconds for at in (one.begin, one.end))
        assert one.seconds is None or one.seconds >= 0


FOUR = [
    row(5, 9, "finished", "b"),
    row(None, 6, "skipped", "d"),
    row(0, 7, "failed", "c"),
    row(None, None, "pondering", "a"),
    row(5, 6, "running", "e"),
]


@pytest.mark.parametrize(
    ("sort", "order"), [("start", "cbeda"), ("duration", "cbeda"), ("name", "abcde"), ("state", "cedba")]
)
def test_rows_have_an_order(sort: str, order: str) -> None:
    assert "".join(names(ordered(FOUR, sort))) == order


@given(ROWS, st.sampled_from(SORTS))
def test_an_order_loses_nothing_and_leaves_equals_as_they_are(rows: list[Row], sort: str) -> None:
    found = ordered(rows, sort)
    assert sorted(map(id, found)) == sorted(map(id, rows))
    assert ordered(found, sort) == found


@given(ROWS, st.integers(1, 30))
def test_the_failed_and_the_slowest_are_chosen(rows: list[Row], most: int) -> None:
    shown = chosen(rows, most)
    left = [one for one in rows if not any(one is other for other in shown)]
    assert len(shown) == min(most, len(rows))
    assert [one for one in rows if any(one is other for other in shown)] == list(shown)

    def weight(one: Row) -> tuple[bool, float]:
        return one.run.state in ("failed", "errored"), -1 if one.seconds is None else one.seconds

    assert not left or min(map(weight, shown)) >= max(map(weight, left))


@given(st.integers(1, 100_000), st.integers(1, 200), st.data())
def test_bars_are_within_the_axis_exact_to_an_eighth_and_never_empty(
    seconds: int, cells: int, data: st.DataObject
) -> None:
    begin = data.draw(st.integers(0, seconds))
    end = data.draw(st.integers(begin, seconds))
    place = bar(row(begin, end), seconds, cells)
    assert place
    assert 0 <= place[0] < place[1] <= cells * 8
    eighth = Fraction(seconds, cells * 8)
    assert abs(place[0] * eighth - begin) <= eighth
    assert abs(place[1] * eighth - end) <= eighth * 3 / 2
    if place[1] - place[0] > 1:
        assert all(abs(got * eighth - at) <= eighth / 2 for got, at in zip(place, (begin, end), strict=True))


@pytest.mark.parametrize(
    ("begin", "end", "place"),
    [
        (0, 10, (0, 80)),
        (0, 0, (0, 1)),
        (10, 10, (79, 80)),
        (5, 5, (40, 41)),
        (0.5, 2.25, (4, 18)),
        (9.99, 10, (79, 80)),
    ],
)
def test_a_bar_has_a_place(begin: float, end: float, place: tuple[int, int]) -> None:
    assert bar(row(begin, end), 10, 10) == place


@pytest.mark.parametrize(("begin", "end"), [(None, 5), (5, None), (None, None)])
def test_what_did_not_begin_and_end_has_no_bar(begin: float | None, end: float | None) -> None:
    assert bar(row(begin, end), 10, 10) is None


def running_at(rows: Sequence[Row], at: Fraction) -> int:
    """Count by force those that run at a moment: their end is no part of them, unless it is all there is."""
    spans = [(one.begin, one.end) for one in rows if one.begin is not None and one.end is not None]
    return sum(begin <= at < end or begin == at == end for begin, end in spans)


@given(st.lists(SPANS, max_size=25))
def test_concurrency_is_what_counting_by_force_finds(rows: list[Row]) -> None:
    steps = concurrency(rows)
    assert all(before[0] <= after[0] for before, after in pairwise(steps))
    assert steps == [] or steps[-1][1] == 0
    for half in range(60):
        at = Fraction(half, 2)
        exactly = [running for second, running in steps if second == at]
        before = [running for second, running in steps if second < at]
        assert running_at(rows, at) == (exactly[0] if exactly else before[-1] if before else 0)


@given(st.lists(SPANS, max_size=15), st.integers(1, 40))
def test_a_crowd_is_the_highest_number_within_each_cell(rows: list[Row], cells: int) -> None:
    seconds = max((one.end or 0 for one in rows), default=0) or 1
    found = concurrency_by_cell(concurrency(rows), seconds, cells)
    moments = {Fraction(half, 2) for half in range(2 * int(seconds) + 1)}
    for cell in range(cells):
        begin, end = Fraction(int(seconds) * cell, cells), Fraction(int(seconds) * (cell + 1), cells)
        within = {at for at in moments if begin <= at < end or (cell == cells - 1 and at == end)} | {begin}
        assert found[cell] == max(running_at(rows, at) for at in within)


def test_a_node_that_takes_the_place_of_another_does_not_run_beside_it() -> None:
    assert concurrency([row(0, 5), row(5, 9)]) == [(0, 1), (5, 1), (9, 0)]


def test_a_node_without_duration_runs_for_its_moment() -> None:
    assert concurrency([row(0, 9), row(5, 5)]) == [(0, 1), (5, 2), (5, 1), (9, 0)]
    assert concurrency_by_cell([(0, 1), (5, 2), (5, 1), (9, 0)], 9, 9) == [1, 1, 1, 1, 1, 2, 1, 1, 1]


def test_what_ran_at_no_known_time_is_not_counted() -> None:
    assert concurrency([row(None, 5), row(5, None)]) == []
    assert concurrency_by_cell([], 5, 3) == [0, 0, 0]


@given(st.integers(0, 2_000_000), st.integers(1, 40_000_000), st.integers(1, 30))
def test_ticks_are_round_within_the_axis_and_at_most_so_many(begin: int, length: int, most: int) -> None:
    step, seconds = ticks(begin, begin + length, most)
    assert len(seconds) <= most
    assert all(second % step == 0 and begin <= second <= begin + length for second in seconds)
    assert all(after - before == step for before, after in pairwise(seconds))
    assert seconds == [second for second in range(begin - begin % step, begin + length + 1, step) if second >= begin]


@each(
    ("length", "most", "step"),
    [
        (1, 1, 2),
        (5, 6, 1),
        (5, 5, 2),
        (9, 5, 2),
        (9, 4, 5),
        (43, 6, 10),
        (127, 10, 15),
        (127, 5, 30),
        (127, 4, 60),
        (3600, 8, 600),
        (9 * 3600, 6, 7200),
        (86_400, 3, 43_200),
        (86_400 * 9, 6, 172_800),
        (86_400 * 365, 4, 8_640_000),
    ],
)
def test_ticks_are_as_many_as_can_be(length: int, most: int, step: int) -> None:
    assert ticks(0, length, most)[0] == step


def test_what_runs_still_runs_beside_what_began_in_the_last_second() -> None:
    state = job_of(event(1), event(2, node="b"), event(2, node="c"))
    assert max(count for _, count in concurrency(Chart.from_state(state).rows)) == 3


def test_a_plan_has_a_lane_for_each_of_its_jobs() -> None:
    plan = PlanState("plan:302")
    plan.adopt([simulated(343), simulated(347), simulated(346, 95.0)])
    rows = Chart.of_whole(plan).rows

    assert [(row.run.name, row.run.state) for row in rows] == [
        ("job 343 (apply_prep)", "finished"), ("job 347 (task)", "failed"), ("job 346 (task)", "running"),
    ]  # fmt: skip
    assert [row.seconds is not None and row.seconds > 10 for row in rows] == [True, True, False]
