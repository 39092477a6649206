"""Shows what happens while jobs are listed or followed, and gathers the exit status."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from orch_events.cli import exits
from orch_events.cli.app import App
from orch_events.cli.groups import Look, Status
from orch_events.cli.keeper import Keeper
from orch_events.cli.shell_lines import ShellLines
from orch_events.cli.show import finishing
from orch_events.cli.terminal import columns
from orch_events.errors import LocalFileError, OrchEventsError, Unreachable
from orch_events.happenings import Back, Batch, Ended, Failed, Happening, Lost, Pending, TimedOut, Waiting, Warned
from orch_events.render.closing import MOST_NODES, back, bad_nodes, bad_runs, ended, goes_on, lost, slow, unknown
from orch_events.render.text import visible

if TYPE_CHECKING:
    from orch_events.events import Event
    from orch_events.follow import Follower
    from orch_events.job import JobState, Outcome
    from orch_events.render.progress import Progress
    from orch_events.render.sieves import Selected
    from orch_events.stragglers import Stragglers

_WORST_FIRST = (exits.SIGTERM, exits.SIGINT, 8, 7, 6, 5, 4, 3, 1, exits.TIMED_OUT, 0)


class View:
    """What a person, or a program, sees of jobs.

    Args:
        app: clock and talk.
        look: how it looks.
        shown: shows the events.
        progress: shows how far it is.
        keeper: keeps what is to be kept.
        status: what the exit status says.
        stragglers: finds nodes that take long; None where nobody waits for them.
        lines: writes what can be typed next; None where nothing is followed: then there is no summary either.
    """

    def __init__(
        self,
        app: App,
        look: Look,
        shown: "Selected",
        progress: "Progress",
        keeper: Keeper,
        status: Status,
        lines: ShellLines | None = None,
        stragglers: "Stragglers | None" = None,
    ) -> None:
        self._talk = app.talk
        self._theme = app.theme(sys.stderr, look)
        self._shown = shown
        self._progress = progress
        self._keeper = keeper
        self._status = status
        self._lines = lines
        self._stragglers = stragglers
        self._followers: dict[str, Follower] = {}
        self._shield = app.signals.shield
        self._shown_to: dict[str, int | None] = {}
        self._statuses: dict[str, int] = {}
        self._ends: list[tuple[int, str]] = []
        self._talk.make_room = progress.clear

    def watch(self, followers: "Sequence[Follower]", happenings: Iterable[Happening]) -> int:
        """Show everything to the end, or to a signal; return the exit status."""
        self._followers = {follower.state.job: follower for follower in followers}
        try:
            with finishing(self._shown):
                for happening in happenings:
                    self._show(happening)
        except KeyboardInterrupt as signal:
            self._statuses["detached"] = getattr(signal, "exit_status", exits.SIGINT)
        finally:
            self._progress.clear()
        self._repeat_the_ends()
        self._say_what_goes_on()
        if self._keeper.failed:
            self._statuses["kept"] = LocalFileError.exit_status
        return next(status for status in _WORST_FIRST if status in {0, *self._statuses.values()})

    def _show(self, happening: Happening) -> None:
        match happening:
            case Batch(state, events):
                self._show_events(state, events)
            case Pending():
                self._progress.wait()
            case Waiting():
                self._settle()
                self._name_stragglers()
                self._progress.wait()
            case Lost():
                self._settle()
                self._tell_of_loss(happening)
            case Back():
                self._talk.note(visible(back(happening, name_job=len(self._followers) > 1)))
            case Warned(message):
                self._talk.warn(message)
            case Ended(state, outcome):
                self._end(state, outcome)
            case Failed(state, error):
                self._fail(state, error)
            case TimedOut():
                self._statuses["timed out"] = exits.TIMED_OUT

    def _show_events(self, state: "JobState", events: "Sequence[Event]") -> None:
        self._keeper.keep(self._followers[state.job], events)
        self._progress.clear()
        passed = self._shown.passed
        with self._shield():
            self._shown.events(state.job, events)
            self._shown_to[state.job] = state.last_id
        if self._shown.passed > passed:
            self._progress.moved()
        else:  # what nobody asked for breaks no silence
            self._progress.wait()

    def _tell_of_loss(self, happening: Lost) -> None:
        ever = self._followers[happening.job].answered_at is not None
        self._talk.warn(lost(happening, name_job=len(self._followers) > 1, ever=ever))
        if not ever and happening.error.hint:
            self._talk.hint(happening.error.hint)

    def _name_stragglers(self) -> None:
        for straggler in self._stragglers.new() if self._stragglers else []:
            self._talk.note(slow(straggler, name_job=len(self._followers) > 1))

    def _settle(self) -> None:
        self._shown.wait()
        self._keeper.settle(list(self._followers.values()))

    def _end(self, state: "JobState", outcome: "Outcome") -> None:
        self._settle()
        if self._lines is not None:
            for line in self._summary(state, outcome, self._lines):
                self._talk.note(line)
            self._ends.append((outcome.exit_status(self._status.fail_on), ended(state.job, outcome, self._theme)))
        self._statuses[state.job] = outcome.exit_status(self._status.fail_on) if self._status.exit_status else 0

    def _summary(self, state: "JobState", outcome: "Outcome", lines: ShellLines) -> Iterator[str]:
        """Yield how a job ended, what went wrong, and what to do next."""
        yield ended(state.job, outcome, self._theme)
        yield from bad_nodes(state, self._theme, columns(sys.stderr))
        more = len(bad_runs(state)) - MOST_NODES
        if more > 0:
            yield f"  and {more} more: {lines.line('failures', state.job)}"
        else:
            unfinished = any(outcome.nodes.get(word) for word in ("failed", "errored", "skipped", "running"))
            following = lines.line("failures" if unfinished else "summary", state.job)
            yield f"{self._theme.paint('next:', 'hint')} {following}"

    def _fail(self, state: "JobState", error: OrchEventsError) -> None:
        self._settle()
        self._talk.error(error)
        if self._lines and (isinstance(error, Unreachable) or state.job in self._shown_to):
            resume = self._lines.resume(state.job, self._resume_start(state.job))
            self._talk.note(unknown(state.job, resume))
        self._statuses[state.job] = error.exit_status

    def _repeat_the_ends(self) -> None:
        """Where several jobs ended, say again how, the worst last: the first may be out of sight."""
        if len(self._ends) > 1:
            for _, line in sorted(self._ends, key=lambda end: -_WORST_FIRST.index(end[0])):
                self._talk.note(line)

    def _say_what_goes_on(self) -> None:
        for job, follower in self._followers.items():
            if self._lines and job not in self._statuses:
                resume = self._lines.resume(job, self._resume_start(job))
                ever = follower.answered_at is not None or follower.state.record is not None
                self._talk.note(goes_on(follower.state, resume) if ever else unknown(job, resume))

    def _resume_start(self, job: str) -> int | None:
        """Return the first event id that was not shown yet; None for all."""
        last = self._shown_to.get(job)
        return self._followers[job].start if last is None else last + 1
