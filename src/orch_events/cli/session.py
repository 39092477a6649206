"""FollowSession: shows and saves the events of some jobs, for `list` and `follow` alike.

    a follower's updates → FollowSession → checkpoint → recording → filter → tail → room → format → stdout
                                         → stderr: progress, connection, closing summary

The session reads the updates; how each job ended is told by `endings`, which has the exit status too. If recording or
checkpoint can't be written, that is reported once, and the session continues.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple, TextIO

from orch_events.analysis.progress import FollowProgress, StragglerDetector
from orch_events.cli import exit_status
from orch_events.cli.afterwards import Ending
from orch_events.cli.app import App
from orch_events.cli.endings import Endings
from orch_events.cli.fail_fast import FailFast
from orch_events.cli.final_reports import FinalReports
from orch_events.cli.job_sources import ReplayOptions, open_jobs
from orch_events.cli.options.groups import DisplayOptions, EventOptions, ReportFileOptions, Start, TypedWords
from orch_events.cli.persisting import Checkpoints
from orch_events.cli.record_file import is_same_file, open_recording_file
from orch_events.cli.renderers import closing, renderer_chain
from orch_events.cli.report_files import check_report_files
from orch_events.cli.resume_points import ResumePoints
from orch_events.cli.shell_command import ShellCommand
from orch_events.errors import LocalFileError, UsageError
from orch_events.follow.checkpoint import CheckpointFile
from orch_events.follow.cursor import Resume
from orch_events.follow.follower import Follower
from orch_events.follow.plan import PlanFollower
from orch_events.follow.retry import RetryPolicy
from orch_events.follow.scheduler import interleave
from orch_events.job.state import JobState
from orch_events.job.updates import NewEvents, NodesNamed, Pause, Tick, Update
from orch_events.library.followed import FollowedJobs
from orch_events.library.job_ref import JobRef
from orch_events.library.jobs import OpenJob
from orch_events.render.events.structured import JsonLines
from orch_events.render.messages import slow
from orch_events.render.progress import Heartbeat, LiveLine, NoProgress, Progress
from orch_events.render.terminal_status import TerminalStatus
from orch_events.render.toolkit.terminal import DEFAULT_COLUMNS, columns, is_pipe, is_terminal
from orch_events.wire.event import Event
from orch_events.wire.job_key import spoken

_MANY_NODES = 500


class FollowOptions(NamedTuple):
    """The options of `follow` alone; `list` has the defaults.

    Attributes:
        interval_seconds: the polling interval while events come.
        settle_seconds: how long a job without a record must be quiet to be over.
        cursor_file: the file that says where to resume; None for none.
        slow_seconds: after how many seconds a node is slow; None for twice the typical duration.
        replay: how recordings and the demo are replayed.
        progress: whether there is a live line or a heartbeat.
        reports: which reports are written at the end.
        fail_fast: after how many failed nodes to stop; None for never.
        typed: the options that were typed, for suggested commands; None for no suggestions and no closing summary.
    """

    interval_seconds: float = 1.0
    settle_seconds: float = 15.0
    cursor_file: str | None = None
    slow_seconds: float | None = None
    replay: ReplayOptions = ReplayOptions()
    progress: bool = False
    reports: ReportFileOptions = ReportFileOptions()
    fail_fast: int | None = None
    typed: TypedWords | None = None


@contextmanager
def open_session(
    app: App, refs: Sequence[JobRef], events: EventOptions, policy: RetryPolicy, follow: FollowOptions
) -> Iterator["FollowSession"]:
    """Open the jobs and the files, and make a session of them.

    Raises:
        OrchEventsError: a job, a recording or a cursor file can't be opened.
    """
    app.configure_stderr(events.display)
    check_report_files(follow.reports.files, _other_files(refs, events, follow), app.environ)
    verbose, replay = events.display.verbose, follow.replay._replace(job=events.recorded_job, archive=events.archive)
    with ExitStack() as stack:
        jobs = stack.enter_context(open_jobs(app, refs, events.connect, policy, replay, verbose=verbose))
        _check_record(app, events.record, jobs)
        file = _open_cursor_file(follow.cursor_file)
        followed = _follow(app, jobs, events, follow, file)
        recording = stack.enter_context(open_recording_file(app, events.record))
        checkpoints = Checkpoints(file, followed.origins) if file is not None else None
        yield FollowSession(app, events, follow, followed, recording, checkpoints)


def _other_files(refs: Sequence[JobRef], events: EventOptions, follow: FollowOptions) -> list[str]:
    """Return the paths of the files that are read or written besides the reports."""
    recordings = [ref.place for ref in refs if ref.kind == "recording"]
    return [*recordings, *filter(None, (events.record, follow.cursor_file))]


def _check_record(app: App, path: str | None, jobs: Sequence[OpenJob]) -> None:
    """See that no recording is appended to itself: what is read there would never end. Raises UsageError."""
    stdin = app.stdin_bytes
    for job in jobs if path is not None else ():
        read = stdin if job.origin == "-" else job.origin
        if job.recorded and path is not None and read is not None and is_same_file(path, read):
            raise UsageError(f"{path} can't be recorded into itself", "give --record another file")


def _open_cursor_file(path: str | None) -> CheckpointFile | None:
    """Open the cursor file, if there is to be one; that it can't be written is found out now."""
    if path is None:
        return None
    file = CheckpointFile(Path(path))
    file.check()
    return file


