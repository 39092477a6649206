"""Following a plan job: its own events and those of the jobs that it starts, in one stream.

Each job has a follower of its own, and so has the plan: cursor, retries and end are theirs. `PlanStream` makes one
sequence of updates of theirs.

In what order
    1. A job is opened when the event that names it is shown: nothing of it comes before.
    2. A plan goes on because a job is over. So before an event of the plan is shown, each of its jobs that is not over
       is asked again, at once, and what it has is shown. A job that can't answer now is not waited for, nor are those
       from which nothing came for `_HOLD_SECONDS`.
    3. Jobs that run at the same time are shown as they come.

What is held back is held by not reading on: a follower whose events wait has not moved its cursor, and a cursor file
does not say that they were shown.

The end
    The plan's own end comes last, when its jobs are over too. That a job can't be read is told, and the plan goes on.

After a restart the events that name the earlier jobs are behind the cursor. They are read again, so that each job is
followed on, from where its own cursor was.
"""

import math
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence

from orch_events.errors import OrchEventsError
from orch_events.follow.follower import Follower
from orch_events.follow.retry import first_answer
from orch_events.job.plan import PlanState
from orch_events.job.updates import JobEnded, NewEvents, Notice, OutcomeUnknown, Pause, Steps, Tick, Update
from orch_events.times import Clock
from orch_events.wire.event import Event
from orch_events.wire.job_key import spoken
from orch_events.wire.plan import is_cut, started_job

_HOLD_SECONDS = 2.0
"""How long a plan's event waits for its jobs while nothing comes from them."""

OpenJob = Callable[[str], Iterator[Update] | None]
"""Returns the updates of a job, by its number; None if it is not to be followed."""


class PlanFollower(Follower):
    """Follows the events of a plan job itself; messages that a page has cut are fetched whole.

    Attributes:
        resumed_jobs: the jobs that are followed on, of those that were started before the plan's `start`.
    """

    resumed_jobs: Collection[str] = ()

    def _emit(self, events: Sequence[Event]) -> Steps[None]:
        whole = list(events)
        for place, event in enumerate(events):
            if is_cut(event):
                whole[place] = yield from self._whole(event)
        yield from super()._emit(whole)

    def _whole(self, event: Event) -> Steps[Event]:
        """Return an event with all of its message; as it is, if that can't be had."""
        try:
            found = yield from self._retry(lambda: first_answer(self._source.whole(self.state.job, event)))
        except OrchEventsError as error:
            yield Notice(f"the message of event {event.id} of {spoken(self.state.job)} may be cut: {error.message}")
            return event
        return found if found.id == event.id else event

    def _merge_nodes(self) -> Steps[None]:
        """Learn the jobs that were started by events that were not asked for; a plan has no nodes."""
        if self.start is not None:
            yield from self._retry(lambda: self._note_job_events(self._is_earlier))

    def _is_earlier(self, event: Event) -> bool:
        """Whether an event is of before the start; one that the cursor lacks is still to be shown."""
        return event.id is None or not self._cursor.lacks(event.id)

    def _name_nodes(self) -> Steps[None]:
        """Do nothing: a plan has no nodes."""
        yield from ()

    def _account_for_skipped_events(self) -> Steps[None]:
        """Do nothing: what was skipped is known."""
        yield from ()

    @property
    def earlier_jobs(self) -> Sequence[str]:
        """The jobs that were started before a restart."""
        started = self.state.started if isinstance(self.state, PlanState) else ()
        return [job for job in started if self._resume is not None or job in self.resumed_jobs]


class _Member:
    """One of those that take turns: the plan, or a job.

    Attributes:
        updates: its updates.
        due_at: when it is its turn.
        resumed_at: when its turn began, after a pause.
        pause: the pause that it is in; None while it has something to do.
    """

    def __init__(self, updates: Iterator[Update], now: float) -> None:
        self.updates = updates
        self.due_at = self.resumed_at = now
        self.pause: Pause | None = None

    def next(self, now: float) -> Update | None:
        """Take the next update, None if there is none any more."""
        if self.pause is not None:
            self.pause, self.resumed_at = None, now
        update = next(self.updates, None)
        if isinstance(update, Pause):
            self.pause, self.due_at = update, now + update.seconds
        elif isinstance(update, Tick):
            self.due_at = now
        return update

    def hurry(self, now: float) -> None:
        """End its pause, unless it must be kept."""
        if self.pause is not None and self.pause.early:
            self.due_at = now

    def has_answered(self, since: float) -> bool:
        """Whether it was asked since then and has nothing more for now, or can't be asked now."""
        return self.pause is not None and (self.resumed_at >= since or not self.pause.early)


