"""What is said of one node, of all of them, and of those that are left out."""

import pytest

from orch_events.analysis.timeline import Chart, Row
from orch_events.job.nodes import NodeRun
from orch_events.render.timeline.axis import Axis
from orch_events.render.timeline.captions import Heading, describe, label, left_out, reasons
from orch_events.render.toolkit.theme import Theme
from orch_events.wire.records import JobRecord
from tests.build import event, job_of, simulated, stamped_job
from tests.render.timeline.scenes import scene
from tests.table import each

PLAIN = Theme.from_capabilities(color=False, ascii_only=False)
ASCII = Theme.from_capabilities(color=False, ascii_only=True)
AXIS = Axis(Chart(1462477808.0, 60, []), "elapsed")

NODES = [
    ("finished", 8, 42, "34s", "34s", "finished, started at 8s, took 34s"),
    ("failed", 8, 42, "✖ 34s", "failed 34s", "failed, started at 8s, took 34s"),
    ("errored", 0, 420, "‼ 7m 00s", "errored 7m 00s", "errored, started at 0s, took 7m 00s"),
    ("running", 8, 42, "▶ 34s", "running 34s", "running, started at 8s, 34s so far"),
    ("skipped", None, 8, "↷ skipped", "skipped", "skipped at 8s"),
    ("skipped", None, None, "↷ skipped", "skipped", "skipped"),
    ("finished", 8, None, "✔ finished", "finished", "finished, started at 8s"),
    ("pondering", 8, 9, "pondering 1s", "pondering 1s", "pondering, started at 8s, took 1s"),
    ("x\x1b[2J" * 9, None, None, "x\\x1b[2Jx\\x…", "x\\x1b[2Jx...", "x\\x1b[2J" * 9),
]


@each(("state", "begin", "end", "glyphs", "words", "sentence"), NODES)
def test_a_node_is_told_briefly_and_in_a_sentence(
    state: str, begin: float | None, end: float | None, glyphs: str, words: str, sentence: str
) -> None:
    row = Row(NodeRun("a", state), begin, end)
    assert (label(row, PLAIN), label(row, ASCII), describe(row, AXIS)) == (glyphs, words, sentence)


def test_reasons_are_told_once_and_do_not_act() -> None:
    assert reasons(Row(NodeRun("a", message="It failed\x1b", cause="why"), 0, 1)) == ["It failed\\x1b", "why"]
    assert reasons(Row(NodeRun("a", message="why", cause="why"), 0, 1)) == ["why"]
    assert reasons(Row(NodeRun("a"), 0, 1)) == []


@pytest.mark.parametrize(
    ("number", "now", "sentence", "counts"),
    [
        (352, 60, "job 352 (deploy production) running for 51s", {"finished": 8, "running": 8, "not started": 8}),
        (352, 0, "job 352 (deploy production) new", {"not started": 24}),
        (352, 999, "job 352 (deploy production) finished after 2m 07s", {"finished": 23, "skipped": 1}),
        (354, 999, "job 354 (deploy canary) aborted after 30s", {"finished": 5, "skipped": 3, "running": 4}),
        (353, 999, "job 353 (restart nginx) failed after 43s", {"finished": 9, "failed": 3, "errored": 2}),
    ],
)
def test_a_job_is_told_in_a_sentence_and_by_its_nodes(
    number: int, now: float, sentence: str, counts: dict[str, int]
) -> None:
    heading = scene(simulated(number, now)).heading
    assert (heading.sentence, heading.counts) == (sentence, counts)


def test_the_state_of_a_job_without_a_record_is_unknown() -> None:
    assert scene(job_of(event(1))).heading.sentence == "job 7 in an unknown state after 1s"
    assert scene(job_of(event(1), event(4, "node_failed"))).heading.sentence == "job 7 in an unknown state after 30s"


def test_what_a_server_says_of_a_job_does_not_act() -> None:
    state = job_of()
    state.record = JobRecord("x\x1b", 3, {"new\x1b": 3}, description="d\r")
    heading = scene(state).heading
    assert (heading.sentence, heading.counts) == ("job 7 (d\\r) x\\x1b", {"not started": 3})


@pytest.mark.parametrize(
    ("shown", "failed", "of", "of_failed", "said"),
    [
        (5, 0, 5, 0, ""),
        (40, 0, 5000, 0, "showing the 40 slowest of 5,000 nodes"),
        (23, 3, 5000, 3, "showing the 20 slowest and all 3 that failed of 5,000 nodes"),
        (23, 1, 50, 1, "showing the 22 slowest and the one that failed of 50 nodes"),
        (40, 40, 5000, 40, "showing all 40 that failed of 5,000 nodes"),
        (40, 40, 5000, 1312, "showing the 40 slowest of 1,312 failed nodes (5,000 in all)"),
    ],
)
def test_which_nodes_are_shown_is_told(shown: int, failed: int, of: int, of_failed: int, said: str) -> None:
    def rows(count: int, bad: int) -> list[Row]:
        return [Row(NodeRun("a", "errored" if place < bad else "finished"), 0, 1) for place in range(count)]

    assert left_out(rows(shown, failed), rows(of, of_failed)) == said


def test_a_heading_without_description_has_no_brackets() -> None:
    assert scene(stamped_job()).heading == Heading("job 1", "", "running", "", {})
    assert scene(stamped_job()).heading.nodes == "0 nodes"
