"""Builds scripts: events are added in any order, and get their ids in the order of their times.

Puppet runs, as the simulator's nodes report them, are built here too.
"""

import heapq
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

from orch_events.simulator.script import Script, ScriptedEvent

Detail = Mapping[str, Any]

Ending = Callable[["ScriptBuilder", str, float], tuple[str, str, Detail]]
"""How a node ends, given its name and duration: the type of the event, its message, its detail."""

_MORE_AT_ONCE_SECONDS = 0.4
_END_SECONDS = 0.4


class ScriptBuilder:
    """Collects the events of one job. The same calls build the same script on every machine.

    Args:
        number: the job's number, which is also the random seed.
        begin: when the job is created, in simulated seconds.
    """

    def __init__(self, number: int, begin: float) -> None:
        self.number = number
        self.begin = begin
        self._random = Random(number)  # noqa: S311 - a script, no secret
        self._events: list[tuple[float, str, str | None, str, Detail]] = []
        self._nodes: dict[str, None] = {}

    def between(self, low: float, high: float) -> float:
        """Return a random number; only `random()` is guaranteed to be the same in every Python version."""
        return low + (high - low) * self._random.random()

    def whole(self, low: int, high: int) -> int:
        """Return a random integer, both ends included."""
        return int(self.between(low, high + 1))

    def add_event(
        self, at: float, kind: str, message: str, node: str | None = None, detail: Detail | None = None
    ) -> None:
        """Add an event."""
        if node is not None:
            self._nodes[node] = None
        self._events.append((at, kind, node, message, detail or {}))

    def run(
        self, nodes: Sequence[str], seconds: tuple[float, float], *, slots: int, started: str, ending: Ending,
        detail: Detail | None = None, slowdown: Callable[[str], float] = lambda _: 1.0,
    ) -> float:  # fmt: skip
        """Add the runs of nodes, `slots` at once, each for a random time within `seconds`; return when the last ends.

        `slowdown` returns how many times as long a node takes.
        """
        first = self.begin + 8
        free = [first + place * _MORE_AT_ONCE_SECONDS for place in range(min(slots, len(nodes)))]
        for node in nodes:
            begin, seconds_taken = heapq.heappop(free), self.between(*seconds) * slowdown(node)
            self.add_event(begin, "node_running", started.format(node), node, detail)
            kind, message, result = ending(self, node, seconds_taken)
            self.add_event(begin + seconds_taken, kind, message, node, result)
            heapq.heappush(free, begin + seconds_taken + _END_SECONDS)
        return self.end

    @property
    def end(self) -> float:
        """When the last event so far happens."""
        return max(at for at, *_ in self._events)

    @property
    def types(self) -> set[str]:
        """The types of the events so far."""
        return {kind for _, kind, *_ in self._events}

    def stop(self, at: float, how: str) -> None:
        """Skip the nodes that would start after `at`; running ones continue."""
        late = [node for when, kind, node, _, _ in self._events if kind == "node_running" and when > at]
        self._events = [entry for entry in self._events if entry[2] not in late]
        for node in late:
            self.add_event(at + 1, "node_skipped", f"Skipped {node}: {how}", node)

    def drop_events_after(self, at: float) -> None:
        """Remove the events after `at`."""
        self._events = [entry for entry in self._events if entry[0] <= at]

    def script(self, kind: str, description: str, end: tuple[str, float], first_id: int, **options: object) -> Script:
        """Return the script: events get ids in the order of their times, with gaps as other jobs' events leave them."""
        events, next_id = [], first_id
        for at, event, node, message, detail in sorted(self._events, key=lambda entry: entry[0]):
            events.append(ScriptedEvent(at, next_id, event, message, node, detail if node is not None else None))
            next_id += self.whole(1, 4)
        states = (("new", self.begin), ("ready", self.begin + 2), ("running", events[0].at), end)
        return Script(self.number, kind, description, tuple(self._nodes), tuple(events), states, options)


SLOTS = 8
"""How many nodes run Puppet at once."""

STARTED = "Started puppet run on {} ..."
_CONSOLE = "https://orchestrator.example.com/#/cm/report"


def names(kind: str, count: int) -> list[str]:
    """Return the names of `count` nodes."""
    return [f"{kind}-{number:02}.example.com" for number in range(1, count + 1)]


def succeed(builder: ScriptBuilder, node: str, seconds: float) -> tuple[str, str, Detail]:
    """End a run with success, with or without changes."""
    changed = max(0, builder.whole(-2, 9))
    return "node_finished", f"Finished puppet run on {node} - Success!", report(builder, node, seconds, changed, 0)


def report(builder: ScriptBuilder, node: str, seconds: float, changed: int, failed: int) -> Detail:
    """Return the report of a Puppet run."""
    digest = f"{builder.whole(0, 0xFFFFFFFF):08x}{builder.number:08x}{int(seconds * 1000):08x}"
    return {
        "hash": digest,
        "noop": False,
        "status": "failed" if failed else "changed" if changed else "unchanged",
        "metrics": {
            "corrective_change": min(1, changed),
            "out_of_sync": changed + failed,
            "restarted": min(2, changed),
            "skipped": failed,
            "total": 300 + len(node),
            "changed": changed,
            "scheduled": 0,
            "failed_to_restart": 0,
            "failed": failed,
        },
        "report-url": f"{_CONSOLE}/{digest}",
        "environment": "production",
        "configuration_version": "1462477803",
    }
