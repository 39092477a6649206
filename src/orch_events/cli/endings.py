"""How each job ended, or was left: told on stderr, and collected as the exit status."""

from collections.abc import Iterator

from orch_events.cli import exit_status
from orch_events.cli.app import App
from orch_events.cli.options.groups import DisplayOptions, ExitOptions
from orch_events.cli.resume_points import ResumePoints
from orch_events.cli.shell_command import ShellCommand
from orch_events.errors import OrchEventsError, Unreachable
from orch_events.job.outcome import Outcome
from orch_events.job.plan import PlanState
from orch_events.job.state import JobState
from orch_events.job.updates import FollowFailed, JobEnded, OutcomeUnknown, TimedOut, Update
from orch_events.library.followed import FollowedJobs
from orch_events.render.messages import (
    MOST_NODES,
    bad_nodes,
    bad_runs,
    ended,
    plan_failure,
    still_running,
    unknown,
)
from orch_events.render.toolkit.terminal import columns
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
        self._recorded = {job.number for job in followed.named if job.recorded}
        self._statuses: dict[str, int] = {}
        self._reasons: dict[str, str] = {}
        self._left = ""
        self._outcomes: list[tuple[int, str]] = []

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
            case TimedOut():
                self._statuses["timed out"] = exit_status.TIMED_OUT
                self._left = "--timeout was reached"
            case _:
                self._stderr.report(update)

    def detach(self, signal: KeyboardInterrupt) -> None:
        """Note that a signal ended it."""
        self._left = "following was interrupted"
        self._statuses["detached"] = getattr(signal, "exit_status", exit_status.SIGINT)

    def left(self, job: str) -> str:
        """Return why a job is followed no longer, for its reports; "" if nothing is known but that it ended."""
        return self._reasons.get(job) or self._left

    def close(self) -> None:
        """Tell what is to be told last: all outcomes again, and which jobs are still running."""
        self._repeat_outcomes()
        self._note_still_running()

    def _end(self, state: JobState, outcome: Outcome) -> None:
        of_plan = self._followed.plan_of(state.job) is not None
        if is_plan(state.job):
            self._followed.adopt()
            outcome = state.outcome() or outcome
        status = outcome.exit_status(self._exit_options.fail_on)
        if self._commands is not None:
            line = ended(state.job, outcome, self._theme)
            for text in (line, *self._summary(state, outcome, self._commands, of_plan=of_plan)):
                self._stderr.note(text)
            if not of_plan:
                self._outcomes.append((status, line))
        self._conclude(state.job, status)

    def _end_unknown(self, state: JobState) -> None:
        if self._commands is not None:
            self._stderr.note(unknown(state.job, self._resume_points.command(state.job, self._commands)))
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
        if self._commands and not recorded and (isinstance(error, Unreachable) or state.job in self._resume_points):
            self._stderr.note(unknown(state.job, self._resume_points.command(state.job, self._commands)))
        self._statuses[state.job] = error.exit_status
        self._reasons[state.job] = error.message

    def _conclude(self, job: str, status: int) -> None:
        """Note the exit status of a job's outcome; of a plan's jobs none counts: the plan's own word does."""
        counts = self._exit_options.exit_status and self._followed.plan_of(job) is None
        self._statuses[job] = status if counts else 0

    def _summary(self, state: JobState, outcome: Outcome, commands: ShellCommand, *, of_plan: bool) -> Iterator[str]:
        """Yield the failed nodes, which a plan's jobs tell of, and a suggested command, which is the plan's."""
        more = 0
        if isinstance(state, PlanState):
            yield from plan_failure(state, self._theme, columns(self._stderr_stream))
        else:
            yield from bad_nodes(state, self._theme, columns(self._stderr_stream))
            more = len(bad_runs(state)) - MOST_NODES
        if more > 0:
            yield f"  and {more} more: {commands.line('failures', state.job)}"
        elif not of_plan:
            unfinished = any(outcome.nodes.get(word) for word in NODE_UNFINISHED)
            following = commands.line("failures" if unfinished else "summary", state.job)
            yield f"{self._theme.paint('next:', 'hint')} {following}"

    def _note_still_running(self) -> None:
        for job in (job.number for job in self._followed.named):
            if self._commands and job not in self._statuses:
                resume, follower = self._resume_points.command(job, self._commands), self._followed.by_job[job]
                jobs = [state for state in self._followed.jobs_of(job) if state.job not in self._statuses]
                known = follower.had_contact
                self._stderr.note(still_running(follower.state, jobs, resume) if known else unknown(job, resume))

    def _repeat_outcomes(self) -> None:
        """Repeat the outcomes of several jobs, the worst last: the first may have scrolled away."""
        if len(self._outcomes) > 1:
            for _, line in sorted(self._outcomes, key=lambda end: exit_status.badness(end[0])):
                self._stderr.note(line)
