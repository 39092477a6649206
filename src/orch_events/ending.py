"""When a job is over.

Its end is its own word (job_finished, job_aborted, or a record that says so), or that all its nodes are over. An ask
that finds nothing new must come after that: what arrives with the end is not lost. Where word and nodes do not agree
yet, or the word is the record's alone, there must be a moment of silence too; where there is no record, `settle`
seconds of it.
"""

import math

from orch_events.job import JobState

MOMENT_SECONDS = 3.0
"""How long an event that was given its id before the end may take to be seen."""


def silence_of_an_end(state: JobState, settle: float, *, was_over: bool) -> float:
    """Return how many seconds of silence make an end of what is known now; infinite where nothing says that it is one.

    Args:
        state: what is known of the job.
        settle: seconds of silence that end a job without a record, once each node seen is over.
        was_over: whether its record said so before its events were first read.
    """
    record = state.record
    if state.said_over:
        told = state.ended_by is not None or was_over  # a record can be ahead of the job's last event
        settled = state.nodes_over or (record is not None and record.over and state.agrees)
        return 0.0 if told and settled else MOMENT_SECONDS
    if not state.nodes_over:
        return math.inf
    if record is None or not record.state:
        return settle
    return MOMENT_SECONDS if record.node_count else math.inf
