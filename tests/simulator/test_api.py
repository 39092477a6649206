import math
from typing import Any

import pytest

from orch_events.simulator import Api
from orch_events.simulator.api import Request
from tests.simulator.documented import (
    ALL_JOBS,
    API,
    EACH_JOB,
    JOB_EVENTS,
    JOBS,
    MOMENTS,
    NODE_STATES,
    ORIGIN,
    SMALL_JOBS,
    TIMES,
    answer,
    events,
    good,
    ids,
)

_DOCUMENTED_EVENT = """{ "id": "1267", "type": "node_running", "timestamp": "2016-05-05T19:50:08Z",
    "details": { "node": "puppet-agent.example.com", "detail": { "noop": false } },
    "message": "Started puppet run on puppet-agent.example.com ..." }"""


def _without_space(text: str) -> str:
    return "".join(text.split())


def test_the_first_event_of_job_352_is_the_documented_one_to_the_letter() -> None:
    body = Api(lambda: 8.0).get(Request("/orchestrator/v1/jobs/352/events", ORIGIN)).body

    assert f'"items":[{_without_space(_DOCUMENTED_EVENT)}]}}' in _without_space(body)


def test_a_page_is_written_as_the_orchestrator_writes_it() -> None:
    body = Api(lambda: 8.4).get(Request("/orchestrator/v1/jobs/352/events", ORIGIN)).body

    assert body.startswith('{\n  "next-events" : {\n    "id" : "https://')
    assert '\n  },\n  "items" : [ {\n    "id" : "1267",\n' in body
    assert '\n  }, {\n    "id" : "1268",\n' in body
    assert body.endswith("\n  } ]\n}")


def test_start_is_the_first_id_that_is_wanted_and_is_itself_wanted() -> None:
    assert ids(352, start=1268) == ids(352)[1:]


def test_start_can_be_an_id_that_no_event_of_the_job_has() -> None:
    assert 1269 not in ids(352)
    assert ids(352, start=1269) == ids(352)[2:]


@pytest.mark.parametrize("start", [None, 0, 1267, 1300])
def test_next_events_is_one_more_than_the_highest_id_so_far(start: int | None) -> None:
    path = "/jobs/352/events" + (f"?start={start}" if start is not None else "")

    for at in (8.0, 33.0, 60.0, math.inf):
        following = max(ids(352, at)) + 1
        assert good(path, at)["next-events"]["id"].endswith(f"start={max(following, start or 0)}")


@pytest.mark.parametrize("origin", ["https://orchestrator.example.com:8143", "http://127.0.0.1:1", "http://[::1]:2"])
@pytest.mark.parametrize(("path", "following"), [("/jobs/351/events", "834"), ("/jobs/351/nodes", "831")])
def test_next_events_is_an_absolute_url_at_the_host_that_was_asked(origin: str, path: str, following: str) -> None:
    url = f"{origin}/orchestrator/v1/jobs/351/events?start={following}"

    assert good(path, origin=origin)["next-events"] == {"id": url, "event": following}


@pytest.mark.parametrize("start", [1370, 99_999])
def test_nothing_new_is_a_page_without_items_and_with_next_events(start: int) -> None:
    page = good(f"/jobs/352/events?start={start}")

    assert page["items"] == []
    assert page["next-events"]["id"] == f"{API}/jobs/352/events?start={start}"


def test_a_job_that_has_not_begun_has_no_items_and_next_events() -> None:
    page = good("/jobs/352/events", at=0.0)

    assert page["items"] == []
    assert page["next-events"]["id"].startswith(f"{API}/jobs/352/events?start=")


@pytest.mark.parametrize(
    "path",
    [
        "/jobs/352/events?start=abc",
        "/jobs/352/events?start=",
        "/jobs/352/events?start=12.5",
        "/jobs/352/events?start=%D9%A1",
        "/jobs/abc/events",
        "/jobs/abc/nodes",
        "/jobs/abc",
        "/jobs?limit=some",
        "/jobs?offset=x",
        "/jobs?order_by=colour",
    ],
)
def test_what_is_no_integer_is_a_validation_error(path: str) -> None:
    status, body = answer(path)

    assert (status, body["kind"]) == (400, "puppetlabs.orchestrator/validation-error")
    assert body["msg"]


@pytest.mark.parametrize("path", ["/jobs/999", "/jobs/999/nodes", "/jobs/999/events", "/jobs/999/events?start=5"])
def test_a_job_that_never_was_is_unknown(path: str) -> None:
    status, body = answer(path)

    assert (status, body["kind"]) == (404, "puppetlabs.orchestrator/unknown-job")
    assert "999" in body["msg"]


@pytest.mark.parametrize("target", ["/", "/orchestrator/v1/nothing", "/jobs/352", "/orchestrator/v1/jobs/352/x/y"])
def test_elsewhere_there_is_nothing(target: str) -> None:
    assert Api(lambda: math.inf).get(Request(target, ORIGIN)).status == 404


@pytest.mark.parametrize("path", ["/jobs", "/jobs/352", "/jobs/352/nodes", "/jobs/352/events", "/jobs/999"])
def test_a_token_that_is_demanded_must_be_there_and_right(path: str) -> None:
    missing, body = answer(path, demanded="s3cret")
    assert (missing, body["kind"]) == (401, "puppetlabs.rbac/user-unauthenticated")

    wrong, body = answer(path, demanded="s3cret", token="other")
    assert (wrong, body["kind"]) == (401, "puppetlabs.rbac/invalid-token")

    assert answer(path, demanded="s3cret", token="s3cret")[0] == (404 if "999" in path else 200)


