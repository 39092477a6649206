"""What happens once following has ended: the command of --exec, and the bell."""

import io
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from orch_events.analysis.job_report import JobReport
from orch_events.cli.afterwards import Ending, conclude, hook_environ
from orch_events.cli.app import App
from orch_events.cli.options.groups import AfterOptions
from orch_events.job.state import JobState
from tests.build import event, job_of, record, simulated
from tests.cli.command import Done, run, start

NOTHING = AfterOptions(None, exec_always=False, exec_timeout=60.0, bell=False)
RAN = 9
"""What follow exits with; the command changes nothing of it."""


class Terminal(io.StringIO):
    """A terminal that nobody looks at."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def environ_of(*states: JobState, environ: Mapping[str, str] | None = None, **reports: str) -> dict[str, str]:
    return hook_environ(
        environ or {}, Ending(RAN, by_signal=False, jobs=list(map(JobReport.from_state, states))), reports
    )


def test_the_command_is_told_the_job_its_outcome_and_how_many_nodes_failed() -> None:
    assert environ_of(simulated(353)) == {
        "ORCH_EVENTS_HOOK": "1",
        "ORCH_EVENTS_JOB": "353",
        "ORCH_EVENTS_OUTCOME": "failed",
        "ORCH_EVENTS_STATUS": "9",
        "ORCH_EVENTS_FAILED": "5",
    }


@pytest.mark.parametrize(
    ("state", "word"),
    [
        (simulated(352), "finished"),
        (simulated(354), "aborted"),
        (job_of(event(1), record=record("running", 1)), "running"),
        (job_of(event(1)), "unknown"),
    ],
)
def test_an_outcome_is_one_word_also_where_there_is_none(state: JobState, word: str) -> None:
    assert environ_of(state)["ORCH_EVENTS_OUTCOME"] == word


def test_of_several_jobs_there_is_a_word_for_each_and_one_count() -> None:
    found = environ_of(simulated(352), simulated(353))
    assert (found["ORCH_EVENTS_JOB"], found["ORCH_EVENTS_OUTCOME"]) == ("352 353", "finished failed")
    assert found["ORCH_EVENTS_FAILED"] == "5"


def test_it_knows_the_reports_and_inherits_all_but_what_would_run_it_again() -> None:
    given = {
        "PATH": "/bin",
        "ORCH_EVENTS_EXEC": "true",
        "ORCH_EVENTS_EXEC_ALWAYS": "1",
        "ORCH_EVENTS_REPORT": "junit:x",
    }
    found = environ_of(simulated(352), environ=given, junit="x.xml")
    assert (found["PATH"], found["ORCH_EVENTS_REPORT_JUNIT"]) == ("/bin", "x.xml")
    assert found.keys().isdisjoint(given.keys() - {"PATH"})


@pytest.mark.parametrize(
    ("by_signal", "terminal", "rings"), [(False, True, True), (False, False, False), (True, True, False)]
)
def test_the_bell_rings_on_a_terminal_unless_somebody_is_there(by_signal: bool, terminal: bool, rings: bool) -> None:
    stream = Terminal() if terminal else io.StringIO()
    app = App(None, None, stream, {}, "linux")
    conclude(app, NOTHING._replace(bell=True), Ending(0, by_signal, []), {})
    assert ("\a" in stream.getvalue()) is rings


def follow(*args: str, **env: str) -> Done:
    """Follow a job of the demo that fails, without its events."""
    return run("follow", "353", "--demo", "--speed", "10000", "-q", "-o", "csv", *args, **env)


@pytest.mark.slow
def test_what_it_prints_is_on_stderr_and_that_it_fails_changes_nothing_of_the_status() -> None:
    done = follow("--exec", "echo out; echo err >&2; exit 3")
    assert done.status == 1
    assert done.err.splitlines()[-3:] == ["out", "err", "warning: the command of --exec exited with 3"]
    assert "out" not in done.lines


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("trap '' TERM; sleep 60 & wait; sleep 60", "was ended after 1s"),
        ("kill -9 $$", "was ended by signal 9"),
        ("exec 0<&-; exit 0", ""),
        ("no-such-command-at-all", "exited with 127"),
    ],
)
def test_it_ends_in_time_however_it_ends(command: str, told: str) -> None:
    began = time.monotonic()
    done = follow("--exec", command, "--exec-timeout", "1s")
    assert done.status == 1
    assert [f"warning: the command of --exec {told}"] * bool(told) == [
        line for line in done.err.splitlines() if line.startswith("warning")
    ]
    assert time.monotonic() - began < 15


@pytest.mark.slow
def test_its_own_orch_events_takes_none_of_the_facts_for_an_option() -> None:
    command = "'{0}' -m orch_events nodes 353 --demo -q -o csv >&2; '{0}' -m orch_events doctor --demo -q"
    done = follow("--exec", command.format(sys.executable), "--exec-always")
    assert len([line for line in done.err.splitlines() if ".example.com" in line]) == 14
    assert "no option reads" not in done.err


@pytest.mark.slow
def test_the_variable_of_exec_does_not_run_it_again_in_itself() -> None:
    done = follow(ORCH_EVENTS_EXEC='echo ran; test "$ORCH_EVENTS_EXEC" = ""')
    assert done.err.splitlines()[-1] == "ran"


@pytest.mark.slow
def test_the_token_is_neither_in_its_environment_nor_in_its_arguments(
    demanding: str, token_file: Callable[[str], str]
) -> None:
    command = "env; cat /proc/$$/cmdline /proc/$PPID/cmdline; cat"
    args = ["follow", "353", "--service-url", demanding, "--token-file", token_file("s3cret")]
    done = run(*args, "-q", "-o", "csv", "--exec", command)
    assert "ORCH_EVENTS_JOB=353" in done.err
    assert "s3cret" not in done.err


@pytest.mark.slow
@pytest.mark.parametrize("always", [False, True])
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_after_a_signal_it_runs_only_with_exec_always(
    always: bool, number: signal.Signals, status: int, at_sixty: str, tmp_path: Path
) -> None:
    ran = tmp_path / "ran"
    command = f'echo "$ORCH_EVENTS_OUTCOME $ORCH_EVENTS_STATUS" > {ran}'
    args = ["follow", "352", "--service-url", at_sixty, "-q", "--exec", command, *["--exec-always"] * always]
    with start(args) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(number)
        process.communicate(timeout=20)
    assert process.returncode == status
    assert ran.exists() is always
    assert not always or ran.read_text() == f"running {status}\n"


@pytest.mark.slow
def test_ctrl_c_ends_the_command_and_the_status_stays_that_of_the_job(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    command = f"echo $$ > {pid}.new; mv {pid}.new {pid}; sleep 60"
    with start(["follow", "353", "--demo", "--speed", "10000", "-q", "-o", "csv", "--exec", command]) as process:
        while not pid.exists():
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert (process.returncode, err.splitlines()[-1]) == (1, "warning: the command of --exec was interrupted")
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


@pytest.mark.slow
def test_it_runs_where_the_job_can_t_be_followed_too(over: str) -> None:
    command = "echo $ORCH_EVENTS_OUTCOME $ORCH_EVENTS_STATUS"
    done = run("follow", "999", "--service-url", over, "--exec", command)
    assert (done.status, done.err.splitlines()[-1]) == (5, "unknown 5")
