"""What a job's events and record amount to: the state of each node, the end, the outcome and its exit status.

A node's state follows from its events alone, by the table in `states`. An event counts for a node only if no later one
has been counted, so a snapshot of the nodes and events in any order lead to the same state.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from orch_events.events import Event
from orch_events.records import JobRecord, NodeRecord
from orch_events.states import JOB_EVENTS, NODE_OVER, NODE_STATES

Word = Literal["finished", "failed", "aborted", "stopped"]


class Outcome(msgspec.Struct, frozen=True):
    """How a job ended.

    Attributes:
        word: finished (however its nodes fared), failed (as a whole, by its record), aborted or stopped.
        nodes: how many nodes ended in each state, those still running included.
        seconds: how long the job took; None where that is not known.
        late: how many events came behind events with higher ids.
    """

    word: Word
    nodes: Mapping[str, int]
    seconds: float | None
    late: int = 0

    def exit_status(self, fail_on: Collection[str]) -> int:
        """3 for a job that was stopped or aborted, 1 for one with failures, else 0; as far as `fail_on` names them."""
        if self.word in ("stopped", "aborted") and "aborted" in fail_on:
            return 3
        bad = {state for state in ("failed", "errored", "skipped") if self.nodes.get(state)}
        if self.word == "failed" and not bad & {"failed", "errored"}:
            bad.add("failed")
        return int(not bad.isdisjoint(fail_on))


class JobState:
    """All that is known of a job, built up event by event; memory grows with its nodes only.

    Attributes:
        job: the job's number, as text.
        record: the server's latest record of the job; None where none could be had.
        nodes: how many nodes are in each state; nodes of which nothing is known are not counted.
        events: how many events were applied.
        last_id: the highest id among them; None before the first.
        late: how many of them came behind one with a higher id.
        ended_by: job_finished or job_aborted, once one has come.
    """

    def __init__(self, job: str) -> None:
        self.job = job
        self.record: JobRecord | None = None
        self.nodes: Counter[str] = Counter()
        self.events = 0
        self.last_id: int | None = None
        self.late = 0
        self.ended_by: str | None = None
        self._states: dict[str, tuple[str, int]] = {}
        self._never_ran: set[str] = set()
        self._stopping = False
        self._first: Event | None = None
        self._last: Event | None = None

    def count(self, events: Sequence[Event]) -> None:
        """Count events of which nothing else is wanted, in the order of their ids."""
        self.events += len(events)
        self.last_id = max(events[-1].id or 0, self.last_id or 0) or None if events else self.last_id

    def apply(self, event: Event) -> None:
        """Count one event and learn what it says."""
        self.events += 1
        number = event.id or 0
        self.late += number < (self.last_id or 0)
        self.last_id = max(number, self.last_id or 0) or None
        self._first = self._first or event
        self._last = event
        if event.node is not None and event.type in NODE_STATES:
            self._note_run(event.node, NODE_STATES[event.type])
            self._enter(event.node, NODE_STATES[event.type], number)
        self.hear(event)

    def hear(self, event: Event) -> None:
        """Take note of what an event says of the job itself."""
        if event.type == "job_stopping":
            self._stopping = True
        elif event.type in JOB_EVENTS and self.ended_by != "job_aborted":
            self.ended_by = event.type

    def seed(self, nodes: Iterable[NodeRecord]) -> None:
        """Take over a snapshot of the nodes, for events that were not read."""
        for node in nodes:
            self._enter(node.name, node.state, node.latest_event_id)

    def snapshot(self) -> list[NodeRecord]:
        """Return the nodes as `seed` takes them over."""
        return [NodeRecord(name, state, event_id) for name, (state, event_id) in self._states.items()]

    def _note_run(self, node: str, state: str) -> None:
        """Keep in mind a node that ran to its end without an event that says that it began."""
        if state == "running":
            self._never_ran.discard(node)
        elif state in ("finished", "failed", "errored") and node not in self._states:
            self._never_ran.add(node)

    def _enter(self, node: str, state: str, event_id: int) -> None:
        before, latest = self._states.get(node, ("", -1))
        if event_id < latest:
            return
        self._states[node] = (state, event_id)
        self.nodes[state] += 1
        if before:
            self.nodes[before] -= 1

    @property
    def total(self) -> int:
        """How many nodes the job has, as far as is known."""
        return max(self.record.node_count or 0 if self.record else 0, len(self._states))

    @property
    def over(self) -> int:
        """How many nodes will change no more."""
        return sum(self.nodes[state] for state in NODE_OVER)

    @property
    def said_over(self) -> bool:
        """Whether the job itself says that it is over, by an event or by its record."""
        return self.ended_by is not None or (self.record is not None and self.record.over)

    @property
    def nodes_over(self) -> bool:
        """Whether every node is over; where node_count is not known, every node that was seen."""
        return 0 < self.total == self.over

    @property
    def is_over(self) -> bool:
        """Whether there is any sign of the end."""
        return self.said_over or self.nodes_over

    @property
    def agrees(self) -> bool:
        """Whether the record of a job that is over counts its nodes as the events do; it may not count them at all."""
        if self.record is None or not self.record.over or not self.record.node_states:
            return True
        recorded = {state: count for state, count in self.record.node_states.items() if state != "new"}
        return recorded == {state: count for state, count in self.nodes.items() if count and state != "new"}

    @property
    def unexplained(self) -> bool:
        """Whether something ended that no event said to begin: a node's run, or the stopping of the job."""
        stopped = self.record is not None and self.record.state == "stopped"
        return bool(self._never_ran) or (stopped and not self._stopping)

    def outcome(self) -> Outcome:
        """How the job ended; to be asked when it has."""
        record = self.record if self.record and self.record.over else None
        counts = record.node_states if record and record.node_states else self.nodes
        nodes = {state: count for state, count in counts.items() if count}
        return Outcome(self._word(record.state if record else None), nodes, self._seconds(), self.late)

    def _word(self, recorded: str | None) -> Word:
        """The record decides; aborted is a word that only events have."""
        if recorded == "finished":
            return "finished"
        if self.ended_by == "job_aborted":
            return "aborted"
        if recorded == "stopped" or (recorded is None and self._stopping):
            return "stopped"
        return "failed" if recorded == "failed" else "finished"

    def _seconds(self) -> float | None:
        record = self.record
        begin = (record and record.started_at) or (self._first and self._first.at)
        end = (record and record.finished_at) or (self._last and self._last.at)
        return (end - begin).total_seconds() if begin and end else None