def _follow(
    app: App, jobs: Sequence[OpenJob], events: EventOptions, follow: FollowOptions, file: CheckpointFile | None
) -> FollowedJobs:
    """Follow jobs, each from where the cursor file says, else from --start; a job of a plan from its beginning."""
    named = {job.number for job in jobs}

    def make(job: OpenJob) -> Follower:
        resume = _resume(app, job, file) if file is not None else None
        begin = events.range.start or Start(None)
        start = begin.first if job.number in named else begin.jobs.get(job.number)
        if resume is not None and start is not None:
            app.stderr.note_once("--start is ignored: the cursor file says where to go on")
        follower = job.follower(
            app.clock,
            interval_seconds=follow.interval_seconds,
            start=start,
            resume=resume,
            settle_seconds=follow.settle_seconds,
            name_nodes=events.output.format == "table" and is_terminal(app.stdout),
        )
        if isinstance(follower, PlanFollower) and resume is None:
            follower.resumed_jobs = frozenset(begin.jobs)
        return follower

    return FollowedJobs(app.clock, jobs, make)


def _resume(app: App, job: OpenJob, file: CheckpointFile) -> Resume | None:
    """Return where the cursor file says that a job is resumed, and tell it; None where it does not say."""
    checkpoint = file.read(job.origin, job.number)
    if checkpoint is None:
        if others := file.others(job.origin, job.number):
            text = f"the cursor file has {spoken(job.number)} of {', '.join(others)}, not of {job.origin}"
            app.stderr.note(text)
        return None
    again = "; the last events before it stopped may be repeated" if checkpoint.showing else ""
    app.stderr.note(f"resuming {spoken(job.number)} at event {checkpoint.start}{again}")
    return checkpoint.resume


