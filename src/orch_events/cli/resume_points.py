"""How far each job was shown, and the command that resumes it there."""

from collections.abc import Sequence

from orch_events.cli.shell_command import ShellCommand
from orch_events.library.followed import FollowedJobs
from orch_events.wire.event import Event


class ResumePoints:
    """How far each job was shown.

    Args:
        followed: the jobs.
    """

    def __init__(self, followed: FollowedJobs) -> None:
        self._followed = followed
        self._last: dict[str, int] = {}

    def __contains__(self, job: str) -> bool:
        """Whether any event of a job was shown."""
        return job in self._last

    def note(self, job: str, events: Sequence[Event]) -> None:
        """Keep how far a job was shown."""
        numbers = [event.id for event in events if event.id is not None]
        self._last[job] = max([self._last.get(job, 0), *numbers])

    def command(self, job: str, commands: ShellCommand, running: Sequence[str] = ()) -> str:
        """Return the command that resumes a job with the first event that was not shown yet.

        Args:
            job: the number of a job that was named.
            commands: makes commands.
            running: the jobs of a plan that go on: each of them is resumed where it was.
        """
        start = self._start_of(job)
        if start is None:
            return commands.resume(job)
        of_jobs = [f"{number}={self._start_of(number) or 0}" for number in running]
        return commands.resume(job, "--start", ",".join([str(start), *of_jobs]))

    def _start_of(self, job: str) -> int | None:
        last = self._last.get(job)
        return self._followed.by_job[job].start if last is None else last + 1
