"""Jobs that the server does not know any more."""

from collections.abc import Iterator, Sequence

import pytest

from orch_events.errors import UnknownJob
from orch_events.follow.source import JobSource
from orch_events.library.archived import PrunedJobs
from orch_events.wire.event import Event, Fetched, PageEnd
from orch_events.wire.records import JobRecord, NodeRecord
from tests.build import event


class Source:
    """Answers so many requests, and then knows nothing of any job."""

    def __init__(self, name: str, answers: int) -> None:
        self._name = name
        self._left = answers

    def fetch(self, job: str, start: int | None) -> Iterator[Fetched | None]:
        yield None
        self._count(job)
        yield [event(7, message=self._name)]
        yield PageEnd(None)

    def record(self, job: str) -> Iterator[JobRecord | None]:
        yield None
        self._count(job)
        yield JobRecord(self._name)

    def whole(self, job: str, event: Event) -> Iterator[Event | None]:
        self._count(job)
        yield event

    def nodes(self, job: str) -> Iterator[Sequence[NodeRecord] | None]:
        self._count(job)
        yield [NodeRecord(self._name, "finished", 7)]

    def _count(self, job: str) -> None:
        if not self._left:
            raise UnknownJob(f"there is no job {job}")
        self._left -= 1


def all_of(source: JobSource, job: str) -> list[object]:
    """Ask for everything, once each."""
    return [list(source.record(job)), list(source.fetch(job, None)), list(source.whole(job, event(7))),
            list(source.nodes(job))]  # fmt: skip


def test_what_the_server_does_not_know_is_asked_of_the_archive_alone() -> None:
    asked = list[str]()

    def find(job: str) -> JobSource:
        asked.append(job)
        return Source("archive", 9)

    found = all_of(PrunedJobs(Source("server", 0), find), "352")
    assert found[1:] == all_of(Source("archive", 9), "352")[1:]
    assert asked == ["352"]


def test_what_the_server_has_told_anything_of_is_never_looked_up() -> None:
    source = PrunedJobs(Source("server", 1), lambda _: Source("archive", 9))
    assert list(source.record("352"))[-1] == JobRecord("server")
    with pytest.raises(UnknownJob):
        list(source.fetch("352", None))


def test_what_neither_knows_is_unknown() -> None:
    with pytest.raises(UnknownJob):
        all_of(PrunedJobs(Source("server", 0), lambda _: None), "352")
