"""The nodes that a report speaks of."""

import pytest

from orch_events.analysis.failures import Failures
from orch_events.analysis.part import Part, name_test
from orch_events.analysis.summary import Summary
from orch_events.analysis.timeline import Chart
from tests.build import event_at, job_of, record

STATE = job_of(
    event_at(1, "node_running", "web-1"),
    event_at(2, "node_running", "web-2"),
    event_at(3, "node_failed", "web-1", at=9),
    event_at(4, "node_finished", "web-2", at=30),
    event_at(5, "node_errored", "db"),
    event_at(6, "node_skipped", "new"),
    record=record("failed", 9),
)


@pytest.mark.parametrize(
    ("nodes", "failed", "names", "words"),
    [
        ((), False, ["web-1", "web-2", "db", "new"], ""),
        (("web*",), False, ["web-1", "web-2"], "2 of 9 nodes (web*)"),
        (("web*", "d?"), True, ["web-1", "db"], "2 of 9 nodes (web*, d?, failed)"),
        ((), True, ["web-1", "db"], "2 of 9 nodes (failed)"),
        (("x",), False, [], "0 of 9 nodes (x)"),
    ],
)
def test_nodes_are_chosen_by_name_and_state(nodes: tuple[str, ...], failed: bool, names: list[str], words: str) -> None:
    part = Part.from_state(STATE, nodes, failed=failed)
    assert (list(part.runs), part.words, part.is_whole) == (names, words, not words)


def test_a_report_speaks_of_its_part_and_says_how_the_whole_job_ended() -> None:
    part = Part.from_state(STATE, ["web*"])
    summary, failures, chart = (
        Summary.from_state(STATE, part),
        Failures.from_state(STATE, part),
        Chart.from_state(STATE, part),
    )
    assert (summary.durations, summary.progress.total) == ([9.0, 30.0], 9)
    assert [[run.name for run in group.runs] for group in failures.groups] == [["web-1"]]
    assert [row.run.name for row in chart.rows] == ["web-1", "web-2"]


def test_skipped_nodes_can_be_left_out() -> None:
    failures = Failures.from_state(STATE, skipped=False)
    assert ([group.state for group in failures.groups], failures.skipped) == (["failed", "errored"], 1)


def test_a_name_matches_as_a_whole() -> None:
    assert list(map(name_test(["web-?"]), ["web-1", "web-10", "xweb-1"])) == [True, False, False]
