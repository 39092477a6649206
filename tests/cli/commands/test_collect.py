"""`orch-events collect`, in this process and in one of its own."""

import gzip
import json
import os
import signal
import stat
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from orch_events.simulator import Api, SimulatedTime, Simulator, scripts
from orch_events.times import SystemClock
from tests.cli.command import COMMAND, SECONDS, Done, start

Call = Callable[..., Done]

FAST = ("--max-rate", "1000", "--interval", "100ms")


def written(archive: Path) -> list[dict[str, Any]]:
    files = sorted(archive.glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


def events(lines: list[dict[str, Any]]) -> Counter[tuple[str, int]]:
    return Counter((line["job"], int(line["id"])) for line in lines if "id" in line and "job" in line)


EXPECTED = Counter((str(job), event.id) for job, script in scripts().items() for event in script.events)


def test_once_everything_is_in_the_archive_once_and_the_next_time_there_is_nothing_to_do(
    over: str, call: Call, tmp_path: Path
) -> None:
    archive = tmp_path / "archive"
    done = call("collect", "--archive", str(archive), "--service-url", over, "--since", "0", "--once", *FAST)
    lines = written(archive)
    assert (done.status, done.out) == (0, "")
    assert events(lines) == EXPECTED
    assert {line["plan"] for line in lines if "plan" in line} == {"301", "302"}
    assert done.err.startswith("0 jobs being read, ")
    done = call("collect", "--archive", str(archive), "--service-url", over, "--once", *FAST)
    assert done.status == 0
    assert written(archive) == lines


def test_a_day_s_file_is_a_recording(over: str, call: Call, tmp_path: Path) -> None:
    call("collect", "--archive", str(tmp_path), "--service-url", over, "--since", "0", "--once", *FAST)
    (day,) = tmp_path.glob("*.jsonl")
    zipped = tmp_path / "day.jsonl.gz"
    zipped.write_bytes(gzip.compress(day.read_bytes()))
    for file in (day, zipped):
        assert call("summary", str(file), "--job", "357").out == call("summary", "357", "--service-url", over).out


def test_lines_on_standard_output_name_their_job_and_a_state_file_knows_them(
    over: str, call: Call, tmp_path: Path
) -> None:
    words = ("collect", "--json", "--state", str(tmp_path / "state"), "--service-url", over, "--since", "0", "--once")
    done = call(*words, *FAST)
    assert done.status == 0
    assert events([json.loads(line) for line in done.lines]) == EXPECTED
    assert call(*words, *FAST).out == ""


def test_jobs_that_ended_before_and_jobs_of_other_types_are_left_out(over: str, call: Call) -> None:
    words = ("collect", "--json", "--service-url", over, "--once", *FAST)
    assert call(*words).out == ""
    tasks = [json.loads(line) for line in call(*words, "--since", "0", "--type", "task").lines]
    assert {line["job"] for line in tasks} == {"353", "360"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("", "collect needs to know where to"),
        ("--json --kafka broker", "--kafka and --topic must be used together"),
        ("--json --topic puppet", "--kafka and --topic must be used together"),
        ("--archive a --state b", "--state and --archive can't be combined"),
        ("--reindex", "--reindex needs an archive"),
        ("--json --keep 1h", "--keep: '1h' is too short"),
    ],
)
def test_what_makes_no_sense_is_refused(words: str, message: str, call: Call) -> None:
    done = call("collect", *words.split(), "--demo")
    assert (done.status, done.out) == (2, "")
    assert message in done.err


def test_the_jobs_of_another_orchestrator_are_never_put_into_an_archive(over: str, call: Call, tmp_path: Path) -> None:
    words = ("collect", "--archive", str(tmp_path), "--once", *FAST)
    assert call(*words, "--service-url", over).status == 0
    done = call(*words, "--demo")
    assert done.status == 8
    assert f"has the jobs of {over}/orchestrator/v1, not of demo" in done.err


def test_a_token_that_is_rejected_is_an_error_with_once(
    demanding: str, call: Call, token_file: Callable[[str], str]
) -> None:
    words = ("collect", "--json", "--once", *FAST, "--service-url", demanding)
    assert call(*words, "--token-file", token_file("wrong")).status == 4
    assert call(*words, "--token-file", token_file("s3cret")).status == 0


