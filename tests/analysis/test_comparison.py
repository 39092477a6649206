"""Two jobs, node by node."""

from collections.abc import Mapping, Sequence

from hypothesis import given
from hypothesis import strategies as st

from orch_events.analysis.comparison import FACTOR, SECONDS, Comparison, Pair
from orch_events.job.plan import PlanState
from orch_events.job.state import JobState
from tests.build import event, event_at, job_of, record, record_from, simulated
from tests.table import each

KINDS = ("newly_failing", "fixed", "still_failing", "still_skipped", "missing", "new", "slower", "faster")


def job(*, goes_on: bool = False, **nodes: str | int) -> JobState:
    """Return a job by each node's state, or by how many seconds it took to finish."""
    events = []
    for number, (node, end) in enumerate(nodes.items(), 1):
        events.append(event_at(number * 2, "node_running", node))
        if isinstance(end, int):
            events.append(event_at(number * 2 + 1, "node_finished", node, at=end))
        elif end != "running":
            events.append(event_at(number * 2 + 1, f"node_{end}", node))
    return job_of(*events, record=record("running" if goes_on else "finished", 99))


def kinds_of(before: JobState, after: JobState) -> dict[str, list[str]]:
    """Return the names of the nodes of each kind that there are any of."""
    comparison = Comparison.from_states(before, after)
    names = {kind: [pair.name for pair in getattr(comparison, kind)] for kind in KINDS}
    return {kind: nodes for kind, nodes in names.items() if nodes}


@each(
    ("before", "after", "kinds"),
    [
        ("finished", "finished", []),
        ("finished", "failed", ["newly_failing"]),
        ("finished", "errored", ["newly_failing"]),
        ("finished", "skipped", ["newly_failing"]),
        ("finished", "running", ["newly_failing"]),
        ("failed", "finished", ["fixed"]),
        ("running", "finished", ["fixed"]),
        ("failed", "skipped", ["still_failing"]),
        ("skipped", "failed", ["still_failing"]),
        ("skipped", "skipped", ["still_skipped"]),
        ("errored", "running", ["still_failing"]),
    ],
)
def test_what_became_of_a_node(before: str, after: str, kinds: list[str]) -> None:
    assert list(kinds_of(job(a=before), job(a=after))) == kinds


def test_a_node_that_runs_in_a_job_that_goes_on_has_not_failed_yet() -> None:
    assert kinds_of(job(a="finished", b="failed"), job(goes_on=True, a="running", b="running")) == {}
    assert kinds_of(job(goes_on=True, a="running"), job(a="failed")) == {"newly_failing": ["a"]}


def test_nodes_come_and_go() -> None:
    assert kinds_of(job(a=1, b="failed"), job(b="failed", c=1, d="failed")) == {
        "still_failing": ["b"],
        "missing": ["a"],
        "new": ["c", "d"],
    }


@each(
    ("before", "after", "kinds"),
    [
        (10, 15, ["slower"]),
        (10, 14, []),
        (100, 149, []),
        (100, 150, ["slower"]),
        (8, 12, []),
        (0, 5, ["slower"]),
        (0, 4, []),
        (15, 10, ["faster"]),
        (150, 101, []),
        (5, 0, ["faster"]),
    ],
)
def test_slower_and_faster_is_by_a_factor_and_an_amount(before: int, after: int, kinds: list[str]) -> None:
    assert (FACTOR, SECONDS) == (1.5, 5)
    assert list(kinds_of(job(a=before), job(a=after))) == kinds


def test_only_nodes_that_finished_in_both_are_timed() -> None:
    assert kinds_of(job(a=100, b="failed"), job(a="failed", b=100)) == {"newly_failing": ["a"], "fixed": ["b"]}


def test_the_greatest_difference_comes_first() -> None:
    assert kinds_of(job(a=10, b=10, c=10, d=90, e=90), job(a=20, b=50, c=30, d=30, e=20)) == {
        "slower": ["b", "c", "a"],
        "faster": ["e", "d"],
    }


def test_the_simulator_s_second_run_is_better_in_most_ways() -> None:
    names = kinds_of(simulated(357), simulated(358))
    assert {kind: len(nodes) for kind, nodes in names.items()} == {
        "newly_failing": 3, "fixed": 11, "still_failing": 3, "still_skipped": 1, "missing": 2, "new": 3,
        "slower": 4, "faster": 3,
    }  # fmt: skip
    assert names["faster"][0] == "db-07.example.com"


ENDS = st.sampled_from(["finished", "failed", "errored", "skipped", "running"]) | st.integers(0, 60)
NODES = st.dictionaries(st.sampled_from("abcdef"), ENDS)
JOBS = st.builds(lambda goes_on, nodes: job(goes_on=goes_on, **nodes), st.booleans(), NODES)


@given(JOBS, JOBS)
def test_a_node_is_of_one_kind(before: JobState, after: JobState) -> None:
    told_ones = [name for nodes in kinds_of(before, after).values() for name in nodes]
    assert len(told_ones) == len(set(told_ones))


@given(JOBS)
def test_beside_itself_a_job_has_only_what_still_fails(state: JobState) -> None:
    assert set(kinds_of(state, state)) <= {"still_failing", "still_skipped"}


@given(JOBS, JOBS)
def test_the_other_way_round_everything_is_the_other_way_round(before: JobState, after: JobState) -> None:
    there, back = kinds_of(before, after), kinds_of(after, before)
    for kind, other in (("slower", "faster"), ("missing", "new"), ("still_failing", "still_failing")):
        assert sorted(there.get(kind, [])) == sorted(back.get(other, []))


def test_a_pair_without_two_ends_has_no_difference() -> None:
    assert Pair("a", None, job(a=1).runs["a"]).more_seconds is None


def test_a_part_has_the_same_nodes_of_both_jobs() -> None:
    before, after = job(a="failed", b=1, c="failed"), job(a=1, b="failed", c="failed", d=1)
    comparison = Comparison.from_states(before, after, ["[abd]"], failed=True)
    assert [pair.name for pair in comparison.fixed] == ["a"]
    assert [pair.name for pair in comparison.newly_failing] == ["b"]
    assert [list(one.part.runs) for one in (comparison.before, comparison.after)] == [["a", "b"], ["a", "b"]]
    assert not comparison.missing
    assert not comparison.new


def plan_of(first: int, ends: Mapping[str, Sequence[str]]) -> PlanState:
    """Return a plan with a job for each task, in which one node ends in the states that are given, one job each."""
    jobs: list[JobState] = []
    for task, kinds in ends.items():
        for kind in kinds:
            number = first + len(jobs)
            name = str(number)
            jobs.append(
                job_of(event(number, kind, "a"), job=name, record=record_from(name=name, options={"task": task}))
            )
    plan = PlanState(f"plan:{first}")
    plan.adopt(jobs)
    return plan


def test_two_runs_of_a_plan_are_compared_job_by_job_whatever_their_numbers() -> None:
    before = plan_of(10, {"package": ["node_finished"], "restart": ["node_finished", "node_failed"]})
    after = plan_of(20, {"restart": ["node_failed", "node_failed"], "package": ["node_finished"]})
    found = Comparison.from_states(before, after)
    assert [pair.name for pair in found.newly_failing] == ["a (restart)"]
    assert [pair.name for pair in found.still_failing] == ["a (restart 2)"]
    assert [*found.missing, *found.new] == []
    assert [pair.name for pair in Comparison.from_states(before, after, failed=True).newly_failing] == ["a (restart)"]