def test_where_no_token_is_demanded_any_will_do() -> None:
    assert answer("/jobs/352", token="any")[0] == 200


def _names(query: str) -> list[str]:
    return [job["name"] for job in good(f"/jobs{query}")["items"]]


def test_jobs_are_listed_in_ascending_order_by_default() -> None:
    assert _names("") == [str(job) for job in ALL_JOBS]


def test_the_newest_job_is_had_as_documented() -> None:
    assert _names("?order_by=name&order=desc&limit=1") == ["360"]


def test_jobs_come_in_pages_of_limit_from_offset_on() -> None:
    page = good("/jobs?limit=2&offset=3")

    assert [job["name"] for job in page["items"]] == ["344", "345"]
    assert page["pagination"] == {"limit": 2, "offset": 3, "total": len(ALL_JOBS)}


def test_behind_the_last_job_there_is_an_empty_page() -> None:
    page = good("/jobs?limit=5&offset=50")

    assert page["items"] == []
    assert page["pagination"]["total"] == len(ALL_JOBS)


def test_jobs_of_one_type_are_counted_for_themselves() -> None:
    page = good("/jobs?type=task&limit=1")

    assert [job["name"] for job in page["items"]] == ["353"]
    assert page["pagination"]["total"] == 2
    assert _names("?type=plan_script") == []


@pytest.mark.parametrize(
    ("order_by", "key"),
    [
        ("owner", lambda job: job["owner"]["login"]),
        ("timestamp", lambda job: job["timestamp"]),
        ("environment", lambda job: job["environment"]["name"]),
        ("name", lambda job: int(job["name"])),
        ("state", lambda job: job["state"]),
    ],
)
def test_jobs_are_ordered_by_what_is_asked_for(order_by: str, key: Any) -> None:
    keys = [key(job) for job in good(f"/jobs?order_by={order_by}&order=asc", at=40.0)["items"]]
    assert keys == sorted(keys)

    keys = [key(job) for job in good(f"/jobs?order_by={order_by}&order=desc", at=40.0)["items"]]
    assert keys == sorted(keys, reverse=True)


@pytest.mark.parametrize("at", [0.0, 30.0, math.inf])
def test_a_job_in_the_list_is_the_job_s_own_record(at: float) -> None:
    listed = good("/jobs", at)["items"]

    assert listed == [good(f"/jobs/{job['name']}", at) for job in listed]


@pytest.mark.parametrize(("at", "jobs"), [(0.0, JOBS), (30.0, (341, 342, 343, *JOBS)), (math.inf, ALL_JOBS)])
def test_a_job_of_a_plan_is_there_once_the_plan_has_started_it(at: float, jobs: tuple[int, ...]) -> None:
    assert [int(job["name"]) for job in good("/jobs", at)["items"]] == list(jobs)
    assert {answer(f"/jobs/{job}", at)[0] for job in set(ALL_JOBS) - set(jobs)} <= {404}


@pytest.mark.parametrize(("job", "at"), MOMENTS)
def test_the_snapshot_of_the_nodes_agrees_with_the_events(job: int, at: float) -> None:
    told: dict[str, tuple[str, int]] = {}
    for event in events(job, at):
        if event["type"] not in JOB_EVENTS:
            told[event["details"]["node"]] = NODE_STATES[event["type"]], int(event["id"])

    snapshot = good(f"/jobs/{job}/nodes", at)

    nodes = {node["name"]: (node["state"], node["latest-event-id"]) for node in snapshot["items"]}
    assert nodes == {name: told.get(name, ("new", 0)) for name in nodes}
    assert told.keys() <= nodes.keys()
    assert snapshot["next-events"]["event"] == str(max(number for _, number in nodes.values()) + 1)


@pytest.mark.parametrize(("job", "at"), MOMENTS)
def test_node_states_count_the_nodes_of_the_snapshot(job: int, at: float) -> None:
    record = good(f"/jobs/{job}", at)
    states = [node["state"] for node in good(f"/jobs/{job}/nodes", at)["items"]]

    assert record["node_states"] == {state: states.count(state) for state in set(states)}
    assert record["node_count"] == len(states)


@pytest.mark.parametrize("job", EACH_JOB)
def test_events_only_ever_grow_as_time_passes(job: int) -> None:
    before: list[dict[str, Any]] = []
    for at in TIMES:
        now = events(job, at)
        assert now[: len(before)] == before
        before = now
    assert before


@pytest.mark.parametrize("job", SMALL_JOBS)
def test_a_node_s_times_and_result_are_those_of_its_events(job: int) -> None:
    told, nodes = events(job), good(f"/jobs/{job}/nodes")["items"]
    assert nodes
    for node in nodes:
        own = [event for event in told if event["details"].get("node") == node["name"]]
        over = own and own[-1]["type"] != "node_running"
        assert node["start_timestamp"] == own[0]["timestamp"]
        assert node["finish_timestamp"] == (own[-1]["timestamp"] if over else None)
        assert node["result"] == (own[-1]["details"]["detail"] if over else None)
        assert node["details"]["message"] == own[-1]["message"]
