"""Two jobs side by side, for people and for programs."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from orch_events.analysis.comparison import Comparison
from orch_events.job.state import JobState
from orch_events.render.reports.compare import compare_json, compare_text
from orch_events.render.toolkit.layout import Layout
from orch_events.render.toolkit.text import width
from orch_events.render.toolkit.theme import Theme
from tests.build import event_at, job_of, record, simulated

PLAIN = Theme.from_capabilities(color=False, ascii_only=False)


def lines(
    before: JobState, after: JobState, *, theme: Theme = PLAIN, cells: int | None = None, whole: bool = False
) -> list[str]:
    return compare_text(Comparison.from_states(before, after), Layout(theme, cells), whole=whole)


def nodes(kind: str, count: int, **more: Any) -> JobState:
    """Return a job in which so many nodes ended in the same way."""
    events = [event_at(number, f"node_{kind}", f"n{number}", **more) for number in range(1, count + 1)]
    return job_of(*events, record=record("finished"))


def test_two_equal_jobs_differ_in_nothing() -> None:
    assert lines(simulated(351), simulated(351)) == [
        "job 351 finished after 38s: 6 nodes, 6 finished",
        "job 351 finished after 38s: 6 nodes, 6 finished",
        "",
        "           351  351",
        "  took     38s  38s",
        "  p50      28s  28s",
        "  p90      36s  36s",
        "  maximum  36s  36s",
        "",
        "no differences between the nodes",
    ]


def test_a_job_that_goes_on_says_so_and_what_is_not_known_is_a_dash() -> None:
    drawn = lines(simulated(351), simulated(352, 0))
    assert drawn[1] == "job 352 has not started yet: 0 of 24 nodes done"
    assert drawn[4:8] == ["  took     38s  -", "  p50      28s  -", "  p90      36s  -", "  maximum  36s  -"]


def test_the_first_ten_are_shown_or_all() -> None:
    before, after = nodes("finished", 12), nodes("failed", 12, message="no")
    drawn = lines(before, after)
    assert drawn[-12:-10] == ["✖ 12 nodes newly failing", "  n1   finished → failed  no"]
    assert drawn[-2:] == ["  n10  finished → failed  no", "  and 2 more; --all shows all"]
    assert lines(before, after, whole=True)[-1] == "  n12  finished → failed  no"


def test_in_ascii_an_arrow_is_ascii() -> None:
    drawn = lines(nodes("finished", 1), nodes("failed", 1), theme=Theme.from_capabilities(color=False, ascii_only=True))
    assert drawn[-2:] == ["1 node newly failing", "  n1  finished -> failed"]


def test_the_kind_is_in_its_colour() -> None:
    drawn = lines(nodes("finished", 1), nodes("failed", 1), theme=Theme.from_capabilities(color=True, ascii_only=False))
    assert "\x1b[1;31m✖ 1 node newly failing\x1b[0m" in drawn


def test_a_node_that_took_no_time_has_no_factor() -> None:
    before = job_of(event_at(1, "node_running"), event_at(2, "node_finished"))
    after = job_of(event_at(1, "node_running"), event_at(2, "node_finished", at=9))
    assert lines(before, after)[-1] == "  a  0s → 9s"


HOSTILE = "a\x1b[31mb\r\n\u202e[bold]"


def test_text_of_a_server_never_acts() -> None:
    after = job_of(event_at(1, "node_failed", HOSTILE, message=HOSTILE, detail={"_error": HOSTILE}))
    text = "\n".join([*lines(job_of(), after), *lines(after, job_of())])
    assert not set(text) & set("\x1b\r\u202e")
    assert text.count("[bold]") == 3


def test_json_has_what_is_documented() -> None:
    content = compare_json(Comparison.from_states(simulated(357), simulated(358)))
    assert list(content) == [
        "version", "before", "after", "limits",
        "newly_failing", "still_failing", "still_skipped", "fixed", "missing", "new", "slower", "faster",
    ]  # fmt: skip
    assert (content["before"]["job"], content["after"]["job"]) == ("357", "358")
    assert content["limits"] == {"factor": 1.5, "seconds": 5.0}
    assert content["still_failing"][-1] == {
        "node": "db-05.example.com",
        "before": {
            "state": "failed",
            "seconds": 19,
            "cause": "1 changed, 1 failed of 317",
            "message": "Puppet run failed on db-05.example.com",
        },
        "after": {
            "state": "failed",
            "seconds": 22,
            "cause": "4 changed, 2 failed of 317",
            "message": "Puppet run failed on db-05.example.com",
        },
    }
    assert content["missing"][0]["after"] is None
    assert content["new"][0]["before"] is None
    assert len(content["fixed"]) == 11


KINDS = st.sampled_from(["running", "finished", "failed", "errored", "skipped"])
HAPPENED = st.lists(st.tuples(KINDS, st.text(min_size=1, max_size=30), st.integers(0, 5000)), max_size=8)


@given(HAPPENED, HAPPENED, st.none() | st.integers(40, 150))
def test_whatever_happened_it_is_lines_and_json(
    before: list[tuple[str, str, int]], after: list[tuple[str, str, int]], cells: int | None
) -> None:
    states = [
        job_of(*[event_at(number, f"node_{kind}", node, at=at) for number, (kind, node, at) in enumerate(happened)])
        for happened in (before, after)
    ]
    drawn = lines(*states, cells=cells)
    assert all(width(line) <= cells for line in drawn[2:] if cells)
    assert json.loads(json.dumps(compare_json(Comparison.from_states(states[0], states[1]))))["version"] == 1
