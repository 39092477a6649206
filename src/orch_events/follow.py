"""Following a job to its end.

`Follower` knows one job: what to ask, what is new, what is worth trying again, and when it is over. It neither prints
nor sleeps: it yields happenings, and `watch` lets several of them take turns.

When a job may be over is in `ending`. If its record then counts other nodes than its events do, an event became visible
behind our back (its id was given out early and committed late): all is read once more, and what was missed is shown.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from orch_events.asking import Asking, awaited
from orch_events.backoff import Backoff
from orch_events.clock import Clock
from orch_events.cursor import Cursor, Window
from orch_events.ending import MOMENT_SECONDS, silence_of_an_end
from orch_events.errors import OrchEventsError
from orch_events.events import Event, PageEnd
from orch_events.happenings import Batch, Ended, Failed, Happening, Pending, Waiting, Warned
from orch_events.job import JobState
from orch_events.patience import Patience, Trouble, persist
from orch_events.source import JobSource

T = TypeVar("T")

_BRIEFLY_SECONDS = 30.0
_HOLD_SECONDS = 0.2


class Follower:
    """Follows one job.

    Args:
        job: its number, as text.
        source: where its events and records come from.
        clock: what time it is.
        backoff: how long to wait between two asks.
        patience: how long to bear that no good answer comes.
        start: the first event id that is wanted; None for all.
        settle: seconds of silence after which a job without a record is over, once each node seen is.

    Attributes:
        start: the first event id that is wanted; None for all.
        state: what is known of the job so far.
        answered_at: when the source last gave a whole answer, on the clock's monotonic scale; None before.
        heard_at: when the last event came, on the same scale; None before.
        unanswered_since: when the first ask began that has no whole answer yet; None where each has one.
    """

    def __init__(
        self,
        job: str,
        source: JobSource,
        clock: Clock,
        backoff: Backoff,
        patience: Patience,
        *,
        start: int | None = None,
        settle: float = 15.0,
    ) -> None:
        self.state = JobState(job, whole=start is None)
        self.answered_at: float | None = None
        self.heard_at: float | None = None
        self.unanswered_since: float | None = None
        self._source = source
        self._clock = clock
        self._backoff = backoff
        self._patience = patience
        self._settle = settle
        self._cursor = Cursor(start)
        self._learns = True
        self._was_over = False
        self.start = start

    @property
    def next_start(self) -> int | None:
        """The first event id that was not asked for yet; None before anything was."""
        return self._cursor.start

    def follow(self) -> Iterator[Happening]:
        """Yield what happens to the end of the job: Ended, or Failed."""
        return self._guarded(self._to_the_end())

    def once(self, *, outcome: bool, beginning: bool = False) -> Iterator[Happening]:
        """Yield what has happened so far.

        Args:
            outcome: whether to learn how the job fares, and yield Ended if it is over.
            beginning: whether to learn first when it began.
        """
        self._learns = outcome
        return self._guarded(self._so_far(outcome=outcome, beginning=beginning))

    def _guarded(self, steps: Iterator[Happening]) -> Iterator[Happening]:
        try:
            yield from steps
        except OrchEventsError as error:
            yield Failed(self.state, error)

    def _so_far(self, *, outcome: bool, beginning: bool) -> Iterator[Happening]:
        if beginning and self.start is not None:
            yield from self._ask_record()
        yield from self._ask()
        if outcome:
            yield from self._seed()
            yield from self._final_record()
            if self.state.is_over:
                yield Ended(self.state, self.state.outcome())

    def _to_the_end(self) -> Iterator[Happening]:
        yield from self._ask_record()
        self._was_over = self.state.said_over
        found = yield from self._ask()
        yield from self._seed()
        if self.state.record is None or not self.state.record.state:
            yield Warned(
                f"the record of job {self.state.job} can't be had, or does not tell its state: "
                "it counts as over when each node seen is, and nothing new comes for a while"
            )
        quiet_since = asked_at = self._clock.monotonic()
        last_ask_from = math.inf
        while found or asked_at < last_ask_from:
            if not found or self.state.is_over:
                yield from self._ask_record()
            last_ask_from = quiet_since + silence_of_an_end(self.state, self._settle, was_over=self._was_over)
            pause = self._backoff.pause(found=found)
            yield Waiting(min(pause, max(0.0, last_ask_from - self._clock.monotonic())))
            asked_at = self._clock.monotonic()
            found = yield from self._ask()
            quiet_since = self._clock.monotonic() if found else quiet_since
        yield from self._conclude()

    def _ask(self) -> Asking[bool]:
        """Ask once for what is new, as often as that takes; return whether there was anything."""
        before = self.state.events
        yield from self._persist(self._ask_once)
        return self.state.events > before

    def _ask_record(self) -> Iterator[Happening]:
        """Ask for the job's record; what can't be had now leaves the one that we have."""
        try:
            self.state.record = yield from awaited(self._source.record(self.state.job))
        except OrchEventsError:
            return

    def _ask_once(self) -> Asking[None]:
        window, emptied_at, end = Window(), self._clock.monotonic(), PageEnd(None)
        self.unanswered_since = emptied_at if self.unanswered_since is None else self.unanswered_since
        try:
            for fetched in self._source.fetch(self.state.job, self._cursor.start):
                if isinstance(fetched, PageEnd):
                    end = fetched
                    continue
                yield from self._show(window.put(self._cursor.admit(fetched)))
                if not fetched or self._clock.monotonic() - emptied_at > _HOLD_SECONDS:
                    yield from self._show(window.empty())
                    emptied_at = self._clock.monotonic()
                if not fetched:
                    yield Pending()
        except OrchEventsError:
            yield from self._show(window.empty())
            self._cursor.cut_page()
            raise
        yield from self._show(window.empty())
        self._cursor.end_page(end.next_start)
        self.answered_at, self.unanswered_since = self._clock.monotonic(), None

    def _show(self, events: Sequence[Event]) -> Iterator[Batch]:
        if not self._learns:
            self.state.count(events)
        else:
            for event in events:
                self.state.apply(event)
        if events:
            self.heard_at = self._clock.monotonic()
            yield Batch(self.state, events)

    def _persist(self, attempt: Callable[[], Asking[T]], patience: Patience | None = None) -> Asking[T]:
        """Make an attempt, again and again as far as patience reaches; events that came make it whole again."""
        return persist(attempt, lambda: self._trouble(patience or self._patience), lambda: self.state.events)

    def _trouble(self, patience: Patience) -> Trouble:
        seen = self.answered_at is not None or self.state.record is not None
        return Trouble(self.state.job, patience, self._backoff, self._clock, seen=seen)

    def _seed(self) -> Iterator[Happening]:
        """Learn the nodes' states from a snapshot, where the events that tell them were not asked for."""
        if self.start is None:
            return

        try:
            self.state.seed((yield from self._soon(lambda: awaited(self._source.nodes(self.state.job)))))
        except OrchEventsError as error:
            yield Warned(f"the nodes' states before --start are not known: {error.message}")

    def _soon(self, attempt: Callable[[], Asking[T]]) -> Asking[T]:
        """Make an attempt at what one can do without, and not for long."""
        return self._persist(attempt, self._patience.at_most(_BRIEFLY_SECONDS))

    def _conclude(self) -> Iterator[Happening]:
        """Look at the record once more, read again if an event is missing, and end."""
        if self.state.record is not None:
            yield from self._final_record()
        if self.start is not None:
            yield from self._learn_of_the_unasked()
        if not self.state.agrees or (self.start is None and self.state.unexplained):
            yield Waiting(MOMENT_SECONDS)  # what was given an id before the end may be committed after it
            self._cursor.rewind()
            yield from self._persist(self._ask_once)
        if not self.state.agrees:
            yield Warned(
                f"the record of job {self.state.job} counts other nodes than its events do; the exit status goes by it"
            )
        yield Ended(self.state, self.state.outcome())

    def _learn_of_the_unasked(self) -> Iterator[Happening]:
        """Where the events before --start matter for the outcome, learn of them what they say, and show none."""
        if not self.state.agrees:
            yield from self._seed()
        if self.state.ended_by is None and self.state.record and self.state.record.state == "failed":
            yield from self._persist(self._hear_all)  # was it aborted? no record says so

    def _hear_all(self) -> Asking[None]:
        for fetched in self._source.fetch(self.state.job, None):
            if not isinstance(fetched, PageEnd):
                for event in fetched:
                    self.state.hear(event)
            yield Pending()

    def _final_record(self) -> Iterator[Happening]:
        try:
            self.state.record = yield from self._soon(lambda: awaited(self._source.record(self.state.job)))
        except OrchEventsError as error:
            yield Warned(f"how job {self.state.job} ended is told by its events alone: {error.message}")
