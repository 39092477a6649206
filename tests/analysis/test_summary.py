"""What a job amounts to."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.analysis.durations import Spread
from orch_events.analysis.summary import Resources, Summary
from orch_events.job.plan import PlanState
from orch_events.wire.event import Event
from orch_events.wire.records import JobRecord
from tests.build import event_at, job_of, record, simulated


def run(node: str, begin: int, end: int | None = None, kind: str = "node_finished", **metrics: int) -> list[Event]:
    """Return the events of a node's run."""
    detail = {"metrics": metrics} if metrics else None
    events = [event_at(begin * 10 + 1, "node_running", node, at=begin)]
    return events if end is None else [*events, event_at(end * 10 + 2, kind, node, at=end, detail=detail)]


def summed(*runs: list[Event], its_record: JobRecord | None = None) -> Summary:
    events = sorted((event for one in runs for event in one), key=lambda event: event.id or 0)
    return Summary.from_state(job_of(*events, record=its_record))


def test_a_job_of_the_simulator_is_summed_up() -> None:
    found = Summary.from_state(simulated(352))
    assert (found.seconds, found.most_at_once, found.noop) == (127, 8, False)
    assert found.spread
    assert (found.spread.count, found.spread.minimum, found.spread.maximum) == (23, 22, 52)
    assert [span.seconds for span in found.slowest] == [52, 51, 51, 48, 48, 47, 47, 46, 43, 43]


def test_durations_are_of_nodes_that_began_and_ended() -> None:
    found = summed(run("a", 0, 10), run("b", 0, 30, "node_failed"), run("c", 0), [event_at(999, "node_skipped", "d")])
    assert found.durations == [10, 30]
    assert found.spread == Spread(2, 10, 20, 28, 29.8, 30)


def test_where_no_node_ended_there_is_no_spread() -> None:
    assert summed(run("a", 0)).spread is None


def test_a_node_that_runs_is_as_slow_as_it_was_so_far() -> None:
    found = summed(run("a", 0, 10), run("b", 2), run("c", 4), run("d", 5, 5))
    assert [(span.run.name, span.seconds) for span in found.slowest] == [("a", 10), ("b", 8), ("c", 6), ("d", 0)]
    assert [span.run.name for span in found.running] == ["b", "c"]


def test_nodes_that_run_all_run_at_once() -> None:
    assert summed(run("a", 0), run("b", 1), run("c", 1), run("d", 0, 1)).most_at_once == 3


def test_times_are_the_record_s_or_the_nodes() -> None:
    at = [datetime(2016, 5, 5, 19, minute, tzinfo=UTC) for minute in range(3)]
    recorded = summed(run("a", 60, 100), its_record=JobRecord("finished", 1, {}, at[0], at[2]))
    assert (recorded.began_at, recorded.last_at, recorded.seconds) == (at[0], at[2], 120)
    told_by_nodes = summed(run("a", 60, 100), its_record=record("finished"))
    assert (told_by_nodes.began_at, told_by_nodes.seconds) == (at[1], 40)


def test_a_job_that_goes_on_took_as_long_as_its_last_event_says() -> None:
    found = Summary.from_state(simulated(352, 60))
    assert (found.progress.outcome, found.seconds) == (None, 51)


def test_without_events_nothing_is_known() -> None:
    found = Summary.from_state(job_of())
    assert (found.began_at, found.last_at, found.seconds, found.spread) == (None, None, None, None)
    assert (found.slowest, found.running, found.most_at_once, found.resources, found.noop) == ([], [], 0, None, None)


def test_resources_are_added_up() -> None:
    runs = (
        run("a", 0, 1, changed=3, corrective_change=1, out_of_sync=4, failed=1, total=300),
        run("b", 0, 1, total=300),
        run("c", 0, 1, changed=2, out_of_sync=2),
        run("d", 0, 1),
    )
    assert summed(*runs).resources == Resources(3, 5, 1, 1, 6, 2, 1)


def test_tasks_change_no_resources() -> None:
    assert Summary.from_state(simulated(353)).resources is None


@pytest.mark.parametrize(("noop", "known"), [(True, True), (False, False), (None, None), ("yes", None), ({}, None)])
def test_noop_is_what_the_record_says(noop: object, known: bool | None) -> None:
    assert summed(its_record=JobRecord("new", type="deploy", options={"noop": noop})).noop is known


def test_a_clock_that_went_back_makes_no_negative_duration() -> None:
    found = summed([event_at(1, "node_running", at=50), event_at(2, "node_finished", at=10)])
    assert (found.durations, found.most_at_once) == ([0], 1)


RUNS = st.lists(st.tuples(st.integers(0, 50), st.none() | st.integers(0, 50)), max_size=8)


@given(RUNS)
def test_nodes_are_counted_once_whatever_they_do(spans: list[tuple[int, int | None]]) -> None:
    runs = [run(f"n{place}", begin, begin + took if took is not None else None)
            for place, (begin, took) in enumerate(spans)]  # fmt: skip
    found = summed(*runs)
    assert len(found.durations) + len(found.running) == len(spans)
    assert found.most_at_once <= len(spans)
    assert found.durations == sorted(found.durations)


def test_a_plan_is_summarized_over_all_nodes_of_all_its_jobs() -> None:
    plan = PlanState("plan:302")
    plan.adopt([simulated(346), simulated(347)])
    summary = Summary.from_state(plan)

    assert summary.jobs is not None
    assert [(job.job, job.outcome.word if job.outcome else "") for job in summary.jobs] == [
        ("346", "finished"), ("347", "failed"),
    ]  # fmt: skip
    assert len(summary.durations) == 8
    assert Summary.from_state(simulated(346)).jobs is None
