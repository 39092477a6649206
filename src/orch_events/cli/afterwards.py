"""What `follow` does once following has ended, however it ended: it rings the bell, and runs the command of --exec.

The command is run by the shell. What it needs to know is in its environment and on its stdin; what it prints goes to
stderr. Nothing about it changes the exit status: that is the job's.
"""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from orch_events.cli.app import App
from orch_events.cli.options import facts
from orch_events.cli.options.groups import AfterOptions
from orch_events.render.toolkit.streams import BestEffortStream
from orch_events.render.toolkit.terminal import is_terminal
from orch_events.times import write_duration

if TYPE_CHECKING:  # subprocess is imported when a command is run
    import subprocess

    from orch_events.analysis.job_report import JobReport

_BELL = "\a"
_NOT_INHERITED = ("ORCH_EVENTS_EXEC", "ORCH_EVENTS_EXEC_ALWAYS", "ORCH_EVENTS_REPORT")
"""Options that an orch-events in the command must not take over: it would run the command again, and so on."""
_GRACE_SECONDS = 2.0


class Ending(NamedTuple):
    """How following ended.

    Attributes:
        status: the exit status.
        by_signal: whether a signal ended it, or the reader of the output, who has gone.
        jobs: what is known of the jobs that were named.
    """

    status: int
    by_signal: bool
    jobs: "Sequence[JobReport]"


def conclude(app: App, options: AfterOptions, ending: Ending, reports: Mapping[str, str]) -> None:
    """Do what is to be done at the end; `reports` are the files of --report that were written, by their format."""
    if options.bell and not ending.by_signal and is_terminal(app.stderr_stream):
        BestEffortStream(app.stderr_stream).write(_BELL)
    if options.exec is None or (ending.by_signal and not options.exec_always):
        return
    from orch_events.cli.report_formats import WRITERS

    environ = hook_environ(app.environ, ending, reports)
    told = run_command(app, options.exec, options.exec_timeout, environ, WRITERS["json"](ending.jobs).encode())
    if told:
        app.stderr.warn(f"the command of --exec {told}")


def hook_environ(environ: Mapping[str, str], ending: Ending, reports: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of the command; of several jobs it has words in the order in which they were named."""
    from orch_events.analysis.progress import JobProgress
    from orch_events.wire.vocabulary import NODE_FAILED

    jobs = [JobProgress.from_state(job.state) for job in ending.jobs]
    words = [job.outcome.word if job.outcome else "running" if job.is_running else "unknown" for job in jobs]
    return {
        **{name: value for name, value in environ.items() if name not in _NOT_INHERITED},
        facts.HOOK: "1",
        facts.JOB: " ".join(job.job for job in jobs),
        facts.OUTCOME: " ".join(words),
        facts.STATUS: str(ending.status),
        facts.FAILED: str(sum(job.nodes.get(state, 0) for job in jobs for state in NODE_FAILED)),
        **{f"{facts.REPORT}{name.upper()}": path for name, path in reports.items()},
    }


def run_command(app: App, command: str, seconds: float, environ: Mapping[str, str], stdin: bytes) -> str:
    """Run a command by the shell, with its output on stderr; return what went wrong, "" for nothing.

    It has a process group of its own, so that all of it can be ended: after `seconds`, or when a signal comes.
    """
    import subprocess

    output = _descriptor(app)
    try:
        process = subprocess.Popen(  # noqa: S602 - the user's own command, for the user's own shell
            command, shell=True, env=environ, stdin=subprocess.PIPE, stdout=output, stderr=output, process_group=0
        )
    except OSError as error:
        return f"can't be run: {os.strerror(error.errno or 0)}"
    try:
        process.communicate(stdin, seconds)
    except subprocess.TimeoutExpired:
        _end(process)
        return f"was ended after {write_duration(seconds)}"
    except KeyboardInterrupt:
        _end(process)
        return "was interrupted"
    status = process.returncode
    return f"was ended by signal {-status}" if status < 0 else f"exited with {status}" if status else ""


def _descriptor(app: App) -> int:
    """Return where the command's output goes: to stderr, if there is one."""
    import subprocess

    try:
        return app.stderr_stream.fileno() if app.stderr_stream is not None else subprocess.DEVNULL
    except (OSError, ValueError):  # not a file
        return subprocess.DEVNULL


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End a command and all that it started: it is asked first, and killed if it does not hear."""
    import subprocess

    _signal(process, "SIGTERM")
    with suppress(subprocess.TimeoutExpired):
        process.wait(_GRACE_SECONDS)
    _signal(process, "SIGKILL")
    process.communicate()


def _signal(process: "subprocess.Popen[bytes]", name: str) -> None:
    import signal

    with suppress(OSError):  # all of it has ended
        if hasattr(os, "killpg"):
            os.killpg(process.pid, getattr(signal, name))
        else:  # Windows
            process.kill()