class FollowSession:
    """Reads the updates of some jobs, shows and saves their events, and collects the exit status.

    Args:
        app: streams, clock, signals.
        events: what is shown, and how.
        follow: the options of `follow` alone.
        followed: the jobs and their followers.
        recording: the recording to write; None for none.
        checkpoints: the cursor file to write; None for none.

    Attributes:
        shown: how many events passed the filter.
        reports: what is to be written when `run` has ended.
    """

    def __init__(
        self,
        app: App,
        events: EventOptions,
        follow: FollowOptions,
        followed: FollowedJobs,
        recording: JsonLines | None,
        checkpoints: Checkpoints | None,
    ) -> None:
        self._followed = followed
        self._app = app
        self._stderr = app.stderr
        self._stderr.name_job = followed.several
        follow_progress = FollowProgress(followed.followers, app.clock)
        self._progress = _progress(app, events.display, follow_progress, wanted=follow.progress)
        self._chain = renderer_chain(app, events, followed, recording, checkpoints, self._progress.clear)
        self._stderr.make_room = self._progress.clear
        commands, self._stragglers = None, None
        if follow.typed is not None:
            commands = ShellCommand(follow.typed, followed.names)
            self._stragglers = StragglerDetector(follow_progress, follow.slow_seconds)
        self._resume_points = ResumePoints(followed)
        self._fail_fast = FailFast(followed, follow.fail_fast, events.exit_options.fail_on)
        self._endings = Endings(app, followed, self._resume_points, events.exit_options, events.display, commands)
        self.reports = FinalReports(app, follow.reports, followed, self._endings.left)
        self._hints_at_failed = follow.typed is not None and events.output.format == "table" and not any(events.filters)

    @property
    def shown(self) -> int:
        """How many events passed the filter."""
        return self._chain.filtered.passed

    @property
    def followers(self) -> Sequence[Follower]:
        """The followers."""
        return self._followed.followers

    def ending(self, status: int) -> Ending:
        """Return how it ended, with its exit status."""
        by_signal = status == exit_status.READER_GONE or self._endings.by_signal
        return Ending(status, by_signal, self.reports.jobs())

    def run(self, steps: Callable[[Follower], Iterator[Update]], timeout: float = math.inf) -> int:
        """Show everything until the jobs end or a signal arrives; return the exit status.

        Args:
            steps: what each follower does.
            timeout: after how many seconds to stop.
        """
        updates = self._followed.updates(steps)
        try:
            with self.reports.around_log(), closing(self._chain.first_link):
                for update in interleave(updates, self._app.clock, timeout):
                    self._handle(update)
                    if self._fail_fast.reached(self._endings.concluded):
                        self._endings.fail_fast(self._fail_fast)
                        break
        except KeyboardInterrupt as signal:
            self._endings.detach(signal)
        finally:
            self._progress.close()
        self._endings.close()
        unsaved = any(link.failed for link in self._chain.persisting)
        return self._endings.status or (LocalFileError.exit_status if unsaved else 0)

    def _handle(self, update: Update) -> None:
        match update:
            case NodesNamed(names):
                self._chain.expect_nodes(names)
            case NewEvents(state, events):
                self._show(state, events)
            case Tick():
                self._progress.tick()
            case Pause():
                self._chain.first_link.flush()
                self._name_stragglers()
                self._progress.tick()
            case _:
                self._chain.first_link.flush()
                self._endings.note(update)

    def _show(self, state: JobState, events: Sequence[Event]) -> None:
        passed = self.shown
        with self._app.signals.shield():
            self._chain.first_link.write(state.job, events)
            self._resume_points.note(state.job, events)
            self.reports.note(state.job, events)
        self._note_many_nodes(state)
        if self.shown > passed:
            self._progress.moved()
        else:  # filtered events do not end the silence
            self._progress.tick()

    def _note_many_nodes(self, state: JobState) -> None:
        """Say once that there is a shorter view of a job of many nodes, to who reads all of it."""
        if self._hints_at_failed and state.total > _MANY_NODES:
            self._hints_at_failed = False
            self._stderr.note(f"{spoken(state.job)} has {state.total} nodes; --failed shows only what goes wrong")

    def _name_stragglers(self) -> None:
        for straggler in self._stragglers.new() if self._stragglers else []:
            self._stderr.note(slow(straggler, name_job=self._stderr.name_job))


def _progress(app: App, display: DisplayOptions, progress: FollowProgress, *, wanted: bool) -> Progress:
    stream = app.stderr_stream
    if display.quiet or not wanted or stream is None:
        return NoProgress()
    if not app.acts_on_escapes(stream) or app.environ.get("TERM") == "dumb":
        return Heartbeat(stream, progress, app.clock)
    theme = app.theme(stream, display)
    shared = is_pipe(app.stdout)
    width = partial(_columns, stream)
    line = LiveLine(stream, theme, progress, app.clock, width, shared=shared, keyboard=app.stdin)
    return TerminalStatus(line, stream, progress, app.environ)


def _columns(stream: TextIO) -> int:
    return columns(stream) or DEFAULT_COLUMNS
