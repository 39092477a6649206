"""How far each job was shown, and the command that resumes it there."""

from collections.abc import Sequence

from orch_events.cli.shell_command import ShellCommand
from orch_events.library.followed import FollowedJobs
from orch_events.times import Instant
from orch_events.wire.event import Event
from orch_events.wire.job_key import is_plan

_REPEATED_SECONDS = 30.0
"""How much of a plan's stream is repeated when it is resumed by time: what was on its way, in seconds."""


class ResumePoints:
    """How far each job was shown.

    Args:
        followed: the jobs.
    """

    def __init__(self, followed: FollowedJobs) -> None:
        self._followed = followed
        self._last: dict[str, int] = {}
        self._last_at: dict[str, float] = {}

    def __contains__(self, job: str) -> bool:
        """Whether any event of a job was shown."""
        return job in self._last

    def note(self, job: str, events: Sequence[Event]) -> None:
        """Keep how far a job, or the plan that started it, was shown."""
        numbers = [event.id for event in events if event.id is not None]
        self._last[job] = max([self._last.get(job, 0), *numbers])
        plan = self._followed.plan_of(job) or job
        if is_plan(plan) and (at := events[-1].at) is not None:
            self._last_at[plan] = max(self._last_at.get(plan, 0.0), at.timestamp())

    def command(self, job: str, commands: ShellCommand) -> str:
        """Return the command that resumes a job with the first event that was not shown yet.

        A plan and its jobs have no position in common: their stream is resumed by time, somewhat earlier.
        """
        job = self._followed.plan_of(job) or job
        if is_plan(job):
            at = self._last_at.get(job)
            return commands.resume(job, "--since", str(Instant(at - _REPEATED_SECONDS))) if at else commands.resume(job)
        last = self._last.get(job)
        start = self._followed.by_job[job].start if last is None else last + 1
        return commands.resume(job, "--start", str(start)) if start is not None else commands.resume(job)
