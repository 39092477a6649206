"""The interface of a source of events: a server, a recording, or a test's script.

Each method returns an iterator. None in it means that nothing more has arrived yet, and gives the caller a chance to do
something else before it continues. That is the only encoding of "nothing yet".
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

from orch_events.wire.event import Event, Fetched
from orch_events.wire.records import JobRecord, NodeRecord


class JobSource(Protocol):
    """A source of a job's events, its record and its nodes. Each iterator may raise an OrchEventsError."""

    def fetch(self, job: str, start: int | None) -> Iterator[Fetched | None]:
        """Yield the job's events with an id of at least `start`, in batches as they arrive, then the page's end."""
        ...

    def record(self, job: str) -> Iterator[JobRecord | None]:
        """Yield the job's record."""
        ...

    def whole(self, job: str, event: Event) -> Iterator[Event | None]:
        """Yield a plan job's event with all of its message, of which a page may have had the beginning."""
        ...

    def nodes(self, job: str) -> Iterator[Sequence[NodeRecord] | None]:
        """Yield a snapshot of the job's nodes."""
        ...
