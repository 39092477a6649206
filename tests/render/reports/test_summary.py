"""What a job amounts to, for people and for programs."""

import json

from hypothesis import given
from hypothesis import strategies as st

from orch_events.analysis.summary import Summary
from orch_events.job.state import JobState
from orch_events.render.reports.summary import summary_json, summary_text
from orch_events.render.toolkit.layout import Layout
from orch_events.render.toolkit.text import width
from orch_events.render.toolkit.theme import Theme
from orch_events.render.toolkit.timestamps import TimeFormat
from orch_events.wire.records import JobRecord
from tests.build import event, event_at, job_of, record, simulated

PLAIN = Theme.from_capabilities(color=False, ascii_only=False)
END = event_at(99, "job_finished", None, at=60)


def lines(state: JobState, *, theme: Theme = PLAIN, cells: int | None = None) -> list[str]:
    return summary_text(Summary.from_state(state), Layout(theme, cells), TimeFormat("utc"))


def facts(state: JobState) -> dict[str, str]:
    """Return what stands behind each label."""
    return {line[:11].strip(): line[11:] for line in lines(state) if line.startswith("  ") and line[2] != " "}


def test_a_job_that_goes_on_says_so() -> None:
    told_ones = facts(simulated(352, 60))
    assert lines(simulated(352, 60))[0] == "job 352 is still running: 8 of 24 nodes done, 8 running"
    assert (told_ones["latest"], told_ones["took"]) == ("2016-05-05 19:50:59", "51s so far")
    assert told_ones["waiting"] == "8 nodes not started yet"
    assert told_ones["running"].startswith("web-08.example.com, ")
    assert any(line.endswith("s so far") for line in lines(simulated(352, 60))[-10:])


def test_a_job_that_left_nodes_behind_says_so() -> None:
    told_ones = facts(job_of(event_at(1, "node_running"), END, record=record("failed", 4)))
    assert (told_ones["running"], told_ones["missing"]) == ("a", "3 nodes without events")
    left = job_of(event_at(1, "node_running"), END, record=record("failed", 4))
    assert lines(left)[-1].endswith("  1m 00s ▶ still running")


def test_a_job_without_events_is_a_heading() -> None:
    assert lines(job_of()) == ["job 7 is in an unknown state: 0 of ? nodes done", ""]


def test_where_nothing_ended_there_are_no_durations() -> None:
    assert not [line for line in lines(job_of(event_at(1, "node_running"))) if line.startswith("durations")]


def test_what_noop_left_to_do_is_pending() -> None:
    metrics = {"out_of_sync": 5, "total": 300}
    state = job_of(
        event_at(1, "node_finished", detail={"metrics": metrics}),
        record=JobRecord("finished", 1, {}, None, None, type="deploy", options={"noop": True}),
    )
    told_ones = facts(state)
    assert (told_ones["noop"], told_ones["pending"]) == ("yes", "5 resources out of sync")
    assert told_ones["changed"] == "0 resources on 0 of 1 node, 0 of them corrective"


def test_bars_are_as_long_as_what_they_stand_for() -> None:
    events = [event_at(1, "node_running"), event_at(2, "node_running", "b"), event_at(3, "node_finished", at=10),
              event_at(4, "node_failed", "b", at=40), END]  # fmt: skip
    assert lines(job_of(*events), cells=40)[-2:] == [
        "  b  █████████████████████  40s ✖ failed",
        "  a  █████▎                 10s",
    ]


def test_bars_are_in_the_colour_of_the_state() -> None:
    painted = lines(simulated(353), theme=Theme.from_capabilities(color=True, ascii_only=False))
    assert "\x1b[1;31m█" in "\n".join(painted)
    assert "\x1b[32m█" in "\n".join(painted)


LONG = "a-node-with-a-name-that-is-longer-than-anybody-would-like-it-to-be.and.in.a.deep.domain.example.com"


def test_elsewhere_than_on_a_terminal_no_name_is_cut() -> None:
    state = job_of(event_at(1, "node_running", LONG), event_at(2, "node_finished", LONG, at=9), END)
    assert lines(state)[-1] == f"  {LONG}  ████████  9s"
    assert "…" in lines(state, cells=40)[-1]


def test_a_terminal_without_room_for_bars_has_none() -> None:
    state = job_of(event_at(1, "node_running", LONG), event_at(2, "job_aborted", None, at=3600))
    assert lines(state, cells=40)[-1] == "  a-node-…  1h 00m 00s ▶ still running"
    assert lines(state, cells=41)[-1] == "  a-node-…  █  1h 00m 00s ▶ still running"


HOSTILE = "a\x1b[31mb\r\n\u202e[bold]"


def test_text_of_a_server_never_acts() -> None:
    state = job_of(event_at(1, "node_running", HOSTILE), event_at(2, "node_failed", HOSTILE, at=9), END)
    text = "\n".join(lines(state))
    assert not set(text) & set("\x1b\r\u202e")
    assert "[bold]" in text


def test_json_has_what_is_documented() -> None:
    content = summary_json(Summary.from_state(simulated(357)))
    assert content["nodes"] == {
        "total": 60,
        "unheard": 0,
        "states": {"finished": 43, "failed": 11, "errored": 3, "skipped": 3},
    }
    assert (content["started_at"], content["ended_at"]) == ("2016-05-05T18:50:08Z", "2016-05-05T18:53:09Z")
    assert (content["seconds"], content["most_at_once"], content["noop"]) == (181, 8, False)
    assert content["slowest"][0] == {"node": "db-07.example.com", "state": "finished", "seconds": 117}
    assert sum(content["durations"]["histogram"]["counts"]) == content["durations"]["count"] == 57


def test_json_of_what_is_not_known_is_null() -> None:
    content = summary_json(Summary.from_state(job_of()))
    assert [key for key, value in content.items() if value is None] == [
        "outcome", "part", "partial", "started_at", "ended_at", "seconds", "noop", "resources", "durations",
    ]  # fmt: skip


TIMES = st.sampled_from(["", "2016-05-05T19:50:08Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "soon"])
KINDS = st.sampled_from(["node_running", "node_finished", "node_failed", "job_finished", "job_aborted"])


@given(
    st.lists(st.tuples(KINDS, st.text(max_size=9), st.integers(0, 5000)), max_size=8), st.none() | st.integers(40, 150)
)
def test_whatever_happened_it_is_lines_and_json(happened: list[tuple[str, str, int]], cells: int | None) -> None:
    events = [event_at(number, kind, node or None, at=at) for number, (kind, node, at) in enumerate(happened)]
    state = job_of(*events)
    drawn = lines(state, cells=cells)
    assert all(width(line) <= cells for line in drawn if cells and "  " in line[2:] and not line.startswith("job"))
    assert json.loads(json.dumps(summary_json(Summary.from_state(state))))["version"] == 1


@given(TIMES, TIMES, TIMES)
def test_no_time_is_an_error(begin: str, end: str, other: str) -> None:
    state = job_of(
        event(1, "node_running", timestamp=begin),
        event(2, "node_finished", timestamp=end),
        event(3, "x", timestamp=other),
    )
    assert lines(state)
    json.dumps(summary_json(Summary.from_state(state)))
