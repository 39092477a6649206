"""How the tests follow a source on a fake clock, and what they read from the updates."""

from collections.abc import Iterable

from orch_events.follow.follower import Follower
from orch_events.follow.retry import RetryPolicy
from orch_events.follow.scheduler import interleave
from orch_events.follow.source import JobSource
from orch_events.job.updates import JobEnded, NewEvents, Update
from tests.fakes import FakeClock

POLICY = RetryPolicy(retry_seconds=600, jitter=lambda: 0.5)


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
