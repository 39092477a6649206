"""The server's records of a job and of its nodes."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.errors import HtmlAnswer, NotUnderstood, TruncatedAnswer
from orch_events.wire.records import JobRecord, NodeRecord
from tests.table import each

STARTED = datetime(2016, 5, 5, 19, 50, 8, tzinfo=UTC)
FINISHED = datetime(2016, 5, 5, 19, 52, 15, tzinfo=UTC)


def job(**values: Any) -> JobRecord:
    return JobRecord.read(json.dumps(values).encode(), "URL")


def nodes(*items: Any) -> list[NodeRecord]:
    return NodeRecord.read_all(json.dumps({"items": items}).encode(), "URL")


def entry(state: str, enter_time: str | None) -> dict[str, str | None]:
    return {"state": state, "enter_time": enter_time, "exit_time": None}


DOCUMENTED = {
    "name": "352",
    "id": "https://orchestrator.example.com:8143/orchestrator/v1/jobs/352",
    "state": "finished",
    "command": "deploy",
    "type": "deploy",
    "node_count": 24,
    "node_states": {"finished": 23, "skipped": 1},
    "started_timestamp": "2016-05-05T19:50:08Z",
    "finished_timestamp": "2016-05-05T19:52:15Z",
    "timestamp": "2016-05-05T19:52:15Z",
    "duration": "127.0",
    "description": "deploy production",
    "owner": {"login": "admin", "display_name": "Administrator"},
    "options": {"noop": False},
}


def test_a_job_is_read_as_the_api_documents_it() -> None:
    record = JobRecord.read(json.dumps(DOCUMENTED, indent=2).encode(), "URL")
    assert record == JobRecord(
        state="finished",
        node_count=24,
        node_states={"finished": 23, "skipped": 1},
        started_at=STARTED,
        finished_at=FINISHED,
        number="352",
        type="deploy",
        command="deploy",
        description="deploy production",
        owner="admin",
        seconds=127.0,
        timestamp="2016-05-05T19:52:15Z",
        options={"noop": False},
        raw=json.dumps(DOCUMENTED, separators=(",", ":")).encode(),
    )


def test_a_list_of_jobs_is_read_job_by_job() -> None:
    answer = {"items": [DOCUMENTED, {"name": 353}, None], "pagination": {"limit": 3, "offset": 0, "total": 9}}
    first, second, third = JobRecord.read_all(json.dumps(answer, indent=2).encode(), "URL")
    assert first == job(**DOCUMENTED)
    assert (second.number, second.raw) == ("353", b'{"name":353}')
    assert (third.number, third.raw) == ("", b"null")


@pytest.mark.parametrize(
    "raw",
    [
        b'{"z":1.50e+3,"name":"1","a":123456789012345678901234567890,"z":"\\u00e9\\/ \xc3\xa9","type":null}',
        b'{"name":"1","far":1e999,"long":' + b"9" * 5000 + b"}",
        b'{"name":"1","description":"a\\ud800b"}',
    ],
)
def test_a_job_keeps_the_server_s_own_object_byte_by_byte(raw: bytes) -> None:
    alone = JobRecord.read(b" " + raw + b"\n", "URL")
    (listed,) = JobRecord.read_all(b'{"items": [ ' + raw + b" ]}", "URL")
    assert (alone.raw, listed.raw) == (raw, raw)
    assert (alone.number, listed.number) == ("1", "1")


def test_a_job_that_is_nested_beyond_reason_is_kept_and_not_read() -> None:
    raw = b'{"name":"1","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    assert JobRecord.from_json(raw) == JobRecord(state="", raw=raw)


def test_bytes_that_are_no_text_do_not_hide_a_job() -> None:
    assert JobRecord.read(b'{"state":"running","description":"a\xffb"}', "URL").description == "a\ufffdb"


@each(("name", "number"), [("352", "352"), (352, "352"), ("0352", "352"), ("x", ""), (True, ""),
                                              ([], ""), (-1, ""), ("9" * 30, "")])  # fmt: skip
def test_a_job_s_number_is_a_whole_number_however_it_is_written(name: object, number: str) -> None:
    assert job(name=name).number == number


@each(
    ("duration", "seconds"),
    [("127", 127.0), (127, 127.0), (0.5, 0.5), ("0.5", 0.5), (0, 0.0), (-1, None), ("soon", None), ("nan", None),
     ("inf", None), (1e300, None), (True, None), ([], None), (None, None), (10**400, None), ("٣", None)],
)  # fmt: skip
def test_a_duration_is_a_number_or_a_text_in_seconds(duration: object, seconds: float | None) -> None:
    assert job(duration=duration).seconds == seconds


def test_without_a_duration_it_is_what_lies_between_beginning_and_end() -> None:
    times = {"started_timestamp": "2016-05-05T19:50:08Z", "finished_timestamp": "2016-05-05T19:52:15Z"}
    assert job(**times).seconds == 127.0
    assert job(**times, duration="3").seconds == 3.0
    assert job(started_timestamp="2016-05-05T19:50:08Z").seconds is None
    assert job(finished_timestamp="2016-05-05T19:50:08Z").seconds is None
    assert (
        job(started_timestamp=times["finished_timestamp"], finished_timestamp=times["started_timestamp"]).seconds
        is None
    )


def test_an_older_server_s_command_is_the_type_and_its_option_the_description() -> None:
    record = job(command="deploy", options={"description": "nightly"})
    assert (record.type, record.description) == ("deploy", "nightly")
    record = job(command="deploy", type="task", description="own", options={"description": "nightly"})
    assert (record.type, record.command, record.description) == ("task", "deploy", "own")


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


def test_an_entry_of_the_history_that_is_no_object_is_passed_over() -> None:
    found = job(status=[7, None, [], entry("running", "2016-05-05T19:50:08Z")])
    assert found.started_at == datetime(2016, 5, 5, 19, 50, 8, tzinfo=UTC)


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


@each("count", [0, "0", None, -1, "many", [], {}, True, 1.5])
def test_a_node_count_that_is_none_is_not_known(count: object) -> None:
    assert job(node_count=count).node_count is None
    assert job(node_states={"failed": count, "running": 1}).node_states == {"running": 1}


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["state", "enter_time", "running", "login", "description"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)
JOB_KEYS = st.sampled_from(
    ["name", "state", "type", "command", "description", "owner", "options", "duration", "timestamp", "node_count",
     "node_states", "status", "started_timestamp", "finished_timestamp"]
)  # fmt: skip


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
        (b"[]", "not what an orchestrator returns"),
        (b'"352"', "not what an orchestrator returns"),
        (b"null", "not what an orchestrator returns"),
        (b"\n <html>", "HTML, not JSON"),
        (b"", "empty"),
        (b"{", "not JSON"),
        (b'{"status":' + b"[" * 100_000, "not JSON"),
    ],
)
def test_what_is_no_job_is_refused_by_its_name(body: bytes, what: str) -> None:
    with pytest.raises(NotUnderstood, match=f"^the response from URL is {what}$"):
        JobRecord.read(body, "URL")


@pytest.mark.parametrize(
    ("body", "error", "what"),
    [
        (b"{}", NotUnderstood, "is not a list of jobs: it has no items"),
        (b'{"items":{}}', NotUnderstood, "is not a list of jobs: its items are not an array"),
        (b"[]", NotUnderstood, "is not a list of jobs"),
        (b"<html>", HtmlAnswer, "is HTML, not JSON"),
        (b'{"items":[{"name":"352"},', TruncatedAnswer, "was cut off after 1 job"),
    ],
)
def test_what_is_no_list_of_jobs_is_refused_by_its_name(body: bytes, error: type[Exception], what: str) -> None:
    with pytest.raises(error, match=f"^the response from URL {what}$"):
        JobRecord.read_all(body, "URL")


@pytest.mark.parametrize("body", [b"{}", b'{"items":null}', b'{"items":{}}', b"[]", b'{"items":["a"]}'])
def test_what_is_no_list_of_nodes_is_refused(body: bytes) -> None:
    with pytest.raises(NotUnderstood, match=r"^the response from URL is not what an orchestrator returns$"):
        NodeRecord.read_all(body, "URL")


@pytest.mark.parametrize(
    "body", [b'{"items":[{"name":"\xff"}]}', b'{"items":[{"state":' + b"[" * 100_000, b'{"items":[']
)
def test_nodes_that_are_no_json_are_refused_in_a_sentence(body: bytes) -> None:
    with pytest.raises(NotUnderstood, match=r"^the response from URL is not JSON$"):
        NodeRecord.read_all(body, "URL")


def test_what_a_node_reports_is_kept_as_compact_json() -> None:
    (found,) = NodeRecord.read_all(b'{"items":[{"name":"a","result":{ "a" : [ 1,\n 2 ] }}]}', "URL")
    assert found.result == b'{"a":[1,2]}'


def test_a_page_for_people_is_told_apart_as_it_may_pass() -> None:
    with pytest.raises(HtmlAnswer):
        NodeRecord.read_all(b"<html>starting</html>", "URL")


_AT = ("2016-05-05T19:50:00Z", "2016-05-05T19:50:08Z", "2016-05-05T19:51:08Z")


@each(
    ("values", "began"),
    [
        ({"started_timestamp": _AT[1], "created_timestamp": _AT[0], "finished_timestamp": _AT[2]}, _AT[1]),
        ({"started_timestamp": None, "created_timestamp": _AT[0], "finished_timestamp": _AT[2], "duration": 1}, _AT[0]),
        ({"finished_timestamp": _AT[2], "duration": "60"}, _AT[1]),
        ({"status": [{"state": "new", "enter_time": _AT[0]}]}, _AT[0]),
        ({"status": [{"state": "new", "enter_time": _AT[0]}, {"state": "running", "enter_time": _AT[1]}]}, _AT[1]),
        ({"finished_timestamp": _AT[2]}, None),
        ({"finished_timestamp": "0001-01-01T00:00:00Z", "duration": 60}, None),
        ({}, None),
    ],
)
def test_when_a_job_began_is_known_of_every_server(values: dict[str, Any], began: str | None) -> None:
    at = job(**values).began_at
    assert (at and at.isoformat()) == (began and began.replace("Z", "+00:00"))


def test_what_a_job_runs_and_where_is_read_from_its_options() -> None:
    task = job(options={"task": "facts", "plan_job": 197}, environment={"name": "production"})
    assert (task.task, task.subject, task.environment) == ("facts", "facts (plan:197)", "production")
    assert job(options={"plan_job": 197}).subject == "(plan:197)"
    assert job(options={"environment": "test"}, environment={"name": ""}).environment == "test"
    assert job(options={"task": ["facts"]}, environment=7).subject == ""
