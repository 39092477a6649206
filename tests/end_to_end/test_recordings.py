"""Recordings as JOBs: what was written down is listed, followed and replayed without a server."""

import gzip
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest

from orch_events.times import SystemClock
from tests import CASES
from tests.cli.command import SECONDS, Done, run, start

Call = Callable[..., Done]


@pytest.fixture
def written(tmp_path: Path, over: str, call: Call) -> Callable[[str], Path]:
    """Write a simulator's job down, as --json does, and return the recording's path."""

    def write(job: str) -> Path:
        path = tmp_path / f"{job}.jsonl"
        path.write_text(call("list", job, "--service-url", over, "--json").out, encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize("command", ["list", "follow"])
def test_a_recording_is_shown_as_it_was_written(command: str, written: Callable[[str], Path], call: Call) -> None:
    path = written("353")
    assert call(command, str(path), "--json").out == path.read_text()


@pytest.mark.slow
def test_a_gzipped_recording_and_one_on_standard_input_are_recordings_too(written: Callable[[str], Path]) -> None:
    path = written("352")
    packed = path.with_suffix(".jsonl.gz")
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert run("list", str(packed), "--json").out == path.read_text()
    assert run("list", "-", "--json", stdin=path.read_text()).out == path.read_text()


@pytest.mark.parametrize(("job", "status"), [("351", 0), ("353", 1), ("354", 3), ("355", 3)])
def test_following_a_recording_ends_with_the_job_s_status_and_summary(
    job: str, status: int, over: str, written: Callable[[str], Path], call: Call
) -> None:
    replayed = call("follow", str(written(job)), "--json", "--quiet")
    assert replayed.status == status
    live = call("follow", job, "--service-url", over, "--json", "--quiet")
    assert (replayed.out, replayed.status) == (live.out, live.status)


@pytest.mark.slow
def test_a_replay_in_time_shows_all_of_it(written: Callable[[str], Path], call: Call) -> None:
    path = written("353")
    replayed = call("follow", str(path), "--json", "--speed", "60")
    assert (replayed.status, replayed.out) == (1, path.read_text())


def test_a_damaged_line_is_skipped_and_reported(written: Callable[[str], Path], call: Call) -> None:
    path = written("352")
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([*lines[:5], '{"id": "1\n', *lines[5:]]))
    done = call("list", str(path), "--json")
    assert done.out == "".join(lines)
    assert done.err == f"warning: {path}: line 6 is damaged and was skipped\n"


def test_a_recording_of_several_jobs_asks_which(tmp_path: Path, over: str, call: Call) -> None:
    path = tmp_path / "both.jsonl"
    call("follow", "352", "353", "--service-url", over, "--json", "--record", str(path))
    asked = call("list", str(path))
    assert (asked.status, asked.out) == (2, "")
    assert re.search(r"contains events of jobs 35[23], 35[23]$", asked.err, re.MULTILINE)
    assert "--job 35" in asked.err
    chosen = call("list", str(path), "--job", "353", "--json")
    assert chosen.out == call("list", "353", "--service-url", over, "--json").out


@pytest.fixture
def recorded(tmp_path: Path, over: str, call: Call) -> Callable[[str], Path]:
    """Record a simulator's job, and return the recording's path, which does not name it."""

    def record(job: str) -> Path:
        path = tmp_path / "a.jsonl"
        call("list", job, "--service-url", over, "--record", str(path))
        return path

    return record


_JOBS = ["351", "352", "353", "354", "355", "356", "357", "358", pytest.param("360", marks=pytest.mark.slow)]


@pytest.mark.parametrize("job", _JOBS)
def test_a_recording_tells_what_the_server_does(
    job: str, over: str, recorded: Callable[[str], Path], call: Call
) -> None:
    path = str(recorded(job))
    for command in ("summary", "failures"):
        replayed = call(command, path, "--json", "--exit-status")
        assert replayed == call(command, job, "--service-url", over, "--json", "--exit-status")
    replayed = call("follow", path, "--json", "--quiet")
    assert replayed == call("follow", job, "--service-url", over, "--json", "--quiet")


def test_following_a_recording_of_2016_waits_for_nothing(recorded: Callable[[str], Path], call: Call) -> None:
    path = str(recorded("356"))
    with mock.patch.object(SystemClock, "sleep", side_effect=AssertionError):
        assert call("follow", path, "--quiet").status == 0


def _cut(path: Path) -> None:
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:20]))


