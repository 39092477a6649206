"""When a job is over, and when everything of it has been seen.

What each source can know
    an event (job_finished, job_aborted): that the job is over; not that every node's event is visible yet, nor whether
        the job was stopped, unless job_stopping came before.
    the record: whether the job is over, and how; how many nodes it has (node_count); how many are in which state
        (node_states, which can be missing). It can be ahead of the events or behind them.
    the nodes' events: the state of each node that was seen. Only with node_count are these all nodes.
    silence: nothing. A queued node emits nothing, an unresponsive one is silent for 420 seconds before it fails.

Rules
    1. Only an event of the job, its record, or the whole set of its nodes makes it over.
    2. What arrives together with such a sign must not be lost: a request that finds nothing new must come after it.
    3. Ids are given out before events become visible: an event can appear seconds after one with a higher id, and the
       cursor is past it then. `JobState.complete` says whether it is proven that none is missing: each node is over
       as the record counts it, and each began. Until then the end is not left before `settle` seconds of silence, and
       what is not proven is read again: once when `LATE_COMMIT_SECONDS` have passed, once at the end.
       While the job goes on, such an event is news that is late, and without a record the end waits for it. So it is
       looked for in the same way in a silence in which the record counts the nodes otherwise than the events do, and
       once after `settle` seconds where it does not count them; where both agree, nothing is read again.
    4. An event of the job without a record that agrees: the record is late, and may yet say `stopped`. It is waited for
       as long.
    5. A record without an event of the job, complete otherwise: the job's last event may come, or be of a server of
       2016, which has none. It is waited for `LATE_COMMIT_SECONDS`.
    6. Without a record nobody knows how many nodes there are: when each one seen is over, or an event says that the job
       is, `settle` seconds of silence end the following. Without such an event the outcome stays unknown. While one of
       them seems to run, no silence ends it, since a run can be silent for an hour; that this is waited for is said.
    7. A plan job has no nodes, and nothing proves that none of its events is missing. Once its record is over, its end
       was seen, and each job that the record names was seen to start, it is waited for `LATE_COMMIT_SECONDS`, and then
       all is read again; else as in rule 3.

What can't be decided
    An event that becomes visible later than `settle` after everything else, and the job's last event if all else was
    complete for longer than `LATE_COMMIT_SECONDS`, which changes no outcome; without a record, a node that was queued
    for longer than that; without job_stopping and without a record, whether a job was stopped.
"""

import math

from orch_events.job.state import JobState

LATE_COMMIT_SECONDS = 3.0
"""How long an event that was given its id early usually takes at most to become visible."""


def required_quiet_seconds(state: JobState, settle_seconds: float) -> float:
    """Return how many seconds of silence end a job, by what is known of it now; infinite where nothing says it is over.

    Args:
        state: what is known of the job.
        settle_seconds: how long to wait at most for what may be missing.
    """
    if not state.has_record:
        return settle_seconds if state.ended_by is not None or state.seen_over else math.inf
    if not state.is_over:
        return math.inf
    if not state.record_over or not (state.complete or state.knows_its_jobs):
        return settle_seconds
    ended = state.complete and state.ended_by is not None
    return 0.0 if ended else min(LATE_COMMIT_SECONDS, settle_seconds)


def reread_quiet_seconds(state: JobState, settle_seconds: float, leave_seconds: float) -> tuple[float, ...]:
    """Return after how many seconds of silence what is not proven is read again, each time; see rule 3.

    Args:
        state: what is known of the job.
        settle_seconds: as for `required_quiet_seconds`.
        leave_seconds: after how many seconds of silence the following ends; infinite while the job goes on.
    """
    goes_on = leave_seconds == math.inf
    last = settle_seconds if goes_on else leave_seconds
    if goes_on and not state.counts_differ:
        return () if state.is_counted else (last,)
    return (LATE_COMMIT_SECONDS, last) if last > LATE_COMMIT_SECONDS else (last,)


class Silence:
    """How long nothing new has come of a job, and what becomes due meanwhile: reading again, and leaving.

    Args:
        state: what is known of the job.
        settle_seconds: how long to wait at most for what may be missing.
        now: a monotonic time.
        gaps: whether events of before a restart may become visible late; then the end is not left before they settled.

    Attributes:
        leave_at: when the following ends, on the clock's monotonic scale; infinite while the job goes on.
    """

    def __init__(self, state: JobState, settle_seconds: float, now: float, *, gaps: bool) -> None:
        self.leave_at = self._since_at = now
        self._state = state
        self._settle_seconds = settle_seconds
        self._settled_at = now + settle_seconds if gaps else 0.0
        self._rereads = 0

    def note_news(self, now: float) -> None:
        """Count anew."""
        self._since_at, self._rereads = now, 0

    def update(self) -> None:
        """Decide when to leave by what is known of the job now."""
        needed = required_quiet_seconds(self._state, self._settle_seconds)
        self.leave_at = max(self._since_at + needed, self._settled_at)

    @property
    def next_at(self) -> float:
        """When something is due."""
        return min(self.leave_at, self._reread_at)

    def reread_due(self, asked_at: float) -> bool:
        """Whether what is not proven is to be read again, after a request at this time that found nothing."""
        due = asked_at >= self._reread_at
        self._rereads += due
        return due

    @property
    def _reread_at(self) -> float:
        """When to read again next; infinite if nothing is missing, or was read often enough."""
        if self._state.complete and not self._settled_at:
            return math.inf
        times = reread_quiet_seconds(self._state, self._settle_seconds, self.leave_at - self._since_at)
        if self._rereads >= len(times):
            return math.inf
        return min(self._since_at + times[self._rereads], self.leave_at)
