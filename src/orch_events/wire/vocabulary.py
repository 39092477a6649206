"""The server's vocabulary, each set once: event types, states of nodes and jobs, types of jobs.

All are open sets: a server may send other values, which are shown and counted, and change nothing.
"""

from collections.abc import Mapping

NODE_STATES: Mapping[str, str] = {
    "node_running": "running",
    "node_finished": "finished",
    "node_failed": "failed",
    "node_errored": "errored",
    "node_skipped": "skipped",
}
"""The state in which an event leaves its node."""

NODE_WORDS = ("new", *NODE_STATES.values())
"""Every documented state of a node."""

NODE_OVER = frozenset({"finished", "failed", "errored", "skipped"})
"""The terminal states of a node."""

NODE_FAILED = frozenset({"failed", "errored"})
"""The states of a node that ran, or should have run, and did not succeed."""

NODE_UNSUCCESSFUL = NODE_FAILED | {"skipped"}
"""The states of a node that is over without having finished."""

NODE_UNFINISHED = ("failed", "errored", "skipped", "running")
"""The states of nodes that have not finished, worst first."""

FAILED_EVENTS = frozenset(event for event, state in NODE_STATES.items() if state in NODE_FAILED)
"""The events of a node that failed or errored."""

JOB_STOPPING, JOB_ABORTED, JOB_FINISHED = "job_stopping", "job_aborted", "job_finished"

JOB_END_EVENTS = frozenset({JOB_ABORTED, JOB_FINISHED})
"""The events that end a job."""

OUT_MESSAGE, PLAN_START, PLAN_END = "out_message", "plan_start", "plan_end"
"""What a plan says, and the beginning and the end of a sub-plan."""

PLAN_FINISHED, PLAN_FAILED = "plan_finished", "plan_failed"

PLAN_END_EVENTS = frozenset({PLAN_FINISHED, PLAN_FAILED})
"""The events that end a plan job."""

PLAN_EVENT_TYPES = (
    "task_start", "script_start", "command_start", "upload_start", "wait_start", "apply_start", "apply_prep_start",
    OUT_MESSAGE, PLAN_START, PLAN_END, PLAN_FINISHED, PLAN_FAILED,
)  # fmt: skip
"""Every documented type of a plan job's events."""

EVENT_TYPES = (*NODE_STATES, JOB_STOPPING, JOB_ABORTED, JOB_FINISHED)
"""Every documented type of a job's events."""

JOB_OVER = frozenset({"stopped", "finished", "failed"})
"""The terminal states of a job, by its record."""

PLAN_OVER = frozenset({"success", "failure"})
"""The terminal states of a plan job, by its record."""

PLAN_STATES = ("pending", "running", "success", "failure")
"""Every documented state of a plan job, by its record."""

LIKE_JOB_STATES: Mapping[str, str] = {"pending": "new", "success": "finished", "failure": "failed"}
"""The states of plan jobs, each with the one of a job that means the same."""

ABORTED = "aborted"
"""What a job is whose record says failed, though none of its nodes failed and some have not ended."""

JOB_STATES = ("new", "ready", "running", "stopping", "stopped", "finished", "failed")
"""Every documented state of a job, by its record."""

JOB_TYPES = (
    "deploy", "task", "plan_task", "plan_script", "plan_upload", "plan_command", "plan_wait", "plan_apply",
    "plan_apply_prep",
)  # fmt: skip
"""Every documented type of job."""

PLAN_TYPE = "plan"
"""Stands for plan jobs among the types of jobs; a server has a list of its own for them."""

FAIL_ON = ("failed", "errored", "skipped", "aborted")
"""What --fail-on can name: outcomes that make the exit status other than 0."""

_DISPLAY_ORDER = ("finished", "failed", "errored", "skipped", "running")


def in_display_order(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Order counts of nodes by state: terminal states first, then running, then states that are not documented."""
    states = (*_DISPLAY_ORDER, *sorted(set(counts) - set(_DISPLAY_ORDER)))
    return [(state, counts[state]) for state in states if counts.get(state)]
