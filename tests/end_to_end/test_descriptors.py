"""Descriptors that are no plain files: pipes that can be read once, readers that go away, streams that don't block."""

import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Thread

import pytest

from orch_events.simulator import scripts
from tests.certificates import TOKEN, Authority, serving
from tests.cli.command import COMMAND, SECONDS, Done, events_of, needs, run

pytestmark = pytest.mark.slow

_LIST = ["list", "360", "--demo", "--json"]


def _bash(words: str, *args: str) -> Done:
    """Run the command with words of bash's; args are `$1` and so on."""
    program = f'"{COMMAND[0]}" -m orch_events {words}'
    done = subprocess.run(
        [shutil.which("bash") or "", "-c", program, "bash", *args],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


@needs("bash")
@pytest.mark.parametrize("words", ["compare 352 353", "list 352", "summary latest", "jobs", "doctor"])
def test_token_configuration_and_ca_may_each_come_through_a_pipe(words: str, authority: Authority) -> None:
    with serving(authority.issue()) as server:
        done = _bash(
            f'{words} --config-file <(echo "$1") --token-file <(echo "$2") --cacert <(cat "$3")',
            f'{{"options": {{"service-url": "{server.url}"}}}}',
            TOKEN,
            str(authority.pem),
        )
    assert (done.status, "error" in done.err) == (0, False), done
    assert TOKEN not in done.out + done.err


@needs("bash")
def test_a_ca_from_a_pipe_that_is_none_is_named_as_it_was_typed(tmp_path: Path) -> None:
    fifo = tmp_path / "ca"
    os.mkfifo(fifo)
    done = _bash('list 352 --service-url https://127.0.0.1:1 --cacert "$1" & echo none > "$1"; wait $!', str(fifo))
    assert done.status == 8
    assert f"error: the CA file {fifo} " in done.err


def test_a_token_from_standard_input_serves_both_jobs(authority: Authority) -> None:
    with serving(authority.issue()) as server:
        words = ["compare", "352", "353", "--service-url", server.url, "--cacert", str(authority.pem)]
        assert run(*words, "--token-file", "-", stdin=f"{TOKEN}\n").status == 0


def test_a_recording_s_reader_that_goes_away_is_said_once_and_stops_nothing(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)

    def read_a_little() -> None:
        with fifo.open("rb", buffering=0) as file:
            file.read(1)

    Thread(target=read_a_little, daemon=True).start()
    done = run("follow", "352", "--demo", "--speed", "60", "--json", "--record", str(fifo))
    assert (done.status, done.out) == (8, run("list", "352", "--demo", "--json").out)
    assert done.err.count("the reader of the recording closed the pipe") == 1


@needs("bash")
def test_a_recording_s_reader_that_is_gone_from_the_start_is_not_waited_for() -> None:
    program = f"exec 9> >(exec true); sleep 0.5; {COMMAND[0]} -m orch_events list 352 --demo --json --record /dev/fd/9"
    done = subprocess.run(
        [shutil.which("bash") or "", "-c", program], capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert (done.returncode, done.stdout) == (8, run("list", "352", "--demo", "--json").out)
    assert done.stderr.count("the reader of the recording closed the pipe") == 1


def test_a_recording_through_a_pipe_is_whole(tmp_path: Path) -> None:
    fifo, read = tmp_path / "fifo", list[str]()
    os.mkfifo(fifo)
    thread = Thread(target=lambda: read.append(fifo.read_text(encoding="utf-8")))
    thread.start()
    done = run("list", "352", "--demo", "--json", "--record", str(fifo))
    thread.join()
    assert (done.status, [events_of(text) for text in read]) == (0, [done.out])


def _start(args: Sequence[str], stdout: int, stderr: int) -> "subprocess.Popen[bytes]":
    process = subprocess.Popen([*COMMAND, *args], stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr)
    os.close(stdout if stdout > 0 else stderr)
    return process


def _full_pipe() -> tuple[int, int, int]:
    """Make a pipe that is full, and whose writing end does not block; return its ends, and how much is in it."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    filled = 0
    try:
        while True:
            filled += os.write(writing, b" " * 4096)
    except BlockingIOError:
        return reading, writing, filled


def _drain(reading: int) -> bytes:
    with os.fdopen(reading, "rb") as file:
        return file.read()


def _cpu_seconds(process: "subprocess.Popen[bytes]") -> float:
    fields = Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_stream_that_does_not_block_is_waited_for_and_nothing_is_lost(stream: str) -> None:
    words = [*_LIST, "--exit-status", "--fail-on", "failed", "-v"]
    began_at = time.monotonic()
    expected = run(*words)
    usual = time.monotonic() - began_at
    reading, writing, filled = _full_pipe()
    ends = (writing, subprocess.DEVNULL) if stream == "stdout" else (subprocess.DEVNULL, writing)
    process = _start(words, *ends)
    try:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(2 * usual + 1)
        began = _cpu_seconds(process)
        time.sleep(3)
        assert _cpu_seconds(process) - began < 0.2
        written = _drain(reading)[filled:].decode()
    finally:
        process.wait(SECONDS)
    if stream == "stdout":
        assert written == expected.out
    else:
        assert written.count("GET ") == expected.err.count("GET ")
        assert written.count("\n") == expected.err.count("\n")
    assert process.returncode == expected.status


def test_it_leaves_when_the_reader_does_and_not_at_the_next_event(at_sixty: str) -> None:
    reading, writing = os.pipe()
    words = ["follow", "352", "--service-url", at_sixty, "--json", "--interval", "10s"]
    process = subprocess.Popen([*COMMAND, *words], stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    with os.fdopen(reading, "rb") as lines:
        for _ in scripts()[352].past(60.0):
            lines.readline()
        time.sleep(0.5)  # it is quiet now
    began_at = time.monotonic()
    _, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, err) == (141, b"")
    assert time.monotonic() - began_at < 5
