"""The server's words for what happens: event types, and the states that they lead to.

All of them are open sets: a server may send others, which are shown and counted and change nothing.
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

JOB_EVENTS = ("job_stopping", "job_aborted", "job_finished")
"""The events of the job itself; the last two are its end."""

NODE_OVER = frozenset({"finished", "failed", "errored", "skipped"})
"""The states in which a node stays."""

JOB_STATES = ("new", "ready", "running", "stopping", "stopped", "finished", "failed")
"""The states of a job, by its record; the last three are the end."""

JOB_TYPES = (
    "deploy", "task", "plan_task", "plan_script", "plan_upload", "plan_command", "plan_wait", "plan_apply",
    "plan_apply_prep",
)  # fmt: skip
"""Every documented type of job; a server may have others."""

EVENT_TYPES = (*NODE_STATES, *JOB_EVENTS)
"""Every documented event type; a server may send others."""

FAIL_ON = ("failed", "errored", "skipped", "aborted")
"""What can make a job's exit status other than 0."""


def in_order(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Put counts of nodes by state in order: what is over first, then running, then what a server has beside these."""
    known = (*(state for state in NODE_STATES.values() if state != "running"), "running")
    return [(state, counts[state]) for state in (*known, *sorted(set(counts) - set(known))) if counts.get(state)]
