"""Nodes that take much longer than the others."""

from statistics import quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.events import Event
from orch_events.pace import Pace
from orch_events.stragglers import Straggler, Stragglers
from tests.fakes import FakeClock, Watched, event, watched


def ended(count: int, *, each: int = 1) -> list[Event]:
    """Return the events of nodes that ran for `each` ten seconds and are over."""
    return [one for number in range(count) for one in
            (event(1, node=f"n{number}"), event(1 + each, "node_finished", f"n{number}"))]  # fmt: skip


def found(job: Watched, slept: float, slow: float | None = None) -> list[tuple[str, float, float | None]]:
    clock = FakeClock()
    stragglers = Stragglers(Pace([job], clock), slow)
    clock.sleep(slept)
    return [(run.name, seconds, usual) for _, run, seconds, usual in stragglers.new()]


def test_a_node_that_runs_longer_than_twice_what_nine_in_ten_took_is_a_straggler() -> None:
    job = watched(*ended(10), event(2, node="late"))
    assert found(job, 20) == []
    assert found(job, 21) == [("late", 21, 10)]
    assert job.state.runs["late"].slow


def test_while_few_nodes_are_over_nobody_knows_what_is_usual() -> None:
    assert found(watched(*ended(9), event(2, node="late")), 900) == []


def test_what_is_slow_can_be_said() -> None:
    assert found(watched(event(1), event(2, node="b")), 30, slow=35) == [("a", 40, None)]
    assert found(watched(*ended(10), event(2, node="late")), 900, slow=1000) == []


def test_each_straggler_is_found_once() -> None:
    clock, job = FakeClock(), watched(*ended(10), event(2, node="late"))
    stragglers = Stragglers(Pace([job], clock), None)
    clock.sleep(21)
    assert len(stragglers.new()) == 1
    clock.sleep(60)
    assert stragglers.new() == []


def test_each_job_has_its_own_pace() -> None:
    clock = FakeClock()
    fast, slow = watched(*ended(10), event(2, node="a")), watched(*ended(10, each=9), event(10, node="a"), job="353")
    stragglers = Stragglers(Pace([fast, slow], clock), None)
    clock.sleep(60)
    assert [(one.seconds, one.usual) for one in stragglers.new()] == [(60, 10)]


def test_what_is_usual_follows_what_ends_later() -> None:
    clock, job = FakeClock(), watched(*ended(10), event(2, node="late"))
    stragglers = Stragglers(Pace([job], clock), None)
    assert stragglers.new() == []
    for number in range(10, 30):
        job.state.apply(event(1, node=f"n{number}"))
        job.state.apply(event(100, "node_finished", f"n{number}"))
    clock.sleep(30)
    assert stragglers.new() == []


@given(st.lists(st.integers(0, 200), min_size=10, max_size=60))
def test_what_is_usual_is_the_ninetieth_percentile(durations: list[int]) -> None:
    events = [one for number, length in enumerate(durations) for one in
              (event(1, node=f"n{number}"), event(1 + length, "node_finished", f"n{number}"))]  # fmt: skip
    clock, job = FakeClock(), watched(*events, event(300, node="late"))
    clock.sleep(10_000)
    (straggler,) = Stragglers(Pace([job], clock), None).new()
    assert isinstance(straggler, Straggler)
    exact = quantiles([10 * length for length in durations], n=10, method="inclusive")[-1]
    assert straggler.usual == pytest.approx(exact)
