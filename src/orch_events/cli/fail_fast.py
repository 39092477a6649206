"""When `--fail-fast` is reached: as soon as so many nodes have failed, unless the job is over then.

Of a job that is over its outcome is told, a moment later; `--fail-fast` is about one that goes on.
"""

from collections.abc import Collection, Iterator

from orch_events.job.state import JobState
from orch_events.library.followed import FollowedJobs
from orch_events.library.jobs import OpenJob
from orch_events.wire.job_key import is_plan
from orch_events.wire.vocabulary import NODE_UNSUCCESSFUL


class FailFast:
    """Decides whether following ends early.

    Args:
        followed: the jobs.
        most: how many nodes have to fail; None for never.
        fail_on: the states that count as failures.
    """

    def __init__(self, followed: FollowedJobs, most: int | None, fail_on: Collection[str]) -> None:
        self._followed = followed
        self._most = most
        self._failing = NODE_UNSUCCESSFUL.intersection(fail_on)

    @property
    def jobs(self) -> list[JobState]:
        """The jobs of which nodes have failed."""
        return [state for state in self._states if self._failed(state)]

    @property
    def failed(self) -> int:
        """How many nodes have failed, of all jobs."""
        return sum(map(self._failed, self._states))

    def reached(self, concluded: Collection[str]) -> bool:
        """Whether enough nodes have failed, and a job goes on; none that is not `concluded` yet may be over."""
        if self._most is None or self.failed < self._most:
            return False
        left = [job for job in self._followed.named if job.number not in concluded]
        return bool(left) and not any(map(self._is_over, left))

    @property
    def _states(self) -> Iterator[JobState]:
        """The states of all jobs; a plan's nodes are those of its jobs."""
        states = (follower.state for follower in self._followed.followers)
        return (state for state in states if not is_plan(state.job))

    def _failed(self, state: JobState) -> int:
        return sum(state.nodes[word] for word in self._failing)

    def _is_over(self, job: OpenJob) -> bool:
        """Whether a job is over; in a recording it is so too when each of its nodes is."""
        state = self._followed.by_job[job.number].state
        return state.is_over or (job.recorded and state.seen_over)
