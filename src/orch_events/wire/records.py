"""The server's records of a job and of its nodes.

Like events, records are read leniently: a field that is missing or of another type is None or "", never an error. Only
a response of another shape altogether is rejected.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec

from orch_events.errors import NotUnderstood
from orch_events.times import parse_timestamp
from orch_events.wire import lenient
from orch_events.wire.event import read_id
from orch_events.wire.job_key import PLAN
from orch_events.wire.page import PageDecoder, no_json
from orch_events.wire.vocabulary import (
    ABORTED,
    JOB_OVER,
    LIKE_JOB_STATES,
    NODE_FAILED,
    NODE_OVER,
    PLAN_OVER,
    PLAN_TYPE,
)

T = TypeVar("T")


_MOST_SECONDS = 1e10


class JobRecord(msgspec.Struct, frozen=True):
    """The record of a job, from `GET /jobs/:id` or `GET /jobs`.

    Attributes:
        state: new, ready, running, stopping, stopped, finished, failed; an open set.
        node_count: how many nodes the job has; None if that is missing or zero.
        node_states: how many nodes are in each state; empty if that is missing.
        created_at, started_at, finished_at: UTC; None until then, or if it is missing.
        number: the job's number, as text.
        type: deploy, task, plan_task …, an open set; plan for a plan job. An older server has no types; then it is the
            command.
        command: what was run: deploy, task …
        description: the description that its owner gave.
        owner: the owner's login.
        environment: the environment's name.
        seconds: how long it took; None if neither the duration nor both timestamps are known.
        timestamp: when the job last changed its state: the server's text, UTC.
        options: as its owner gave them, any JSON.
        jobs: of a plan job, the numbers of the jobs that it has started; their order means nothing.
        raw: the server's own object as compact JSON, every key and number as it was written.
    """

    state: str
    node_count: int | None = None
    node_states: Mapping[str, int] = {}
    started_at: datetime | None = None
    finished_at: datetime | None = None
    created_at: datetime | None = None
    number: str = ""
    type: str = ""
    command: str = ""
    description: str = ""
    owner: str = ""
    environment: str = ""
    seconds: float | None = None
    timestamp: str = ""
    options: Mapping[str, Any] = {}
    jobs: tuple[str, ...] = ()
    raw: bytes = b""

    @property
    def key(self) -> str:
        """What names it on a command line: its number, `plan:9` for a plan job; "" without a number."""
        return PLAN * (self.type == PLAN_TYPE and bool(self.number)) + self.number

    @property
    def over(self) -> bool:
        """Whether the job is in a terminal state."""
        return self.state in JOB_OVER or self.state in PLAN_OVER

    @property
    def word(self) -> str:
        """The state in the words of every command: a plan's as a job's that means the same, and aborted for failed.

        An aborted job's record says failed. It gives itself away by nodes that have not ended while none failed.
        """
        counts = self.node_states
        went_on = any(count for state, count in counts.items() if state not in NODE_OVER)
        if self.state == "failed" and went_on and not any(counts.get(state) for state in NODE_FAILED):
            return ABORTED
        return LIKE_JOB_STATES.get(self.state, self.state)

    @property
    def began_at(self) -> datetime | None:
        """When it started, or else was created, or else its end less its duration: not every server tells its start."""
        if self.started_at or self.created_at:
            return self.started_at or self.created_at
        if self.finished_at is None or self.seconds is None:
            return None
        try:
            return self.finished_at - timedelta(seconds=self.seconds)
        except OverflowError:
            return None

    @property
    def task(self) -> str:
        """The name of the task that it runs; "" if it runs none."""
        return _text(self.options.get("task"))

    @property
    def subject(self) -> str:
        """What it runs, and the plan job that started it: `facts (plan:197)`."""
        started_by = f"({self.plan})" if self.plan else ""
        return " ".join(filter(None, [self.what, started_by]))

    @property
    def what(self) -> str:
        """What it runs: its task, plan or target; "" if it does not say."""
        names = (_text(self.options.get(option)) for option in ("task", "plan_name", "plan", "target"))
        return next(filter(None, names), "")

    @property
    def plan(self) -> str:
        """What names the plan job that started it on a command line: `plan:197`; "" if none did."""
        number = read_id(self.options.get("plan_job"))
        return f"{PLAN}{number}" if number else ""

    @classmethod
    def read(cls, body: bytes, name: str) -> "JobRecord":
        """Read a response called `name` in messages; raises NotUnderstood if it is not a job."""
        raw = _compact(body, name)
        if not raw.startswith(b"{"):
            raise _wrong_shape(name)
        return cls.from_json(raw)

    @classmethod
    def read_all(cls, body: bytes, name: str) -> "list[JobRecord]":
        """Read a response called `name`; raises NotUnderstood or TruncatedAnswer if it is not a list of jobs."""
        decoder = PageDecoder(name, items="jobs")
        items = decoder.feed(body)
        decoder.finish()
        return [cls.from_json(item.raw) for item in items]

    @classmethod
    def from_json(cls, raw: bytes) -> "JobRecord":
        """Read a job from compact, well-formed JSON, whatever is in it."""
        job = _mapping(lenient.loads(raw))
        options, history = _mapping(job.get("options")), job.get("status")
        started_at = parse_timestamp(_text(job.get("started_timestamp"))) or _entered_at(history, "running")
        finished_at = parse_timestamp(_text(job.get("finished_timestamp"))) or _entered_at(history, *JOB_OVER)
        number, command = read_id(job.get("name")), _text(job.get("command"))
        return cls(
            state=_text(job.get("state")),
            node_count=read_id(job.get("node_count")) or None,
            node_states=_counts(job.get("node_states")),
            created_at=parse_timestamp(_text(job.get("created_timestamp"))) or _entered_at(history, "new"),
            started_at=started_at,
            finished_at=finished_at,
            number="" if number is None else str(number),
            type=_text(job.get("type")) or command or PLAN_TYPE * ("plan_name" in options),
            command=command,
            description=_text(job.get("description")) or _text(options.get("description")),
            owner=_text(_mapping(job.get("owner")).get("login")),
            environment=_text(_mapping(job.get("environment")).get("name")) or _text(options.get("environment")),
            seconds=_seconds(job.get("duration"), started_at, finished_at),
            timestamp=_text(job.get("timestamp")),
            options=options,
            jobs=tuple(name for name in _mapping(history) if read_id(name) is not None),
            raw=raw,
        )


class NodeRecord(msgspec.Struct, frozen=True):
    """The record of one node, from `GET /jobs/:id/nodes`.

    Attributes:
        name: the node's name.
        state: new, running, finished, failed, errored, skipped; an open set.
        latest_event_id: the id of the last event that led to this state; 0 if there was none.
        start_timestamp, finish_timestamp: the server's text, UTC; "" until then, or if it is missing.
        message: the server's message; "" if there is none.
        result: what the node reports, as compact JSON; empty if there is nothing. See the module `detail`.
    """

    name: str
    state: str
    latest_event_id: int
    start_timestamp: str = ""
    finish_timestamp: str = ""
    message: str = ""
    result: bytes = b""

    @staticmethod
    def read_all(body: bytes, name: str) -> "list[NodeRecord]":
        """Read a response called `name` in messages; raises NotUnderstood if it is not a list of nodes."""
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
        raise _wrong_shape(name) from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise no_json(body, name) from None


def _compact(body: bytes, name: str) -> bytes:
    try:
        return lenient.compact(body)
    except ValueError:
        raise no_json(body, name) from None


def _wrong_shape(name: str) -> NotUnderstood:
    return NotUnderstood(f"the response from {name} is not what an orchestrator returns")


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _counts(states: object) -> dict[str, int]:
    return {name: count for name, value in _mapping(states).items() if (count := read_id(value))}


def _entered_at(history: object, *states: str) -> datetime | None:
    """When the job entered one of `states`, by its `status`: older servers have no other timestamps."""
    for entry in history if isinstance(history, list) else []:
        if isinstance(entry, dict) and entry.get("state") in states:
            return parse_timestamp(_text(entry.get("enter_time")))
    return None


def _seconds(value: object, started_at: datetime | None, finished_at: datetime | None) -> float | None:
    """Read a duration, a number or a string; if there is none, it is the time between the two timestamps."""
    if isinstance(value, str) and not value.isascii():
        value = None  # float() reads the digits of every script
    try:
        seconds = float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None
    except (ValueError, OverflowError):
        seconds = None
    if seconds is None and started_at and finished_at:
        seconds = (finished_at - started_at).total_seconds()
    return seconds if seconds is not None and 0 <= seconds <= _MOST_SECONDS else None
