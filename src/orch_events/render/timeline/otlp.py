"""The timeline as traces of OpenTelemetry, in OTLP's JSON: what a collector takes at `/v1/traces`.

A job, or a plan with its jobs, is one trace, and each node that has ended is a span in it, from its own start on. Names
of attributes are those of OpenTelemetry's conventions for CI/CD.

1. Ids are made of the server, the job and the node, and of nothing else: what is sent twice is the same span.
2. A node that is still running has no span while its job runs: later it would be another one with the same id.
3. The name of a span is a node's name: whoever looks at a trace of a job looks for a node. What stays the same over
   jobs, to count by, is in the attributes.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from orch_events.analysis.job_report import JobReport, subject
from orch_events.analysis.trace import JobSpan, NodeSpan
from orch_events.job.state import JobState
from orch_events.wire.vocabulary import NODE_FAILED

_SERVICE = "puppet-orchestrator"
_SCHEMA = "https://opentelemetry.io/schemas/1.37.0"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_INTERNAL, _SERVER = 1, 2
_ERROR = 2
_TRACE_DIGITS, _SPAN_DIGITS = 32, 16

_NODE_RESULTS = {"finished": "success", "failed": "failure", "errored": "error", "skipped": "skip"}
_JOB_RESULTS = {"finished": "success", "failed": "failure", "stopped": "cancellation", "aborted": "cancellation"}

_Json = dict[str, Any]


def otlp(reports: Sequence[JobReport], version: str) -> str:
    """Return an ExportTraceServiceRequest, for a job or plan each; `version` is that of this program."""
    spans = [(report, span) for report in reports if (span := JobSpan.from_report(report)) is not None]
    traces = [_Trace(report, version).resource_spans(span) for report, span in spans]
    return json.dumps({"resourceSpans": traces}, separators=(",", ":")) + "\n"


class _Trace:
    """One trace."""

    def __init__(self, report: JobReport, version: str) -> None:
        self._report = report
        self._version = version
        self._id = _hash(_TRACE_DIGITS, "trace", report.server, report.state.job)

    def resource_spans(self, span: JobSpan) -> _Json:
        scope = {"name": "orch-events", "version": self._version}
        spans = list(self._job(span, ""))
        return {
            "resource": {"attributes": _attributes(_resource(self._report))},
            "scopeSpans": [{"scope": scope, "spans": spans}],
            "schemaUrl": _SCHEMA,
        }

    def _job(self, span: JobSpan, parent: str) -> Iterator[_Json]:
        """Yield the span of a job or plan, and those of what is in it."""
        state, name = span.state, subject(span.state)
        identity = self._span_id(state.job)
        result, error = _job_result(state)
        attributes = {
            "cicd.pipeline.action.name": "RUN",
            "cicd.pipeline.name": name,
            "cicd.pipeline.run.id": state.job,
            "cicd.pipeline.run.state": "" if result else "executing",
            "cicd.pipeline.result": result,
            "error.type": error,
            "orch_events.partial": "" if parent else self._report.partial,
        }
        kind = _INTERNAL if parent else _SERVER
        yield self._span(identity, parent, f"RUN {name}", kind, span, attributes, error)
        for node in span.nodes:
            if node.run.state != "running" or state.is_over:
                yield self._node(node, state, identity)
        for job in span.jobs:
            yield from self._job(job, identity)

    def _node(self, span: NodeSpan, job: JobState, parent: str) -> _Json:
        run = span.run
        identity = self._span_id(job.job, run.name)
        result = _NODE_RESULTS.get(run.state, "cancellation")
        error = "" if result in ("success", "skip") else run.state
        attributes = {
            "cicd.pipeline.task.name": run.name,
            "cicd.pipeline.task.run.id": f"{job.job}/{run.name}",
            "cicd.pipeline.task.run.result": result,
            "cicd.pipeline.task.run.url.full": run.report_url,
            "host.name": run.name,
            "error.type": error,
            "orch_events.changes": run.changes.text if run.changes else "",
        }
        return self._span(identity, parent, run.name, _INTERNAL, span, attributes, error and (run.why or run.state))

    def _span_id(self, *names: str) -> str:
        return _hash(_SPAN_DIGITS, "span", self._report.server, *names)

    def _span(
        self, identity: str, parent: str, name: str, kind: int, span: JobSpan | NodeSpan, attributes: Mapping[str, str],
        error: str,
    ) -> _Json:  # fmt: skip
        return {
            "traceId": self._id,
            "spanId": identity,
            **({"parentSpanId": parent} if parent else {}),
            "name": _text(name),
            "kind": kind,
            "startTimeUnixNano": _nanoseconds(span.begin),
            "endTimeUnixNano": _nanoseconds(span.end),
            "attributes": _attributes(attributes),
            **({"status": {"code": _ERROR, "message": _text(error)}} if error else {}),
        }


def _resource(report: JobReport) -> dict[str, str]:
    record = report.state.record
    return {
        "service.name": _SERVICE,
        "cicd.pipeline.name": subject(report.state),
        "cicd.pipeline.run.id": report.state.job,
        "cicd.pipeline.run.url.full": report.url,
        "deployment.environment.name": record.environment if record else "",
    }


def _job_result(state: JobState) -> tuple[str, str]:
    """Return the result of a job, and the type of its error; "" while it is running, and where it has none."""
    outcome = state.outcome()
    if outcome is None:
        return "", ""
    failed = outcome.jobs is None and any(outcome.nodes.get(word) for word in NODE_FAILED)
    word = "failed" if outcome.word == "finished" and failed else outcome.word
    return _JOB_RESULTS[word], "" if word == "finished" else word


def _hash(digits: int, *names: str) -> str:
    """Return an id of so many hexadecimal digits; it is never all zeros, which OpenTelemetry forbids."""
    text = "\0".join(names).encode("utf-8", "surrogatepass")
    return sha256(text).hexdigest()[:digits].replace("0" * digits, "1".zfill(digits))


def _attributes(texts: Mapping[str, str]) -> list[_Json]:
    return [{"key": name, "value": {"stringValue": _text(text)}} for name, text in texts.items() if text]


def _text(text: str) -> str:
    """Return text that is valid UTF-8, as protobuf demands: a lone surrogate is shown as an escape."""
    return text.encode("utf-8", "backslashreplace").decode()


def _nanoseconds(at: datetime) -> str:
    """Return nanoseconds since the epoch, as OTLP's JSON writes a 64-bit integer: as text; what is before it is 0."""
    return str(max(0, (at - _EPOCH) // timedelta(microseconds=1) * 1000))
