"""How nodes fared, for people."""

import pytest

from orch_events.job.history import NodeHistory, PastRun
from orch_events.render.reports.history import nodes_table, runs_csv, runs_table, sparkline
from orch_events.render.toolkit.layout import Layout
from orch_events.render.toolkit.text import width
from orch_events.render.toolkit.theme import Theme

GLYPHS = Theme.from_capabilities(color=False, ascii_only=False)
ASCII = Theme.from_capabilities(color=False, ascii_only=True)
COLOR = Theme.from_capabilities(color=True, ascii_only=False)

NODES = [
    NodeHistory("web-1.a-rather-long-domain.example.com", 412, 31, 2, 0, 12, "failed", 1.0, 72.0),
    NodeHistory("new\x1b", 0, 0, 0, 1, 0, "skipped", None, None),
]
RUNS = [
    PastRun(
        "352", 1.0, "deploy", "", "production", "failed", 61.0, "the disk of this node is full again, as it was before"
    ),
    PastRun("351", None, "task", "facts", "", "finished", None, ""),
    PastRun("350", 1.0, "task", "facts", "production", "vanished", 3.0, ""),
]


def written(at: float | None) -> str:
    return "-" if at is None else "3 days ago"


@pytest.mark.parametrize("cells", [None, 20, 40, 60, 80, 120, 200])
def test_no_line_is_wider_than_the_terminal(cells: int | None) -> None:
    for theme in (GLYPHS, ASCII):
        layout = Layout(theme, cells)
        lines = [*nodes_table(NODES, layout, written), *runs_table(RUNS, layout, written)]
        assert len(lines) == 7
        assert all(cells is None or width(line) <= cells for line in lines)
        assert "\x1b" not in "".join(lines)


def test_a_narrow_terminal_leaves_out_what_matters_least() -> None:
    shown = {"NODE", "RUNS", "FAILED", "ERRORED", "RATE", "LAST", "WHEN"}
    assert set(nodes_table(NODES, Layout(GLYPHS, 70), written)[0].split()) == shown
    assert runs_table(RUNS, Layout(GLYPHS, 60), written)[0].split() == ["JOB", "RUNS", "STATE", "CAUSE"]


def test_what_is_not_known_is_a_dash() -> None:
    assert nodes_table(NODES, Layout(ASCII), written)[2].split() == [
        r"new\x1b", "0", "0", "0", "-", "0", "-", "skipped", "-",
    ]  # fmt: skip


def test_the_outcomes_of_runs_are_a_glyph_each_the_newest_last() -> None:
    assert sparkline(RUNS, Layout(GLYPHS, 80)) == "?✔✖  3 runs, 1 failed or errored"
    assert sparkline(RUNS, Layout(ASCII, 80)) == "?+x  3 runs, 1 failed or errored"
    assert sparkline(RUNS * 100, Layout(ASCII, 40)) == "x?+x?+x  300 runs, 100 failed or errored"
    assert "\x1b[" in sparkline(RUNS, Layout(COLOR, 80))


def test_a_cell_is_safe_for_spreadsheets() -> None:
    assert runs_csv("=1+1", RUNS[1:2], safe=True)[1].startswith("'=1+1,351,,task,facts,,finished,,")
