"""A scripted job: its events, and when they happen in simulated seconds.

Everything that the API returns of a job is derived from its script and the time, so events, nodes and record agree at
any time. Simulated second 0 is at `EPOCH`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any

from orch_events.simulator.json_text import pretty

EPOCH = datetime(2016, 5, 5, 19, 50, tzinfo=UTC)

_NODE_STATES = {f"node_{state}": state for state in ("running", "finished", "failed", "errored", "skipped")}


def format_timestamp(at: float) -> str:
    """Format a simulated time as the server does: UTC, whole seconds."""
    return f"{EPOCH + timedelta(seconds=int(at)):%Y-%m-%dT%H:%M:%SZ}"


@dataclass(frozen=True)
class ScriptedEvent:
    """One event and when it happens."""

    at: float
    id: int
    type: str
    message: str
    node: str | None = None
    detail: Mapping[str, Any] | None = None

    @property
    def details(self) -> dict[str, Any]:
        """The event's `details`."""
        node = {"node": self.node} if self.node is not None else {}
        return node | ({"detail": self.detail} if self.detail is not None else {})

    @cached_property
    def text(self) -> str:
        """The event as it is in a page."""
        event = {
            "id": str(self.id),
            "type": self.type,
            "timestamp": format_timestamp(self.at),
            "details": self.details,
            "message": self.message,
        }
        return pretty(event, 1)


@dataclass(frozen=True)
class Script:
    """One job from its beginning to its end.

    Attributes:
        number: the job's number.
        type: deploy or task.
        description: the job's description.
        nodes: its nodes.
        events: its events, ordered by time and id.
        states: each state that the job enters, and when.
        options: as its owner gave them.
    """

    number: int
    type: str
    description: str
    nodes: tuple[str, ...]
    events: tuple[ScriptedEvent, ...]
    states: tuple[tuple[str, float], ...]
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ends_at(self) -> float:
        """When the job is over and its last event has happened."""
        return max(self.states[-1][1], self.events[-1].at)

    def exists(self, now: float) -> bool:
        """Whether it was created by `now`; a job that no plan starts always was."""
        return "plan_job" not in self.options or self.states[0][1] <= now

    def shifted(self, seconds: float) -> "Script":
        """Return the same job so many seconds later."""
        events = tuple(replace(event, at=event.at + seconds) for event in self.events)
        return replace(self, events=events, states=tuple((state, at + seconds) for state, at in self.states))

    def past(self, now: float, lateness: Callable[[int], float] = lambda _: 0.0) -> tuple[ScriptedEvent, ...]:
        """Return the events that are visible at `now`, if `lateness` delays those with the ids it is given."""
        return tuple(event for event in self.events if event.at <= now and event.at + lateness(event.id) <= now)

    def record(self, now: float, base: str) -> dict[str, Any]:
        """Return the job as `GET /jobs/:id` does; `base` is the URL of the API."""
        url = f"{base}/jobs/{self.number}"
        entered = [(state, at) for state, at in self.states if at <= now] or [self.states[0]]
        left = [at for _, at in entered[1:]]
        began = next((at for state, at in entered if state == "running"), None)
        ended = entered[-1][1] if entered[-1][0] in ("stopped", "finished", "failed") else None
        counts: dict[str, int] = {}
        for node in self.nodes_at(now):
            counts[node["state"]] = counts.get(node["state"], 0) + 1
        record = {
            "description": self.description,
            "report": {"id": f"{url}/report"},
            "name": str(self.number),
            "events": {"id": f"{url}/events"},
            "command": self.type,
            "type": self.type,
            "state": entered[-1][0],
            "nodes": {"id": f"{url}/nodes"},
            "status": [
                {
                    "state": state,
                    "enter_time": format_timestamp(at),
                    "exit_time": format_timestamp(out) if out is not None else None,
                }
                for (state, at), out in zip(entered, [*left, None], strict=True)
            ],
            "id": url,
            "environment": {"name": "production"},
            "options": dict(self.options),
            "timestamp": format_timestamp(entered[-1][1]),
            "owner": {"login": "admin", "display_name": "Administrator", "email": ""},
            "node_count": len(self.nodes),
            "node_states": counts,
        }
        if began is not None:
            record["started_timestamp"] = format_timestamp(began)
        if began is not None and ended is not None:
            record["finished_timestamp"] = format_timestamp(ended)
            record["duration"] = str(int(ended) - int(began))
        return record

    def nodes_at(self, now: float) -> list[dict[str, Any]]:
        """Return the nodes as `GET /jobs/:id/nodes` does."""
        happened: dict[str, list[ScriptedEvent]] = {node: [] for node in self.nodes}
        for event in self.past(now):
            if event.node is not None:
                happened[event.node].append(event)
        return [self._node(node, events) for node, events in happened.items()]

    def report_at(self, now: float) -> list[dict[str, Any]]:
        """Return what `GET /jobs/:id/report` has: a line for each node that is over."""
        over = (event for event in self.past(now) if event.node is not None and event.type != "node_running")
        return [
            {
                "node": event.node,
                "state": _NODE_STATES[event.type],
                "timestamp": format_timestamp(event.at),
                "events": [],
            }
            for event in over
        ]

    def _node(self, node: str, events: list[ScriptedEvent]) -> dict[str, Any]:
        last = events[-1] if events else None
        over = last if last and last.type != "node_running" else None
        seconds = next((int(end.at) - int(begin.at) for begin, end in pairwise(events)), None)
        return {
            "transport": "pcp",
            "finish_timestamp": format_timestamp(over.at) if over else None,
            "start_timestamp": format_timestamp(events[0].at) if events else None,
            "name": node,
            "duration": seconds,
            "state": _NODE_STATES[last.type] if last else "new",
            "details": {"message": last.message} if last else {},
            "result": over.detail if over else None,
            "latest-event-id": last.id if last else 0,
        }
