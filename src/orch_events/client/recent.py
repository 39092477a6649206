"""The newest jobs of a server, page by page."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import msgspec

from orch_events.job.updates import Steps
from orch_events.wire.records import JobRecord

MOST_AT_ONCE = 100
"""How many jobs are asked for in one request."""

FetchJobs = Callable[[int, int], Steps[Sequence[JobRecord]]]
"""Asks for so many jobs, from an offset on, the newest first; a server may give others."""


class JobQuery(msgspec.Struct, frozen=True):
    """Which jobs are wanted.

    Attributes:
        limit: how many, at most.
        states, types: only jobs of one of these; empty for all.
    """

    limit: int
    states: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()

    def matches(self, job: JobRecord) -> bool:
        """Whether a job is wanted."""
        return (not self.states or job.state in self.states) and (not self.types or job.type in self.types)

    @property
    def page_size(self) -> int:
        """How many jobs to ask for at once: no more than are wanted, unless it is we who choose among them."""
        return MOST_AT_ONCE if self.states or self.types else min(self.limit, MOST_AT_ONCE)


def recent(fetch: FetchJobs, query: JobQuery) -> Steps[list[JobRecord]]:
    """Return the jobs that are wanted, the newest first, each once, however the pages shift while they are read.

    A server that gives more than was asked for has given all. One that knows nothing of order must be read to its end.
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
    """Put a job in order: the newest, that with the highest number, is the least; one without a number is the last."""
    return -int(job.number or -1)


def _newest_first(page: Sequence[JobRecord]) -> bool:
    return all(_age(one) <= _age(other) for one, other in pairwise(page))
