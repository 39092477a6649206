"""OTLP's JSON, read by OpenTelemetry's own messages: whatever is not in them is refused there."""

import base64
import json
from typing import Any

import pytest
from google.protobuf.json_format import ParseDict  # type: ignore[import-untyped]
from hypothesis import given
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from orch_events.analysis.job_report import JobReport
from orch_events.render.timeline.otlp import otlp
from tests.build import event_at, job_of, record, simulated, stamped_job
from tests.render.reports.hostile import REPORTS
from tests.render.reports.test_junit import plan
from tests.render.timeline.scenes import STRANGE

SERVER = "https://pe.example.com:8143/orchestrator/v1"


def decoded(*reports: JobReport) -> Any:
    """Decode a request; OTLP writes ids in hexadecimal digits, where protobuf's JSON has base64."""
    content = json.loads(otlp(reports, "1.0"))
    for resource in content["resourceSpans"]:
        for span in resource["scopeSpans"][0]["spans"]:
            for key in {"traceId", "spanId", "parentSpanId"} & span.keys():
                span[key] = base64.b64encode(bytes.fromhex(span[key])).decode()
    return ParseDict(content, ExportTraceServiceRequest())


def spans(*reports: JobReport) -> list[Any]:
    return [span for resource in decoded(*reports).resource_spans for span in resource.scope_spans[0].spans]


def attributes(thing: Any) -> dict[str, str]:
    return {one.key: one.value.string_value for one in thing.attributes}


def test_a_job_is_a_trace_and_a_node_a_span_from_its_own_start() -> None:
    found = spans(JobReport.from_state(simulated(353), server=SERVER))
    job, *nodes = found

    assert (job.name, job.kind, job.parent_span_id) == ("RUN task service", 2, b"")
    assert attributes(job) == {
        "cicd.pipeline.action.name": "RUN", "cicd.pipeline.name": "task service", "cicd.pipeline.run.id": "353",
        "cicd.pipeline.result": "failure", "error.type": "failed",
    }  # fmt: skip
    assert {span.trace_id for span in found} == {job.trace_id}
    assert {span.parent_span_id for span in nodes} == {job.span_id}
    assert len({span.span_id for span in found}) == len(found) == 15
    (failed,) = [span for span in nodes if span.name == "web-03.example.com"]
    assert (failed.start_time_unix_nano, failed.end_time_unix_nano) == (1_462_477_808 * 10**9, 1_462_477_838 * 10**9)
    assert (failed.status.code, failed.status.message) == (2, "nginx: [emerg] bind() to 0.0.0.0:80 failed")
    assert attributes(failed) == {
        "cicd.pipeline.task.name": "web-03.example.com", "cicd.pipeline.task.run.id": "353/web-03.example.com",
        "cicd.pipeline.task.run.result": "failure", "host.name": "web-03.example.com", "error.type": "failed",
    }  # fmt: skip


def test_the_resource_names_the_job() -> None:
    (resource,) = decoded(JobReport.from_state(simulated(353), server=SERVER)).resource_spans
    assert attributes(resource.resource) == {
        "service.name": "puppet-orchestrator", "cicd.pipeline.name": "task service", "cicd.pipeline.run.id": "353",
        "cicd.pipeline.run.url.full": f"{SERVER}/jobs/353", "deployment.environment.name": "production",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("state", "result", "error"),
    [("finished", "success", ""), ("failed", "failure", "failed"), ("errored", "error", "errored"),
     ("skipped", "skip", ""), ("running", "cancellation", "running")],
)  # fmt: skip
def test_the_result_of_a_node_is_in_the_words_of_the_conventions(state: str, result: str, error: str) -> None:
    job = job_of(event_at(1, "node_running"), event_at(2, f"node_{state}", at=3), record=record("stopped", 1))
    _, node = spans(JobReport.from_state(job))
    found = attributes(node)
    assert (found["cicd.pipeline.task.run.result"], found.get("error.type", "")) == (result, error)
    assert bool(node.status.code) == bool(error)


def test_a_plan_is_one_trace_in_which_its_jobs_have_nodes() -> None:
    found = spans(JobReport.from_state(plan(), server=SERVER))
    by_id = {span.span_id: span for span in found}
    assert len({span.trace_id for span in found}) == 1
    assert [(span.name, by_id[span.parent_span_id].name if span.parent_span_id else "") for span in found] == [
        ("RUN plan p::q", ""),
        ("RUN plan_task facts", "RUN plan p::q"), ("a", "RUN plan_task facts"),
        ("RUN plan_task facts", "RUN plan p::q"), ("a", "RUN plan_task facts"),
    ]  # fmt: skip


def test_a_node_that_runs_has_no_span_while_its_job_runs() -> None:
    job, *nodes = spans(JobReport.from_state(simulated(352, 60), why="--timeout was reached"))
    assert attributes(job)["cicd.pipeline.run.state"] == "executing"
    assert attributes(job)["orch_events.partial"] == "--timeout was reached"
    assert "cicd.pipeline.result" not in attributes(job)
    assert len(nodes) == simulated(352, 60).over


def test_what_is_sent_twice_is_the_same_and_another_server_s_job_is_another() -> None:
    def ids(server: str, job: int = 353) -> set[bytes]:
        return {span.span_id for span in spans(JobReport.from_state(simulated(job), server=server))}

    assert otlp([JobReport.from_state(simulated(353))], "1") == otlp([JobReport.from_state(simulated(353))], "1")
    assert ids(SERVER) == ids(SERVER)
    assert not ids(SERVER) & ids("https://other.example.com:8143/orchestrator/v1")
    assert not ids(SERVER) & ids(SERVER, 352)


def test_several_jobs_are_several_traces() -> None:
    found = decoded(*(JobReport.from_state(simulated(job)) for job in (352, 353)))
    assert len({resource.scope_spans[0].spans[0].trace_id for resource in found.resource_spans}) == 2


def test_times_that_no_clock_has_are_borne() -> None:
    for span in spans(JobReport.from_state(stamped_job(*STRANGE, ("finished", "old", "0001-01-01T00:00:00Z")))):
        assert span.start_time_unix_nano <= span.end_time_unix_nano


@given(REPORTS)
def test_it_is_a_request_whatever_a_server_sends(report: JobReport) -> None:
    assert len(spans(report)) >= 1
