import hashlib
import math
import os
import re
import subprocess
import sys
from bisect import bisect_left
from collections import Counter
from functools import partial

import pytest

from orch_events.simulator import Api
from orch_events.simulator.api import Request
from tests.simulator.documented import API, EACH_JOB, JOB_EVENTS, JOBS, NODE_STATES, SMALL_JOBS, events, good, ids

_OVER = {"stopped", "finished", "failed"}
_MOMENTS = (0.0, 5.0, 8.0, 30.0, 40.0, 60.0, 140.0, 170.0)


def fingerprint() -> str:
    """Return a hash of every answer about every job, at several moments."""
    told = hashlib.sha256()
    for job, at in [(job, at) for job in SMALL_JOBS for at in (0.0, 31.5, math.inf)] + [(360, math.inf)]:
        api = Api(partial(float, at))
        for below in ("", "/nodes", "/events"):
            told.update(api.get(Request(f"/orchestrator/v1/jobs/{job}{below}", API)).body.encode())
    return told.hexdigest()


@pytest.mark.slow
def test_answers_are_the_same_bytes_in_another_process() -> None:
    command = [sys.executable, "-c", "from tests.simulator.test_scenarios import fingerprint; print(fingerprint())"]
    other = subprocess.run(
        command,
        env=os.environ | {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert other.stdout.strip() == fingerprint()


@pytest.mark.parametrize("job", EACH_JOB)
def test_ids_are_texts_that_grow_and_have_gaps(job: int) -> None:
    numbers = ids(job)

    assert all(isinstance(event["id"], str) for event in events(job))
    assert numbers == sorted(set(numbers))
    assert numbers[0] > 1
    assert numbers[-1] - numbers[0] >= len(numbers)


def test_no_id_is_used_by_two_jobs() -> None:
    counts = Counter(number for job in JOBS for number in ids(job))

    assert max(counts.values()) == 1


@pytest.mark.parametrize("job", EACH_JOB)
def test_timestamps_are_utc_in_whole_seconds_and_never_go_back(job: int) -> None:
    times = [event["timestamp"] for event in events(job)]

    assert [time for time in times if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", time)] == []
    assert times == sorted(times)


@pytest.mark.parametrize("job", EACH_JOB)
def test_events_are_of_documented_types_and_only_a_node_s_have_a_node(job: int) -> None:
    for event in events(job):
        assert list(event) == ["id", "type", "timestamp", "details", "message"]
        assert ("node" in event["details"]) == (event["type"] in NODE_STATES)
        assert event["type"] in {*NODE_STATES, *JOB_EVENTS}
        assert event["message"]


@pytest.mark.parametrize("job", EACH_JOB)
def test_a_node_runs_at_most_once_and_is_over_at_most_once(job: int) -> None:
    lives: dict[str, list[str]] = {}
    for event in events(job):
        if event["type"] in NODE_STATES:
            lives.setdefault(event["details"]["node"], []).append(NODE_STATES[event["type"]])

    assert lives
    for life in lives.values():
        assert life in (["running"], ["skipped"]) or (life[0] == "running" and len(life) == 2)
        assert life[1:] != ["skipped"]


@pytest.mark.parametrize(
    ("job", "slots"), [(351, 8), (352, 8), (354, 8), (355, 8), (356, 8), (357, 8), (358, 8), (353, 250), (360, 250)]
)
def test_no_more_nodes_run_at_once_than_the_orchestrator_lets(job: int, slots: int) -> None:
    running, most = 0, 0
    for event in events(job):
        running += event["type"] == "node_running"
        running -= event["type"] in ("node_finished", "node_failed", "node_errored")
        most = max(most, running)

    assert min(slots, good(f"/jobs/{job}")["node_count"]) - 8 < most <= slots


@pytest.mark.parametrize(
    ("job", "state", "last"),
    [
        (351, "finished", "job_finished"),
        (352, "finished", "job_finished"),
        (353, "failed", "job_finished"),
        (354, "failed", "job_aborted"),
        (355, "stopped", "job_finished"),
        (356, "finished", "node_finished"),
        (357, "failed", "job_finished"),
        (358, "failed", "job_finished"),
        (360, "finished", "job_finished"),
    ],
)
def test_each_job_ends_in_its_own_way(job: int, state: str, last: str) -> None:
    assert good(f"/jobs/{job}")["state"] == state
    assert events(job)[-1]["type"] == last


def test_the_job_of_2016_has_no_event_of_its_own() -> None:
    assert {event["type"] for event in events(356)} <= set(NODE_STATES)


def test_a_job_that_is_stopping_still_tells_of_its_nodes() -> None:
    types = [event["type"] for event in events(355)]

    assert "node_finished" in types[types.index("job_stopping") :]


def test_an_aborted_job_leaves_nodes_of_which_nothing_more_is_heard() -> None:
    assert good("/jobs/354")["node_states"]["running"] > 0


def test_job_353_fails_and_errs_and_job_352_does_not() -> None:
    assert good("/jobs/353")["node_states"] == {"finished": 9, "failed": 3, "errored": 2}
    assert good("/jobs/352")["node_states"] == {"finished": 23, "skipped": 1}


def test_a_failed_task_tells_its_output_and_its_error() -> None:
    failed = [event for event in events(353) if event["type"] == "node_failed"]

    assert len(failed) == 3
    for event in failed:
        detail = event["details"]["detail"]
        assert isinstance(detail["_output"], str)
        assert set(detail["_error"]) == {"msg", "kind", "details"}


def test_a_puppet_run_tells_its_metrics_and_its_report() -> None:
    finished = next(event for event in events(352) if event["type"] == "node_finished")

    detail = finished["details"]["detail"]
    assert set(detail) == {"hash", "noop", "status", "metrics", "report-url", "environment", "configuration_version"}
    assert set(detail["metrics"]) == {
        "total", "changed", "failed", "skipped", "restarted", "scheduled", "out_of_sync", "failed_to_restart",
        "corrective_change",
    }  # fmt: skip


def test_the_large_job_has_five_thousand_nodes() -> None:
    assert good("/jobs/360")["node_states"] == {"finished": 5000}
    assert len(events(360)) == 10_001


@pytest.mark.parametrize("job", EACH_JOB)
def test_a_record_has_what_is_documented(job: int) -> None:
    record = good(f"/jobs/{job}")

    url = f"{API}/jobs/{job}"
    assert (record["name"], record["id"]) == (str(job), url)
    assert record["events"]["id"] == f"{url}/events"
    assert record["nodes"]["id"] == f"{url}/nodes"
    assert record["type"] in ("deploy", "task")
    assert record["owner"]["login"]
    assert record["environment"]["name"]
    assert {"command", "options", "timestamp", "report"} <= set(record)


@pytest.mark.parametrize("job", SMALL_JOBS)
def test_a_job_s_states_follow_each_other_and_the_last_is_its_state(job: int) -> None:
    seen: list[str] = []
    for at in (*_MOMENTS, math.inf):
        record = good(f"/jobs/{job}", at)
        told = [entry["state"] for entry in record["status"]]
        assert told[: len(seen)] == seen
        assert record["state"] == told[-1]
        assert [entry["exit_time"] for entry in record["status"]] == [
            *(entry["enter_time"] for entry in record["status"][1:]),
            None,
        ]
        seen = told
    assert seen[:3] == ["new", "ready", "running"]
    assert [state for state in seen if state in _OVER] == seen[-1:]


@pytest.mark.parametrize("job", EACH_JOB)
def test_a_record_tells_of_beginning_and_end_when_they_have_been(job: int) -> None:
    for at in (*_MOMENTS, math.inf):
        record = good(f"/jobs/{job}", at)
        assert ("started_timestamp" in record) == (record["state"] in {"running", *_OVER})
        assert ("finished_timestamp" in record) == ("duration" in record) == (record["state"] in _OVER)


@pytest.mark.parametrize("job", SMALL_JOBS)
def test_nothing_happens_after_a_job_is_over(job: int) -> None:
    over = bisect_left(range(800), x=True, key=lambda quarter: good(f"/jobs/{job}", quarter / 4)["state"] in _OVER) / 4

    assert good(f"/jobs/{job}", over)["state"] in _OVER
    assert events(job, over) == events(job)


def test_job_351_was_over_before_the_simulator_began() -> None:
    assert good("/jobs/351", 0.0)["state"] == "finished"
    assert events(351, 0.0) == events(351)
