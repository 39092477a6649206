"""The job around its events: the server's records of a job and of its nodes.

Like events, records are read leniently: what is missing or of another kind is None or "", never an error. Only an
answer that has another shape altogether is refused.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from orch_events.errors import HtmlAnswer, NotUnderstood
from orch_events.times import parse_timestamp
from orch_events.wire import lenient
from orch_events.wire.event import read_id
from orch_events.wire.page import PageDecoder
from orch_events.wire.vocabulary import JOB_OVER

T = TypeVar("T")


_MOST_SECONDS = 1e10


class JobRecord(msgspec.Struct, frozen=True):
    """What the server tells of a job, in `GET /jobs/:id` and in `GET /jobs`.

    Attributes:
        state: new, ready, running, stopping, stopped, finished, failed; an open set.
        node_count: how many nodes the job has; None where that is missing or zero.
        node_states: how many nodes are in each state; empty where that is missing.
        started_at, finished_at: UTC; None until then, or where it is missing.
        number: the job's number, as text.
        type: deploy, task, plan_task …; an open set. An older server's command, where it tells no type.
        command: what was run: deploy, task …
        description: what its owner says of it.
        owner: the owner's login.
        seconds: how long it took; None where neither the server nor its two times tell.
        timestamp: the server's text, UTC: when the job last changed its state.
        options: as its owner gave them, any JSON.
        raw: the server's own object as compact JSON, every key and number as it was written.
    """

    state: str
    node_count: int | None = None
    node_states: Mapping[str, int] = {}
    started_at: datetime | None = None
    finished_at: datetime | None = None
    number: str = ""
    type: str = ""
    command: str = ""
    description: str = ""
    owner: str = ""
    seconds: float | None = None
    timestamp: str = ""
    options: Mapping[str, Any] = {}
    raw: bytes = b""

    @property
    def over(self) -> bool:
        """Whether the job will change no more."""
        return self.state in JOB_OVER

    @classmethod
    def read(cls, body: bytes, name: str) -> "JobRecord":
        """Read an answer called `name`; raises NotUnderstood for what is no job."""
        raw = _compact(body, name)
        if not raw.startswith(b"{"):
            raise _another(name)
        return cls.from_json(raw)

    @classmethod
    def read_all(cls, body: bytes, name: str) -> "list[JobRecord]":
        """Read an answer called `name`; raises NotUnderstood, or CutAnswer, for what is no list of jobs."""
        decoder = PageDecoder(name, items="jobs")
        items = decoder.feed(body)
        decoder.finish()
        return [cls.from_json(item.raw) for item in items]

    @classmethod
    def from_json(cls, raw: bytes) -> "JobRecord":
        """Read a job from its compact, well-formed JSON, whatever is in it."""
        job = _mapping(lenient.loads(raw))
        options, history = _mapping(job.get("options")), job.get("status")
        started_at = parse_timestamp(_text(job.get("started_timestamp"))) or _entered(history, "running")
        finished_at = parse_timestamp(_text(job.get("finished_timestamp"))) or _entered(history, *JOB_OVER)
        number, command = read_id(job.get("name")), _text(job.get("command"))
        return cls(
            state=_text(job.get("state")),
            node_count=read_id(job.get("node_count")) or None,
            node_states=_counts(job.get("node_states")),
            started_at=started_at,
            finished_at=finished_at,
            number="" if number is None else str(number),
            type=_text(job.get("type")) or command,
            command=command,
            description=_text(job.get("description")) or _text(options.get("description")),
            owner=_text(_mapping(job.get("owner")).get("login")),
            seconds=_seconds(job.get("duration"), started_at, finished_at),
            timestamp=_text(job.get("timestamp")),
            options=options,
            raw=raw,
        )


class NodeRecord(msgspec.Struct, frozen=True):
    """What `GET /jobs/:id/nodes` tells of one node.

    Attributes:
        name: the node's name.
        state: new, running, finished, failed, errored, skipped; an open set.
        latest_event_id: the id of the last event that this state comes from; 0 where there was none.
        began, ended: the server's timestamps, UTC; "" until then, or where they are missing.
        message: the server's sentence; "" where there is none.
        result: what the node reports, as compact JSON; empty where there is nothing. See the module `detail`.
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
                msgspec.json.format(bytes(node.result), indent=-1) if node.result else b"",
            )
            for node in nodes
            if isinstance(node.name, str)
        ]


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
        raise _another(name) from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise _no_json(body, name) from None


def _compact(body: bytes, name: str) -> bytes:
    try:
        return lenient.compact(body)
    except (ValueError, RecursionError):
        raise _no_json(body, name) from None


def _no_json(body: bytes, name: str) -> NotUnderstood:
    if body.lstrip().startswith(b"<"):
        return HtmlAnswer(f"the response from {name} is HTML, not JSON")
    return NotUnderstood(f"the response from {name} is not JSON")


def _another(name: str) -> NotUnderstood:
    return NotUnderstood(f"the response from {name} is not what an orchestrator returns")


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _counts(states: object) -> dict[str, int]:
    return {name: count for name, value in _mapping(states).items() if (count := read_id(value))}


def _entered(history: object, *states: str) -> datetime | None:
    """When the job entered one of `states`, by its `status`, all that older servers tell."""
    for entry in history if isinstance(history, list) else []:
        if isinstance(entry, dict) and entry.get("state") in states:
            return parse_timestamp(_text(entry.get("enter_time")))
    return None


def _seconds(told: object, started_at: datetime | None, finished_at: datetime | None) -> float | None:
    """Read a duration, a number or a text; where there is none, it is what lies between the two times."""
    try:
        seconds = float(told) if isinstance(told, str | int | float) and not isinstance(told, bool) else None
    except (ValueError, OverflowError):
        seconds = None
    if seconds is None and started_at and finished_at:
        seconds = (finished_at - started_at).total_seconds()
    return seconds if seconds is not None and 0 <= seconds <= _MOST_SECONDS else None
