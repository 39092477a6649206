"""A saved response of the nodes endpoint as a source: each node's state, and no event.

It is a job that was joined in the middle: a follower that starts behind everything that the snapshot knows reads no
event and learns the nodes' states, as it does on a server. How the job goes on is not known, unless all nodes are over.
"""

import re
from collections.abc import Iterator, Sequence

from orch_events.errors import LocalFileError
from orch_events.recording.checks import no_events
from orch_events.wire.event import Event, Fetched, PageEnd, read_id
from orch_events.wire.lenient import loads
from orch_events.wire.records import JobRecord, NodeRecord

_JOB = re.compile(r"/jobs/(\d{1,19})/")


class Snapshot:
    """The nodes of a job at one moment.

    Args:
        name: what the file is called in messages.
        nodes: the nodes.
        total: how many nodes the job has.
        number: the job's number on its server; "" if that is not known.
        job: the job's name where it is not known.

    Attributes:
        job: the job's number, or the name of the file.
        number: the job's number on its server; "" if that is not known.
        start: the first event id that none of the nodes has.
    """

    def __init__(self, name: str, nodes: Sequence[NodeRecord], total: int, number: str, job: str) -> None:
        self.number = number
        self.job = number or job
        self.start = max((node.latest_event_id for node in nodes), default=0) + 1
        self._name = name
        self._nodes = nodes
        self._total = max(total, len(nodes))

    @classmethod
    def read(cls, name: str, items: bytes, response: bytes, job: str) -> "Snapshot":
        """Read it.

        Args:
            name: what the file is called in messages.
            items: the response with nothing but its items.
            response: the response as it was saved.
            job: the job's name if the response does not tell it.

        Raises:
            LocalFileError: it is damaged.
        """
        rest = loads(response)
        if not isinstance(rest, dict):
            raise LocalFileError(f"{name} is damaged", "save the response of the nodes endpoint again")
        found = _JOB.search(str(_member(rest.get("next-events"), "id")))
        total = read_id(_member(rest.get("pagination"), "total"))
        return cls(name, NodeRecord.read_all(items, name), total or 0, found[1] if found else "", job)

    def fetch(self, job: str, start: int | None) -> Iterator[Fetched]:  # noqa: ARG002 - of one job
        """Yield nothing but the page's end. Raises LocalFileError if events are wanted that it does not have."""
        if start != self.start:
            raise no_events(self._name, "nodes")
        yield PageEnd(None)

    def record(self, job: str) -> Iterator[JobRecord]:  # noqa: ARG002 - of one job
        """Yield a record that tells nothing but how many nodes the job has."""
        yield JobRecord("", self._total)

    def whole(self, job: str, event: Event) -> Iterator[Event]:  # noqa: ARG002 - there is none
        """Yield the event as it is."""
        yield event

    def nodes(self, job: str) -> Iterator[Sequence[NodeRecord]]:  # noqa: ARG002 - of one job
        """Yield the nodes."""
        yield self._nodes


def _member(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, dict) else None
