"""A recording as a source: a follower sees the job as it was, all at once or as it happened.

1. It answers as a server does: with the events so far. The first event is due at once, each other one as long after it
   as it was recorded, divided by the speed. One without a readable timestamp is due with the one before it. No event is
   due before those that precede it in the recording.
2. It keeps its position: a poll continues where the last one ended, so polling reads the file once. It is read again
   for a request of earlier events (after a cursor's `rewind`), for /nodes, and for a poll after the last event.
3. Until every event was read, the job's record says that it is running, and nothing else, so it never contradicts the
   events. Then it is the last one in the recording, if that is of a job that is over; else it has no state, and only an
   event can say how the job ended.
4. If the recording ends before the job does, nobody knows how that went on. Waiting would be in vain: the next poll
   after the last event is an error, which names the job itself.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cached_property
from itertools import chain
from typing import Protocol

from orch_events.errors import LocalFileError
from orch_events.job.plan import new_state
from orch_events.job.state import JobState
from orch_events.times import Clock
from orch_events.wire.event import Event, Fetched, PageEnd
from orch_events.wire.records import JobRecord, NodeRecord


class EventRecording(Protocol):
    """The interface that a replay needs of a recording."""

    @property
    def name(self) -> str:
        """Its name in messages."""
        ...

    @property
    def arriving(self) -> bool:
        """Whether it may still be arriving, so that the next batch may take its time."""
        ...

    def events(self, job: str) -> Iterator[Sequence[Event]]:
        """Yield a job's events from the first on, in batches."""
        ...

    def record(self, job: str) -> JobRecord | None:
        """Return the job's last record, once its events were read to the end; None if there is none."""
        ...

    def number(self, job: str) -> str | None:
        """Return the number that a job has on its server; None if that is not known."""
        ...


class Replay:
    """A source of recorded events.

    Args:
        recording: the recording.
        clock: the time.
        speed: how many recorded seconds pass in a real one; more than 0, infinite for all at once.
    """

    def __init__(self, recording: EventRecording, clock: Clock, speed: float = math.inf) -> None:
        self._recording = recording
        self._clock = clock
        self._speed = speed
        self._jobs: dict[str, _Job] = {}

    def fetch(self, job: str, start: int | None) -> Iterator[Fetched | None]:
        """Yield the events that have become due since the last page, from the id `start` on, then the page's end.

        What is still arriving is shown as it does: there is a None after each batch.

        Raises:
            LocalFileError: the recording can't be read, or it ended and the job is not over.
        """
        for batch in self._job(job).page(start):
            yield batch
            if self._recording.arriving:
                yield None
        yield PageEnd(None)

    def record(self, job: str) -> Iterator[JobRecord]:
        """Yield a record of the job: running until all events were read, then as it was recorded, or as they tell."""
        yield self._job(job).record

    def whole(self, job: str, event: Event) -> Iterator[Event]:  # noqa: ARG002 - of whatever job
        """Yield the event as it was recorded."""
        yield event

    def nodes(self, job: str) -> Iterator[Sequence[NodeRecord]]:
        """Yield the nodes' states by all events that are due, those before any `start` too."""
        yield self._job(job).replay_state().snapshot()

    def _job(self, job: str) -> "_Job":
        return self._jobs.setdefault(job, _Job(job, self._recording, _Schedule(self._clock, self._speed)))


class _Job:
    """One job of a replay."""

    def __init__(self, job: str, recording: EventRecording, schedule: "_Schedule") -> None:
        self._job = job
        self._recording = recording
        self._schedule = schedule
        self._pass: _Pass | None = None

    def page(self, start: int | None) -> Iterator[Sequence[Event]]:
        """Continue after the last page, or begin again if `start` is not after it, or before where that began."""
        if self._pass is None or (start or 0) <= self._pass.highest or (start or 0) < self._pass.start:
            self._pass = self._begin_pass(start)
        elif self._pass.ended and not self._may_be_over:
            raise LocalFileError(f"{self._recording.name} ends before the job does", self._hint(self._pass.highest + 1))
        return self._pass.advance()

    def _hint(self, start: int) -> str:
        number = self._recording.number(self._job)
        if number is None:
            return "orch-events list shows the events it contains"
        return f"the rest is on the server: orch-events follow {number}{f' --start {start}' if start else ''}"

    @property
    def record(self) -> JobRecord:
        """The job's record, in the server's words."""
        if self._pass is None or not self._pass.ended:
            return JobRecord(state="running")
        record = self._recording.record(self._job)
        if record is None or record.over:
            return record or JobRecord(state="")
        return JobRecord(state="", node_count=record.node_count)

    @cached_property
    def _may_be_over(self) -> bool:
        """Whether the recording may go to the job's end: something says so, or each node in it is over."""
        state = self.replay_state()
        state.record = self._recording.record(self._job)
        counted = state.record is not None and state.record.node_count is not None
        return state.is_over or (state.seen_over and not counted)

    def replay_state(self) -> JobState:
        """Return the job's state by all events that are due."""
        state = new_state(self._job)
        for batch in self._begin_pass(None).advance():
            for event in batch:
                state.apply(event)
        return state

    def _begin_pass(self, start: int | None) -> "_Pass":
        batches = self._recording.events(self._job)
        return _Pass(batches if start is None else _from_id(batches, start), self._schedule, start or 0)


def _from_id(batches: Iterable[Sequence[Event]], start: int) -> Iterator[Sequence[Event]]:
    for batch in batches:
        yield [event for event in batch if event.id is None or event.id >= start]


class _Pass:
    """One pass through a job's events, as far as they are due.

    Attributes:
        start: the first id that it yields.
        highest: the highest id that was yielded; -1 before any.
        ended: whether all events were yielded.
    """

    def __init__(self, batches: Iterator[Sequence[Event]], schedule: "_Schedule", start: int) -> None:
        self.start = start
        self.highest = -1
        self.ended = False
        self._batches = batches
        self._schedule = schedule
        self._not_due: Sequence[Event] = ()

    def advance(self) -> Iterator[Sequence[Event]]:
        """Yield the events that have become due since the last time."""
        for batch in chain([self._not_due] if self._not_due else [], self._batches):
            due = self._count_due(batch)
            self._not_due = batch[due:]
            self.highest = max([self.highest, *(event.id for event in batch[:due] if event.id is not None)])
            yield batch[:due]
            if self._not_due:
                return
        self.ended = True

    def _count_due(self, batch: Sequence[Event]) -> int:
        """Count the events that are due, up to the first that is not."""
        if self._schedule.immediate:
            return len(batch)
        return next((place for place, event in enumerate(batch) if not self._schedule.is_due(event)), len(batch))


class _Schedule:
    """When each event is due: as long after the first as it was recorded, divided by the speed."""

    def __init__(self, clock: Clock, speed: float) -> None:
        self.immediate = math.isinf(speed)
        self._clock = clock
        self._speed = speed
        self._first: tuple[datetime, float] | None = None

    def is_due(self, event: Event) -> bool:
        """Whether an event is due; one without a readable timestamp always is. The first call starts the clock."""
        at = event.at
        if at is None:
            return True
        first_at, began_at = self._first = self._first or (at, self._clock.monotonic())
        return (at - first_at).total_seconds() / self._speed <= self._clock.monotonic() - began_at
