"""The timeline as a trace in Chrome's JSON format, which https://ui.perfetto.dev opens: a track for each node.

A plan and each job are processes, nodes are threads of their job; the first thread of a process is the plan or job
itself. A slice is named like the state that its node is in, since Perfetto colours slices by name. What took no time is
an instant. Times are microseconds since the epoch, so that several traces can be laid over each other.

Perfetto takes a thread whose number is that of its process for the main one, and the number 0 for an idle processor: so
numbers begin at 1, and no two threads of a trace share one.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from orch_events.analysis.job_report import JobReport
from orch_events.analysis.trace import JobSpan, NodeSpan
from orch_events.job.state import JobState
from orch_events.render.toolkit.text import escape_control
from orch_events.wire.job_key import spoken

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_Event = dict[str, Any]


def perfetto(reports: Sequence[JobReport]) -> str:
    """Return the trace, one event a line."""
    numbers = count(1)
    spans = [(report, span) for report in reports if (span := JobSpan.from_report(report)) is not None]
    events = [event for report, span in spans for event in _job(span, report.partial, numbers)]
    lines = ",\n".join(json.dumps(event, separators=(",", ":")) for event in events)
    return f'{{"displayTimeUnit":"ms","traceEvents":[\n{lines}\n]}}\n'


def _job(span: JobSpan, partial: str, numbers: Iterator[int]) -> Iterator[_Event]:
    """Yield the events of a job or a plan, and of what is in it."""
    process = next(numbers)
    yield from _named("process", process, process, title(span.state))
    yield from _named("thread", process, process, spoken(span.state.job))
    outcome = span.state.outcome()
    word = outcome.word if outcome else "running"
    yield _slice(process, process, word, span, {"partial": partial} if partial else {})
    for node in span.nodes:
        thread = next(numbers)
        yield from _named("thread", process, thread, node.run.name)
        yield _slice(process, thread, node.run.state, node, _details(node))
    for job in span.jobs:
        yield from _job(job, "", numbers)


def title(state: JobState) -> str:
    """Return the name of a job's process: its number, and what it says of itself."""
    record = state.record
    words = (record.description or record.task or record.type) if record else ""
    return f"{spoken(state.job)} ({words})" if words else spoken(state.job)


def _named(what: str, process: int, thread: int, name: str) -> Iterator[_Event]:
    """Yield the name of a process or thread, and its place: they are shown in the order in which they come."""
    about = {"ph": "M", "pid": process, "tid": thread}
    yield {**about, "name": f"{what}_name", "args": {"name": escape_control(name)}}
    yield {**about, "name": f"{what}_sort_index", "args": {"sort_index": thread}}


def _slice(process: int, thread: int, state: str, span: JobSpan | NodeSpan, details: dict[str, str]) -> _Event:
    microseconds = (span.end - span.begin) // _MICROSECOND
    kind: _Event = {"ph": "X", "dur": microseconds} if microseconds else {"ph": "i", "s": "t"}
    at = (span.begin - _EPOCH) // _MICROSECOND
    return {"name": escape_control(state), "cat": "job" if isinstance(span, JobSpan) else "node", **kind,
            "ts": at, "pid": process, "tid": thread, "args": details}  # fmt: skip


def _details(span: NodeSpan) -> dict[str, str]:
    run = span.run
    texts = {"node": run.name, "cause": run.why, "changes": run.changes.text if run.changes else "",
             "report": run.report_url}  # fmt: skip
    return {name: escape_control(text) for name, text in texts.items() if text}
