"""JUnit's XML, which CI systems show as tests: a suite for each job, a case for each node.

No standard describes it. This is what the schemas of Ant and of Jenkins have in common, and in a case its own
`system-out`, which Jenkins reads and Ant's schema lacks. GitLab shows the text of a failure: that has the cause, too,
and what else is known. Characters that XML does not allow are dropped, and all others that act on whatever shows them.

A failed plan is a suite with a case of its own: each of its nodes may have finished. A node that is still running is
skipped in a partial report; where the job is over, it is an error.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple
from xml.sax.saxutils import escape

from orch_events.analysis.failures import reason
from orch_events.analysis.job_report import JobReport, host_of, partial_of, subject
from orch_events.analysis.output import Printed
from orch_events.analysis.trace import JobSpan, NodeSpan
from orch_events.job.nodes import NodeRun
from orch_events.job.plan import PlanState
from orch_events.job.state import JobState
from orch_events.render.reports.common import timestamp
from orch_events.render.toolkit.text import drop_control
from orch_events.wire.job_key import spoken
from orch_events.wire.printed import drop_colors
from orch_events.wire.text import whole

_RESULTS = {"finished": "", "failed": "failure", "errored": "error"}
"""The element of a case for a node in this state; in any other it was skipped, as far as is known."""

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_QUOTED = {'"': "&quot;"}


class _Case(NamedTuple):
    """A case.

    Attributes:
        name: the node's name.
        seconds: how long it took.
        result: failure, error or skipped; "" if it finished.
        state: the node's state, which is the type of the result.
        message: why, in one line.
        text: the same, and what else there is to say.
        out, err: what the node printed.
    """

    name: str
    seconds: float = 0.0
    result: str = ""
    state: str = ""
    message: str = ""
    text: str = ""
    out: str = ""
    err: str = ""


class _Suite(NamedTuple):
    """A suite: a job with its nodes, or a plan that failed."""

    state: JobState
    class_name: str
    cases: Sequence[_Case]
    began_at: datetime | None
    seconds: float


def junit(reports: Sequence[JobReport]) -> str:
    """Return the document."""
    suites = [(report, suite) for report in reports for suite in _suites(report)]
    written = (_suite(report, suite, number) for number, (report, suite) in enumerate(suites))
    return _DECLARATION + _element("testsuites", {}, "".join(["\n", *written]))


def _suites(report: JobReport) -> Iterator[_Suite]:
    state, several = report.state, isinstance(report.state, PlanState)
    if isinstance(state, PlanState) and (case := _plan_case(state, report.partial)):
        began, seconds = _times(JobSpan.from_report(report))
        yield _Suite(state, subject(state), [case], began, seconds)
    for number, (job, part) in enumerate(report.jobs, 1):
        span = JobSpan.from_report(JobReport(job, part))
        spans = {id(one.run): one for one in span.nodes} if span else {}
        cases = [_case(run, spans.get(id(run)), report, job) for run in part.runs.values()]
        name = f"{subject(state)}.{number} {subject(job)}" if several else subject(job)
        yield _Suite(job, name, cases, *_times(span))


def _times(span: JobSpan | None) -> tuple[datetime | None, float]:
    return (span.begin, (span.end - span.begin).total_seconds()) if span else (None, 0.0)


def _plan_case(state: PlanState, partial: str) -> _Case | None:
    outcome = state.outcome()
    if outcome is not None and outcome.word == "finished":
        return None
    result, word = ("failure", outcome.word) if outcome else ("skipped", "running")
    why = state.result or partial or f"the plan {word}"
    return _Case("the plan itself", 0.0, result, word, why, why)


def _case(run: NodeRun, span: NodeSpan | None, report: JobReport, job: JobState) -> _Case:
    seconds = (span.end - span.begin).total_seconds() if span else 0.0
    result = _RESULTS.get(run.state, "skipped")
    if not result:
        return _Case(run.name, seconds)
    why = reason(run) or run.state
    if run.state == "running":
        result, why = ("error", "still running when the job ended") if job.is_over else (result, "still running")
    output = report.output(run)
    text = "\n".join(dict.fromkeys(filter(None, (why, output.error if output else "", run.message, run.report_url))))
    printed = output.printed if output else Printed()
    out, err = (whole(text) for text in (printed.output or printed.value, printed.stderr or ""))
    return _Case(run.name, seconds, result, run.state, why, text, out, err)


def _suite(report: JobReport, suite: _Suite, number: int) -> str:
    results = Counter(case.result for case in suite.cases)
    attributes = {
        "name": spoken(suite.state.job),
        "id": str(number),
        "package": suite.class_name,
        "hostname": host_of(report.server) or "localhost",
        **({"timestamp": _timestamp(suite.began_at)} if suite.began_at else {}),
        **_counted(results),
        "skipped": str(results["skipped"]),
        "time": _seconds(suite.seconds),
    }
    properties = (_element("property", {"name": name, "value": value}) for name, value in _properties(report, suite))
    why = partial_of(suite.state, report.partial)
    partial = f"This report is partial: {why}." if why else ""
    parts = (
        _element("properties", {}, "\n" + "".join(properties)),
        *(_written(case, suite.class_name) for case in suite.cases),
        _element("system-out", {}, _text(partial)),
        _element("system-err", {}),
    )
    return _element("testsuite", attributes, "\n" + "".join(parts))


def _properties(report: JobReport, suite: _Suite) -> Iterator[tuple[str, str]]:
    """Yield what is known of a job beside its nodes."""
    state, record, outcome = suite.state, suite.state.record, suite.state.outcome()
    texts = {
        "job": state.job,
        "plan": report.state.job if report.state is not state else "",
        "url": report.url,
        "outcome": outcome.word if outcome else "unknown",
        "partial": partial_of(state, report.partial),
        "nodes": str(state.total),
        "showing": report.part.words,
    }
    if record is not None:
        texts |= {name: getattr(record, name) for name in ("type", "task", "environment", "owner", "description")}
    yield from ((name, text) for name, text in texts.items() if text)


def _written(case: _Case, class_name: str) -> str:
    parts = []
    if case.result:
        attributes = {"message": case.message, **({"type": case.state} if case.result != "skipped" else {})}
        parts.append(_element(case.result, attributes, _text(case.text)))
    printed = (("system-out", case.out), ("system-err", case.err))
    parts += [_element(name, {}, _text(text)) for name, text in printed if text]
    attributes = {"name": case.name, "classname": class_name, "time": _seconds(case.seconds)}
    return _element("testcase", attributes, "".join(["\n", *parts]) if parts else "")


def _counted(results: Counter[str]) -> dict[str, str]:
    return {"tests": str(results.total()), "failures": str(results["failure"]), "errors": str(results["error"])}


def _element(name: str, attributes: dict[str, str], content: str = "") -> str:
    """Return an element and a newline; its attributes are one line each, its content is markup."""
    written = "".join(f' {key}="{escape(_line(value), _QUOTED)}"' for key, value in attributes.items())
    return f"<{name}{written}>{content}</{name}>\n" if content else f"<{name}{written}/>\n"


def _line(text: str) -> str:
    return " ".join(_clean(text).split())


def _text(text: str) -> str:
    return escape(_clean(text))


def _clean(text: str) -> str:
    return drop_control(drop_colors(text))


def _seconds(seconds: float) -> str:
    return f"{seconds:.3f}"


def _timestamp(at: datetime) -> str:
    """Format a point in time as Ant does: in UTC, to the second, without saying so."""
    return (timestamp(at) or "")[: len("2016-05-05T19:50:08")]
