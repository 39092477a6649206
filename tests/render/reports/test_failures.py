"""What did not get done, for people and for programs."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from orch_events.analysis.failures import Failures
from orch_events.job.state import JobState
from orch_events.render.reports.failures import failures_json, failures_text
from orch_events.render.toolkit.layout import Layout
from orch_events.render.toolkit.theme import Theme
from tests.build import event_at, job_of, record, simulated

PLAIN = Theme.from_capabilities(color=False, ascii_only=False)
COLOR = Theme.from_capabilities(color=True, ascii_only=False)
END = event_at(99, "job_finished", None)


def lines(state: JobState, *, theme: Theme = PLAIN, whole: bool = False, cells: int | None = None) -> list[str]:
    return failures_text(Failures.from_state(state), Layout(theme, cells), whole=whole)


def test_a_job_of_which_every_node_finished_says_so() -> None:
    assert lines(simulated(351)) == ["job 351 finished after 38s: 6 nodes, 6 finished", "every node finished"]


def test_a_job_that_goes_on_says_so() -> None:
    assert lines(simulated(352, 20))[0] == "job 352 is still running: 0 of 24 nodes done, 8 running"
    assert lines(simulated(352, 20))[2] == "▶ 8 nodes still running"
    assert lines(simulated(352, 20))[-1] == "16 nodes not started yet"


def test_before_anything_failed_nothing_did() -> None:
    assert lines(job_of(event_at(1, "node_finished"), record=record("running", 1)))[0].startswith("job 7 finished")
    assert lines(job_of(record=record("new")))[1:] == ["no failures so far"]


def test_nodes_that_never_ended_or_began_are_told() -> None:
    assert lines(job_of(event_at(1, "node_running"), END, record=record("failed", 3))) == [
        "job 7 failed after 0s: 1 node, 1 still running when it ended",
        "",
        "▶ 1 node still running when the job ended",
        "  nodes    a",
        "",
        "no events from 2 nodes",
    ]


def test_what_one_node_tells_stands_under_its_group() -> None:
    detail = {"_error": "exited with 1", "report-url": "https://pe/1"}
    assert lines(job_of(event_at(1, "node_failed", detail=detail, message="Task failed"), END))[2:] == [
        "✖ 1 node failed: exited with 1",
        "  message  Task failed",
        "  report   https://pe/1",
        "  nodes    a",
    ]


def test_a_node_that_tells_nothing_is_named_all_the_same() -> None:
    assert lines(job_of(event_at(1, "node_errored"), END))[2:] == ["‼ 1 node errored", "  nodes    a"]


def test_of_many_nodes_the_first_ten_are_named_or_all() -> None:
    state = job_of(*[event_at(number, "node_failed", f"n{number}") for number in range(1, 38)], END)
    assert lines(state)[-1] == "  nodes    n1, n2, n3, n4, n5, n6, n7, n8, n9, n10 and 27 more; --all shows all"
    assert lines(state, whole=True)[-1].endswith(", n36, n37")


def test_the_state_is_in_its_colour() -> None:
    painted = lines(simulated(353), theme=COLOR)
    assert painted[2].startswith("\x1b[1;31m✖ 2 nodes failed\x1b[0m: nginx: ")


def test_a_report_is_a_link_on_a_terminal() -> None:
    state = job_of(event_at(1, "node_failed", detail={"report-url": "https://pe/1"}), END)
    assert "  report   \x1b]8;;https://pe/1\x1b\\https://pe/1\x1b]8;;\x1b\\" in lines(state, theme=COLOR, cells=200)


HOSTILE = "a\x1b[31mb\r\n\u202e[bold]"


def test_text_of_a_server_never_acts() -> None:
    detail = {"_error": HOSTILE, "report-url": f"https://{HOSTILE}"}
    events = (
        event_at(1, "node_failed", HOSTILE, message=HOSTILE, detail=detail),
        event_at(2, "node_failed", "x", detail=detail),
    )
    text = "\n".join(lines(job_of(*events, END), whole=True))
    assert not set(text) & set("\x1b\r\u202e")
    assert text.count("[bold]") >= 4


def test_json_has_what_is_documented() -> None:
    content = failures_json(Failures.from_state(simulated(357)))
    assert list(content) == ["version", "job", "over", "outcome", "record", "part", "unheard", "groups"]
    assert (content["version"], content["job"], content["over"], content["outcome"]) == (1, "357", True, "failed")
    assert content["groups"][-1] == {
        "state": "failed",
        "cause": "Another run of Puppet is in progress (pid <number>, lock <path>)",
        "example": {
            "node": "app-07.example.com",
            "cause": "Another run of Puppet is in progress (pid 2218, lock "
            "/opt/puppetlabs/puppet/cache/state/agent_catalog_run.lock)",
            "message": "Puppet run failed on app-07.example.com",
            "report_url": None,
        },
        "nodes": ["app-07.example.com", "app-13.example.com"],
    }


def test_json_of_a_job_that_goes_on_has_no_outcome() -> None:
    content = failures_json(Failures.from_state(simulated(352, 20)))
    assert (content["over"], content["outcome"], content["unheard"]) == (False, None, 16)


ANY = st.none() | st.integers() | st.text(max_size=9) | st.lists(st.text(max_size=4), max_size=2)
DETAILS = ANY | st.dictionaries(st.sampled_from(["_error", "_output", "report-url", "metrics"]), ANY, max_size=3)
EVENTS = st.tuples(
    st.sampled_from(["node_failed", "node_errored", "node_skipped", "node_running"]),
    st.text(max_size=5),
    st.text(max_size=20),
    DETAILS,
)


@given(st.lists(EVENTS, max_size=6), st.none() | st.integers(1, 100), st.booleans())
def test_whatever_nodes_say_it_is_lines_of_text_and_json(
    told_ones: list[tuple[str, str, str, Any]], cells: int | None, whole: bool
) -> None:
    events = [
        event_at(number, kind, node, message=message, detail=detail)
        for number, (kind, node, message, detail) in enumerate(told_ones)
    ]
    found = Failures.from_state(job_of(*events))
    assert all(
        line.isprintable() or "\x1b" not in line for line in failures_text(found, Layout(PLAIN, cells), whole=whole)
    )
    assert json.loads(json.dumps(failures_json(found)))["version"] == 1
