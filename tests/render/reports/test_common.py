"""What all reports have in common."""

from collections.abc import Sequence

import pytest

from orch_events.analysis.part import Part
from orch_events.analysis.progress import JobProgress
from orch_events.render.reports.common import counted, heading, listed
from orch_events.render.toolkit.layout import Layout
from orch_events.render.toolkit.theme import Theme
from orch_events.wire.event import Event
from orch_events.wire.records import JobRecord
from tests.build import event_at, job_of, record

PLAIN = Theme.from_capabilities(color=False, ascii_only=False)


@pytest.mark.parametrize(
    ("names", "whole", "text"),
    [
        (["a"], False, "a"),
        (list("abcdefghij"), False, "a, b, c, d, e, f, g, h, i, j"),
        (list("abcdefghijkl"), False, "a, b, c, d, e, f, g, h, i, j and 2 more; --all shows all"),
        (list("abcdefghijkl"), True, "a, b, c, d, e, f, g, h, i, j, k, l"),
        (["a\x1b"], False, "a\\x1b"),
    ],
)
def test_the_first_ten_are_listed_and_how_many_more(names: list[str], whole: bool, text: str) -> None:
    assert " ".join(listed(names, whole=whole)) == text


def test_one_is_counted_as_one() -> None:
    assert [counted(number, "node") for number in (0, 1, 2)] == ["0 nodes", "1 node", "2 nodes"]


def head(*events: Event, job_record: JobRecord | None = None, nodes: Sequence[str] = ()) -> list[str]:
    state = job_of(*events, record=job_record)
    return heading(JobProgress.from_state(state), Layout(PLAIN), Part.from_state(state, nodes))


def test_a_heading_tells_how_a_job_ended_or_how_far_it_is() -> None:
    running = event_at(1, "node_running"), event_at(2, "node_finished", "b")
    assert head(*running) == ["job 7 is in an unknown state: 1 of 2 nodes done, 1 running"]
    assert head() == ["job 7 is in an unknown state: 0 of ? nodes done"]
    assert head(*running, job_record=record("running", 2)) == ["job 7 is still running: 1 of 2 nodes done, 1 running"]
    assert head(running[1], job_record=record("finished", 1)) == ["job 7 finished after 0s: 1 node, 1 finished"]


def test_a_heading_tells_of_which_part_of_a_job_a_report_speaks() -> None:
    lines = head(event_at(1, "node_finished", "b"), job_record=record("finished", 1), nodes=["b*", "c\x1b"])
    assert lines == ["job 7 finished after 0s: 1 node, 1 finished", "  showing 1 of 1 nodes (b*, c\\x1b)"]
