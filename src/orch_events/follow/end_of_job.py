"""When a job is over.

There are three signs: an event of the job (job_finished, job_aborted), its record (finished, failed, stopped), and that
every one of its nodes is over. None is enough by itself:

1. Whatever arrives together with the sign must not be lost, so a request that finds nothing new must follow it.
2. Ids are given out before events become visible: an event can appear some seconds after one with a higher id. As long
   as the job's own sign and the states of its nodes disagree, `LATE_COMMIT_SECONDS` without new events are required.
3. A record can be ahead of the job's last event. If it is the job's only sign, the same quiet time is required, unless
   the record said so before the events were first read.
4. That every node seen is over is a sign only if the record's node_count says that there are no more: then the same
   quiet time ends the job. If the record has no node_count, it is no sign at all. If there is no record, or none that
   has a state, others may still be queued: then `settle_seconds` of quiet time end the job.
5. Quiet time alone is never a sign: an unresponsive node can be silent for 420 seconds.
"""

import math

from orch_events.job.state import JobState

LATE_COMMIT_SECONDS = 3.0
"""How long an event that got its id before the end may take to become visible."""


def required_quiet_seconds(state: JobState, settle_seconds: float, *, was_over: bool) -> float:
    """Return how many seconds without new events end a job; infinite if nothing says that it is over.

    Args:
        state: what is known of the job.
        settle_seconds: the same for a job without a record, once every node seen is over.
        was_over: whether its record said that it is over before its events were first read.
    """
    record = state.record
    if state.reported_over:
        reliable = state.ended_by is not None or was_over
        complete = state.nodes_over or (record is not None and record.over and state.matches_record)
        return 0.0 if reliable and complete else LATE_COMMIT_SECONDS
    if not state.nodes_over:
        return math.inf
    if record is None or not record.state:
        return settle_seconds
    return LATE_COMMIT_SECONDS if record.node_count else math.inf
