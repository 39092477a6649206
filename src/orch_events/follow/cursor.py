"""Where the next request starts, which events are new, and in what order they come out.

1. The cursor is our own: the highest id seen, plus one. A page's `next-events` counts only while no event has been
   seen: it may repeat the request's own URL, and following it would never end.
2. The cursor moves when a page ends. If the page breaks off, it moves past what had arrived if that was in the order of
   ids, else not at all: what is missing could have any id.
3. An event is new if its id was not seen before, so pages may overlap, repeat, or be read again from the beginning.
   Events without an id are compared by content.
4. An id can be given out early and become visible late, when higher ones were seen: the cursor is past it then. So ids
   are proven only by being read again, `PROOF_SECONDS` after they were seen, in an answer that has all that was not
   proven before. `rewind` lets the next request ask for that. Nor does a restart prove anything: `Resume` has the ids
   that were shown and are not proven.
5. New events come out in the order of their ids, as far as a buffer of 4,096 events or 4 MB allows. What is new but
   lower than an id that is already out comes out late.

Memory is bounded: 8 MB of ids, the buffer, and 65,536 hashes of events without an id. Beyond the first limit, events
with ids lower than all that are remembered are left out, since they may have been seen, and `left_out` says so; beyond
the last, the hashes are forgotten, and an event without an id may come out twice. For a restart the latest 100,000 ids
are remembered; lower ones count as proven then.
"""

from collections import deque
from collections.abc import Sequence

import msgspec

from orch_events.follow.reorder import ReorderBuffer, ascending
from orch_events.follow.seen_ids import SeenIds
from orch_events.wire.event import Event

_MAX_WITHOUT_ID = 1 << 16
_MAX_MARKS = 1000
_MAX_RESUMED = 100_000

PROOF_SECONDS = 15.0
"""How long after an id was seen no lower one is expected to become visible any more."""


class Resume(msgspec.Struct, frozen=True):
    """Where to continue after a restart.

    Attributes:
        start: the first id that was not asked for yet.
        since: the highest id that is proven, or the first that was wanted: behind it an event may become visible late.
        shown: the ids from `since` on that were shown, in order.
    """

    start: int
    since: int
    shown: Sequence[int] = ()

    @property
    def has_gaps(self) -> bool:
        """Whether there is room for an event that becomes visible late, between those that were shown."""
        return bool(self.shown) and self.since < self.shown[-1]


class Cursor:
    """Decides which events are new, in what order they come out, and where the next request starts.

    Args:
        start: the first id to read; None for all.
        resume: what was shown before a restart; it overrides `start`.

    Attributes:
        start: the first id that was not asked for yet; None before the first page.
        version: how many pages had new events: it changes when `resume` does, but for what is proven.
        left_out: whether any event was left out since its id is too low to know whether it was seen.
    """

    def __init__(self, start: int | None = None, resume: Resume | None = None) -> None:
        self.start = resume.start if resume else start
        self._first_wanted = self._proven = resume.since if resume else start
        self._rewound = resume is not None
        self._seen = SeenIds()
        self._without_id: set[int] = set()
        self._buffer = ReorderBuffer()
        self._highest = max(resume.shown, default=-1) if resume else -1
        self._seen.add_all(resume.shown if resume else ())
        self.version = 0
        self.left_out = False
        self._has_news = False
        self._shown_to = self._highest
        self._marks: deque[tuple[float, int]] = deque(maxlen=_MAX_MARKS)
        self._behind_page: int | None = None
        self._in_order = True

    @property
    def request_start(self) -> int | None:
        """The `start` of the next request; None for all."""
        return self._proven if self._rewound else self.start

    def accept(self, events: Sequence[Event]) -> list[Event]:
        """Take events of a page, and return those that come out now, in order."""
        new = self._new(events)
        self._has_news = self._has_news or bool(new)
        return self._buffer.put(new)

    def drain(self) -> list[Event]:
        """Return the events that are still buffered, in order."""
        return self._buffer.drain()

    def end_page(self, next_start: int | None, asked_at: float, at: float) -> None:
        """Move past a complete page, and note what was seen by now and what that proves.

        Args:
            next_start: the page's own word of where the next one starts; it counts only while no event has been seen.
            asked_at: when the page was asked for, a monotonic time.
            at: what time it is.
        """
        self._move(next_start if self._highest < 0 else self._highest + 1)
        self._note_shown()
        if self._rewound:
            self._prove(asked_at - PROOF_SECONDS)
        self._rewound = False
        if not self._marks or self._marks[-1][1] < self._highest:
            self._marks.append((at, self._highest))

    def page_truncated(self) -> None:
        """Move past what had arrived of a page that broke off, if nothing before it can be missing; it was shown."""
        self._move(self._behind_page if self._in_order else None)
        self._note_shown()

    def lacks(self, number: int) -> bool:
        """Whether an id is wanted and was not seen yet."""
        return number >= (self._first_wanted or 0) and number not in self._seen

    @property
    def resume(self) -> Resume | None:
        """Where to continue after a restart; None before the first page."""
        if self.start is None:
            return None
        since = self._proven or 0
        shown = list(self._seen.between(since, self._shown_to))
        if len(shown) > _MAX_RESUMED:
            shown = shown[-_MAX_RESUMED:]
            since = shown[0]
        return Resume(self.start, since, shown)

    def rewind(self) -> None:
        """Let the next request ask for all that is not proven, until it is answered whole."""
        self._rewound = True

    def settle(self) -> None:
        """Count all that was seen as proven: the end of the job has been waited for."""
        if self._marks:
            self._prove(self._marks[-1][0])
            self.version += 1

    def _note_shown(self) -> None:
        self.version += self._has_news
        self._has_news, self._shown_to = False, self._highest

    def _prove(self, seen_by: float) -> None:
        while self._marks and self._marks[0][0] <= seen_by:
            self._proven = self._marks.popleft()[1]

    def _new(self, events: Sequence[Event]) -> Sequence[Event]:
        """Return the events of a page that are new; fast if all are higher than any before."""
        numbers = ascending(events)
        if not numbers or numbers[0] < (self._first_wanted or 0) or numbers[0] <= self._highest:
            return [event for event in events if self._is_new(event)]
        self._seen.add_all(numbers)
        self._highest = numbers[-1]
        self._behind_page = numbers[-1] + 1
        return events

    def _move(self, start: int | None) -> None:
        if start is not None:
            self.start = max(self.start or 0, start)
        self._behind_page, self._in_order = None, True

    def _is_new(self, event: Event) -> bool:
        if event.id is None:
            return self._is_new_without_id(event)
        if event.id < (self._first_wanted or 0):
            return False
        self._in_order = self._in_order and event.id > self._highest
        self._highest = max(event.id, self._highest)
        self._behind_page = self._highest + 1
        self.left_out = self.left_out or event.id < self._seen.floor
        return self._seen.add(event.id)

    def _is_new_without_id(self, event: Event) -> bool:
        if len(self._without_id) >= _MAX_WITHOUT_ID:
            self._without_id.clear()
        before = len(self._without_id)
        self._without_id.add(hash(event))
        return len(self._without_id) > before
