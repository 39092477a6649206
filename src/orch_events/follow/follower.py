"""Following one job, from its first event to its end.

How a job's end is found
    The signs and the rules are in `end_of_job`; the follower collects what they need. After each page it asks itself how
    many seconds of silence would make what it knows an end (`required_quiet_seconds`), and it leaves when that much
    has passed since the last new event and one more request after that has found nothing.

What is asked when
    1. the record: its node_count says how many nodes must be over. A record that can't be had is a Notice, not an error.
    2. the events, from `start` or from the beginning.
    3. /nodes, only when following begins in the middle: the events before `start` are not read, the states they led to
       are.
    4. in turn, until the end: a pause, then the events again; the record whenever nothing new came, or there is a sign.
    5. at the end: the record once more, and what rule 3 below says.

What can be lost, and why it is not
    1. A page that breaks off: what had arrived is shown, and the cursor moves only behind what can't be missing.
    2. A connection, for a while: `retry` repeats the request; events that came count as progress.
    3. An event that becomes visible after one with a higher id (its id was given out early and committed late): the
       cursor is behind it. So at the end the states of the nodes are compared with the record's count. Where the two
       differ, or a node ended that no event said to begin, everything is read once more, and what was missed is shown,
       once. Where they still differ, a Notice says so, and the exit status goes by the record.
    4. Where following began in the middle, the events before `start` can matter for the outcome: then /nodes is asked
       again, and of a failed job whether it was aborted, which no record says.

It neither prints nor sleeps: it yields updates (`job.updates`), and `scheduler.interleave` lets several followers take
turns. Resuming needs one number, `next_start`.
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
"""How long an event may be held back to be put in order."""


class Follower:
    """Follows one job.

    Args:
        job: its number, as text.
        source: where its events and records come from.
        clock: what time it is.
        policy: for how long errors are retried.
        interval: seconds between two requests while events come; longer while none do.
        start: the first event id that is wanted; None for all.
        settle: seconds of silence after which a job without a record is over, once each node seen is.

    Attributes:
        start: the first event id that is wanted; None for all.
        state: what is known of the job so far.
        answered_at: when the source last gave a whole answer, on the clock's monotonic scale; None before.
        heard_at: when the last event came, on the same scale; None before.
        unanswered_since: when the first request began that has no whole answer yet; None where each has one.
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
        """The first event id that was not asked for yet; None before anything was."""
        return self._cursor.start

    @property
    def had_contact(self) -> bool:
        """Whether there was any good answer so far."""
        return self.last_answer_at is not None or self.state.record is not None

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
                f"the record of job {self.state.job} can't be had, or does not tell its state: "
                "it counts as over when each node seen is, and nothing new comes for a while"
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
        """Ask for new events, as often as that takes; return whether there were any."""
        before = self.state.events
        yield from self._retry(self._read_page)
        return self.state.events > before

    def _fetch_record(self) -> Iterator[Update]:
        """Ask for the job's record; if it can't be had now, the last one stays."""
        try:
            self.state.record = yield from first_answer(self._source.record(self.state.job))
        except OrchEventsError:
            return

    def _read_page(self) -> Steps[None]:
        """Read one page of events, and show them as they come; what is held back for order waits for a moment only."""
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
        """Make an attempt, and repeat it as the policy says; events that came are progress."""

        def begin_outage() -> Outage:
            return Outage(self.state.job, policy or self._policy, self._clock, had_contact=self.had_contact)

        return retry(attempt, begin_outage, lambda: self.state.events)

    def _retry_briefly(self, attempt: Callable[[], Steps[T]]) -> Steps[T]:
        """The same for what one can do without."""
        return self._retry(attempt, self._policy.at_most(_BRIEF_RETRY_SECONDS))

    def _merge_nodes(self) -> Iterator[Update]:
        """Learn the nodes' states from a snapshot, where the events that led to them were not asked for."""
        if self.start is None:
            return
        try:
            nodes = yield from self._retry_briefly(lambda: first_answer(self._source.nodes(self.state.job)))
        except OrchEventsError as error:
            yield Notice(f"the nodes' states before --start are not known: {error.message}")
        else:
            self.state.merge_snapshot(nodes)

    def _conclude(self) -> Iterator[Update]:
        """Ask for the record once more, read everything again if an event is missing, and end."""
        if self.state.record is not None:
            yield from self._fetch_final_record()
        if self.start is not None:
            yield from self._account_for_skipped_events()
        if not self.state.matches_record or (self.start is None and self.state.lacks_events):
            yield Pause(LATE_COMMIT_SECONDS)  # what was given an id before the end may be committed after it
            self._cursor.rewind()
            yield from self._retry(self._read_page)
        if not self.state.matches_record:
            yield Notice(
                f"the record of job {self.state.job} counts other nodes than its events do; the exit status goes by it"
            )
        yield JobEnded(self.state, self.state.outcome())

    def _account_for_skipped_events(self) -> Iterator[Update]:
        """Where the events before `start` matter for the outcome, learn of them what they say, and show none."""
        if not self.state.matches_record:
            yield from self._merge_nodes()
        if self.state.ended_by is None and self.state.record and self.state.record.state == "failed":
            yield from self._retry(self._note_all_job_events)  # was it aborted? no record says so

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
            yield Notice(f"how job {self.state.job} ended is told by its events alone: {error.message}")
