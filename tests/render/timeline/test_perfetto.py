"""Chrome's trace format, by the rules that Perfetto reads it."""

import json
from typing import Any

import pytest
from hypothesis import given

from orch_events.analysis.job_report import JobReport
from orch_events.job.state import JobState
from orch_events.render.timeline.perfetto import perfetto
from orch_events.render.toolkit.text import escape_control
from tests.build import event_at, job_of, record, simulated, stamped_job
from tests.render.reports.hostile import REPORTS
from tests.render.reports.test_junit import plan
from tests.render.timeline.scenes import STRANGE


def events(*reports: JobReport) -> list[dict[str, Any]]:
    content = json.loads(perfetto(reports))
    assert content["displayTimeUnit"] == "ms"
    found: list[dict[str, Any]] = content["traceEvents"]
    return found


def tracks(found: list[dict[str, Any]]) -> list[tuple[int, str]]:
    """Return the tracks, in their order: the process and the name of each."""
    return [(one["pid"], one["args"]["name"]) for one in found if one["name"] == "thread_name"]


def test_a_node_is_a_track_of_its_job() -> None:
    found = events(JobReport.from_state(simulated(353)))

    assert [one["args"]["name"] for one in found if one["name"] == "process_name"] == ["job 353 (restart nginx)"]
    assert tracks(found)[:3] == [(1, "job 353"), (1, "web-01.example.com"), (1, "web-02.example.com")]
    (failed,) = [one for one in found if one["args"].get("node") == "web-03.example.com"]
    assert failed == {
        "name": "failed", "cat": "node", "ph": "X", "dur": 30_000_000, "ts": 1_462_477_808_000_000, "pid": 1, "tid": 4,
        "args": {"node": "web-03.example.com", "cause": "nginx: [emerg] bind() to 0.0.0.0:80 failed"},
    }  # fmt: skip


def test_a_plan_is_before_its_jobs_and_these_before_their_nodes() -> None:
    found = events(JobReport.from_state(plan()))
    names = [one["args"]["name"] for one in found if one["ph"] == "M" and "name" in one["args"]]
    assert names == ["plan 9 (plan)", "plan 9", "job 21 (facts)", "job 21", "a", "job 22 (facts)", "job 22", "a"]


def test_what_took_no_time_is_an_instant_and_what_runs_ends_at_the_last_event() -> None:
    skipped, finished = event_at(2, "node_skipped", "b", at=5), event_at(3, "node_finished", "c", at=9)
    job = job_of(event_at(1, "node_running", "a"), skipped, finished, record=record("running", 4))
    found = {one["args"]["node"]: one for one in events(JobReport.from_state(job)) if one.get("cat") == "node"}
    assert (found["a"]["ph"], found["a"]["dur"]) == ("X", 9_000_000)
    assert (found["b"]["ph"], found["b"]["s"]) == ("i", "t")


def test_a_partial_trace_says_so() -> None:
    found = events(JobReport.from_state(simulated(352, 60), why="--timeout was reached"))
    (job,) = [one for one in found if one.get("cat") == "job"]
    assert (job["name"], job["args"]) == ("running", {"partial": "--timeout was reached"})


def test_without_any_time_there_is_no_trace() -> None:
    assert events(JobReport.from_state(job_of())) == []


def check(found: list[dict[str, Any]]) -> None:
    """See that each event is one that Perfetto takes, and that no two tracks are one."""
    named = [(one["pid"], one["tid"]) for one in found if one["name"] == "thread_name"]
    assert len({thread for _, thread in named}) == len(named)
    assert all(process > 0 and thread > 0 for process, thread in named)
    for one in found:
        assert (one["pid"], one["tid"]) in named
        assert one["ph"] in "MXi"
        assert one["ph"] != "X" or (one["dur"] > 0 and isinstance(one["ts"], int))
        assert all(escape_control(text) == text for text in one["args"].values() if isinstance(text, str))


@pytest.mark.parametrize(
    "state", [simulated(353), simulated(352, 60), plan(), stamped_job(*STRANGE)], ids=["over", "running", "plan", "odd"]
)
def test_no_two_tracks_are_one(state: JobState) -> None:
    check(events(JobReport.from_state(state), JobReport.from_state(simulated(357))))


@given(REPORTS)
def test_it_is_a_trace_whatever_a_server_sends(report: JobReport) -> None:
    check(events(report))
