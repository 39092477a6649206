"""Following one job, from its first event to its end.

How a job's end is found
    The signs and the rules are in `end_of_job`. After each page the follower asks how many seconds of silence make what
    it knows an end (`Silence`), and it leaves when that much has passed since the last news and one more request after
    that has found nothing. News are events, and a record that says something else.

What is asked when
    1. the record: its node_count says how many nodes must be over. A record that can't be had is asked for again with
       every page. Where there are columns to be made for them, /nodes tells the nodes' names, once.
    2. the events, from `start` or from the beginning.
    3. /nodes, only when following begins in the middle: the events before `start` are not read, the states they led to
       are.
    4. in turn, until the end: a pause, then the events again; the record whenever nothing new came, or there is a sign.

What can be lost, and why it is not
    1. A page that breaks off: what had arrived is shown, and the cursor moves only behind what can't be missing.
    2. A connection, for a while: `retry` repeats the request; events that came count as progress.
    3. An event that becomes visible after one with a higher id (its id was given out early and committed late): the
       cursor is past it. What is not proven is read again (`Cursor.rewind`), and what was missed is shown, once: in a
       silence, unless the record counts the nodes as the events do; and before the end, unless it is proven that no
       event is missing (`JobState.complete`).
    4. Where following began in the middle, the events before `start` can matter for the outcome: then /nodes is asked
       again, and whether the job was aborted or stopped, which not every record tells, is read from its events.
    5. The same across a restart: a cursor file keeps the ids that were shown and are not proven (`Cursor.resume`), and
       the first request asks for these again. A server that has not the last of them was restored from a backup, or is
       another one: then everything is shown anew, and a Notice says so. Which events of before the restart are still
       to become visible, nobody can tell; so the end is not left earlier than `settle_seconds` after it.

What can be lost
    An event that becomes visible more than `cursor.PROOF_SECONDS` after one with a higher id; and events whose ids are
    lower than any that the cursor remembers. A Notice says that these are left out, and no outcome is known then.

What is not known is not made up: where neither events nor record tell how the job ended, the last update is
OutcomeUnknown.

It neither prints nor sleeps: it yields updates (`job.updates`), and `scheduler.interleave` lets several followers take
turns. Resuming needs one number, `next_start`.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import TypeVar

from orch_events.errors import OrchEventsError
from orch_events.follow.cursor import Cursor, Resume
from orch_events.follow.end_of_job import Silence
from orch_events.follow.record_poll import RecordPoll
from orch_events.follow.retry import Outage, RetryPolicy, first_answer, retry
from orch_events.follow.scheduler import PollingInterval
from orch_events.follow.source import JobSource
from orch_events.job.plan import new_state
from orch_events.job.updates import (
    FollowFailed,
    JobEnded,
    NewEvents,
    NodesNamed,
    Notice,
    OutcomeUnknown,
    Pause,
    Steps,
    Tick,
    Update,
)
from orch_events.times import Clock
from orch_events.wire.event import Event, PageEnd
from orch_events.wire.job_key import spoken
from orch_events.wire.vocabulary import JOB_ABORTED

T = TypeVar("T")

_HOLD_SECONDS = 0.2
"""How long an event may be held back to be put in order."""


class Follower:
    """Follows one job.

    Args:
        job: its number, as text.
        source: where its events and records come from.
        clock: what time it is.
        policy: for how long errors are retried.
        interval_seconds: seconds between two requests while events come; longer while none do.
        idle_seconds: how long it may be at most between two requests; None for five times as long.
        start: the first event id that is wanted; None for all.
        resume: what was shown before a restart; beats `start`.
        settle_seconds: seconds of silence after which a job without a record is over, once each node seen is.
        name_nodes: whether to learn the nodes' names before the first event, if the server answers at all.

    Attributes:
        start: the first event id that is wanted; None for all.
        state: what is known of the job so far.
        last_answer_at: when the source last gave a whole answer, on the clock's monotonic scale; None before.
        last_event_at: when the last event came, on the same scale; None before.
        unanswered_request_at: when the first request began that has no whole answer yet; None where each has one.
        last_error: why the latest request for events failed; None if it did not.
    """

    def __init__(  # noqa: PLR0913 - each by its name
        self,
        job: str,
        source: JobSource,
        clock: Clock,
        policy: RetryPolicy,
        *,
        interval_seconds: float = 1.0,
        idle_seconds: float | None = None,
        start: int | None = None,
        resume: Resume | None = None,
        settle_seconds: float = 15.0,
        name_nodes: bool = False,
    ) -> None:
        self.start = resume.start if resume else start
        self.state = new_state(job, whole=self.start is None)
        self.last_answer_at: float | None = None
        self.last_event_at: float | None = None
        self.unanswered_request_at: float | None = None
        self.last_error: OrchEventsError | None = None
        self._source = source
        self._clock = clock
        self._policy = policy
        self._polling = PollingInterval(interval_seconds, idle_seconds)
        self._wants_names = name_nodes
        self._resume = resume
        self._cursor = Cursor(start, resume)
        gaps = resume is not None and resume.has_gaps
        self._silence = Silence(self.state, settle_seconds, clock.monotonic(), gaps=gaps)
        self._record = RecordPoll(self.state, source)
        self._tracks_state = True
        self._asked_at = clock.monotonic()

    @property
    def next_start(self) -> int | None:
        """The first event id that was not asked for yet; None before anything was."""
        return self._cursor.start

    @property
    def resume(self) -> Resume | None:
        """Where to go on after a restart; None before anything was asked for."""
        return self._cursor.resume

    @property
    def resume_version(self) -> int:
        """Changes when `resume` is another one, but for what passing time proves."""
        return self._cursor.version

    @property
    def had_contact(self) -> bool:
        """Whether there was any good answer so far; an object without a state is no record of a job."""
        return self.last_answer_at is not None or bool(self.state.record and self.state.record.state)

    def follow(self) -> Steps[None]:
        """Yield updates to the end of the job: JobEnded, or FollowFailed."""
        return self._guarded(self._follow_to_end())

    def once(self, *, outcome: bool, beginning: bool = False) -> Steps[None]:
        """Yield updates for what has happened so far.

        Args:
            outcome: whether to learn the states of nodes and job, and yield JobEnded if it is over.
            beginning: whether to learn first when it began.
        """
        self._tracks_state = outcome
        return self._guarded(self._read_once(outcome=outcome, beginning=beginning))

    def _guarded(self, updates: Iterator[Update]) -> Steps[None]:
        try:
            yield from updates
        except OrchEventsError as error:
            yield FollowFailed(self.state, error)

    def _read_once(self, *, outcome: bool, beginning: bool) -> Iterator[Update]:
        if self._wants_names or (beginning and self.start is not None):
            yield from self._record.once()
        yield from self._name_nodes()
        yield from self._poll_events()
        if not outcome:
            return
        yield from self._merge_nodes()
        yield from self._ask_record()
        if self.state.is_over or not self.state.has_record:
            yield self._conclusion()

    def _follow_to_end(self) -> Iterator[Update]:
        yield from self._record.once()
        yield from self._name_nodes()
        yield from self._check_resume()
        found = yield from self._poll_events()
        yield from self._merge_nodes()
        self._note_news()
        while (yield from self._goes_on(found=found)):
            left = self._silence.next_at - self._clock.monotonic()
            yield Pause(min(self._polling.next(found=found), max(0.0, left)), early=True)
            found = yield from self._poll_events()
        if self.start is not None:
            yield from self._account_for_skipped_events()
        yield from self._record.explain_the_end()
        self._cursor.settle()
        yield self._conclusion()

    def _goes_on(self, *, found: bool) -> Steps[bool]:
        """Look at the record, and read again what may have been missed; return whether there is more to wait for."""
        asked_at = self._asked_at
        if found:
            self._note_news()
        if (not found or self.state.is_over or not self.state.has_record) and (yield from self._record.once()):
            self._note_news()
        self._silence.update()
        if found:
            return True
        if self._silence.reread_due(asked_at):
            if (yield from self._read_again()):
                return True
            if self._silence.leave_at == math.inf:
                yield from self._record.explain_the_wait()
        return asked_at < self._silence.leave_at

    def _read_again(self) -> Steps[bool]:
        """Read again what is not proven; return whether there was an event that had been missed."""
        before = self.state.events
        self._cursor.rewind()
        yield from self._retry(self._read_page)
        if self.state.events > before:
            self._note_news()
        return self.state.events > before

    def _note_news(self) -> None:
        self._silence.note_news(self._clock.monotonic())

    def _name_nodes(self) -> Iterator[Update]:
        """Tell the nodes' names, if they are wanted and can be had at once; the events name them too."""
        if not self._wants_names or not self.had_contact:
            return
        with suppress(OrchEventsError):
            nodes = yield from first_answer(self._source.nodes(self.state.job))
            yield NodesNamed([node.name for node in nodes])

    def _check_resume(self) -> Iterator[Update]:
        """See that the server still has the last event that was shown; if it has not, its history is another one."""
        if self._resume is None or not self._resume.shown:
            return
        last = self._resume.shown[-1]
        if not (yield from self._retry(lambda: self._has(last))):
            job = spoken(self.state.job)
            yield Notice(f"the server has no event {last} of {job}, which the cursor file names; starting over")
            self.start, self._cursor = None, Cursor()
            self.state.begin_anew()

    def _has(self, number: int) -> Steps[bool]:
        for fetched in self._source.fetch(self.state.job, number):
            if isinstance(fetched, Sequence) and fetched:
                return any(event.id == number for event in fetched)
            yield Tick()
        return False

    def _poll_events(self) -> Steps[bool]:
        """Ask for new events, as often as that takes; return whether there were any."""
        before = self.state.events
        yield from self._retry(self._read_page)
        return self.state.events > before

    def _ask_record(self) -> Iterator[Update]:
        """Ask for the job's record, as often as that takes; without it, what the events tell must do."""
        try:
            self.state.record = yield from self._retry(self._record.request)
        except OrchEventsError as error:
            yield Notice(f"the record of {spoken(self.state.job)} is unavailable: {error.message}")

    def _read_page(self) -> Steps[None]:
        """Read one page of events, and show them as they come; what is held back for order waits for a moment only."""
        drained_at = asked_at = self._asked_at = self._clock.monotonic()
        end = PageEnd(None)
        self.unanswered_request_at = drained_at if self.unanswered_request_at is None else self.unanswered_request_at
        try:
            for fetched in self._source.fetch(self.state.job, self._cursor.request_start):
                if isinstance(fetched, PageEnd):
                    end = fetched
                    continue
                yield from self._emit(self._cursor.accept(fetched or ()))
                if fetched is None or self._clock.monotonic() - drained_at > _HOLD_SECONDS:
                    yield from self._emit(self._cursor.drain())
                    drained_at = self._clock.monotonic()
                if fetched is None:
                    yield Tick()
        except OrchEventsError as error:
            self.last_error = error
            yield from self._emit(self._cursor.drain())
            self._cursor.page_truncated()
            raise
        yield from self._emit(self._cursor.drain())
        self.last_error = None
        self.last_answer_at, self.unanswered_request_at = self._clock.monotonic(), None
        self._cursor.end_page(end.next_start, asked_at, self.last_answer_at)
        if self._cursor.left_out and not self.state.left_out:
            self.state.left_out = True
            job = spoken(self.state.job)
            yield Notice(f"events of {job} were left out: their ids are too far apart to tell which were shown")

    def _emit(self, events: Sequence[Event]) -> Steps[None]:
        if not self._tracks_state:
            self.state.count(events)
        else:
            for event in events:
                self.state.apply(event)
        if events:
            self.last_event_at = self._clock.monotonic()
            yield NewEvents(self.state, events)

    def _retry(self, attempt: Callable[[], Steps[T]]) -> Steps[T]:
        """Make an attempt, and repeat it as the policy says; events that came are progress."""

        def begin_outage() -> Outage:
            return Outage(self.state.job, self._policy, self._clock, had_contact=self.had_contact)

        return retry(attempt, begin_outage, lambda: self.state.events)

    def _merge_nodes(self) -> Steps[None]:
        """Learn the nodes' states from a snapshot, where the events that led to them were not asked for."""
        if self.start is None:
            return
        try:
            nodes = yield from self._retry(lambda: first_answer(self._source.nodes(self.state.job)))
        except OrchEventsError as error:
            yield Notice(f"the node states before --start are unknown: {error.message}")
        else:
            self.state.merge_snapshot(nodes)
            self.state.expect(one.latest_event_id for one in nodes if self._cursor.lacks(one.latest_event_id))

    def _account_for_skipped_events(self) -> Steps[None]:
        """Where the events before `start` matter for the outcome, learn of them what they say, and show none."""
        if not self.state.matches_record:
            yield from self._merge_nodes()
        record_tells = self.state.record_over and self.state.record is not None and self.state.record.state != "failed"
        if self.state.ended_by != JOB_ABORTED and not record_tells:
            yield from self._retry(self._note_job_events)  # was it aborted, or stopped? nothing else says so

    def _note_job_events(self, counts: Callable[[Event], bool] = lambda _: True) -> Steps[None]:
        """Learn what all events that count say of the job itself."""
        for fetched in self._source.fetch(self.state.job, None):
            for event in fetched if isinstance(fetched, Sequence) else ():
                if counts(event):
                    self.state.note_job_event(event)
            yield Tick()

    def _conclusion(self) -> JobEnded | OutcomeUnknown:
        outcome = self.state.outcome()
        return OutcomeUnknown(self.state) if outcome is None else JobEnded(self.state, outcome)
