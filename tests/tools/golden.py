"""Reports as they were looked at by eye; `python -m tests.tools.golden` draws them anew, to be looked at again."""

from collections.abc import Callable, Mapping

from orch_events.analysis.comparison import Comparison
from orch_events.analysis.failures import Failures
from orch_events.analysis.summary import Summary
from orch_events.render.reports.compare import compare_text
from orch_events.render.reports.failures import failures_text
from orch_events.render.reports.summary import summary_text
from orch_events.render.toolkit.layout import Layout
from orch_events.render.toolkit.theme import Theme
from orch_events.render.toolkit.timestamps import TimeFormat
from tests import GOLDEN
from tests.build import simulated

PLAIN = Theme.from_capabilities(color=False, ascii_only=False)
LAYOUTS: Mapping[str, Layout] = {
    "40": Layout(PLAIN, 40),
    "80": Layout(PLAIN, 80),
    "100": Layout(PLAIN, 100),
    "120": Layout(PLAIN, 120),
    "200": Layout(PLAIN, 200),
    "pipe": Layout(PLAIN),
    "ascii": Layout(Theme.from_capabilities(color=False, ascii_only=True), 80),
}


def _failures(layout: Layout) -> list[str]:
    return failures_text(Failures.from_state(simulated(357)), layout, whole=False)


def _summary(layout: Layout) -> list[str]:
    return summary_text(Summary.from_state(simulated(357)), layout, TimeFormat("utc"))


def _compare(layout: Layout) -> list[str]:
    return compare_text(Comparison.from_states(simulated(357), simulated(358)), layout, whole=False)


REPORTS: Mapping[str, Callable[[Layout], list[str]]] = {
    "failures": _failures,
    "summary": _summary,
    "compare": _compare,
}


NAMES = [f"{report}-{layout}" for report in REPORTS for layout in LAYOUTS]
"""What the texts are called."""


def draw(name: str) -> str:
    """Draw a text as it is now."""
    report, _, layout = name.partition("-")
    return "\n".join([*REPORTS[report](LAYOUTS[layout]), ""])


if __name__ == "__main__":
    for name in NAMES:
        (GOLDEN / f"{name}.txt").write_text(draw(name), encoding="utf-8")
