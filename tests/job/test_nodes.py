"""What is known of each node."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.job.nodes import NodeRun, Nodes
from orch_events.wire.event import Event
from orch_events.wire.records import NodeRecord
from tests.build import event


def applied(*events: Event) -> Nodes:
    nodes = Nodes()
    for one in events:
        nodes.apply(one.fields, one.id or 0)
    return nodes


def test_a_run_begins_and_ends_by_the_server_s_clock() -> None:
    run = applied(event(1), event(4, "node_finished")).runs["a"]
    assert (run.state, run.event_id, run.seconds) == ("finished", 4, 30)


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
    run = applied(event(1, "node_failed", message="m" * 9_000_000, detail={"_output": "x" * 9_000_000})).runs["a"]
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
