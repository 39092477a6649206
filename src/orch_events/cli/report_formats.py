"""The writers of reports in files, one for each format: what `--report` and `-o` have in common.

The names stand in `options.formats`, where completion finds them without importing what draws.
"""

import json
from collections.abc import Callable, Mapping, Sequence

import orch_events
from orch_events.analysis.job_report import JobReport
from orch_events.analysis.summary import Summary
from orch_events.analysis.timeline import Chart
from orch_events.render.reports.junit import junit
from orch_events.render.reports.markdown import markdown
from orch_events.render.reports.nodes import nodes_csv
from orch_events.render.reports.summary import summary_json
from orch_events.render.timeline import page
from orch_events.render.timeline.otlp import otlp
from orch_events.render.timeline.perfetto import perfetto


def _csv(reports: Sequence[JobReport]) -> str:
    """Write the nodes of all jobs; of several, each row begins with its job."""
    rows = [(report.state.job, Chart.from_state(report.state, report.part).rows) for report in reports]
    return "\n".join([*nodes_csv(rows), ""])


def _json(reports: Sequence[JobReport]) -> str:
    """Write the summaries, an object a line."""
    contents = (summary_json(Summary.from_state(report.state, report.part), report.partial) for report in reports)
    return "".join(f"{json.dumps(content, separators=(',', ':'))}\n" for content in contents)


WRITERS: Mapping[str, Callable[[Sequence[JobReport]], str]] = {
    "junit": junit,
    "markdown": markdown,
    "html": page.draw,
    "json": _json,
    "csv": _csv,
    "perfetto": perfetto,
    "otlp": lambda reports: otlp(reports, orch_events.__version__),
}
"""Writes a report on some jobs, by the name of its format."""

WITH_OUTPUTS = ("junit", "html")
"""The formats that tell what failed nodes printed."""
