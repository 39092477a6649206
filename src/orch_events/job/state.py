"""What a job's events and record amount to: the states of its nodes, whether it is over, the outcome, the exit status.

1. A job is over if an event (job_finished, job_aborted) or its record says so, or if every one of its nodes is in a
   terminal state: the record's node_count says how many these are. Nothing else makes it over. How long to wait for
   more events then, `follow.end_of_job` decides.
2. A record in a terminal state decides the outcome and the number of nodes in each state, for it knows all of them;
   until there is one, the events do. But an aborted job's record says failed, and only an event tells the difference.
   So the outcome is the first of these that holds: finished, if the record says so; aborted, if there was a
   job_aborted; stopped, if the record says so, or if there is no such record and there was a job_stopping; failed, if
   the record says so; finished.
3. What is not known is no outcome: of a job that was joined in the middle, without a snapshot of its nodes, and of one
   with a node that still seems to run, only the record's counts tell who failed. Without them it is None, unless the
   job was aborted or stopped. It is None as well where events had to be left out.
4. Events may arrive in any order, and after the end too; so the outcome is computed whenever it is needed.

What is known of each node is in `nodes`, an outcome's exit status in `outcome`. Times are the server's, by its
timestamps.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from orch_events.job.nodes import NodeRun, Nodes
from orch_events.job.outcome import Outcome, Word
from orch_events.times import parse_timestamp
from orch_events.wire.event import Event
from orch_events.wire.records import JobRecord, NodeRecord
from orch_events.wire.vocabulary import JOB_ABORTED, JOB_END_EVENTS, JOB_STOPPING


class JobState:
    """Everything that is known of a job, built up event by event; memory grows with its nodes only.

    Args:
        job: the job's number, as text.
        whole: whether its events come from the first one on.

    Attributes:
        job: the job's number, as text.
        record: the latest record of the job; None if none was read.
        events: how many events were applied or counted.
        last_id: the highest id among them; None before the first.
        late: how many of them came after one with a higher id.
        left_out: whether events had to be left out; then how the job ended is not known.
        ended_by: job_finished or job_aborted, once there was one; job_aborted beats job_finished.
    """

    def __init__(self, job: str, *, whole: bool = True) -> None:
        self.job = job
        self._whole = self._knows_nodes = whole
        self.record: JobRecord | None = None
        self.events = 0
        self.last_id: int | None = None
        self.late = 0
        self.left_out = False
        self.ended_by: str | None = None
        self._nodes = Nodes()
        self._expected: set[int] = set()
        self._stopping = False
        self._first_timestamp = ""
        self._last_timestamp = ""

    def begin_anew(self) -> None:
        """Take the events from the first one on, if none was applied yet."""
        self._whole = self._knows_nodes = True

    def count(self, events: Sequence[Event]) -> None:
        """Count events without applying them; they must be in the order of their ids."""
        if not events:
            return
        self._first_timestamp = self._first_timestamp or events[0].timestamp
        self.events += len(events)
        self.last_id = max(events[-1].id or 0, self.last_id or 0) or None

    def apply(self, event: Event) -> None:
        """Count one event and apply it."""
        fields, number, last = event.fields, event.id or 0, self.last_id or 0
        self.events += 1
        self._expected.discard(number)
        if number > last:
            self.last_id = number
        elif 0 < number < last:
            self.late += 1
        self._first_timestamp = self._first_timestamp or fields.timestamp
        self._last_timestamp = fields.timestamp or self._last_timestamp
        if not self._nodes.apply(fields, number):
            self.note_job_event(event)

    def note_job_event(self, event: Event) -> None:
        """Apply what an event says of the job itself, if it does; it is not counted."""
        if event.type == JOB_STOPPING:
            self._stopping = True
        elif event.type in JOB_END_EVENTS and self.ended_by != JOB_ABORTED:
            self.ended_by = event.type

    def merge_snapshot(self, nodes: Iterable[NodeRecord]) -> None:
        """Apply a snapshot of the nodes, in place of events that were not read."""
        self._knows_nodes = True
        for node in nodes:
            self._nodes.merge_snapshot(node)

    def complete_nodes(self, nodes: Iterable[NodeRecord]) -> None:
        """Apply a snapshot that was taken after all events: where it says something else, it is right."""
        for node in nodes:
            run = self.runs.get(node.name)
            if run is None or run.state != node.state:
                self._nodes.merge_snapshot(node, later=True)

    def expect(self, numbers: Iterable[int]) -> None:
        """Note the ids of events that are known to exist: until they were applied, events are missing."""
        self._expected.update(numbers)

    def snapshot(self) -> list[NodeRecord]:
        """Return a snapshot of the nodes, as `merge_snapshot` takes it."""
        return [
            NodeRecord(run.name, run.state, run.event_id, run.start_timestamp, run.finish_timestamp, run.message)
            for run in self._nodes.runs.values()
            if run.state
        ]

    @property
    def nodes(self) -> Counter[str]:
        """How many nodes are in each state, of those that an event or a snapshot has named."""
        return self._nodes.counts

    @property
    def runs(self) -> Mapping[str, NodeRun]:
        """What is known of each node, by its name, in the order in which they were first named."""
        return self._nodes.runs

    @property
    def running(self) -> Mapping[str, NodeRun]:
        """The nodes that are running, by name."""
        return self._nodes.running

    @property
    def ended(self) -> Sequence[NodeRun]:
        """The nodes that an event ended, in that order."""
        return self._nodes.ended

    @property
    def began_at(self) -> datetime | None:
        """When the job's first event happened, by the server's clock; None before it, or if that is not known.

        If the first events were not read, it is the time at which the job started by its record.
        """
        recorded = self.record.started_at if self.record and not self._whole else None
        return recorded or parse_timestamp(self._first_timestamp)

    @property
    def last_at(self) -> datetime | None:
        """When the last event happened, by the server's clock; None before the first, or if that is not known."""
        return parse_timestamp(self._last_timestamp)

    @property
    def total(self) -> int:
        """How many nodes the job has, as far as is known."""
        return max(self.record.node_count or 0 if self.record else 0, len(self.runs))

    @property
    def over(self) -> int:
        """How many nodes are in a terminal state."""
        return self._nodes.over

    @property
    def reported_over(self) -> bool:
        """Whether an event of the job or its record says that it is over."""
        return self.ended_by is not None or self.record_over

    @property
    def knows_its_jobs(self) -> bool:
        """Whether it is a plan that is over, and each of its jobs is known; a job has none."""
        return False

    @property
    def record_over(self) -> bool:
        """Whether the job's record says that it is over."""
        return self.record is not None and self.record.over

    @property
    def has_record(self) -> bool:
        """Whether there is a record that tells the job's state."""
        return self.record is not None and bool(self.record.state)

    @property
    def seen_over(self) -> bool:
        """Whether each node that was named is in a terminal state; there may be others, yet to be named."""
        return 0 < len(self.runs) == self.over

    @property
    def nodes_over(self) -> bool:
        """Whether every node of the job is in a terminal state; the record says how many there are."""
        return bool(self.record and self.record.node_count) and self.total == self.over

    @property
    def is_over(self) -> bool:
        """Whether the job is over: it says so, or the whole set of its nodes is."""
        return self.reported_over or self.nodes_over

    @property
    def is_counted(self) -> bool:
        """Whether the record counts the nodes in each state."""
        return bool(self.record and self.record.node_states)

    @property
    def counts_differ(self) -> bool:
        """Whether the record counts nodes otherwise than the events do; nodes that are yet to start don't matter."""
        if not self.is_counted or self.record is None:
            return False
        recorded = {state: count for state, count in self.record.node_states.items() if state != "new"}
        return recorded != {state: count for state, count in self.nodes.items() if count and state != "new"}

    @property
    def matches_record(self) -> bool:
        """Whether the terminal record, if there is one and it counts nodes, counts them as the events do."""
        return not (self.record_over and self.counts_differ)

    @property
    def lacks_nodes(self) -> bool:
        """Whether the record knows more of the nodes than the events told: more of them, or how they ended."""
        if self.total > len(self.runs):
            return True
        counts = self.record.node_states if self.record else {}
        return self.record_over and (not self.matches_record or (not counts and self.nodes["running"] > 0))

    @property
    def complete(self) -> bool:
        """Whether it is proven that no event is missing: each node is over as the record counts it, and has started.

        If the first events were not read, it is not known which nodes have started.
        """
        whole = self.matches_record if self.record_over and self.is_counted else self.nodes_over
        return whole and not self._expected and not (self._whole and self.lacks_events)

    @property
    def lacks_events(self) -> bool:
        """Whether an event is evidently missing: the start of a node that ended, or the stopping of a stopped job."""
        stopped = self.record is not None and self.record.state == "stopped"
        ended = (run for run in self.runs.values() if run.state in ("finished", "failed", "errored"))
        return any(not run.start_timestamp for run in ended) or (stopped and not self._stopping)

    def outcome(self) -> Outcome | None:
        """How the job ended; None while it is not over, and if that can't be told."""
        if not self.is_over or self.left_out:
            return None
        record = self.record if self.record_over else None
        counted = record.node_states if record else {}
        word = self._word(record.state if record else None)
        if not counted and word not in ("aborted", "stopped") and not self._nodes_known(record):
            return None
        nodes = {state: count for state, count in (counted or self.nodes).items() if count}
        return Outcome(word, nodes, self._seconds(), self.late)

    def _nodes_known(self, record: JobRecord | None) -> bool:
        """Whether the events tell how each node fared, as far as a terminal record does not contradict."""
        return self._knows_nodes and (record is not None or not self.nodes["running"])

    @property
    def word(self) -> Word:
        """How the job ended, by its events alone; only meaningful if it has."""
        return self._word(None)

    def _word(self, recorded: str | None) -> Word:
        """Decide by the terminal record, if there is one; that a job was aborted only an event tells."""
        if recorded == "finished":
            return "finished"
        if self.ended_by == JOB_ABORTED:
            return "aborted"
        if recorded == "stopped" or (recorded is None and self._stopping):
            return "stopped"
        return "failed" if recorded == "failed" else "finished"

    def _seconds(self) -> float | None:
        record = self.record
        if record is not None and record.over and record.seconds is not None:
            return record.seconds
        first = parse_timestamp(self._first_timestamp) if self._whole else None
        begin = (record and record.started_at) or first
        end = (record and record.finished_at) or self.last_at
        return (end - begin).total_seconds() if begin and end else None
