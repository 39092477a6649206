"""What following needs of wherever events come from: a server, a recording, a test's script."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from orch_events.events import Fetched
from orch_events.records import JobRecord, NodeRecord


class JobSource(Protocol):
    """A source of a job's events, its record and its nodes. Each call may raise an OrchEventsError."""

    def fetch(self, job: str, start: int | None) -> Iterator[Fetched]:
        """Yield the job's events with an id of at least `start`, then the page's end.

        An empty run of events says that nothing more has come for a moment.
        """
        ...

    def record(self, job: str) -> Iterator[JobRecord | None]:
        """Yield None for each moment in which nothing has come, and at last the job's record."""
        ...

    def nodes(self, job: str) -> Iterator[Sequence[NodeRecord] | None]:
        """Yield None for each moment in which nothing has come, and at last a snapshot of the job's nodes."""
        ...