class PlanStream:
    """The updates of a plan and of its jobs.

    Args:
        plan: the plan's follower.
        clock: what time it is.
        open_job: opens a job when the plan has started it.
    """

    def __init__(self, plan: PlanFollower, clock: Clock, open_job: OpenJob) -> None:
        self._follower = plan
        self._clock = clock
        self._open_job = open_job
        self._opened: set[str] = set()
        self._jobs: list[_Member] = []
        self._held: deque[NewEvents] = deque()
        self._held_since = self._heard_at = 0.0
        self._plan: _Member | None = None
        self._end: Update | None = None

    def updates(self, own: Iterator[Update]) -> Iterator[Update]:
        """Yield all updates; `own` are those of the plan, from `follow` or `once` of its follower."""
        self._plan = _Member(own, self._clock.monotonic())
        while self._plan is not None or self._jobs or self._held:
            if self._held and self._may_go_on():
                yield from self._show_next()
            else:
                yield from self._turn()
        if self._end is not None:
            yield self._end

    def _turn(self) -> Iterator[Update]:
        """Let whoever is due next have a turn."""
        now, plan = self._clock.monotonic(), self._plan
        member = min(
            [*self._jobs, *([plan] if plan is not None and not self._held else [])], key=lambda one: one.due_at
        )
        if member.due_at > now:
            yield Pause(min(member.due_at, self._held_until) - now)
        elif member is plan:
            yield from self._of_plan(member.next(now))
        else:
            yield from self._of_job(member, member.next(now))

    def _of_plan(self, update: Update | None) -> Iterator[Update]:
        """Take what the plan's follower yields: hold events, and the end, pass on the rest."""
        match update:
            case NewEvents():
                self._hold(update)
                return
            case JobEnded() | OutcomeUnknown():
                self._end = update
            case None:
                self._plan = None
            case Pause():
                pass
            case _:
                yield update
        self._open(self._follower.earlier_jobs)

    def _of_job(self, job: _Member, update: Update | None) -> Iterator[Update]:
        """Pass on what a job's follower yields."""
        match update:
            case None:
                self._jobs.remove(job)
                return
            case Pause():
                if self._held and job.resumed_at < self._held_since:
                    job.hurry(self._clock.monotonic())  # it was asked before the plan's events came
                return
            case NewEvents():
                self._heard_at = self._clock.monotonic()
        yield update

    @property
    def _held_until(self) -> float:
        return max(self._held_since, self._heard_at) + _HOLD_SECONDS if self._held else math.inf

    def _may_go_on(self) -> bool:
        """Whether the jobs have told what they had to tell before the plan's next event, or took too long."""
        late = self._clock.monotonic() >= self._held_until
        return late or all(job.has_answered(self._held_since) for job in self._jobs)

    def _hold(self, update: NewEvents) -> None:
        """Hold a plan's events back, in parts that end where a job starts, and ask the jobs."""
        part: list[Event] = []
        for event in update.events:
            part.append(event)
            if started_job(event) is not None:
                self._held.append(NewEvents(update.state, part))
                part = []
        if part:
            self._held.append(NewEvents(update.state, part))
        self._held_since = self._clock.monotonic()
        for job in self._jobs:
            job.hurry(self._held_since)

    def _show_next(self) -> Iterator[Update]:
        part = self._held.popleft()
        yield part
        job = started_job(part.events[-1])
        self._open([job] if job is not None else [])

    def _open(self, jobs: Sequence[str]) -> None:
        for job in jobs:
            if job not in self._opened and (updates := self._open_job(job)) is not None:
                self._jobs.append(_Member(updates, self._clock.monotonic()))
            self._opened.add(job)
