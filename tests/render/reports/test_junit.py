"""JUnit's XML: what a CI system finds in it, and that it is XML whatever a node printed."""

import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given

from orch_events.analysis.job_report import JobReport
from orch_events.analysis.output import NodeOutput, Printed
from orch_events.job.plan import PlanState
from orch_events.job.state import JobState
from orch_events.render.reports.junit import junit
from tests import ROOT
from tests.build import event_at, job_of, record, record_from, simulated
from tests.cli.command import needs
from tests.render.reports.hostile import NASTY_REPORTS, REPORTS

SCHEMA = ROOT / "tests" / "render" / "reports" / "junit.xsd"


def read(*reports: JobReport) -> ET.Element:
    return ET.fromstring(junit(reports))  # noqa: S314 - it is ours


def cases(root: ET.Element) -> dict[str, ET.Element]:
    return {case.get("name") or "": case for case in root.iter("testcase")}


def plan(word: str = "plan_failed") -> PlanState:
    state = PlanState("plan:9")
    state.apply(event_at(1, "task_start", None))
    state.apply(event_at(9, word, None, at=30))
    state.record = record_from(
        name="9", state="failure" if word == "plan_failed" else "success", options={"plan_name": "p::q"}
    )
    jobs = [job_of(event_at(1, "node_running"), event_at(2, "node_finished", at=4), job=job) for job in ("21", "22")]
    for job in jobs:
        job.record = record_from(
            name=job.job, state="finished", type="plan_task", options={"task": "facts"}, node_count=1
        )
    state.adopt(jobs)
    return state


def test_a_job_is_a_suite_and_a_node_a_case() -> None:
    root = read(JobReport.from_state(simulated(353)))

    (suite,) = root
    counts = {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped", "time")}
    assert counts == {"tests": "14", "failures": "3", "errors": "2", "skipped": "0", "time": "43.000"}
    assert (suite.get("name"), suite.get("hostname"), suite.get("timestamp")) == (
        "job 353",
        "pe.example.com",
        "2016-05-05T19:50:08",
    )
    properties = {one.get("name"): one.get("value") for one in suite.iter("property")}
    assert properties == {
        "job": "353", "url": "https://pe.example.com/jobs/353", "outcome": "failed", "nodes": "14", "type": "task",
        "task": "service", "environment": "production", "owner": "admin", "description": "restart nginx",
    }  # fmt: skip
    found = cases(root)
    assert found["web-01.example.com"].attrib == {
        "name": "web-01.example.com", "classname": "task service", "time": "7.000",
    }  # fmt: skip
    failure = found["web-03.example.com"].find("failure")
    assert failure is not None
    assert failure.attrib == {"message": "nginx: [emerg] bind() to 0.0.0.0:80 failed", "type": "failed"}
    assert [error.get("message") for error in root.iter("error")] == [
        "The node is not connected",
        "The task timed out",
    ]


@pytest.mark.parametrize(
    ("state", "over", "result", "message"),
    [
        ("finished", True, [], ""),
        ("failed", True, ["failure"], "no disk"),
        ("errored", True, ["error"], "no disk"),
        ("skipped", True, ["skipped"], "no disk"),
        ("running", False, ["skipped"], "still running"),
        ("running", True, ["error"], "still running when the job ended"),
        ("paused", True, ["skipped"], "paused"),
    ],
)
def test_the_state_of_a_node_is_the_result_of_its_case(state: str, over: bool, result: list[str], message: str) -> None:
    job = job_of(
        event_at(1, "node_running"),
        event_at(2, f"node_{state}", detail={"_error": "no disk"}, at=3),
        record=record("running", 2),
    )
    job.runs["a"].state = state
    job.ended_by = "job_finished" if over else None

    case = cases(read(JobReport.from_state(job)))["a"]
    assert [one.tag for one in case] == result
    assert [one.get("message") for one in case] == [message] * len(result)


def test_a_failed_node_has_what_it_printed() -> None:
    job = job_of(
        event_at(1, "node_running"), event_at(2, "node_failed", message="Task failed", detail={"_error": "no disk"})
    )
    printed = Printed("line \x1b[31mone\x1b[0m\n\x00two\ufffe", "bad")
    case = cases(read(JobReport.from_state(job, outputs={"a": NodeOutput("a", "failed", 1, "no disk", printed)})))["a"]

    assert [(one.tag, one.text) for one in case] == [
        ("failure", "no disk\nTask failed"), ("system-out", "line one\ntwo"), ("system-err", "bad"),
    ]  # fmt: skip


def test_a_partial_report_says_so() -> None:
    (suite,) = read(JobReport.from_state(simulated(352, 60), why="--timeout was reached"))

    assert {one.get("name"): one.get("value") for one in suite.iter("property")}["partial"] == "--timeout was reached"
    assert suite.findtext("system-out") == "This report is partial: --timeout was reached."


def test_a_plan_is_a_suite_for_each_job_and_one_more_if_it_failed() -> None:
    root = read(JobReport.from_state(plan()))

    assert [suite.get("name") for suite in root] == ["plan 9", "job 21", "job 22"]
    assert [case.get("classname") for case in root.iter("testcase")] == [
        "plan p::q", "plan p::q.1 plan_task facts", "plan p::q.2 plan_task facts",
    ]  # fmt: skip
    assert [suite.get("failures") for suite in root] == ["1", "0", "0"]
    assert [suite.get("name") for suite in read(JobReport.from_state(plan("plan_finished")))] == ["job 21", "job 22"]


def test_of_a_plan_only_those_jobs_are_partial_of_which_more_may_be_known() -> None:
    state = plan()
    state.jobs[0].record = record("running", 2)
    found = [suite.findtext("system-out") for suite in read(JobReport.from_state(state))]
    assert found == ["", "This report is partial: the job is still running.", ""]


def test_several_jobs_are_suites_of_one_document() -> None:
    root = read(*(JobReport.from_state(simulated(job)) for job in (352, 353)))
    assert [(suite.get("id"), suite.get("name"), suite.get("tests")) for suite in root] == [
        ("0", "job 352", "24"), ("1", "job 353", "14"),
    ]  # fmt: skip


@given(REPORTS)
def test_it_is_xml_whatever_a_server_sends(report: JobReport) -> None:
    check(report)


def test_it_is_xml_where_something_nasty_is_sent() -> None:
    for report in NASTY_REPORTS:
        check(report)


def check(report: JobReport) -> None:
    root = read(report)
    text = "".join(root.itertext())
    assert all(one in "\n\t" or one.isprintable() or ord(one) > 0x9F for one in text)


@pytest.mark.slow
@needs("xmllint")
@pytest.mark.parametrize(
    "state",
    [
        pytest.param(lambda: simulated(360), id="5,000 nodes"),
        pytest.param(lambda: simulated(357), id="failures"),
        pytest.param(lambda: simulated(352, 60), id="running"),
        pytest.param(job_of, id="nothing known"),
        pytest.param(plan, id="a plan"),
    ],
)
def test_it_is_valid_by_the_schema(state: Callable[[], JobState], tmp_path: Path) -> None:
    job = state()
    outputs = {key: NodeOutput(run.name, run.state, 1, "", Printed("out", "err")) for key, run in job.runs.items()}
    file = tmp_path / "junit.xml"
    file.write_text(junit([JobReport.from_state(job, outputs=outputs)]), encoding="utf-8")
    command = ["xmllint", "--noout", "--schema", str(SCHEMA), str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, f"{file} validates\n")
