"""The server's records of a job and of its nodes."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.errors import Html, NotUnderstood
from orch_events.records import JobRecord, NodeRecord

STARTED = datetime(2016, 5, 5, 19, 50, 8, tzinfo=UTC)
FINISHED = datetime(2016, 5, 5, 19, 52, 15, tzinfo=UTC)


def job(**values: Any) -> JobRecord:
    return JobRecord.read(json.dumps(values).encode(), "URL")


def nodes(*items: Any) -> list[NodeRecord]:
    return NodeRecord.read_all(json.dumps({"items": items}).encode(), "URL")


def entry(state: str, enter_time: str | None) -> dict[str, str | None]:
    return {"state": state, "enter_time": enter_time, "exit_time": None}


def test_a_job_is_read_as_the_api_documents_it() -> None:
    record = job(
        name="352",
        state="finished",
        node_count=24,
        node_states={"finished": 23, "skipped": 1},
        started_timestamp="2016-05-05T19:50:08Z",
        finished_timestamp="2016-05-05T19:52:15Z",
        duration="127.0",
        type="deploy",
        options={"noop": False},
    )
    counts, options = {"finished": 23, "skipped": 1}, {"noop": False}
    assert record == JobRecord("finished", 24, counts, STARTED, FINISHED, "deploy", options)


@pytest.mark.parametrize("state", ["stopped", "finished", "failed"])
def test_three_states_are_the_end_of_a_job(state: str) -> None:
    assert job(state=state).over


@pytest.mark.parametrize("state", ["new", "ready", "running", "stopping", "pondering", "", None])
def test_no_other_state_is_the_end(state: str | None) -> None:
    assert not job(state=state).over


def test_an_older_server_s_times_come_from_its_history() -> None:
    history = [
        entry("new", "2016-05-05T19:50:00Z"),
        entry("running", "2016-05-05T19:50:08Z"),
        entry("failed", "2016-05-05T19:52:15Z"),
    ]
    record = job(state="failed", status=history)
    assert (record.started_at, record.finished_at) == (STARTED, FINISHED)


def test_a_time_of_its_own_beats_the_history() -> None:
    record = job(started_timestamp="2016-05-05T19:50:08Z", status=[entry("running", "2016-05-05T19:00:00Z")])
    assert record.started_at == STARTED


def test_a_running_job_has_not_finished() -> None:
    record = job(state="running", status=[entry("running", "2016-05-05T19:50:08Z")])
    assert record.finished_at is None


@pytest.mark.parametrize("count", [24, "24"])
def test_a_node_count_is_a_number_however_it_is_written(count: object) -> None:
    assert job(node_count=count, node_states={"failed": count}).node_count == 24
    assert job(node_states={"failed": count}).node_states == {"failed": 24}


@pytest.mark.parametrize("count", [0, "0", None, -1, "many", [], {}, True, 1.5])
def test_a_node_count_that_is_none_is_not_known(count: object) -> None:
    assert job(node_count=count).node_count is None
    assert job(node_states={"failed": count, "running": 1}).node_states == {"running": 1}


@pytest.mark.parametrize(
    ("values", "kind"),
    [({"type": "plan_task", "command": "task"}, "plan_task"), ({"command": "deploy"}, "deploy"), ({"type": 7}, "")],
)
def test_the_type_of_an_older_server_s_job_is_its_command(values: dict[str, Any], kind: str) -> None:
    assert job(**values).type == kind


@pytest.mark.parametrize("options", [None, [], "x", 7])
def test_options_that_are_none_are_empty(options: object) -> None:
    assert job(options=options).options == {}


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["state", "enter_time", "running"]), inner, max_size=3)
    ),
    max_leaves=6,
)
JOB_KEYS = st.sampled_from(["state", "node_count", "node_states", "status", "started_timestamp", "finished_timestamp",
                            "type", "command", "options"])  # fmt: skip


@given(st.dictionaries(JOB_KEYS, ANYTHING))
def test_no_value_of_a_job_is_an_error(values: dict[str, Any]) -> None:
    record = job(**values)
    assert record.state == (values.get("state") if isinstance(values.get("state"), str) else "")
    assert all(count > 0 for count in record.node_states.values())


@given(st.lists(st.dictionaries(st.sampled_from(["name", "state", "latest-event-id"]), ANYTHING), max_size=4))
def test_no_value_of_a_node_is_an_error(items: list[dict[str, Any]]) -> None:
    assert [node.name for node in nodes(*items)] == [
        item["name"] for item in items if isinstance(item.get("name"), str)
    ]


def test_nodes_are_read_with_their_state_and_last_event() -> None:
    found = nodes(
        {"name": "a", "state": "failed", "latest-event-id": 1270, "details": {"message": "no"}, "result": None},
        {"name": "b", "state": "running", "latest-event-id": "1268"},
        {"name": "c", "state": "new"},
    )
    assert found == [
        NodeRecord("a", "failed", 1270, message="no", result=b"null"),
        NodeRecord("b", "running", 1268),
        NodeRecord("c", "new", 0),
    ]


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"[]", "not what an orchestrator says"),
        (b'"352"', "not what an orchestrator says"),
        (b"null", "not what an orchestrator says"),
        (b"\n <html>", "HTML, not JSON"),
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b'{"state":"\xff"}', "not JSON"),
        (b'{"status":' + b"[" * 100_000, "not JSON"),
    ],
)
def test_what_is_no_job_is_refused_by_its_name(body: bytes, what: str) -> None:
    with pytest.raises(NotUnderstood, match=f"^the answer of URL is {what}$"):
        JobRecord.read(body, "URL")


@pytest.mark.parametrize("body", [b"{}", b'{"items":null}', b'{"items":{}}', b"[]", b'{"items":["a"]}'])
def test_what_is_no_list_of_nodes_is_refused(body: bytes) -> None:
    with pytest.raises(NotUnderstood, match=r"^the answer of URL is not what an orchestrator says$"):
        NodeRecord.read_all(body, "URL")


def test_a_page_for_people_is_told_apart_as_it_may_pass() -> None:
    with pytest.raises(Html):
        NodeRecord.read_all(b"<html>starting</html>", "URL")
