"""What is known of each node."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.job.nodes import NodeRun, Nodes
from orch_events.wire.event import Event
from orch_events.wire.records import NodeRecord
from tests.build import event, event_from


def applied(*events: Event) -> Nodes:
    nodes = Nodes()
    for one in events:
        nodes.apply(one.fields, one.id or 0)
    return nodes


def test_a_run_begins_and_ends_by_the_server_s_clock() -> None:
    run = applied(event(1), event(4, "node_finished")).runs["a"]
    assert (run.state, run.event_id, run.seconds, run.slow) == ("finished", 4, 30, False)


def test_a_run_that_goes_on_has_no_end() -> None:
    nodes = applied(event(1), event(2, node="b"), event(3, "node_failed"))
    assert list(nodes.running) == ["b"]
    assert nodes.running["b"].began_at is not None
    assert (nodes.running["b"].ended_at, nodes.running["b"].seconds) == (None, None)


@given(st.permutations([event(1), event(4, "node_failed")]))
def test_a_beginning_that_comes_late_counts_all_the_same(events: list[Event]) -> None:
    nodes = applied(*events)
    assert (nodes.runs["a"].state, nodes.runs["a"].seconds) == ("failed", 30)
    assert (+nodes.counts, nodes.running) == ({"failed": 1}, {})


def test_a_node_that_failed_keeps_why() -> None:
    detail = {"_error": {"msg": "exited with 1"}, "report-url": "https://pe/1", "metrics": {"changed": 2, "total": 9}}
    run = applied(event(1, "node_failed", message="Task failed on a", detail=detail)).runs["a"]
    assert (run.message, run.cause, run.report_url) == ("Task failed on a", "exited with 1", "https://pe/1")
    assert run.changes
    assert run.changes.text == "2 changed of 9"


def test_a_node_that_finished_keeps_only_what_changed_and_where_its_report_is() -> None:
    run = applied(
        event(1, "node_finished", message="Well", detail={"_output": "x", "report-url": "https://pe/1"})
    ).runs["a"]
    assert run == NodeRun("a", "finished", 1, finish_timestamp=event(1).timestamp, report_url="https://pe/1")


def test_of_what_a_task_printed_little_is_kept() -> None:
    run = applied(event(1, "node_failed", message="m" * 2_000_000, detail={"_output": "x" * 2_000_000})).runs["a"]
    assert (len(run.cause), len(run.message)) == (500, 500)


def test_a_snapshot_tells_the_same_as_events() -> None:
    nodes = Nodes()
    result = b'{"_error":"timed out","metrics":{"total":9}}'
    nodes.merge_snapshot(
        NodeRecord("a", "errored", 7, "2016-05-05T19:50:00Z", "2016-05-05T19:51:00Z", "No answer", result)
    )
    nodes.merge_snapshot(NodeRecord("b", "running", 6, "2016-05-05T19:50:00Z"))
    run = nodes.runs["a"]
    assert (run.state, run.seconds, run.cause, run.message) == ("errored", 60, "timed out", "No answer")
    assert run.changes
    assert run.changes.text == "0 changed of 9"
    assert list(nodes.running) == ["b"]


def test_a_snapshot_that_is_older_than_an_event_changes_nothing() -> None:
    nodes = applied(event(1), event(8, "node_finished"))
    nodes.merge_snapshot(NodeRecord("a", "running", 1, "2016-05-05T00:00:00Z"))
    assert (nodes.runs["a"].state, nodes.runs["a"].seconds) == ("finished", 70)


def test_a_node_that_runs_again_has_not_ended() -> None:
    run = applied(event(1), event(2, "node_failed"), event(3)).runs["a"]
    assert (run.state, run.finish_timestamp, run.seconds) == ("running", "", None)


def test_each_node_counts_once_in_the_state_that_it_is_in() -> None:
    nodes = applied(*(event(at, node=name) for at, name in enumerate("abcd", 1)))
    assert (nodes.counts, nodes.over) == (Counter(running=4), 0)
    for at, name in enumerate("bca", 5):
        nodes.apply(event(at, "node_finished" if name != "b" else "node_failed", name).fields, at)
    assert (nodes.counts, nodes.over) == (Counter(running=1, finished=2, failed=1), 3)
    assert [run.name for run in nodes.ended] == ["b", "c", "a"]


@pytest.mark.parametrize(
    ("content", "of_a_node"),
    [
        ({"type": "node_running", "details": {"node": "a"}}, True),
        ({"type": "node_pondering", "details": {"node": "a"}}, False),
        ({"type": "node_running", "details": {"node": ""}}, False),
        ({"type": "node_running", "details": {}}, False),
        ({"type": "node_running"}, False),
    ],
)
def test_only_a_documented_event_that_names_a_node_is_one_of_a_node(
    content: dict[str, object], *, of_a_node: bool
) -> None:
    nodes = Nodes()
    assert nodes.apply(event_from(content).fields, 1) is of_a_node
    assert list(nodes.runs) == ["a"] * of_a_node


def test_of_events_without_ids_the_later_one_counts() -> None:
    nodes = Nodes()
    for kind in ("node_running", "node_finished"):
        nodes.apply(event(1, kind).fields, 0)
    assert nodes.runs["a"].state == "finished"


def test_a_snapshot_as_of_the_same_event_adds_to_what_is_known_and_takes_nothing_away() -> None:
    nodes = applied(event(1), event(4, "node_failed"))
    nodes.merge_snapshot(NodeRecord("a", "errored", 4, result=b'{"_error":"timed out"}'))
    assert (nodes.runs["a"].state, nodes.runs["a"].seconds, nodes.runs["a"].cause) == ("errored", 30, "timed out")


@pytest.mark.parametrize(("begin", "end", "seconds"), [(4, 1, 0), (1, 1, 0), (1, None, None), (None, 1, None)])
def test_a_run_takes_no_time_less_than_none(begin: int | None, end: int | None, seconds: float | None) -> None:
    stamps = [event(at).timestamp if at is not None else "" for at in (begin, end)]
    assert NodeRun("a", start_timestamp=stamps[0], finish_timestamp=stamps[1]).seconds == seconds


@pytest.mark.parametrize(
    ("kind", "message", "detail", "why"),
    [
        ("node_failed", "Task failed on a: exited with 1", {"_error": "disk full"}, "disk full"),
        ("node_failed", "Puppet run failed on a: no catalog", None, "no catalog"),
        ("node_errored", "Could not run on a", None, "Could not run on a"),
        ("node_skipped", "Failed on node a", None, ""),
        ("node_finished", "Finished", {"_output": "error"}, ""),
    ],
)
def test_why_a_node_did_not_finish_is_said_in_few_words(kind: str, message: str, detail: object, why: str) -> None:
    assert applied(event(1, kind, message=message, detail=detail)).runs["a"].why == why


def test_a_later_snapshot_counts_whatever_its_id_is() -> None:
    nodes = applied(event(5))
    nodes.merge_snapshot(NodeRecord("a", "failed", 0))
    assert nodes.runs["a"].state == "running"
    nodes.merge_snapshot(NodeRecord("a", "failed", 0), later=True)
    assert (nodes.runs["a"].state, nodes.runs["a"].event_id, +nodes.counts) == ("failed", 5, {"failed": 1})
