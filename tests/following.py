"""What the tests of the loop share: stories, and how they are followed on a fake clock."""

from collections.abc import Callable, Iterable

from orch_events.backoff import Backoff
from orch_events.events import Event
from orch_events.follow import Follower
from orch_events.happenings import Batch, Ended, Happening
from orch_events.patience import Patience
from orch_events.records import JobRecord
from orch_events.source import JobSource
from orch_events.watch import watch
from tests.fakes import FakeClock, event, record

Story = list[tuple[float, Event]]

PATIENT = Patience(retry_for=600)
STORY: Story = [
    (0, event(10)),
    (2, event(12, node="b")),
    (4, event(13, "node_finished")),
    (9, event(17, "node_failed", "b")),
]
FINISHED = event(18, "job_finished", None)


def follower(
    job: str,
    source: JobSource,
    clock: FakeClock,
    *,
    start: int | None = None,
    interval: float = 1,
    settle: float = 15,
    patience: Patience = PATIENT,
) -> Follower:
    return Follower(job, source, clock, Backoff(interval, lambda: 0.5), patience, start=start, settle=settle)


def follow(source: JobSource, clock: FakeClock, *, start: int | None = None, timeout: float = 1000) -> list[Happening]:
    return list(watch([follower("352", source, clock, start=start).follow()], clock, timeout))


def shown(happenings: Iterable[Happening]) -> list[int | None]:
    return [one.id for happening in happenings if isinstance(happening, Batch) for one in happening.events]


def ending(happenings: list[Happening]) -> Ended:
    last = happenings[-1]
    assert isinstance(last, Ended)
    return last


def running_until(end: float, state: str = "finished", nodes: int | None = 2) -> Callable[[float], JobRecord]:
    return lambda now: record(state if now >= end else "running", nodes)
