"""What each exit status means, and those that are neither a job's outcome (see `job`) nor an error's (see `errors`)."""

from collections.abc import Mapping

from orch_events.errors import AccessError, LocalFileError, NotUnderstood, UnknownJob, Unreachable, UsageError

BUG = 70
TIMED_OUT = 124
SIGINT = 130
READER_GONE = 141
SIGTERM = 143

MEANINGS: Mapping[int, str] = {
    0: "done; for follow: the job is over and nothing of --fail-on happened",
    1: "the job is over and at least one node failed or errored",
    UsageError.exit_status: "usage: the command line makes no sense",
    3: "the job was stopped or aborted",
    AccessError.exit_status: "not authenticated or not permitted",
    UnknownJob.exit_status: "no such job (never was, or pruned after 30 days)",
    Unreachable.exit_status: "the server can't be reached or gives only errors: the job's state is unknown",
    NotUnderstood.exit_status: "the answer is not understood: not an orchestrator, or broken",
    LocalFileError.exit_status: "configuration, CA, token file or other local file; "
    "what --record or --cursor-file could not keep",
    BUG: "a bug, with a traceback",
    TIMED_OUT: "--timeout reached, the job goes on",
    SIGINT: "Ctrl-C: detached, the job goes on",
    READER_GONE: "the reader closed the pipe",
    SIGTERM: "SIGTERM or SIGHUP: detached, the job goes on",
}
"""Every status that the program can end with."""
