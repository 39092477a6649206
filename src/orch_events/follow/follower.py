"""Following one job, from its first event to its end.

How the end is found
    The signs and the rules are in `end_of_job`. After each page `required_quiet_seconds` says how many seconds without
    new events end the job, by what is known of it so far: infinitely many while nothing says that it is over. The
    follower leaves when that much time has passed since the last new event and one more request found nothing.

What is requested when
    1. The record: its node_count says how many nodes must be over. If it can't be had, that is a Notice, not an error.
    2. The events, from `start` or from the beginning.
    3. /nodes, only if `start` was given: the events before it are not read, but the states they led to are needed.
    4. Until the end, in a loop: the record, if the last page had nothing new or there is a sign of the end; after a
       pause, the events again.
    5. At the end: the record once more, and whatever 3 and 4 below ask for.

What could be lost, and why it is not
    1. The rest of a page that breaks off. What had arrived is yielded, and the cursor moves past it only if nothing
       before it can be missing.
    2. Requests during an outage. `retry` repeats them; events that arrive count as progress.
    3. An event that becomes visible after one with a higher id: ids are given out before events are committed. By then
       the cursor is past it. So at the end the nodes' states are compared with the record's counts. If they differ, or
       if an event is evidently missing (a node ended without having started, or the record says stopped and no event
       said stopping), everything from `start` on is read again, and only what was missed is yielded. If they still
       differ, a Notice says so, and the outcome goes by the record.
    4. What events before `start` said. If the states and the record differ at the end, /nodes is requested again; if
       the record says failed, all events are read for a job_aborted, which no record tells.

The follower neither prints nor sleeps: it yields updates (`job.updates`), and `scheduler.interleave` lets several
followers take turns. To resume, one number is enough: `next_start`.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from orch_events.errors import OrchEventsError
from orch_events.follow.cursor import Cursor
from orch_events.follow.end_of_job import LATE_COMMIT_SECONDS, required_quiet_seconds
from orch_events.follow.retry import Outage, RetryPolicy, first_answer, retry
from orch_events.follow.scheduler import PollingInterval
from orch_events.follow.source import JobSource
from orch_events.job.state import JobState
from orch_events.job.updates import FollowFailed, JobEnded, NewEvents, Notice, Pause, Steps, Tick, Update
from orch_events.times import Clock
from orch_events.wire.event import Event, PageEnd

T = TypeVar("T")

_BRIEF_RETRY_SECONDS = 30.0
_HOLD_SECONDS = 0.2
"""How long an event may be buffered to be put in order."""


class Follower:
    """Follows one job.

    Args:
        job: its number, as text.
        source: where its events and records come from.
        clock: the time.
        policy: for how long errors are retried.
        interval_seconds: the polling interval while events come; it grows while none do.
        start: the first event id to read; None for all.
        settle_seconds: how long a job without a record must be quiet to be over, once every node seen is.

    Attributes:
        start: the first event id to read; None for all.
        state: what is known of the job so far.
        last_answer_at: when the last complete response ended, on the clock's monotonic scale; None before the first.
        last_event_at: when the last event arrived, on the same scale; None before the first.
        unanswered_request_at: when the oldest request without a complete response began; None if there is none.
    """

    def __init__(
        self,
        job: str,
        source: JobSource,
        clock: Clock,
        policy: RetryPolicy,
        *,
        interval_seconds: float = 1.0,
        start: int | None = None,
        settle_seconds: float = 15.0,
    ) -> None:
        self.start = start
        self.state = JobState(job, whole=start is None)
        self.last_answer_at: float | None = None
        self.last_event_at: float | None = None
        self.unanswered_request_at: float | None = None
        self._source = source
        self._clock = clock
        self._policy = policy
        self._polling = PollingInterval(interval_seconds)
        self._settle_seconds = settle_seconds
        self._cursor = Cursor(start)
        self._tracks_state = True
        self._was_over = False

    @property
    def next_start(self) -> int | None:
        """The event id to resume from: every earlier one was read; None before any was."""
        return self._cursor.start

    @property
    def had_contact(self) -> bool:
        """Whether any request has succeeded so far."""
        return self.last_answer_at is not None or self.state.record is not None

    def follow(self) -> Steps[None]:
        """Yield updates until the job ends; the last one is JobEnded or FollowFailed."""
        return self._guarded(self._follow_to_end())

    def once(self, *, outcome: bool, beginning: bool = False) -> Steps[None]:
        """Yield updates for what has happened so far, without polling.

        Args:
            outcome: whether to track the states of nodes and job, and yield JobEnded if the job is over.
            beginning: whether the time at which the job began is needed, even if `start` skips its first events.
        """
        self._tracks_state = outcome
        return self._guarded(self._read_once(outcome=outcome, beginning=beginning))

    def _guarded(self, updates: Iterator[Update]) -> Steps[None]:
        try:
            yield from updates
        except OrchEventsError as error:
            yield FollowFailed(self.state, error)

    def _read_once(self, *, outcome: bool, beginning: bool) -> Iterator[Update]:
        if beginning and self.start is not None:
            yield from self._fetch_record()
        yield from self._poll_events()
        if outcome:
            yield from self._merge_nodes()
            yield from self._fetch_final_record()
            if self.state.is_over:
                yield JobEnded(self.state, self.state.outcome())

    def _follow_to_end(self) -> Iterator[Update]:
        yield from self._fetch_record()
        self._was_over = self.state.reported_over
        found = yield from self._poll_events()
        yield from self._merge_nodes()
        if self.state.record is None or not self.state.record.state:
            yield Notice(
                f"the record of job {self.state.job} is unavailable or has no state: "
                "the job counts as over once every node seen so far is done and no more events arrive for a while"
            )
        quiet_since_at = polled_at = self._clock.monotonic()
        poll_until = math.inf
        while found or polled_at < poll_until:
            if not found or self.state.is_over:
                yield from self._fetch_record()
            poll_until = quiet_since_at + required_quiet_seconds(
                self.state, self._settle_seconds, was_over=self._was_over
            )
            pause = self._polling.next(found=found)
            yield Pause(min(pause, max(0.0, poll_until - self._clock.monotonic())))
            polled_at = self._clock.monotonic()
            found = yield from self._poll_events()
            quiet_since_at = self._clock.monotonic() if found else quiet_since_at
        yield from self._conclude()

    def _poll_events(self) -> Steps[bool]:
        """Read a page of events, with retries; return whether any of them were new."""
        before = self.state.events
        yield from self._retry(self._read_page)
        return self.state.events > before

    def _fetch_record(self) -> Iterator[Update]:
        """Request the job's record, without retries; if that fails, the previous one stays."""
        try:
            self.state.record = yield from first_answer(self._source.record(self.state.job))
        except OrchEventsError:
            return

    def _read_page(self) -> Steps[None]:
        """Read one page of events and yield them as they arrive; none is buffered for longer than `_HOLD_SECONDS`."""
        drained_at, end = self._clock.monotonic(), PageEnd(None)
        self.unanswered_request_at = drained_at if self.unanswered_request_at is None else self.unanswered_request_at
        try:
            for fetched in self._source.fetch(self.state.job, self._cursor.start):
                if isinstance(fetched, PageEnd):
                    end = fetched
                    continue
                yield from self._emit(self._cursor.accept(fetched or ()))
                if fetched is None or self._clock.monotonic() - drained_at > _HOLD_SECONDS:
                    yield from self._emit(self._cursor.drain())
                    drained_at = self._clock.monotonic()
                if fetched is None:
                    yield Tick()
        except OrchEventsError:
            yield from self._emit(self._cursor.drain())
            self._cursor.page_truncated()
            raise
        yield from self._emit(self._cursor.drain())
        self._cursor.end_page(end.next_start)
        self.last_answer_at, self.unanswered_request_at = self._clock.monotonic(), None

    def _emit(self, events: Sequence[Event]) -> Iterator[NewEvents]:
        if not self._tracks_state:
            self.state.count(events)
        else:
            for event in events:
                self.state.apply(event)
        if events:
            self.last_event_at = self._clock.monotonic()
            yield NewEvents(self.state, events)

    def _retry(self, attempt: Callable[[], Steps[T]], policy: RetryPolicy | None = None) -> Steps[T]:
        """Make an attempt and repeat it as the policy says; events that arrived count as progress."""

        def begin_outage() -> Outage:
            return Outage(self.state.job, policy or self._policy, self._clock, had_contact=self.had_contact)

        return retry(attempt, begin_outage, lambda: self.state.events)

    def _retry_briefly(self, attempt: Callable[[], Steps[T]]) -> Steps[T]:
        """The same, but give up sooner: for requests that following can do without."""
        return self._retry(attempt, self._policy.at_most(_BRIEF_RETRY_SECONDS))

    def _merge_nodes(self) -> Iterator[Update]:
        """Take the nodes' states from /nodes if `start` skipped the events that led to them."""
        if self.start is None:
            return
        try:
            nodes = yield from self._retry_briefly(lambda: first_answer(self._source.nodes(self.state.job)))
        except OrchEventsError as error:
            yield Notice(f"the node states before --start are unknown: {error.message}")
        else:
            self.state.merge_snapshot(nodes)

    def _conclude(self) -> Iterator[Update]:
        """Request the record once more, read everything again if an event is missing, and yield JobEnded."""
        if self.state.record is not None:
            yield from self._fetch_final_record()
        if self.start is not None:
            yield from self._account_for_skipped_events()
        if not self.state.matches_record or (self.start is None and self.state.lacks_events):
            yield Pause(LATE_COMMIT_SECONDS)  # an event that got its id before the end may be committed after it
            self._cursor.rewind()
            yield from self._retry(self._read_page)
        if not self.state.matches_record:
            yield Notice(
                f"the record of job {self.state.job} does not match its events; the exit status follows the record"
            )
        yield JobEnded(self.state, self.state.outcome())

    def _account_for_skipped_events(self) -> Iterator[Update]:
        """Apply what the events before `start` say of the outcome, if it matters; yield none of them."""
        if not self.state.matches_record:
            yield from self._merge_nodes()
        if self.state.ended_by is None and self.state.record and self.state.record.state == "failed":
            yield from self._retry(self._note_all_job_events)  # an aborted job's record says failed

    def _note_all_job_events(self) -> Steps[None]:
        for fetched in self._source.fetch(self.state.job, None):
            if isinstance(fetched, Sequence):
                for event in fetched:
                    self.state.note_job_event(event)
            yield Tick()

    def _fetch_final_record(self) -> Iterator[Update]:
        try:
            self.state.record = yield from self._retry_briefly(
                lambda: first_answer(self._source.record(self.state.job))
            )
        except OrchEventsError as error:
            yield Notice(f"the outcome of job {self.state.job} is taken from its events alone: {error.message}")
