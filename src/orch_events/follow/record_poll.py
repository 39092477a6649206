"""The job's record: when it was had, and what is said where it can't be."""

from collections.abc import Iterator

from orch_events.errors import OrchEventsError
from orch_events.follow.retry import first_answer
from orch_events.follow.source import JobSource
from orch_events.job.state import JobState
from orch_events.job.updates import Notice, Steps
from orch_events.wire.job_key import is_plan, spoken
from orch_events.wire.records import JobRecord


class RecordPoll:
    """Asks for a job's record, and keeps the latest in the job's state.

    Args:
        state: what is known of the job.
        source: where its record comes from.
    """

    def __init__(self, state: JobState, source: JobSource) -> None:
        self._state = state
        self._source = source
        self._error: OrchEventsError | None = None
        self._wait_explained = False

    def once(self) -> Steps[bool]:
        """Ask once; if there is no record now, the last one stays. Return whether it tells another state, as news."""
        before = self._state.record
        try:
            self._state.record = yield from self.request()
        except OrchEventsError as error:
            self._error = error
            return False
        self._error = None
        return before is not None and before.state != self._state.record.state

    def request(self) -> Steps[JobRecord]:
        """Return the record; raises OrchEventsError."""
        return first_answer(self._source.record(self._state.job))

    def explain_the_wait(self) -> Iterator[Notice]:
        """Say once, in a silence, that without a record it takes the end of each node to end the following."""
        if not self._wait_explained and not self._state.has_record:
            self._wait_explained = True
            end = "an event says that it is over" if is_plan(self._state.job) else "each node that was seen is over"
            yield Notice(f"{self._no_record}; following goes on until {end}")

    @property
    def _no_record(self) -> str:
        why = f" ({self._error.message})" if self._error else ""
        return f"the record of {spoken(self._state.job)} is unavailable{why}"

    def explain_the_end(self) -> Iterator[Notice]:
        """Say where record and events do not agree, or where the record could not be had, unlike in a recording."""
        job = spoken(self._state.job)
        if not self._state.has_record:
            if self._error is not None:
                known = (
                    "its end is known from its events alone" if self._state.is_over else "nothing says that it is over"
                )
                yield Notice(f"{self._no_record}; {known}")
        elif not self._state.matches_record:
            yield Notice(f"the record of {job} does not match its events; the exit status follows the record")