def test_a_server_that_is_down_is_an_error_with_once(call: Call, tmp_path: Path) -> None:
    words = ("collect", "--archive", str(tmp_path), "--once", "--retry-for", "0", "--service-url")
    assert call(*words, "http://127.0.0.1:1").status == 6


def test_metrics_are_kept_in_a_file_that_others_can_read(over: str, call: Call, tmp_path: Path) -> None:
    metrics = tmp_path / "collect.prom"
    call("collect", "--json", "--service-url", over, "--since", "0", "--once", "--metrics-file", str(metrics), *FAST)
    values = dict(line.split() for line in metrics.read_text().splitlines() if line[0] != "#")
    assert int(values["orch_events_collect_events_total"]) > EXPECTED.total()
    assert stat.S_IMODE(metrics.stat().st_mode) == 0o644
    done = call("collect", "--json", "--service-url", over, "--once", "--metrics-file", str(tmp_path / "no" / "file"))
    assert done.status == 8


def test_an_index_is_made_anew_from_the_files(over: str, call: Call, tmp_path: Path) -> None:
    words = ("collect", "--archive", str(tmp_path), "--service-url", over, "--since", "0", "--once", *FAST)
    call(*words)
    before = written(tmp_path)
    (tmp_path / "index.sqlite3").write_bytes(b"broken")
    assert call("collect", "--archive", str(tmp_path), "--reindex").status == 0
    assert call(*words).status == 0
    assert events(written(tmp_path)) == events(before)


@pytest.fixture
def live() -> Iterator[str]:
    """The service-url of a simulator in which time passes."""
    with Simulator(Api(SimulatedTime(SystemClock(), 20).now)) as simulator:
        yield simulator.url


def _until(process: "subprocess.Popen[str]", archive: Path, count: int) -> None:
    while sum(events(written(archive)).values()) < count:
        assert process.poll() is None
        SystemClock().sleep(0.05)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "status"), [("SIGTERM", 0), ("SIGHUP", 0), ("SIGINT", 130)])
def test_a_signal_writes_out_and_leaves(name: str, status: int, live: str, tmp_path: Path) -> None:
    with start(["collect", "--archive", str(tmp_path), "--service-url", live, "--since", "0", *FAST]) as process:
        _until(process, tmp_path, 500)
        process.send_signal(getattr(signal, name))
        _, err = process.communicate(timeout=SECONDS)
    assert process.returncode == status
    assert "Traceback" not in err
    assert max(events(written(tmp_path)).values()) == 1


@pytest.mark.slow
def test_killed_and_started_again_the_archive_has_each_event_once(live: str, tmp_path: Path) -> None:
    words = ["collect", "--archive", str(tmp_path), "--service-url", live, "--since", "0", *FAST]
    for count in (200, 3000, 6000):
        with start(words) as process:
            _until(process, tmp_path, count)
            process.kill()
    with start(words) as process:
        _until(process, tmp_path, EXPECTED.total())
        process.terminate()
        process.communicate(timeout=SECONDS)
    assert events(written(tmp_path)) == EXPECTED


@pytest.mark.slow
def test_there_is_one_writer(live: str, tmp_path: Path) -> None:
    words = ["collect", "--archive", str(tmp_path), "--service-url", live, *FAST]
    with start(words) as process:
        _until(process, tmp_path, 1)
        with start(words) as second:
            _, err = second.communicate(timeout=SECONDS)
        process.terminate()
        process.communicate(timeout=SECONDS)
    assert second.returncode == 8
    assert "another process is writing the archive" in err


@pytest.mark.slow
def test_a_reader_that_is_gone_ends_it_with_141(live: str) -> None:
    reader, writer = os.pipe()
    process = subprocess.Popen(
        [*COMMAND, "collect", "--json", "--since", "0", "--service-url", live, *FAST],
        stdout=writer, stderr=subprocess.PIPE, encoding="utf-8",
    )  # fmt: skip
    os.close(writer)
    os.read(reader, 100)
    os.close(reader)
    _, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 141
    assert "Traceback" not in err
