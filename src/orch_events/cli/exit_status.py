"""What each exit status means, and those that are neither a job's outcome (`job.state`) nor an error's (`errors`)."""

from collections.abc import Collection, Mapping

from orch_events.errors import AccessError, LocalFileError, NotUnderstood, UnknownJob, Unreachable, UsageError

FAILED_FAST = 9
BUG = 70
TIMED_OUT = 124
SIGINT = 130
READER_GONE = 141
SIGTERM = 143

MEANINGS: Mapping[int, str] = {
    0: "success; for follow: the job is over, and nothing in --fail-on happened",
    1: "the job is over and at least one node failed or errored",
    UsageError.exit_status: "usage error",
    3: "the job was stopped or aborted",
    AccessError.exit_status: "not authenticated or not permitted",
    UnknownJob.exit_status: "no such job (never existed, or pruned after 30 days)",
    Unreachable.exit_status: "the server can't be reached or returns only errors, or the outcome could not be learned: "
    "the state of the job is unknown",
    NotUnderstood.exit_status: "unexpected response: not an orchestrator, or a broken one",
    LocalFileError.exit_status: "a problem with the configuration, CA, token file or another local file; "
    "--record, --report or --cursor-file could not be written; a limit of this system was reached",
    FAILED_FAST: "--fail-fast was reached; the job is still running",
    BUG: "a bug in orch-events; a traceback is shown",
    TIMED_OUT: "--timeout was reached; the job is still running",
    SIGINT: "Ctrl-C: detached; the job is still running",
    READER_GONE: "the reader of the output closed the pipe",
    SIGTERM: "SIGTERM or SIGHUP: detached; the job is still running (collect ends with 0)",
}
"""Every status that the program can end with."""

_WORST_FIRST = (SIGTERM, SIGINT, 8, 7, 6, 5, 4, 3, 1, FAILED_FAST, TIMED_OUT, 0)


def badness(status: int) -> int:
    """Return a sort key: the worse a status, the higher."""
    return -_WORST_FIRST.index(status)


def worst(statuses: Collection[int]) -> int:
    """Return the worst of some statuses; 0 if there are none."""
    return max(statuses, key=badness, default=0)
