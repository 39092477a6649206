"""The job around its events: the server's records of a job and of its nodes.

Like events, records are read leniently: what is missing or of another kind is None, never an error. Only an answer
that has another shape altogether is refused.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from orch_events.errors import Html, NotUnderstood
from orch_events.events import read_id
from orch_events.times import parse_timestamp

T = TypeVar("T")

OVER = frozenset({"stopped", "finished", "failed"})
"""The states in which a job stays."""


class JobRecord(msgspec.Struct, frozen=True):
    """What `GET /jobs/:id` tells of a job.

    Attributes:
        state: new, ready, running, stopping, stopped, finished, failed; an open set, "" where it is missing.
        node_count: how many nodes the job has; None where that is missing or zero.
        node_states: how many nodes are in each state; empty where that is missing.
        started_at, finished_at: UTC; None until then, or where it is missing.
        description: what its owner says of it.
    """

    state: str
    node_count: int | None
    node_states: Mapping[str, int]
    started_at: datetime | None
    finished_at: datetime | None
    description: str = ""

    @property
    def over(self) -> bool:
        """Whether the job will change no more."""
        return self.state in OVER

    @classmethod
    def read(cls, body: bytes, name: str) -> "JobRecord":
        """Read an answer called `name`; raises NotUnderstood for what is no job."""
        job = _read(body, _Job, name)
        return cls(
            state=_text(job.state),
            node_count=read_id(job.node_count) or None,
            node_states=_counts(job.node_states),
            started_at=parse_timestamp(_text(job.started_timestamp)) or _entered(job.status, "running"),
            finished_at=parse_timestamp(_text(job.finished_timestamp)) or _entered(job.status, *OVER),
            description=_text(job.description),
        )


class NodeRecord(msgspec.Struct, frozen=True):
    """What `GET /jobs/:id/nodes` tells of one node.

    Attributes:
        name: the node's name.
        state: new, running, finished, failed, errored, skipped; an open set.
        latest_event_id: the id of the last event that this state comes from; 0 where there was none.
        began, ended: the server's timestamps, UTC; "" until then, or where they are missing.
        message: the server's sentence; "" where there is none.
        result: what the node reports, as the JSON that it is; empty where there is nothing. See the module `detail`.
    """

    name: str
    state: str
    latest_event_id: int
    began: str = ""
    ended: str = ""
    message: str = ""
    result: bytes = b""

    @staticmethod
    def read_all(body: bytes, name: str) -> "list[NodeRecord]":
        """Read an answer called `name`; raises NotUnderstood for what is no list of nodes."""
        nodes = _read(body, _Nodes, name).items
        return [
            NodeRecord(
                node.name,
                _text(node.state),
                read_id(node.latest_event_id) or 0,
                _text(node.start_timestamp),
                _text(node.finish_timestamp),
                _text(node.details.get("message") if isinstance(node.details, dict) else None),
                bytes(node.result),
            )
            for node in nodes
            if isinstance(node.name, str)
        ]


class _Job(msgspec.Struct):
    """Any of a job's values may be of any kind."""

    state: Any = None
    node_count: Any = None
    node_states: Any = None
    status: Any = None
    started_timestamp: Any = None
    finished_timestamp: Any = None
    description: Any = None


class _Node(msgspec.Struct):
    name: Any = None
    state: Any = None
    latest_event_id: Any = msgspec.field(name="latest-event-id", default=None)
    start_timestamp: Any = None
    finish_timestamp: Any = None
    details: Any = None
    result: msgspec.Raw = msgspec.Raw()


class _Nodes(msgspec.Struct):
    items: list[_Node]


def _read(body: bytes, kind: type[T], name: str) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError:
        raise NotUnderstood(f"the answer of {name} is not what an orchestrator says") from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        if body.lstrip().startswith(b"<"):
            raise Html(f"the answer of {name} is HTML, not JSON") from None
        raise NotUnderstood(f"the answer of {name} is not JSON") from None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _counts(states: object) -> dict[str, int]:
    states = states if isinstance(states, dict) else {}
    return {name: count for name, value in states.items() if (count := read_id(value))}


def _entered(history: object, *states: str) -> datetime | None:
    """When the job entered one of `states`, by its `status`, all that older servers tell."""
    for entry in history if isinstance(history, list) else []:
        if isinstance(entry, dict) and entry.get("state") in states:
            return parse_timestamp(_text(entry.get("enter_time")))
    return None
