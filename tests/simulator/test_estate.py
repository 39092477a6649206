import json
from typing import Any

import pytest

from orch_events.simulator import Api, Estate
from orch_events.simulator.api import Request

DAY = 86_400.0
JOBS_A_DAY = 1440
NEWEST = 30 * JOBS_A_DAY


def ask(path: str, at: float = 0.0) -> Any:
    api = Api(lambda: at, estate=Estate(JOBS_A_DAY, 0.0))
    answer = api.get(Request(f"/orchestrator/v1{path}", "http://127.0.0.1"))
    return json.loads(answer.body) | {"status": answer.status}


@pytest.mark.parametrize("days", [0.0, 1.5])
def test_the_list_has_the_jobs_of_thirty_days_and_the_newest_come_first_if_asked_for(days: float) -> None:
    page = ask("/jobs?limit=3&offset=1&order_by=name&order=desc", at=days * DAY)
    newest = NEWEST + int(days * JOBS_A_DAY)
    assert [int(job["name"]) for job in page["items"]] == [newest - 1, newest - 2, newest - 3]
    assert page["pagination"] == {"limit": 3, "offset": 1, "total": NEWEST}


def test_a_job_that_was_pruned_or_is_yet_to_come_is_unknown() -> None:
    assert ask("/jobs/1", at=DAY)["kind"] == "puppetlabs.orchestrator/unknown-job"
    assert ask(f"/jobs/{NEWEST + 2}")["kind"] == "puppetlabs.orchestrator/unknown-job"


def test_many_jobs_run_at_once_and_older_ones_are_over() -> None:
    busy = Estate(100 * JOBS_A_DAY, 0.0)
    api = Api(lambda: 0.0, estate=busy)
    page = json.loads(api.get(Request("/orchestrator/v1/jobs?limit=200&order_by=name&order=desc", "http://h")).body)
    states = [job["state"] for job in page["items"]]
    assert 60 < states.count("running") < 150
    assert set(states[150:]) <= {"finished", "failed", "running"}


def test_ids_grow_within_a_job_and_no_two_jobs_that_run_at_once_share_one() -> None:
    first, second = (ask(f"/jobs/{NEWEST - back}/events", at=DAY)["items"] for back in (0, 1))
    ids = [[int(event["id"]) for event in events] for events in (first, second)]
    assert [sorted(set(one)) for one in ids] == ids
    assert not set(ids[0]) & set(ids[1])
    assert len(ids[0]) == 201


def test_a_job_is_the_same_whenever_it_is_made() -> None:
    number = NEWEST - 5
    assert Estate(JOBS_A_DAY, 0.0).jobs.find(number, 0.0) == Estate(JOBS_A_DAY, 0.0).jobs.find(number, 0.0)


def test_every_twentieth_job_was_started_by_a_plan() -> None:
    number = NEWEST // 20 - 1
    events = ask(f"/plan_jobs/{number}/events", at=DAY)["items"]
    job = ask(f"/jobs/{number * 20}")
    assert [event["type"] for event in events] == ["out_message", "task_start", "plan_finished"]
    assert events[1]["details"]["job-id"] == number * 20
    assert job["options"]["plan_job"] == number
    assert ask("/plan_jobs?limit=1&order_by=name&order=desc")["items"][0]["name"] == str(NEWEST // 20)


def test_one_job_in_a_thousand_hangs_for_days() -> None:
    hanging = ask(f"/jobs/{NEWEST // 1000 * 1000}", at=DAY)
    assert hanging["state"] == "running"
    assert hanging["node_states"]["running"] == 1
