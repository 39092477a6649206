"""Nodes that did not finish, by cause."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.analysis.failures import Failures, Group, reason, unfinished
from orch_events.job.nodes import NodeRun
from tests.build import event_at, job_of, simulated


def failed(number: int, node: str, cause: str = "", kind: str = "node_failed", **more: Any) -> Any:
    return event_at(number, kind, node, detail={"_error": cause} if cause else None, **more)


def outline(*events: Any) -> list[tuple[str, str, list[str]]]:
    groups = Failures.from_state(job_of(*events)).groups
    return [(group.state, group.cause, [run.name for run in group.runs]) for group in groups]


def test_causes_that_differ_in_names_and_numbers_are_one_group() -> None:
    assert outline(
        failed(1, "a.b.cc", "a.b.cc exited with 1"), failed(2, "db", "DB exited with 127"), failed(3, "c", "lost")
    ) == [("failed", "<node> exited with <number>", ["a.b.cc", "db"]), ("failed", "lost", ["c"])]


def test_a_cause_that_all_share_stands_in_their_own_words() -> None:
    assert outline(failed(1, "a", "exited with 1"), failed(2, "b", "exited with 1")) == [
        ("failed", "exited with 1", ["a", "b"])
    ]


def test_nodes_in_other_states_are_other_groups() -> None:
    kinds = ["node_failed", "node_errored", "node_skipped"]
    events = [failed(number, kind, "lost", kind) for number, kind in enumerate(kinds)]
    assert outline(*events, event_at(8, "node_running", "r"), event_at(9, "node_finished", "f")) == [
        ("failed", "lost", ["node_failed"]),
        ("errored", "lost", ["node_errored"]),
        ("skipped", "lost", ["node_skipped"]),
        ("running", "", ["r"]),
    ]


def test_the_largest_group_is_first_then_the_worst_then_by_text() -> None:
    causes = {"a": "z", "b": "y", "c": "x x", "d": "x x"}
    events = [failed(number, node, cause) for number, (node, cause) in enumerate(causes.items())]
    skipped = failed(9, "e", "a", "node_skipped")
    assert [cause for _, cause, _ in outline(*events, skipped)] == ["x x", "y", "z", "a"]


@pytest.mark.parametrize(
    ("detail", "message", "why"),
    [
        ({"_error": "exited with 1"}, "Task failed", "exited with 1"),
        ({"metrics": {"failed": 2, "changed": 3, "total": 300}}, "Run failed", "Run failed: resources failed"),
        ({"metrics": {"changed": 3}}, "Run failed", "Run failed"),
        ({"metrics": {"failed": 2}}, "", "resources failed"),
        ({"metrics": {"failed": 2}, "_error": "no catalog"}, "Run failed", "no catalog"),
        (None, "Skipped", "Skipped"),
        (None, "", ""),
    ],
)
def test_the_reason_is_the_cause_or_the_server_s_sentence(detail: object, message: str, why: str) -> None:
    (run,) = job_of(event_at(1, "node_failed", message=message, detail=detail)).runs.values()
    assert reason(run) == why


def test_how_many_resources_failed_splits_no_group() -> None:
    metrics = [{"failed": 1, "total": 300}, {"failed": 12, "changed": 4, "total": 317}]
    events = [
        event_at(number, "node_failed", f"n{number}", detail={"metrics": one}) for number, one in enumerate(metrics)
    ]
    assert [names for *_, names in outline(*events)] == [["n0", "n1"]]


@given(st.lists(st.sampled_from(["failed", "errored", "skipped", "running", "finished", "new"]), max_size=9))
def test_each_node_that_did_not_finish_is_in_one_group(states: list[str]) -> None:
    state = job_of(*[event_at(number, f"node_{word}", f"n{number}") for number, word in enumerate(states)])
    grouped = [run.name for group in Failures.from_state(state).groups for run in group.runs]
    assert sorted(grouped) == sorted(run.name for run in unfinished(state.runs))
    assert len(grouped) == sum(word not in ("finished", "new") for word in states)


def test_nodes_stay_in_the_order_of_the_job() -> None:
    assert unfinished({"b": NodeRun("b", "failed"), "x": NodeRun("x", "finished"), "a": NodeRun("a", "running")}) == [
        NodeRun("b", "failed"),
        NodeRun("a", "running"),
    ]


@pytest.mark.parametrize(("job", "sizes"), [(351, []), (353, [2, 1, 1, 1]), (357, [5, 4, 3, 3, 2])])
def test_the_simulator_s_failures_are_in_groups_by_cause(job: int, sizes: list[int]) -> None:
    groups: list[Group] = list(Failures.from_state(simulated(job)).groups)
    assert [len(group.runs) for group in groups] == sizes