def test_a_recording_that_ends_before_the_job_is_8_and_names_the_job_itself(
    recorded: Callable[[str], Path], call: Call
) -> None:
    path = recorded("352")
    _cut(path)
    done = call("follow", str(path), "--json")
    assert (done.status, len(done.lines)) == (8, 20)
    last = json.loads(done.lines[-1])["id"]
    assert done.err == (
        f"error: {path} ends before the job does\n"
        f"hint: the rest is on the server: orch-events follow 352 --start {int(last) + 1}\n"
    )


@pytest.mark.parametrize("command", ["summary", "failures"])
def test_of_a_recording_that_ends_early_the_outcome_is_unknown(
    command: str, recorded: Callable[[str], Path], call: Call
) -> None:
    path = recorded("352")
    _cut(path)
    done = call(command, str(path), "--exit-status")
    assert done.status == 6
    assert done.lines[0].startswith("job 352 is in an unknown state: ")
    assert done.err == f"{path} ends before the job does; on the server: orch-events follow 352\n"
    told = json.loads(call(command, str(path), "--json").out)
    assert (told["over"], told["outcome"], told["record"]) == (False, None, False)


def test_a_recording_without_a_number_names_no_job_of_the_server(written: Callable[[str], Path], call: Call) -> None:
    path = written("352")
    _cut(path)
    assert "orch-events list shows the events it contains\n" in call("follow", str(path), "--json").err
    assert call("summary", str(path)).err == f"{path} ends before the job does\n"


@pytest.mark.parametrize("command", ["list", "follow"])
def test_a_saved_answer_of_another_endpoint_is_named_with_what_to_type(command: str, call: Call) -> None:
    for name, what in (("nodes", "a saved answer of /nodes"), ("jobs", "a list of jobs")):
        path = CASES / f"{name}-2021.json"
        done = call(command, str(path))
        assert (done.status, done.out) == (8, "")
        assert done.err.startswith(f"error: {path} is {what}, not a job's events\nhint: ")
        assert "orch-events " in done.err


def test_reports_read_a_saved_answer_of_the_nodes(call: Call) -> None:
    path = CASES / "nodes-2021.json"
    for command, text in (
        ("summary", "job 7 is in an unknown state: 2 of 3 nodes done, 1 running"),
        ("failures", "b.example.net has no connection to a broker"),
        ("timeline", "job 7 in an unknown state"),
        ("nodes", "b.example.net  ‼ errored"),
        ("output", "restart scheduled"),
    ):
        done = call(command, str(path))
        assert done.status == 0
        assert text in done.out
        assert done.err == f"{path} ends before the job does; on the server: orch-events follow 7\n"
    told = json.loads(call("failures", str(path), "--json").out)
    assert [(group["state"], group["nodes"]) for group in told["groups"]] == [
        ("errored", ["b.example.net"]),
        ("running", ["c.example.net"]),
    ]


@pytest.mark.slow
def test_a_recording_is_read_while_it_arrives(recorded: Callable[[str], Path]) -> None:
    *lines, last = recorded("352").read_text().splitlines(keepends=True)
    with start(["follow", "-", "--json"], stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for line in lines:
            process.stdin.write(line)
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == json.loads(line)["id"]
        process.stdin.write(last)
        process.stdin.close()
        assert process.wait(SECONDS) == 0


@pytest.mark.slow
@pytest.mark.parametrize("levels", [960, 990, 5000])
def test_what_is_nested_deeply_is_no_damage(levels: int, tmp_path: Path) -> None:
    path = tmp_path / "deep.jsonl"
    detail = "[" * levels + "]" * levels
    line = f'{{"id":"1","type":"node_failed","details":{{"node":"a","detail":{detail}}}}}\n'
    path.write_text(line)
    assert run("list", str(path), "--json").out == line
    assert run("failures", str(path), "--names").out == "a\n"


@pytest.mark.parametrize("name", ["nowhere.jsonl", "."])
def test_what_can_t_be_read_is_8(name: str, tmp_path: Path, call: Call) -> None:
    done = call("list", str(tmp_path / name))
    assert (done.status, done.out) == (8, "")
    assert str(tmp_path) in done.err


def test_what_is_no_recording_is_8(tmp_path: Path, call: Call) -> None:
    path = tmp_path / "passwd"
    path.write_text("root:x:0:0\n")
    done = call("list", str(path))
    assert (done.status, done.err.splitlines()[0]) == (8, f"error: {path} is not a recording")


@pytest.mark.slow
def test_a_recording_needs_no_server_and_no_configuration(written: Callable[[str], Path]) -> None:
    done = run("list", str(written("351")), "--json", ORCH_EVENTS_SERVICE_URL="http://127.0.0.1:1")
    assert (done.status, len(done.lines), done.err) == (0, 13, "")
