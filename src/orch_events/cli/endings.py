"""How each job ended, or was left: told on stderr, and collected as the exit status."""

from collections.abc import Collection, Iterator

from orch_events.cli import exit_status
from orch_events.cli.app import App
from orch_events.cli.fail_fast import FailFast
from orch_events.cli.options.groups import DisplayOptions, ExitOptions
from orch_events.cli.resume_points import ResumePoints
from orch_events.cli.shell_command import ShellCommand
from orch_events.errors import OrchEventsError, UnknownHost, Unreachable
from orch_events.job.outcome import Outcome
from orch_events.job.plan import PlanState
from orch_events.job.state import JobState
from orch_events.job.updates import ConnectionLost, FollowFailed, JobEnded, OutcomeUnknown, TimedOut, Update
from orch_events.library.followed import FollowedJobs
from orch_events.library.jobs import OpenJob
from orch_events.render.messages import (
    MOST_NODES,
    bad_nodes,
    bad_runs,
    ended,
    left,
    plan_failure,
    still_running,
    unknown,
    why_over,
)
from orch_events.render.toolkit.terminal import columns
from orch_events.times import write_duration
from orch_events.wire.job_key import is_plan, spoken
from orch_events.wire.vocabulary import NODE_UNFINISHED


class Endings:
    """Tells how each job ended, or was left, and collects the exit status.

    Args:
        app: stderr.
        followed: the jobs.
        resume_points: how far each was shown.
        exit_options: which outcomes count.
        display: the colours of stderr.
        commands: makes suggested commands; None for no suggestions and no closing summary.
    """

    def __init__(
        self,
        app: App,
        followed: FollowedJobs,
        resume_points: ResumePoints,
        exit_options: ExitOptions,
        display: DisplayOptions,
        commands: ShellCommand | None,
    ) -> None:
        self._followed = followed
        self._resume_points = resume_points
        self._exit_options = exit_options
        self._commands = commands
        self._stderr = app.stderr
        self._stderr_stream = app.stderr_stream
        self._theme = app.theme(app.stderr_stream, display)
        self._verbose = display.verbose
        self._recorded = {job.number for job in followed.named if job.recorded}
        self._statuses: dict[str, int] = {}
        self._reasons: dict[str, str] = {}
        self._left = ""
        self._ended: list[tuple[int, JobState, Outcome]] = []
        self._told_lost: set[str] = set()

    @property
    def status(self) -> int:
        """The exit status so far."""
        status = exit_status.worst(self._statuses.values())
        left_out = any(follower.state.left_out for follower in self._followed.followers)
        return Unreachable.exit_status if left_out and status == 0 else status

    def note(self, update: Update) -> None:
        """Take an update that is no event: an end is told here, everything else by Stderr."""
        match update:
            case JobEnded(state, outcome):
                self._end(state, outcome)
            case OutcomeUnknown(state):
                self._end_unknown(state)
            case FollowFailed(state, error):
                self._fail(state, error)
            case TimedOut(seconds):
                self._statuses["timed out"] = exit_status.TIMED_OUT
                self._left = "--timeout was reached"
                if self._commands is not None:
                    self._stderr.note(f"stopped following after {write_duration(seconds)}: --timeout was reached")
            case ConnectionLost(job):
                self._told_lost.add(job)
                self._stderr.report(update)
            case _:
                self._stderr.report(update)

    @property
    def concluded(self) -> Collection[str]:
        """The jobs whose outcome is known, or known not to be."""
        return self._statuses.keys()

    @property
    def by_signal(self) -> bool:
        """Whether a signal ended it."""
        return "detached" in self._statuses

    def fail_fast(self, found: FailFast) -> None:
        """Note that `--fail-fast` was reached, and tell which nodes have failed, unless an outcome has."""
        self._stderr.note(f"--fail-fast: {found.failed} node{'s' * (found.failed != 1)} failed")
        for state in found.jobs:
            if state.job not in self._statuses:
                for line in bad_nodes(state, self._theme, columns(self._stderr_stream)):
                    self._stderr.note(line)
        self._statuses["fail-fast"] = exit_status.FAILED_FAST
        self._left = "--fail-fast was reached"

    def detach(self, signal: KeyboardInterrupt) -> None:
        """Note that a signal ended it."""
        self._left = "following was interrupted"
        self._statuses["detached"] = getattr(signal, "exit_status", exit_status.SIGINT)

    def left(self, job: str) -> str:
        """Return why a job is followed no longer, for its reports; "" if nothing is known but that it ended."""
        return self._reasons.get(job) or self._left

    def close(self) -> None:
        """Tell how the jobs ended, the worst last, and which are still running."""
        for _, state, outcome in sorted(self._ended, key=lambda end: exit_status.badness(end[0])):
            self._tell(state, outcome)
        self._note_still_running()

    def _end(self, state: JobState, outcome: Outcome) -> None:
        of_plan = self._followed.plan_of(state.job) is not None
        if is_plan(state.job):
            self._followed.adopt()
            outcome = state.outcome() or outcome
        status = outcome.exit_status(self._exit_options.fail_on)
        if self._verbose:
            self._stderr.note(why_over(state))
        if of_plan:
            self._tell(state, outcome)
        else:
            self._ended.append((status, state, outcome))
        self._conclude(state.job, status)
        if self._commands is not None and not of_plan and state.ended_by is None and self._others_go_on:
            self._stderr.note(ended(state.job, outcome, self._theme))  # of which no event tells

    @property
    def _others_go_on(self) -> bool:
        return any(job.number not in self._statuses for job in self._followed.named)

    def _tell(self, state: JobState, outcome: Outcome) -> None:
        if self._commands is not None:
            for text in (ended(state.job, outcome, self._theme), *self._summary(state, outcome, self._commands)):
                self._stderr.note(text)

    def _end_unknown(self, state: JobState) -> None:
        if self._verbose:
            self._stderr.note(why_over(state))
        if self._commands is not None and state.job not in self._recorded:
            self._stderr.note(unknown(state.job, self._resume(state.job, self._commands)))
        elif self._commands is not None:
            self._stderr.note(f"the outcome of {spoken(state.job)} is unknown: neither a record nor an event tells it")
        elif self._exit_options.exit_status:
            self._stderr.note(f"the outcome of {spoken(state.job)} is unknown: no record tells it")
        self._conclude(state.job, Unreachable.exit_status)

    def _fail(self, state: JobState, error: OrchEventsError) -> None:
        if (plan := self._followed.plan_of(state.job)) is not None:
            self._stderr.warn(f"{spoken(state.job)} can't be followed, {spoken(plan)} goes on: {error.message}")
            self._statuses[state.job] = 0
            return
        self._stderr.error(error)
        recorded = state.job in self._recorded  # what can be read no further can't be resumed
        lost = isinstance(error, Unreachable) and not isinstance(error, UnknownHost)
        if self._commands and not recorded and (lost or state.job in self._resume_points):
            self._stderr.note(unknown(state.job, self._resume(state.job, self._commands)))
        self._statuses[state.job] = error.exit_status
        self._reasons[state.job] = error.message

    def _resume(self, job: str, commands: ShellCommand) -> str:
        """Return the command that resumes a job, or the plan that started it."""
        plan = self._followed.stream_of(job)
        return self._resume_points.command(plan, commands, [state.job for state in self._running_jobs(plan)])

    def _running_jobs(self, plan: str) -> list[JobState]:
        """Return the states of a plan's jobs that were not over when they were last heard of."""
        return [state for state in self._followed.jobs_of(plan) if state.job not in self._statuses]

    def _conclude(self, job: str, status: int) -> None:
        """Note the exit status of a job's outcome; of a plan's jobs none counts: the plan's own word does."""
        counts = self._exit_options.exit_status and self._followed.plan_of(job) is None
        self._statuses[job] = status if counts else 0

    def _summary(self, state: JobState, outcome: Outcome, commands: ShellCommand) -> Iterator[str]:
        """Yield the failed nodes, which a plan's jobs tell of, and what to type next, for the plan alone."""
        more = 0
        if isinstance(state, PlanState):
            yield from plan_failure(state, self._theme, columns(self._stderr_stream))
        else:
            yield from bad_nodes(state, self._theme, columns(self._stderr_stream))
            more = len(bad_runs(state)) - MOST_NODES
        if more > 0:
            yield f"  and {more} more: {commands.line('failures', state.job)}"
        elif self._followed.plan_of(state.job) is None:
            unfinished = any(outcome.nodes.get(word) for word in NODE_UNFINISHED)
            if unfinished or outcome.word != "finished":
                following = commands.line("failures" if unfinished else "summary", state.job)
                yield f"{self._theme.paint('next:', 'hint')} {following}"

    def _note_still_running(self) -> None:
        for job in self._followed.named:
            if self._commands and job.number not in self._statuses:
                self._note_left(job, self._commands)

    def _note_left(self, job: OpenJob, commands: ShellCommand) -> None:
        """Tell how far a job was shown that is followed no longer, and how to go on."""
        resume, follower = self._resume(job.number, commands), self._followed.by_job[job.number]
        jobs = self._running_jobs(job.number)
        if job.recorded:
            self._stderr.note(left(job.name, follower.state, resume))
        elif follower.had_contact:
            self._stderr.note(still_running(follower.state, jobs, resume))
        else:
            if job.number not in self._told_lost:
                self._stderr.warn(follower.last_error.message if follower.last_error else "the server has not answered")
            self._stderr.note(unknown(job.number, resume))
