"""Texts that were looked at by eye; `python -m tests.render.reports.golden` writes them anew, to be looked at again."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from orch_events.comparison import Comparison
from orch_events.failures import Failures
from orch_events.render.reports.compare import compare_text
from orch_events.render.reports.failures import failures_text
from orch_events.render.reports.sheet import Sheet
from orch_events.render.reports.summary import summary_text
from orch_events.render.stamp import Stamp
from orch_events.render.theme import Theme
from orch_events.summary import Summary
from tests.reporting import simulated

FOLDER = Path(__file__).parents[2] / "golden"
PLAIN = Theme.of(color=False, ascii_only=False)
SHEETS: Mapping[str, Sheet] = {
    "40": Sheet(PLAIN, 40),
    "80": Sheet(PLAIN, 80),
    "120": Sheet(PLAIN, 120),
    "pipe": Sheet(PLAIN),
    "ascii": Sheet(Theme.of(color=False, ascii_only=True), 80),
}


def _failures(sheet: Sheet) -> list[str]:
    return failures_text(Failures.of(simulated(357)), sheet, whole=False)


def _summary(sheet: Sheet) -> list[str]:
    return summary_text(Summary.of(simulated(357)), sheet, Stamp("utc"))


def _compare(sheet: Sheet) -> list[str]:
    return compare_text(Comparison.of(simulated(357), simulated(358)), sheet, whole=False)


REPORTS: Mapping[str, Callable[[Sheet], list[str]]] = {
    "failures": _failures,
    "summary": _summary,
    "compare": _compare,
}


def drawn() -> Iterator[tuple[str, str]]:
    """Yield each text's name, and the text as it is drawn now."""
    for report, draw in REPORTS.items():
        for name, sheet in SHEETS.items():
            yield f"{report}-{name}.txt", "\n".join([*draw(sheet), ""])


if __name__ == "__main__":
    for name, text in drawn():
        (FOLDER / name).write_text(text, encoding="utf-8")
