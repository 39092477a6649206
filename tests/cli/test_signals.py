"""Leaving before the end: signals, time-outs, a reader or a standard output that is gone."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import pytest

from orch_events.cli.signals import Detached, Signals
from orch_events.simulator import Api, Simulator, scripts
from orch_events.times import SystemClock
from tests.cli.command import COMMAND, SECONDS, Done, run, start
from tests.cli.conftest import Serve
from tests.fakes import stand_still

_RESUME = re.compile(r"resume with: orch-events follow (\d+)(?: --start (\d+))? .*--service-url \S+$", re.MULTILINE)


def _shown(simulator_time: float, job: int = 352) -> int:
    return len(scripts()[job].past(simulator_time))


def _ids(lines: list[str]) -> list[int]:
    return [int(json.loads(line)["id"]) for line in lines]


@pytest.mark.slow
def test_a_timeout_ends_with_124_and_names_the_command_that_resumes(at_sixty: str) -> None:
    done = run("follow", "352", "--service-url", at_sixty, "--json", "--timeout", "1s")

    assert done.status == 124
    assert len(done.lines) == _shown(60.0)
    assert _RESUME.findall(done.err) == [("352", str(_ids(done.lines)[-1] + 1))]
    assert "is still running: 8 of 24 nodes done, 8 running" in done.err


def test_a_timeout_before_the_first_event_resumes_from_the_beginning(at_zero: str, call: Callable[..., Done]) -> None:
    done = call("follow", "352", "--service-url", at_zero, "--timeout", "100ms")

    assert (done.status, done.out) == (124, "")
    assert _RESUME.findall(done.err) == [("352", "")]


@pytest.mark.parametrize("by_variable", [True, False])
def test_what_resumes_means_the_same_instants_however_much_later(
    *, by_variable: bool, at_sixty: str, call: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SystemClock, "now", lambda _: 1_462_478_408.7)
    if by_variable:
        monkeypatch.setenv("ORCH_EVENTS_SINCE", "10m")
    since = [] if by_variable else ["--since", "10m"]
    done = call("follow", "352", "--service-url", at_sixty, *since, "--until", "2016-05-06", "--timeout", "100ms")

    assert " --since 2016-05-05T19:50:08Z " in done.err
    assert " --until 2016-05-06T00:00:00Z " in done.err


@pytest.mark.parametrize("start_at", ["1303", "1320", "1400"])
def test_what_resumes_never_goes_back_before_the_start_that_was_given(
    start_at: str, at_sixty: str, call: Callable[..., Done]
) -> None:
    done = call("follow", "352", "--service-url", at_sixty, "--start", start_at, "--json", "--timeout", "100ms")

    following = _ids(done.lines)[-1] + 1 if done.lines else int(start_at)
    assert _RESUME.findall(done.err) == [("352", str(following))]


@pytest.mark.slow
def test_a_timeout_of_several_jobs_names_those_that_go_on(at_sixty: str, call: Callable[..., Done]) -> None:
    done = call("follow", "352", "353", "355", "--service-url", at_sixty, "-q", "--timeout", "500ms")
    assert done.status == 1

    done = call("follow", "352", "353", "355", "--service-url", at_sixty, "--timeout", "500ms", "--no-exit-status")
    assert done.status == 124
    assert [job for job, _ in _RESUME.findall(done.err)] == ["352", "355"]
    assert re.search(r"^job 353 failed", done.err, re.MULTILINE)


def test_no_timeout_is_told_where_the_job_ends_in_time(over: str, call: Callable[..., Done]) -> None:
    done = call("follow", "352", "--service-url", over, "--timeout", "20s")

    assert done.status == 0
    assert "resume" not in done.err


@pytest.mark.slow
@pytest.mark.parametrize(("sent", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)])
def test_a_signal_detaches_and_names_the_command_that_resumes(sent: signal.Signals, status: int, at_sixty: str) -> None:
    with start(["follow", "352", "--service-url", at_sixty, "--json"]) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(_shown(60.0))]
        process.send_signal(sent)
        rest, err = process.communicate(timeout=SECONDS)

    assert rest == ""
    assert process.returncode == status
    assert _RESUME.findall(err) == [("352", str(_ids(lines)[-1] + 1))]
    assert "job 352 is still running" in err
    assert "Traceback" not in err


@pytest.mark.slow
@pytest.mark.parametrize(("sent", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_before_the_first_event_detaches_too(sent: signal.Signals, status: int, at_zero: str) -> None:
    done = _interrupted(["follow", "352", "--service-url", at_zero], sent)

    assert (done.status, done.out) == (status, "")
    assert _RESUME.findall(done.err) == [("352", "")]


_AT_ONCE = "import os, signal, orch_events.__main__; os.kill(os.getpid(), signal.SIGINT); print('still here')"


@pytest.mark.slow
@pytest.mark.parametrize(("before", "left"), [("", (130, "", "")), ("trap '' INT; ", (0, "still here\n", ""))])
def test_ctrl_c_before_the_command_listens_ends_it_without_a_word_unless_it_is_ignored(
    before: str, left: tuple[int, str, str]
) -> None:
    line = f"{before}exec {shlex.join([sys.executable, '-c', _AT_ONCE])}"
    done = subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, timeout=SECONDS, check=False)
    assert (done.returncode, done.stdout, done.stderr) == left


def _interrupted(words: list[str], sent: signal.Signals) -> Done:
    """Run the command, and send a signal to it once it has asked for events."""
    with start([*words, "--verbose"]) as process:
        assert process.stderr is not None
        while "/events" not in process.stderr.readline():
            pass
        process.send_signal(sent)
        out, err = process.communicate(timeout=SECONDS)
    return Done(process.returncode, out, err)


@pytest.mark.slow
def test_a_signal_while_a_slow_reader_blocks_leaves_whole_lines_and_resumes_after_the_last(over: str) -> None:
    command = [*COMMAND, "follow", "360", "--service-url", over, "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        first = os.read(process.stdout.fileno(), 1)  # the pipe is too small for the rest
        process.send_signal(signal.SIGINT)
        rest, err = process.communicate(timeout=SECONDS)

    out = (first + rest).decode()
    assert process.returncode == 130
    assert out.endswith("\n")
    ids = _ids(out.splitlines())
    assert len(ids) < len(scripts()[360].events)
    assert _RESUME.findall(err.decode()) == [("360", str(ids[-1] + 1))]


def test_what_resumes_prints_exactly_what_was_left(at_sixty: str, call: Callable[..., Done]) -> None:
    cut = call("follow", "352", "--service-url", at_sixty, "--json", "--timeout", "100ms")
    ((job, start_at),) = _RESUME.findall(cut.err)
    with Simulator(Api(lambda: 1000.0)) as simulator:
        rest = call("follow", job, "--start", start_at, "--service-url", simulator.url, "--json")
        whole = call("list", job, "--service-url", simulator.url, "--json")

    assert cut.lines + rest.lines == whole.lines
    assert rest.status == 0


def _close_after_a_line(stream: IO[str] | None) -> str:
    assert stream is not None
    line: str = stream.readline()
    stream.close()
    return line


@pytest.mark.slow
@pytest.mark.parametrize(("command", "output"), [("list", "table"), ("list", "json"), ("follow", "jsonl")])
def test_a_reader_that_goes_away_is_met_with_silence_and_141(command: str, output: str, over: str) -> None:
    with start([command, "360", "--service-url", over, "-o", output]) as process:
        assert _close_after_a_line(process.stdout)
        assert process.stderr is not None
        err = process.stderr.read()

    assert (process.returncode, err) == (141, "")


@pytest.mark.slow
@pytest.mark.parametrize("words", ["list 360 --json", "list 352", "follow 352 -o csv", "jobs", "--help"])
def test_a_reader_that_was_never_there_is_met_with_silence_and_141(words: str, over: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*COMMAND, *words.split()],
        env=os.environ | {"ORCH_EVENTS_SERVICE_URL": over},
        stdout=writing,
        stderr=subprocess.PIPE,
        timeout=SECONDS,
        check=False,
    )
    os.close(writing)

    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.slow
def test_head_takes_one_line_in_a_real_pipe(over: str) -> None:
    line = f"{sys.executable} -m orch_events list 360 --json --service-url {over} | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=SECONDS, check=False)  # noqa: S607

    first, status = done.stdout.splitlines()
    assert json.loads(first)["id"] == "60013"
    assert (status, done.stderr) == ("141", "")


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        "list 352",
        "list 352 -o json",
        "list 360 --json",
        "jobs",
        "jobs -o json",
        "follow 352 --json",
        "simulate --port 0",
        "--version",
        "--help",
        "list --help",
        "completion bash",
    ],
)
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")  # noqa: PTH110 - in a decorator
def test_a_full_disk_is_told_in_one_sentence(words: str, over: str) -> None:
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - no path of ours
        done = subprocess.run(
            [*COMMAND, *words.split()],
            env=os.environ | {"ORCH_EVENTS_SERVICE_URL": over},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    assert done.returncode == 8
    assert [line for line in done.stderr.splitlines() if not line.startswith("hint:")] == [
        "error: can't write to standard output: No space left on device"
    ]


@pytest.mark.slow
@pytest.mark.parametrize("words", ["list 352", "list 352 -o json", "follow 352 --json"])
def test_a_standard_output_that_is_closed_is_told_in_one_sentence(words: str, over: str) -> None:
    done = _with_closed(1, words, over)

    assert done.status == 8
    assert re.fullmatch(r"error: standard output is closed\nhint: [^\n]+\n", done.err)


@pytest.mark.slow
@pytest.mark.parametrize(("words", "status"), [("list 352 --json", 0), ("follow 353 --json", 1), ("list 999", 5)])
def test_a_standard_error_that_is_closed_changes_nothing(words: str, status: int, over: str) -> None:
    done = _with_closed(2, words, over)

    assert done.status == status
    assert len(done.lines) == {"352": 48, "353": 29, "999": 0}[words.split()[1]]


def _with_closed(descriptor: int, words: str, url: str) -> Done:
    """Run the command in a shell that closes one of its streams."""
    line = f'"$0" -m orch_events {words} --service-url {url} {descriptor}>&-'
    done = subprocess.run(
        ["bash", "-c", line, sys.executable],  # noqa: S607
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.mark.slow
def test_sighup_alone_does_not_end_what_ignores_it(at_sixty: str) -> None:
    line = f"trap '' HUP; exec {sys.executable} -m orch_events follow 352 --service-url {at_sixty} --timeout 2s"
    with subprocess.Popen(["bash", "-c", line], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:  # noqa: S607
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGHUP)
        process.communicate(timeout=SECONDS)

    assert process.returncode == 124


def test_what_resumes_has_all_that_was_typed_but_for_where_it_began_and_how_long(
    at_sixty: str, tmp_path: Path, call: Callable[..., Done]
) -> None:
    words = [
        "--failed",
        "-t",
        "failed",
        "-g",
        "a b",
        "--json",
        "--slow",
        "90s",
        "--no-exit-status",
        "--fail-on",
        "failed",
    ]
    place = ["--service-url", at_sixty]
    done = call("follow", "352", "--start", "7", "--timeout", "100ms", *words, *place)
    (line,) = re.findall("resume with: (.*)$", done.err, re.MULTILINE)
    typed = shlex.split(line)
    assert typed[:5] == ["orch-events", "follow", "352", "--start", "1320"]
    long = {"-t": "--type", "-g": "--grep", "90s": "1m30s"}
    assert sorted(typed[5:]) == sorted([*(long.get(word, word) for word in words), *place])

    kept = call("follow", "352", "--timeout", "100ms", "--cursor-file", str(tmp_path / "cursor"), *place)
    assert f"resume with: orch-events follow 352 --cursor-file {tmp_path / 'cursor'} {' '.join(place)}\n" in kept.err


def test_of_several_jobs_the_ends_are_told_again_the_worst_last(over: str, call: Callable[..., Done]) -> None:
    said = call("follow", "353", "352", "--service-url", over, "--json").err.splitlines()
    ends = [number for number, line in enumerate(said) if " after " in line]
    assert [said[number].split(" after ")[0] for number in ends] == ["job 352 finished", "job 353 failed"]
    assert [line.split()[0] for line in said[ends[1] + 1 :]] == ["✖", "✖", "✖", "‼", "‼", "next:"]


def test_the_end_of_a_job_of_several_is_told_at_once_where_no_event_tells_it(
    at_sixty: str, call: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_still(monkeypatch)
    words = ("--service-url", at_sixty, "--json", "--timeout", "9s")
    said = call("follow", "356", "352", *words).err.splitlines()
    assert [line.partition(" after ")[0] for line in said[:3]] == [
        "job 356 finished",
        "stopped following",
        "job 356 finished",
    ]
    assert said[-1].startswith("job 352 is still running: ")


def test_a_timeout_is_named_and_so_is_why_nothing_came(
    call: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_still(monkeypatch)
    done = call("follow", "352", "--service-url", "http://127.0.0.1:1", "--timeout", "200ms")
    assert done.status == 124
    assert done.err.splitlines() == [
        "stopped following after 200ms: --timeout was reached",
        "warning: can't reach http://127.0.0.1:1: Connection refused",
        "the state of job 352 is unknown; resume with: orch-events follow 352 --service-url http://127.0.0.1:1",
    ]


def test_a_recording_that_is_left_is_not_said_to_be_still_running(
    over: str, tmp_path: Path, call: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_still(monkeypatch)
    path = tmp_path / "352.jsonl"
    call("list", "352", "--service-url", over, "--record", str(path))
    done = call("follow", str(path), "--speed", "1", "--timeout", "200ms")
    assert done.status == 124
    assert done.err.splitlines()[-1] == (
        f"{path} was left before its end: 0 of 3 nodes done, 3 running so far; "
        f"for the rest: orch-events follow {path} --start 1273 --speed 1"
    )


@pytest.mark.parametrize(
    ("job", "sign"), [("352", "event job_finished, its record says finished, all 24 nodes are done")]
)
def test_verbose_tells_by_which_signs_a_job_is_over(job: str, sign: str, over: str, call: Callable[..., Done]) -> None:
    assert f"why job {job} is over: {sign}\n" in call("follow", job, "--service-url", over, "-v").err
    assert "is over: " not in call("follow", job, "--service-url", over).err


def test_the_cursor_file_beats_a_typed_start_and_that_is_told(
    over: str, tmp_path: Path, call: Callable[..., Done]
) -> None:
    words = ("follow", "352", "--service-url", over, "--cursor-file", str(tmp_path / "cursor"), "--start", "1300")
    assert "--start is ignored" not in call(*words).err
    again = call(*words)
    assert again.err.splitlines()[:2] == [
        "resuming job 352 at event 1370",
        "--start is ignored: the cursor file says where to go on",
    ]


@pytest.mark.slow
def test_a_server_that_was_never_reached_is_reported_with_the_next_step(call: Callable[..., Done]) -> None:
    said = call("follow", "352", "--service-url", "http://127.0.0.1:1", "--timeout", "3500ms").err.splitlines()
    assert said[0].startswith("warning: can't reach http://127.0.0.1:1: ")
    assert said[1].startswith("hint: check that the server is up")


def test_a_speed_is_of_a_recording_or_the_demo(over: str, call: Callable[..., Done]) -> None:
    done = call("follow", "352", "--service-url", over, "--speed", "2")
    assert (done.status, done.err.splitlines()[0]) == (
        2,
        "error: --speed works only with recordings and --demo",
    )


def test_of_a_job_that_never_answered_nobody_says_that_it_goes_on(call: Callable[..., Done]) -> None:
    said = call("follow", "48", "--service-url", "http://127.0.0.1:1", "--timeout", "100ms").err.splitlines()
    assert (
        said[-1]
        == "the state of job 48 is unknown; resume with: orch-events follow 48 --service-url http://127.0.0.1:1"
    )


_FOR_EVER = "(x+x+)+y"


@pytest.fixture
def endless(answering: Serve) -> Iterator[str]:
    """The service-url of a server with an event in which `_FOR_EVER` is searched for without an end."""
    event = {"id": "1", "type": "node_running", "message": "x" * 64, "details": {"node": "a"}}
    with answering(200, json.dumps({"items": [event]}).encode()) as url:
        yield url


@pytest.mark.slow
@pytest.mark.parametrize("words", [["--json"], [], ["--timeout", "1s"]])
def test_a_search_without_an_end_is_a_usage_error_after_some_seconds(words: list[str], endless: str) -> None:
    done = run("follow", "352", "--service-url", endless, "--grep", _FOR_EVER, *words)
    assert (done.status, done.out) == (2, "")
    assert "--grep takes more than 3 s for a few events" in done.err


@pytest.mark.slow
@pytest.mark.parametrize(("sent", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_search_without_an_end(sent: signal.Signals, status: int, endless: str) -> None:
    done = _interrupted(["list", "352", "--service-url", endless, "--grep", _FOR_EVER], sent)
    assert (done.status, done.out) == (status, "")
    assert "Traceback" not in done.err


@pytest.fixture
def signals() -> Iterator[Signals]:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM, signal.SIGVTALRM)
    before = [(number, signal.getsignal(number)) for number in numbers]
    listening = Signals()
    listening.listen()
    yield listening
    for number, handler in before:
        signal.signal(number, handler)


def test_computing_is_limited_and_waiting_is_not(signals: Signals) -> None:
    with signals.limit_computing(0.05):
        SystemClock().sleep(0.1)
    with pytest.raises(TimeoutError), signals.limit_computing(0.05):
        re.search(_FOR_EVER, "x" * 64)


def test_a_limit_is_over_with_its_context(signals: Signals) -> None:
    with signals.limit_computing(0.02):
        pass
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0, 0)
    signal.raise_signal(signal.SIGVTALRM)


def test_without_a_listener_nothing_is_limited() -> None:
    with Signals().limit_computing(0.001):
        assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0, 0)


def _on(signals: Signals, number: int) -> None:
    signals._on_signal(number, None)  # noqa: SLF001 - what the system calls


def test_what_works_gently_is_told_of_the_first_signal_and_ended_by_the_second() -> None:
    signals = Signals()
    with signals.gently() as requested:
        assert requested() is None
        _on(signals, signal.SIGTERM)
        noted = requested()
        assert noted is not None
        assert noted.exit_status == 143
        with signals.shield():
            pass
        with pytest.raises(Detached):
            _on(signals, signal.SIGTERM)
    with signals.gently() as requested:
        assert requested() is None
