"""Jobs of which a hostile server or node chose every text, for the reports that others read."""

from hypothesis import strategies as st

from orch_events.analysis.job_report import JobReport
from orch_events.analysis.output import NodeOutput, Printed
from orch_events.wire.records import JobRecord
from tests.build import event_at, job_of

_CHARACTERS = "aZ0 \n\r\t\x1b\x9b\u202e\u200b\ufffe\ud800é😀`*_~[]()<>&\"'!#+-=|{}.:,;@$%^/\\"

NASTY = (
    *("```", "a ``` b", "`", "``", "`a`", " `x` ", "\\`", "~~~", "a\n```\nb", "    code", "> q", "a|b", "\n\n# h"),
    *("</code></summary>", "</details>", "<!--", "-->", "]]>", "&lt;", "<script>", "a\"b'c"),
    *("![x](http://e.com)", "https://e.com", "@octocat", "#1", "$`x`$"),
    *("::error::x", "##[error]x", "%0A::error::", "a\r\n::error::x", "a,b:c=d"),
    *("\x1b[2J", "\x00", "\u202e", "\ufffe", "\ud800"),
)
"""What breaks out of one format or another, if it is not escaped."""

TEXTS = st.text(st.sampled_from(_CHARACTERS) | st.characters(), max_size=24) | st.sampled_from(NASTY)


def report(node: str, message: str, cause: str, printed: str, description: str, state: str) -> JobReport:
    """Return the report on a job of two nodes: one failed, and one is in a state that nobody documented."""
    failed = event_at(2, "node_failed", node or "a", at=9, message=message, detail={"_error": {"msg": cause}})
    job = job_of(event_at(1, "node_running", node or "a"), failed, event_at(3, "job_finished", None, at=9))
    job.record = JobRecord("failed", description=description, environment=printed, type=message)
    if state:
        run = next(iter(job.runs.values()))
        job.nodes.subtract([run.state])
        run.state = state
        job.nodes.update([state])
    outputs = {run.name: NodeOutput(run.name, "failed", 1, cause, Printed(printed, cause)) for run in job.runs.values()}
    return JobReport.from_state(job, outputs=outputs, server="https://pe.example.com/orchestrator/v1")


NASTY_REPORTS = [report(text, text, text, text, text, state) for text in NASTY for state in ("", text)]

REPORTS = st.builds(report, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, st.just("") | TEXTS)
