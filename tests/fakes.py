"""What stands for the world in the tests. The fakes are tested in `test_fakes`."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from orch_events.errors import Unreachable
from orch_events.job.state import JobState
from orch_events.wire.event import Event, Fetched, PageEnd
from orch_events.wire.records import JobRecord, NodeRecord


class FakeClock:
    """A clock on which time passes only while somebody sleeps."""

    def __init__(self, at: float = 1_462_477_800.0) -> None:
        """Begin at `at`, seconds since the epoch."""
        self._at = at
        self._passed = 0.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self._at + self._passed

    def monotonic(self) -> float:
        return self._passed

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._passed += seconds


def event(
    number: int, kind: str = "node_running", node: str | None = "a", message: str = "", detail: object = None
) -> Event:
    """Return an event as a server would write it, ten seconds after the one before."""
    stamp = f"2016-05-05T{19 + number // 360 % 5:02}:{number // 6 % 60:02}:{number % 6 * 10:02}Z"
    details: dict[str, object] = {"node": node} if node is not None else {}
    if detail is not None:
        details["detail"] = detail
    content = {"id": str(number), "type": kind, "timestamp": stamp, "details": details, "message": message}
    return Event.read(json.dumps(content, separators=(",", ":")).encode())


def record(state: str, node_count: int | None = None, **node_states: int) -> JobRecord:
    """Return a job's record."""
    return JobRecord(state, node_count, node_states)


class ScriptedSource:
    """A source whose events and record are functions of the clock's time.

    Args:
        clock: what time it is.
        events: each event with the second at which it becomes visible, in the order in which pages show them.
        record: returns the job's record at a time; None where it can't be had.
        nodes: the snapshot of the nodes.
    """

    def __init__(
        self,
        clock: FakeClock,
        events: Iterable[tuple[float, Event]],
        record: Callable[[float], JobRecord | None] = lambda _: None,
        nodes: Sequence[NodeRecord] = (),
    ) -> None:
        """Begin with nothing asked."""
        self._clock = clock
        self._events = list(events)
        self._record = record
        self._nodes = nodes
        self.asked: list[tuple[str, int | None]] = []

    def fetch(self, job: str, start: int | None) -> Iterator[Fetched]:
        self.asked.append((job, start))
        now = self._clock.monotonic()
        seen = [one for at, one in self._events if at <= now and self.wanted(one, start)]
        yield seen[: len(seen) // 2]
        yield seen[len(seen) // 2 :]
        yield PageEnd(self.next_start(start))

    def wanted(self, one: Event, start: int | None) -> bool:
        """Whether a page from `start` on has the event."""
        return one.id is None or one.id >= (start or 0)

    def next_start(self, start: int | None) -> int | None:
        """Return what the page's next-events says; by default the request's own start."""
        return start

    def record(self, job: str) -> Iterator[JobRecord | None]:
        found = self._record(self._clock.monotonic())
        if found is None:
            raise Unreachable(f"no record of {job}")
        yield from (None, found)

    def nodes(self, job: str) -> Iterator[Sequence[NodeRecord] | None]:
        if not self._nodes:
            raise Unreachable(f"no nodes of {job}")
        yield from (None, self._nodes)


@dataclass
class FollowedJob:
    """A job that is being followed; everything of it came just now, unless told otherwise."""

    state: JobState
    last_answer_at: float | None = None
    last_event_at: float | None = None
    unanswered_request_at: float | None = None


def watched(*events: Event, job: str = "352", node_count: int | None = None, last_event_at: float = 0.0) -> FollowedJob:
    """Return a job of which these events came at one moment of our clock."""
    state = JobState(job)
    for one in events:
        state.apply(one)
    state.record = record("running", node_count) if node_count is not None else None
    return FollowedJob(state, last_event_at=last_event_at if events else None)
