"""What following needs of wherever events come from: a server, a recording, a test's script.

Each answer is an iterator, and None in it stands for a moment in which nothing more has come: whoever reads it can see
to something else and come back. There is no other sign of "nothing yet".
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

from orch_events.wire.event import Fetched
from orch_events.wire.records import JobRecord, NodeRecord


class JobSource(Protocol):
    """A source of a job's events, its record and its nodes. Each iterator may raise an OrchEventsError."""

    def fetch(self, job: str, start: int | None) -> Iterator[Fetched | None]:
        """Yield the job's events with an id of at least `start`, as many at once as have come, then the page's end."""
        ...

    def record(self, job: str) -> Iterator[JobRecord | None]:
        """Yield the job's record."""
        ...

    def nodes(self, job: str) -> Iterator[Sequence[NodeRecord] | None]:
        """Yield a snapshot of the job's nodes."""
        ...
