from typing import Any

import pytest

from orch_events.simulator import Api
from orch_events.simulator.api import Request
from orch_events.simulator.plans import MESSAGE_BYTES, plan_scripts
from tests.simulator.documented import API, JOBS_OF_PLANS, answer, good, ids
from tests.table import each

PLANS = (301, 302)
TIMES = (0.0, 1.0, 8.0, 25.0, 40.0, 60.0, 90.0, float("inf"))


def events(plan: int, at: float = float("inf"), query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = good(f"/plan_jobs/{plan}/events{query}", at)["items"]
    return found


@pytest.mark.parametrize("plan", PLANS)
def test_an_event_of_a_plan_has_neither_message_nor_node(plan: int) -> None:
    assert all(event.keys() == {"type", "timestamp", "details", "id"} for event in events(plan))
    assert not any("node" in event["details"] for event in events(plan))


@pytest.mark.parametrize("plan", PLANS)
def test_the_ids_of_a_plans_events_grow_and_are_those_of_no_job(plan: int) -> None:
    numbers = [int(event["id"]) for event in events(plan)]

    assert numbers == sorted(set(numbers))
    assert not {number for job in JOBS_OF_PLANS for number in ids(job)} & set(numbers)


@each("at", TIMES)
@each("plan", PLANS)
def test_the_record_names_each_job_that_the_events_say_was_started_and_its_states(plan: int, at: float) -> None:
    record = good(f"/plan_jobs/{plan}", at)

    started = [str(event["details"]["job-id"]) for event in events(plan, at) if "job-id" in event["details"]]
    assert list(record["status"]) == started
    for job, history in record["status"].items():
        child = good(f"/jobs/{job}", at)
        assert child["options"]["plan_job"] == plan
        assert child["status"] == history


@pytest.mark.parametrize(
    ("plan", "state", "event"), [(301, "failure", "plan_failed"), (302, "success", "plan_finished")]
)
def test_a_plan_is_over_as_its_last_event_says_it(plan: int, state: str, event: str) -> None:
    assert good(f"/plan_jobs/{plan}", 0.0)["state"] == "pending"
    assert good(f"/plan_jobs/{plan}", 8.0)["state"] == "running"
    assert good(f"/plan_jobs/{plan}")["state"] == state
    assert events(plan)[-1]["type"] == event


@pytest.mark.parametrize("plan", PLANS)
def test_a_plan_waits_for_its_jobs(plan: int) -> None:
    script = plan_scripts()[plan]

    assert all(job.ends_at < script.events[-1].at for job in script.jobs.values())
    assert all(not job.past(event.at - 0.1) for event in script.events if "job-id" in event.details
               for job in [script.jobs[int(event.details["job-id"])]])  # fmt: skip


def test_a_page_has_the_beginning_of_a_long_message_and_the_event_has_all_of_it() -> None:
    cut = max(events(302), key=lambda event: len(event["details"].get("message", "")))
    whole = good(f"/plan_jobs/302/event/{cut['id']}")

    assert len(cut["details"]["message"].encode()) in range(MESSAGE_BYTES - 3, MESSAGE_BYTES + 1)
    assert whole["details"]["message"].startswith(cut["details"]["message"])
    assert whole["details"]["message"].endswith("This is the last line.")
    assert whole | {"details": None} == cut | {"details": None}


def test_start_is_inclusive() -> None:
    (first, second, *_) = events(301)

    assert events(301, query=f"?start={second['id']}")[0] == second
    assert events(301, query=f"?start={int(first['id']) + 1}")[0] == second


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        ("/plan_jobs/9", 404, "puppetlabs.orchestrator/unknown-job"),
        ("/plan_jobs/352/events", 404, "puppetlabs.orchestrator/unknown-job"),
        ("/plan_jobs/303", 403, "puppetlabs.orchestrator/not-permitted"),
        ("/plan_jobs/303/events", 403, "puppetlabs.orchestrator/not-permitted"),
        ("/plan_jobs/302/event/1", 404, "puppetlabs.orchestrator/mismatched-job-event-id"),
        ("/plan_jobs/nine", 400, "puppetlabs.orchestrator/validation-error"),
        ("/jobs/302", 404, "puppetlabs.orchestrator/unknown-job"),
    ],
)
def test_what_is_not_there_or_not_permitted_is_answered_as_documented(path: str, status: int, kind: str) -> None:
    got, content = answer(path)

    assert (got, content["kind"]) == (status, kind)


def test_a_job_can_be_forbidden() -> None:
    api = Api(lambda: 8.0, forbidden={"jobs/341"})

    assert api.get(Request("/orchestrator/v1/jobs/341/events", API)).status == 403
    assert api.get(Request("/orchestrator/v1/jobs/352/events", API)).status == 200


def test_plan_jobs_are_listed_as_jobs_are() -> None:
    page = good("/plan_jobs?limit=1&offset=0&order_by=name&order=desc")

    assert [plan["name"] for plan in page["items"]] == ["302"]
    assert page["pagination"] == {"limit": 1, "offset": 0, "total": 2}


def test_the_report_of_a_job_has_a_line_for_each_node_that_is_over() -> None:
    report = good("/jobs/342/report")["items"]

    assert sorted(line["node"] for line in report if line["state"] == "failed") == [
        "rack-03.example.com",
        "rack-05.example.com",
    ]
    assert good("/jobs/342/report", 26.0) == {"items": []}
