"""What the tests of the loop share: stories, and how they are followed on a fake clock."""

from collections.abc import Callable, Iterable

from orch_events.follow.follower import Follower
from orch_events.follow.retry import RetryPolicy
from orch_events.follow.scheduler import interleave
from orch_events.follow.source import JobSource
from orch_events.job.updates import JobEnded, NewEvents, Update
from orch_events.wire.event import Event
from orch_events.wire.records import JobRecord
from tests.fakes import FakeClock, event, record

Story = list[tuple[float, Event]]

POLICY = RetryPolicy(retry_seconds=600, jitter=lambda: 0.5)
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
    policy: RetryPolicy = POLICY,
) -> Follower:
    return Follower(job, source, clock, policy, interval_seconds=interval, start=start, settle_seconds=settle)


def follow(source: JobSource, clock: FakeClock, *, start: int | None = None, timeout: float = 1000) -> list[Update]:
    return list(interleave([follower("352", source, clock, start=start).follow()], clock, timeout))


def shown(updates: Iterable[Update]) -> list[int | None]:
    return [one.id for update in updates if isinstance(update, NewEvents) for one in update.events]


def ending(updates: list[Update]) -> JobEnded:
    last = updates[-1]
    assert isinstance(last, JobEnded)
    return last


def running_until(end: float, state: str = "finished", nodes: int | None = 2) -> Callable[[float], JobRecord]:
    return lambda now: record(state if now >= end else "running", nodes)
