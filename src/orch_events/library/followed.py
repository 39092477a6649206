"""The followers of the jobs that were named, and of the jobs that the plans among them start."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial

from orch_events.errors import UnknownJob
from orch_events.follow.follower import Follower
from orch_events.follow.plan import PlanFollower, PlanStream
from orch_events.job.plan import PlanState
from orch_events.job.state import JobState
from orch_events.job.updates import FollowFailed, Pause, Update
from orch_events.library.jobs import OpenJob
from orch_events.times import Clock
from orch_events.wire.job_key import is_plan

_APPEARING_SECONDS = 10.0
"""For how long a job that a plan has just started may be unknown to the server."""

_RETRY_SECONDS = 1.0

MakeFollower = Callable[[OpenJob], Follower]
"""Makes a job's follower."""

Steps = Callable[[Follower], Iterator[Update]]
"""What a follower does: it follows to the end, or reads once."""


class FollowedJobs:
    """The jobs that are followed; a plan adds those that it starts.

    Args:
        clock: the time.
        jobs: the jobs that were named.
        make: makes a job's follower.

    Attributes:
        named: the jobs that were named.
        followers: the followers, first those of the named jobs, in their order.
        by_job: the same by the job's number.
        origins: the origin of each job, by its number.
        names: the name of each job in suggested commands, by its number.
    """

    def __init__(self, clock: Clock, jobs: Sequence[OpenJob], make: MakeFollower) -> None:
        self.named = jobs
        self.followers: list[Follower] = []
        self.by_job: dict[str, Follower] = {}
        self.origins: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self._clock = clock
        self._make = make
        self._plans: dict[str, str] = {}
        self._failed: set[str] = set()
        for job in jobs:
            self._add(job)

    @property
    def several(self) -> bool:
        """Whether events must say which job they are of: there are several jobs, or there may be."""
        return len(self.named) > 1 or any(is_plan(job.number) for job in self.named)

    def updates(self, steps: Steps) -> list[Iterator[Update]]:
        """Return the updates of each named job, a plan's with those of its jobs; `steps` is what a follower does."""
        return [self._updates(job, steps) for job in self.named]

    def plan_of(self, job: str) -> str | None:
        """Return the plan by which a job came to be followed; None for a job that was named."""
        return self._plans.get(job)

    def stream_of(self, job: str) -> str:
        """Return what names the stream that a job is of: the plan that started it, or itself."""
        return self._plans.get(job, job)

    def has_answered(self, stream: str) -> bool:
        """Whether a named job has answered once, and so has each job that it has started, as far as they can."""
        members = [stream, *(job for job, plan in self._plans.items() if plan == stream)]
        return all(job in self._failed or self.by_job[job].last_answer_at is not None for job in members)

    def jobs_of(self, plan: str) -> list[JobState]:
        """Return the states of the jobs that a plan has started."""
        return [self.by_job[job].state for job, other in self._plans.items() if other == plan]

    def began_at(self, job: str) -> datetime | None:
        """Return when a job began, or the plan that started it, if it was followed for its sake."""
        return self.by_job[self.plan_of(job) or job].state.began_at

    def adopt(self) -> None:
        """Give the states of their jobs to the plans."""
        for follower in self.followers:
            if isinstance(follower.state, PlanState):
                follower.state.adopt(self.jobs_of(follower.state.job))

    def _updates(self, job: OpenJob, steps: Steps) -> Iterator[Update]:
        follower = self.by_job[job.number]
        if not isinstance(follower, PlanFollower):
            return steps(follower)
        return PlanStream(follower, self._clock, partial(self._open, job, steps)).updates(steps(follower))

    def _open(self, plan: OpenJob, steps: Steps, number: str) -> Iterator[Update] | None:
        job = plan.of_plan(number) if number not in self.by_job else None
        if job is None:
            return None
        self._plans[number] = plan.number
        return self._once_there(self._add(job), self.by_job[plan.number], steps)

    def _once_there(self, follower: Follower, plan: Follower, steps: Steps) -> Iterator[Update]:
        """Yield the updates of a job that a plan has started; while that runs, it may not be found at first."""
        until = self._clock.monotonic() + _APPEARING_SECONDS
        while True:
            for update in steps(follower):
                unknown = isinstance(update, FollowFailed) and isinstance(update.error, UnknownJob)
                if unknown and not plan.state.is_over and self._clock.monotonic() < until:
                    yield Pause(_RETRY_SECONDS)
                    break
                if isinstance(update, FollowFailed):
                    self._failed.add(update.state.job)
                yield update
            else:
                return

    def _add(self, job: OpenJob) -> Follower:
        self.origins[job.number], self.names[job.number] = job.origin, job.name
        follower = self.by_job[job.number] = self._make(job)
        self.followers.append(follower)
        return follower
