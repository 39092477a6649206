"""A job as reports in files tell it: why it is partial, where it is from, what it runs."""

import pytest

from orch_events.analysis.job_report import JobReport, host_of, server_of, subject
from orch_events.analysis.output import NodeOutput
from orch_events.analysis.part import Part
from orch_events.job.plan import PlanState
from tests.build import event_at, job_of, record, record_from, simulated


@pytest.mark.parametrize(
    ("second", "why", "partial"),
    [
        (float("inf"), "--timeout was reached", ""),
        (60, "--timeout was reached", "--timeout was reached"),
        (60, "", "the job is still running"),
    ],
)
def test_it_is_partial_while_the_job_has_no_outcome(second: float, why: str, partial: str) -> None:
    assert JobReport.from_state(simulated(352, second), why=why).partial == partial


def test_where_no_record_tells_the_state_it_is_unknown() -> None:
    assert JobReport.from_state(job_of(event_at(1, "node_running"))).partial == "the state of the job is unknown"


def test_it_is_partial_too_where_the_job_is_over_but_nobody_knows_how() -> None:
    job = job_of(event_at(1, "node_finished"), event_at(2, "job_finished", None), record=record("finished", 1))
    assert JobReport.from_state(job).partial == ""
    job.left_out = True
    assert JobReport.from_state(job).partial == "the state of the job is unknown"


def test_a_plan_is_its_jobs_each_with_its_own_nodes() -> None:
    plan = PlanState("plan:9")
    jobs = [job_of(event_at(1, "node_running", node), job=job) for node, job in (("a", "21"), ("b", "22"), ("a", "23"))]
    plan.adopt(jobs)
    report = JobReport.from_state(plan, Part.from_state(plan, ["a"]))

    assert [(job.job, [run.name for run in part.runs.values()]) for job, part in report.jobs] == [
        ("21", ["a"]), ("22", []), ("23", ["a"]),
    ]  # fmt: skip
    output = NodeOutput("a", "failed")
    assert JobReport.from_state(plan, outputs={"21 a": output}).output(jobs[0].runs["a"]) is output
    assert JobReport.from_state(plan, outputs={"21 a": output}).output(jobs[2].runs["a"]) is None


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("https://pe.example.com:8143/orchestrator/v1/jobs/352", "https://pe.example.com:8143/orchestrator/v1"),
        ("https://pe.example.com/orchestrator/v1/plan_jobs/9", "https://pe.example.com/orchestrator/v1"),
        ("/jobs/352", ""),
        ("ftp://pe.example.com/jobs/352", ""),
        ("https://pe.example.com", ""),
        (7, ""),
    ],
)
def test_the_server_is_that_of_the_record(url: object, server: str) -> None:
    job = job_of(record=record_from(id=url, name="352", state="finished"))
    assert server_of(job) == server
    assert JobReport.from_state(job).url == (f"{server}/jobs/7" if server else "")
    assert JobReport.from_state(job, server="demo").url == ""


def test_a_host_is_that_of_a_url() -> None:
    assert host_of("https://pe.example.com:8143/orchestrator/v1") == "pe.example.com"
    assert host_of("demo") == host_of("https://[") == host_of("") == ""


def test_what_runs_is_the_same_for_each_run_of_it() -> None:
    assert subject(simulated(353)) == "task service"
    assert subject(simulated(352)) == "deploy"
    assert subject(job_of(record=record_from(name="9", options={"plan_name": "p::q"}))) == "plan p::q"
    assert subject(job_of(record=record_from(name="9", options={"plan_name": [7]}))) == "plan"
    assert subject(job_of(record=record("finished"))) == subject(job_of()) == "job"
