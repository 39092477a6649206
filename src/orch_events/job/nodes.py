"""What is known of each node of a job.

1. A node's state is that of its event with the highest id, whatever the order in which events and snapshots arrive: an
   event or snapshot with a lower id than the one that set the state does not change it. So a snapshot can stand for
   events that were not read, and an event that arrives late spoils nothing.
2. Only a late node_running event still has an effect: it sets the start time, which no other event has.
3. Memory grows with the number of nodes, not of events: a node keeps its last state, and 500 characters of a message.
"""

from collections import Counter
from datetime import datetime

import msgspec

from orch_events.times import parse_timestamp
from orch_events.wire.detail import (
    Changes,
    cause_in_message,
    read_cause,
    read_changes,
    read_report_url,
    says_only_state,
)
from orch_events.wire.event import Fields
from orch_events.wire.job_key import spoken
from orch_events.wire.printed import drop_colors
from orch_events.wire.records import NodeRecord
from orch_events.wire.vocabulary import NODE_OVER, NODE_STATES, NODE_UNSUCCESSFUL

MOST_CHARACTERS = 500
"""How much of a message is kept: a task can print megabytes on every node."""


class NodeRun(msgspec.Struct):
    """One node and its run.

    Attributes:
        name: the node's name.
        state: running, finished, failed, errored, skipped, or whatever else a snapshot says.
        event_id: the id of the event that led to this state.
        start_timestamp, finish_timestamp: the server's text, UTC; "" until then, or if it is not known.
        message: the server's message for a node that did not finish; "" for others.
        cause: why it did not, in one line; "" if neither server nor node says.
        report_url: the URL of its Puppet run's report; "" until it ends, or if it is not a Puppet run.
        changes: what its Puppet run changed; None until it ends, or if it is not a Puppet run.
        job: the job's number, where the nodes of all jobs of a plan stand together; else "".
        slow: whether it takes much longer than other nodes; see `analysis.progress.StragglerDetector`.
    """

    name: str
    state: str = ""
    event_id: int = -1
    start_timestamp: str = ""
    finish_timestamp: str = ""
    message: str = ""
    cause: str = ""
    report_url: str = ""
    changes: Changes | None = None
    slow: bool = False
    job: str = ""

    @property
    def label(self) -> str:
        """Its name, and the job if it is one of several: a plan can run several jobs on one node."""
        return f"{self.name} ({spoken(self.job)})" if self.job else self.name

    @property
    def why(self) -> str:
        """Why it did not finish, in as few words as say it; "" if neither node nor server says."""
        if self.cause or says_only_state(self.message, self.name):
            return self.cause
        return cause_in_message(self.message, self.name)[0] or self.message

    @property
    def began_at(self) -> datetime | None:
        """When it began; None if that is not known."""
        return parse_timestamp(self.start_timestamp)

    @property
    def ended_at(self) -> datetime | None:
        """When it ended; None until then, or if that is not known."""
        return parse_timestamp(self.finish_timestamp)

    @property
    def seconds(self) -> float | None:
        """How long it took; None until it ended, or if that is not known."""
        begin, end = self.began_at, self.ended_at
        return max(0.0, (end - begin).total_seconds()) if begin and end else None


class Nodes:
    """The nodes of a job that an event or a snapshot has named.

    Attributes:
        runs: each by its name, in the order in which they were first named.
        running: those that are running.
        ended: those that an event ended, in that order.
        counts: how many are in each state.
    """

    def __init__(self) -> None:
        self.runs: dict[str, NodeRun] = {}
        self.running: dict[str, NodeRun] = {}
        self.ended: list[NodeRun] = []
        self.counts: Counter[str] = Counter()

    def apply(self, fields: Fields, number: int) -> bool:
        """Apply an event to its node; `number` is the event's id, 0 if it has none.

        Returns:
            Whether it is the event of a node, of a documented type.
        """
        details, state = fields.details, NODE_STATES.get(fields.type)
        if details is None or not details.node or state is None:
            return False
        run = self.runs.get(details.node) or self._new_run(details.node)
        if state == "running":
            run.start_timestamp = fields.timestamp
        if number >= run.event_id:
            self._enter(run, state, number)
            if state == "running":
                run.finish_timestamp = ""
            else:
                run.finish_timestamp = fields.timestamp
                self.ended.append(run)
                _note_end(run, fields.message, details.detail)
        return True

    def merge_snapshot(self, node: NodeRecord, *, later: bool = False) -> None:
        """Apply a node's record to it; one that is known to be `later` than every event counts whatever its id is."""
        run = self.runs.get(node.name) or self._new_run(node.name)
        if later or node.latest_event_id >= run.event_id:
            self._enter(run, node.state, max(node.latest_event_id, run.event_id))
            run.start_timestamp = node.start_timestamp or run.start_timestamp
            run.finish_timestamp = node.finish_timestamp or run.finish_timestamp
            _note_end(run, node.message, node.result)

    def _new_run(self, name: str) -> NodeRun:
        run = self.runs[name] = NodeRun(name)
        return run

    def _enter(self, run: NodeRun, state: str, event_id: int) -> None:
        if run.state:
            self.counts[run.state] -= 1
        self.counts[state] += 1
        run.state, run.event_id = state, event_id
        if state == "running":
            self.running[run.name] = run
        else:
            self.running.pop(run.name, None)

    @property
    def over(self) -> int:
        """How many nodes are in a terminal state."""
        return sum(self.counts[state] for state in NODE_OVER)


def _note_end(run: NodeRun, message: str, detail: msgspec.Raw | bytes) -> None:
    """Keep what a node reported at its end, and why if it did not finish."""
    run.changes = read_changes(detail)
    run.report_url = read_report_url(detail)
    if run.state in NODE_UNSUCCESSFUL:
        run.message = drop_colors(message[: 2 * MOST_CHARACTERS])[:MOST_CHARACTERS]
        run.cause = read_cause(detail)[:MOST_CHARACTERS]
