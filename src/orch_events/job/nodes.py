"""What is known of each node of a job, by its events.

An event counts for a node only if no later one has been counted, so a snapshot of the nodes and events in any order
lead to the same states.
"""

from collections import Counter
from datetime import datetime

import msgspec

from orch_events.times import parse_timestamp
from orch_events.wire.detail import Changes, read_cause, read_changes, read_report_url
from orch_events.wire.event import Fields
from orch_events.wire.records import NodeRecord
from orch_events.wire.vocabulary import NODE_OVER, NODE_STATES, NODE_UNSUCCESSFUL

_MOST_CHARACTERS = 500
"""How much of a text is kept: a task can print megabytes, on every node."""


class NodeRun(msgspec.Struct):
    """One node and its run.

    Attributes:
        name: the node's name.
        state: running, finished, failed, errored, skipped, or whatever else a snapshot says.
        event_id: the id of the event that this state comes from.
        began, ended: the server's timestamps, UTC; "" where that is not known, or not yet.
        message: the server's sentence for a node that did not finish; "" for others.
        cause: why it did not, in one line; "" where nobody says.
        report_url: where the report of its Puppet run is; only for a node that did not finish.
        changes: what its Puppet run did; None until it did, or where it is none.
        slow: whether it was found to take much longer than others; see `stragglers`.
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

    @property
    def began_at(self) -> datetime | None:
        """When it began; None where that is not known."""
        return parse_timestamp(self.start_timestamp)

    @property
    def ended_at(self) -> datetime | None:
        """When it ended; None where that is not known, or not yet."""
        return parse_timestamp(self.finish_timestamp)

    @property
    def seconds(self) -> float | None:
        """How long it took; None where that is not known, or not yet."""
        begin, end = self.began_at, self.ended_at
        return max(0.0, (end - begin).total_seconds()) if begin and end else None


class Nodes:
    """All nodes of a job of which something is known.

    Attributes:
        runs: each by its name, in the order in which they were first heard of.
        running: those that run now.
        ended: those that ended, in the order in which they did.
        counts: how many are in each state.
    """

    def __init__(self) -> None:
        self.runs: dict[str, NodeRun] = {}
        self.running: dict[str, NodeRun] = {}
        self.ended: list[NodeRun] = []
        self.counts: Counter[str] = Counter()

    def apply(self, fields: Fields, number: int) -> bool:
        """Learn what an event says of its node; `number` is the event's id, 0 where it has none.

        Returns:
            Whether it says anything of one.
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

    def merge_snapshot(self, node: NodeRecord) -> None:
        """Learn what a snapshot says of a node."""
        run = self.runs.get(node.name) or self._new_run(node.name)
        if node.latest_event_id >= run.event_id:
            self._enter(run, node.state, node.latest_event_id)
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
        """How many nodes will change no more."""
        return sum(self.counts[state] for state in NODE_OVER)


def _note_end(run: NodeRun, message: str, detail: msgspec.Raw | bytes) -> None:
    """Keep what a node said in the end, more of it where it did not finish."""
    run.changes = read_changes(detail)
    if run.state in NODE_UNSUCCESSFUL:
        run.message = message[:_MOST_CHARACTERS]
        run.cause = read_cause(detail)[:_MOST_CHARACTERS]
        run.report_url = read_report_url(detail)
