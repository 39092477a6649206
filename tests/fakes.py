"""What stands for the world in the tests. The fakes are tested in `test_fakes`."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import pytest

from orch_events.errors import Unreachable
from orch_events.simulator import Api, Fault
from orch_events.simulator.api import Answer, Request
from orch_events.times import SystemClock
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


def stand_still(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    """Let time pass for the command only while it sleeps, however slow this machine is; waits take no time."""
    clock = FakeClock(SystemClock().now())
    for name in ("now", "monotonic", "sleep"):
        monkeypatch.setattr(SystemClock, name, getattr(FakeClock, name).__get__(clock))
    monkeypatch.setattr("orch_events.library.jobs.random", lambda: 1.0)
    return clock


class StillApi(Api):
    """The simulator's API at one moment of its time: each answer is worked out once.

    Args:
        at: the moment, in the simulator's seconds.
        token: the one that is demanded; None for no demand.
    """

    def __init__(self, at: float, token: str | None = None) -> None:
        """Begin with no answer."""
        super().__init__(lambda: at, token)
        self._answers: dict[Request, Answer] = {}

    def get(self, request: Request, picked: Mapping[str, Fault] | None = None) -> Answer:
        """Answer a GET; nothing goes wrong."""
        if request not in self._answers:
            self._answers[request] = super().get(request, picked)
        return self._answers[request]


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

    def whole(self, job: str, event: Event) -> Iterator[Event]:
        yield event

    def nodes(self, job: str) -> Iterator[Sequence[NodeRecord] | None]:
        if not self._nodes:
            raise Unreachable(f"no nodes of {job}")
        yield from (None, self._nodes)
