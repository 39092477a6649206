"""A recording as a source: what was recorded happens again, at once or in time.

As a live server does, it shows what has happened so far: an event is there when as much time has passed as lay between
it and the first, divided by the speed. It keeps its place in the recording: what was shown is not read again.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cached_property
from itertools import chain
from typing import Protocol

from orch_events.errors import LocalFileError
from orch_events.job.state import JobState
from orch_events.times import Clock
from orch_events.wire.event import Event, Fetched, PageEnd
from orch_events.wire.records import JobRecord, NodeRecord


class Recorded(Protocol):
    """What a replay needs of a recording."""

    @property
    def name(self) -> str:
        """What it is called in messages."""
        ...

    def events(self, job: str) -> Iterator[Sequence[Event]]:
        """Yield a job's events from the first on."""
        ...


class Replay:
    """A source of recorded events.

    Args:
        recording: where they are.
        clock: what time it is.
        speed: how many recorded seconds pass in one of ours; more than 0, infinite for all at once.
    """

    def __init__(self, recording: Recorded, clock: Clock, speed: float = math.inf) -> None:
        self._recording = recording
        self._clock = clock
        self._speed = speed
        self._jobs: dict[str, _Job] = {}

    def fetch(self, job: str, start: int | None) -> Iterator[Fetched]:
        """Yield what has come since the last page, from the id `start` on, then the page's end.

        Raises:
            LocalFileError: the recording can't be read, or all of it was shown and the job is not over.
        """
        yield from self._job(job).page(start)
        yield PageEnd(None)

    def record(self, job: str) -> Iterator[JobRecord]:
        """Yield the job's record: it is running until all was shown, and then what its events say."""
        yield self._job(job).record

    def nodes(self, job: str) -> Iterator[Sequence[NodeRecord]]:
        """Yield the nodes' states by all events that have come, those before any `start` too."""
        yield self._job(job).learnt().snapshot()

    def _job(self, job: str) -> "_Job":
        return self._jobs.setdefault(job, _Job(job, self._recording, _Schedule(self._clock, self._speed)))


class _Job:
    """One job of a replay."""

    def __init__(self, job: str, recording: Recorded, schedule: "_Schedule") -> None:
        self._job = job
        self._recording = recording
        self._schedule = schedule
        self._passage: _Passage | None = None

    def page(self, start: int | None) -> Iterator[Sequence[Event]]:
        """Go on behind what was shown; or anew, if events that were shown are asked for again."""
        if self._passage is None or (start or 0) <= self._passage.highest:
            self._passage = self._pass_through(start)
        elif self._passage.ended and not self._is_over:
            hint = "orch-events list shows the events it contains"
            raise LocalFileError(f"{self._recording.name} ends before the job does", hint)
        return self._passage.go_on()

    @property
    def record(self) -> JobRecord:
        """The job's record, in the server's words; of its nodes the recording has all that there are."""
        if self._passage is None or not self._passage.ended or not self._is_over:
            return JobRecord(state="running")
        word, nodes = self._whole.word, self._whole.nodes
        failed = word == "aborted" or (word == "finished" and bool(nodes["failed"] + nodes["errored"]))
        counts = {state: count for state, count in nodes.items() if count}
        return JobRecord(state="failed" if failed else word, node_count=len(self._whole.runs), node_states=counts)

    @property
    def _is_over(self) -> bool:
        """Whether the recording goes to the end of the job: that is said, or each node in it is over."""
        return self._whole.said_over or self._whole.seen_over

    def learnt(self) -> JobState:
        """What the events that have come say."""
        state = JobState(self._job)
        for run in self._pass_through(None).go_on():
            for event in run:
                state.apply(event)
        return state

    @cached_property
    def _whole(self) -> JobState:
        """What all events say; to be asked when they have come."""
        return self.learnt()

    def _pass_through(self, start: int | None) -> "_Passage":
        runs = self._recording.events(self._job)
        return _Passage(runs if start is None else _wanted(runs, start), self._schedule)


def _wanted(runs: Iterable[Sequence[Event]], start: int) -> Iterator[Sequence[Event]]:
    for run in runs:
        yield [event for event in run if event.id is None or event.id >= start]


class _Passage:
    """One way through a job's events, as far as their time has come.

    Attributes:
        highest: the highest id that was shown; -1 before any.
        ended: whether all was shown.
    """

    def __init__(self, runs: Iterator[Sequence[Event]], schedule: "_Schedule") -> None:
        self.highest = -1
        self.ended = False
        self._runs = runs
        self._schedule = schedule
        self._held: Sequence[Event] = ()

    def go_on(self) -> Iterator[Sequence[Event]]:
        """Yield what has come since the last time."""
        for run in chain([self._held] if self._held else [], self._runs):
            come = self._count(run)
            self._held = run[come:]
            self.highest = max([self.highest, *(event.id for event in run[:come] if event.id is not None)])
            yield run[:come]
            if self._held:
                return
        self.ended = True

    def _count(self, run: Sequence[Event]) -> int:
        """Count the events that have come, up to the first that has not."""
        if self._schedule.at_once:
            return len(run)
        return next((place for place, event in enumerate(run) if not self._schedule.has_come(event)), len(run))


class _Schedule:
    """When each event comes: as long after the first as it was recorded, divided by the speed.

    Nobody asks for an event before the one before it has come, so that none comes earlier than that.
    """

    def __init__(self, clock: Clock, speed: float) -> None:
        self.at_once = math.isinf(speed)
        self._clock = clock
        self._speed = speed
        self._first: tuple[datetime, float] | None = None

    def has_come(self, event: Event) -> bool:
        """Whether it is time for an event; for one that can't be read it always is, and time begins with the first."""
        at = event.at
        if at is None:
            return True
        first, began_at = self._first = self._first or (at, self._clock.monotonic())
        return (at - first).total_seconds() / self._speed <= self._clock.monotonic() - began_at
