"""Recordings as JOBs: what was written down is listed, followed and replayed without a server."""

import gzip
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.command import Done, run

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


@pytest.mark.parametrize(("job", "status"), [("351", 0), ("353", 1), ("354", 3), ("355", 3), ("356", 0)])
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


def test_a_recording_that_ends_before_the_job_is_8_and_names_what_resumes(
    written: Callable[[str], Path], call: Call
) -> None:
    path = written("352")
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:20]))
    done = call("follow", str(path), "--json")
    assert (done.status, len(done.lines)) == (8, 20)
    assert f"error: {path} ends before the job does" in done.err
    assert f"orch-events follow {path} --start " in done.err


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
