"""What the library returns: frozen values with the names that the JSON has, explained in `docs/reports.md`.

Each report is read from the JSON that the command writes of it, so both say the same by construction. A key that has
no field here would be an error, which the tests would see first.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from orch_events.analysis.failures import Failures as FailuresFigures
from orch_events.analysis.job_report import partial_of
from orch_events.analysis.summary import Summary as SummaryFigures
from orch_events.analysis.timeline import Chart
from orch_events.job.state import JobState
from orch_events.render.reports.failures import failures_json
from orch_events.render.reports.nodes import nodes_json
from orch_events.render.reports.summary import summary_json
from orch_events.wire.event import Event as WireEvent


class Event(msgspec.Struct, frozen=True):
    """One event of a job.

    Attributes:
        job: the job's number, as text; `plan:9` for a plan job's own events.
    """

    job: str
    _event: WireEvent

    def __repr__(self) -> str:
        return f"Event(job={self.job!r}, id={self.id!r}, type={self.type!r}, node={self.node!r})"

    @property
    def id(self) -> int | None:
        """Its number in the server's one sequence; None if it has none."""
        return self._event.id

    @property
    def type(self) -> str:
        """`node_running`, `node_failed`, `job_finished` …: an open set; "" if it is missing."""
        return self._event.type

    @property
    def timestamp(self) -> datetime | None:
        """When it happened, with its time zone; None if that can't be read."""
        return self._event.at

    @property
    def node(self) -> str | None:
        """The node's name; None for an event of the job."""
        return self._event.node

    @property
    def message(self) -> str:
        """The server's message; "" if there is none."""
        return self._event.message

    @property
    def details(self) -> Any:  # noqa: ANN401 - any JSON
        """What else the server says, as Python objects; None if there is nothing."""
        return self._event.details

    @property
    def json(self) -> bytes:
        """The server's own object as compact JSON, every key and value as it was sent."""
        return self._event.raw


class Changes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a Puppet run did to the resources of its node, and the same in words."""

    total: int
    changed: int
    failed: int
    corrective: int
    out_of_sync: int
    text: str


class Node(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A node of a job: a line of `orch-events nodes --json`."""

    job: str
    node: str
    state: str
    started_at: datetime | None
    ended_at: datetime | None
    seconds: float | None
    changes: Changes | None
    cause: str | None
    message: str | None
    report_url: str | None


class JobOutcome(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which job it is, and how it ended: `job` is None for a plan job, and `plan` for any other."""

    job: str | None = None
    plan: str | None = None
    over: bool
    outcome: str | None
    record: bool


class _Report(JobOutcome, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The first fields of every report; `part` is always None, since the library reports on all nodes."""

    version: int
    part: None


class FailureExample(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The first node of a group of failures."""

    node: str
    cause: str | None
    message: str | None
    report_url: str | None


class FailureGroup(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nodes that did not finish for the same reason; of a plan job, `jobs` has the job of each of them."""

    state: str
    cause: str
    example: FailureExample
    nodes: tuple[str, ...]
    jobs: tuple[str, ...] | None = None


class Failures(_Report, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The nodes that did not finish, by cause: `orch-events failures --json`."""

    unheard: int
    groups: tuple[FailureGroup, ...]


class NodeCounts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many nodes a job has, how many had no event, and how many are in each state."""

    total: int
    unheard: int
    states: Mapping[str, int]


class Resources(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What Puppet runs did to the resources of their nodes."""

    nodes: int
    changed: int
    failed: int
    corrective: int
    out_of_sync: int
    nodes_changed: int
    nodes_failed: int


class Histogram(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many durations are in each of some intervals of equal length."""

    begin: int
    seconds: int
    counts: tuple[int, ...]


class Durations(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The distribution of the nodes' durations, in seconds."""

    count: int
    minimum: float
    p50: float
    p90: float
    p99: float
    maximum: float
    histogram: Histogram


class TimedNode(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A node, and how long it took; `job` is given among the nodes of a plan's jobs."""

    node: str
    state: str
    seconds: float
    job: str | None = None


class Summary(_Report, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Outcome, times and slowest nodes: `orch-events summary --json`; `jobs` is None but for a plan job."""

    partial: str | None
    nodes: NodeCounts
    started_at: datetime | None
    ended_at: datetime | None
    seconds: float | None
    most_at_once: int
    noop: bool | None
    resources: Resources | None
    jobs: tuple[JobOutcome, ...] | None = None
    durations: Durations | None
    slowest: tuple[TimedNode, ...]
    running: tuple[TimedNode, ...]


def summary_of(state: JobState) -> Summary:
    """Summarize a job, as far as it is known."""
    return msgspec.convert(summary_json(SummaryFigures.from_state(state), partial_of(state)), Summary)


def failures_of(state: JobState) -> Failures:
    """FailureGroup the nodes of a job that did not finish."""
    return msgspec.convert(failures_json(FailuresFigures.from_state(state)), Failures)


def nodes_of(state: JobState) -> list[Node]:
    """Return the nodes of a job, in the order in which they were first named."""
    return [msgspec.json.decode(line, type=Node) for line in nodes_json(Chart.from_state(state).rows, state.job)]
