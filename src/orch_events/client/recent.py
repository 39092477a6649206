"""The newest jobs of a server, page by page."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import msgspec

from orch_events.job.updates import Steps
from orch_events.wire.records import JobRecord

MOST_AT_ONCE = 100
"""How many jobs are requested at once."""

FetchJobs = Callable[[int, int], Steps[Sequence[JobRecord]]]
"""Requests jobs, by limit and offset, the newest first; a server may return others."""


class JobQuery(msgspec.Struct, frozen=True):
    """Which jobs to find.

    Attributes:
        limit: how many, at most.
        states, types: only jobs in one of these states, of one of these types; empty for all.
    """

    limit: int
    states: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()

    def matches(self, job: JobRecord) -> bool:
        """Whether a job is one of them."""
        return (not self.states or job.state in self.states) and (not self.types or job.type in self.types)

    @property
    def page_size(self) -> int:
        """How many jobs to request at once: `limit` at most, unless they are filtered here."""
        return MOST_AT_ONCE if self.states or self.types else min(self.limit, MOST_AT_ONCE)


def recent(fetch: FetchJobs, query: JobQuery) -> Steps[list[JobRecord]]:
    """Return the jobs that match, the newest first, each once, even if pages shift while they are read.

    A server that returns more jobs than requested has returned all. One that ignores the order is read to the end.
    """
    page_size, offset = query.page_size, 0
    seen: set[str] = set()
    found: list[JobRecord] = []
    while True:
        page = yield from fetch(page_size, offset)
        new_jobs = [job for job in page if _key(job) not in seen]
        found += [job for job in {_key(job): job for job in new_jobs}.values() if query.matches(job)]
        is_complete = len(found) >= query.limit and _newest_first(page)
        if is_complete or not new_jobs or len(page) > page_size:
            return sorted(found, key=_age)[: query.limit]
        seen.update(map(_key, new_jobs))
        offset += len(page)


def _key(job: JobRecord) -> str:
    return job.number or str(job.raw)


def _age(job: JobRecord) -> int:
    """Return a sort key: the newest job, that with the highest number, comes first; one without a number last."""
    return -int(job.number or -1)


def _newest_first(page: Sequence[JobRecord]) -> bool:
    return all(_age(one) <= _age(other) for one, other in pairwise(page))
