"""Nodes that did not finish, by cause."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.analysis.failures import Failures, Group, reason, unfinished
from orch_events.job.nodes import NodeRun
from tests.build import case, event_at, job_of, simulated
from tests.table import each


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


@each(
    ("detail", "message", "why"),
    [
        ({"_error": "exited with 1"}, "Task failed", "exited with 1"),
        ({"metrics": {"failed": 2, "changed": 3, "total": 300}}, "Run failed", "Run failed: resources failed"),
        ({"metrics": {"changed": 3}}, "Run failed", "Run failed"),
        ({"metrics": {"failed": 2}}, "", "resources failed"),
        ({"metrics": {"failed": 2}, "_error": "no catalog"}, "Run failed", "no catalog"),
        (None, "Skipped", "Skipped"),
        (None, "Failed on node a", ""),
        ({"metrics": {"failed": 2}}, "Failed on a", "Failed on a: resources failed"),
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


NO_CATALOG = (
    "Error: Could not retrieve catalog from remote server: Error <number> on SERVER: Evaluation Error: no hiera data "
    "for ntp::servers (file: <path>, line: <number>) on node <node>"
)


@pytest.mark.parametrize(
    ("name", "groups"),
    [
        ("task-error-bare", [("errored", "Tasks need an agent of version 5.1.0 or newer", ["app-6", "app-7"])]),
        ("task-output-coloured", [("failed", NO_CATALOG, ["esc-1", "esc-2"])]),
        (
            "command-results",
            [
                ("failed", "the volume is read-only", ["cmd-3", "cmd-4"]),
                ("failed", "bash: line 1: rsnapctl: command not found", ["cmd-1"]),
                ("failed", "disk full", ["cmd-2"]),
                ("skipped", "", ["cmd-6"]),
            ],
        ),
    ],
)
def test_answers_of_shapes_seen_in_public_have_the_groups_that_they_should(name: str, groups: list[Any]) -> None:
    full = [(state, cause, [f"{node}.example.net" for node in nodes]) for state, cause, nodes in groups]
    assert outline(*case(name)) == full


SPELLINGS = [
    "{node}: no route to 10.0.0.{number} after {number} tries",
    "\x1b[31m{node}\x1b[0m: no route to 10.0.0.{number} after {number} tries\x1b[K",
    "  {node}: no\n route to 10.0.0.{number}\tafter {number}  tries\r\n",
    "{short}: no route to 10.0.0.{number} after {number} tries",
]


@given(st.lists(st.tuples(st.sampled_from(SPELLINGS), st.integers(0, 255)), min_size=2, max_size=10), st.data())
def test_the_same_cause_in_ten_spellings_is_one_group(spellings: list[tuple[str, int]], data: st.DataObject) -> None:
    events = []
    for place, (text, number) in enumerate(spellings):
        node = f"{data.draw(st.sampled_from(['web', 'db', 'Mail']))}-{place}.example.com"
        cause = text.format(node=node, short=node.partition(".")[0].upper(), number=number)
        events.append(failed(place, node, cause + " of all" * data.draw(st.sampled_from([100]))))
    assert len(outline(*events)) == 1
