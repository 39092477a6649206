"""When a job is over.

Four signs can say so: an event of the job (job_finished, job_aborted), its record (finished, failed, stopped), that each
of its nodes is over, and silence. None of them is enough by itself:

1. What arrives together with the sign must not be lost: a request that finds nothing new must come after it.
2. Ids are given out before events become visible: an event can appear some seconds after one with a higher id. So where
   the job's own sign and its nodes do not agree yet, there must be `LATE_COMMIT_SECONDS` of silence, too.
3. A record can be ahead of the job's last event. Where it is the only sign, the same silence is required, unless the
   record said so before the events were first read.
4. Without a record nobody knows how many nodes there are: each one seen may be over while others are still queued. Then
   `settle` seconds of silence end the job.
5. Silence alone is never a sign: an unresponsive node can be silent for 420 seconds.
"""

import math

from orch_events.job.state import JobState

LATE_COMMIT_SECONDS = 3.0
"""How long an event that was given its id before the end may take to become visible."""


def required_quiet_seconds(state: JobState, settle_seconds: float, *, was_over: bool) -> float:
    """Return how many seconds of silence end a job, by what is known of it now; infinite where nothing says it is over.

    Args:
        state: what is known of the job.
        settle: seconds of silence that end a job without a record, once each node seen is over.
        was_over: whether its record said so before its events were first read.
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
