"""The newest jobs of a server, page by page."""

from collections.abc import Callable, Collection, Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import pairwise

import msgspec

from orch_events.job.updates import Steps
from orch_events.wire.records import JobRecord
from orch_events.wire.vocabulary import LIKE_JOB_STATES

MOST_AT_ONCE = 100
"""How many jobs are requested at once."""

_GLOB = frozenset("*?[")

FetchJobs = Callable[[int, int], Steps[Sequence[JobRecord]]]
"""Requests jobs, by limit and offset, the newest first; a server may return others."""


class JobQuery(msgspec.Struct, frozen=True):
    """Which jobs to find.

    Attributes:
        limit: how many, at most.
        states, types: only jobs in one of these states, in our words or those of plan jobs, of one of these types;
            empty for all.
        tasks, owners, environments: globs for the name of what it runs, its owner's login, its environment; empty for
            all.
        since, until: when it began, in seconds since the epoch, both inclusive; a job without a start never matches.
    """

    limit: int
    states: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    tasks: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    since: float | None = None
    until: float | None = None

    def matches(self, job: JobRecord) -> bool:
        """Whether a job is one of them."""
        return (
            (not self.states or job.word in self.states or (job.state in LIKE_JOB_STATES and job.state in self.states))
            and (not self.types or job.type in self.types)
            and _any_matches(self.tasks, job.task)
            and _any_matches(self.owners, job.owner)
            and _any_matches(self.environments, job.environment)
            and self._covers(job)
        )

    def _covers(self, job: JobRecord) -> bool:
        if self.since is None and self.until is None:
            return True
        if job.began_at is None:
            return False
        at = job.began_at.timestamp()
        return (self.since is None or at >= self.since) and (self.until is None or at <= self.until)

    @property
    def filters(self) -> bool:
        """Whether there is any condition."""
        return self != JobQuery(self.limit)

    @property
    def server_filters(self) -> Mapping[str, str]:
        """The parameters that a server may know; those that it ignores are applied here."""
        (kind, *more_types), (task, *more_tasks) = self.types or [""], self.tasks or [""]
        exact = not more_tasks and not set(task) & _GLOB
        found = {"type": "" if more_types else kind, "task": task if exact else ""}
        return {name: value for name, value in found.items() if value}

    @property
    def page_size(self) -> int:
        """How many jobs to request at once: `limit` at most, unless they are filtered here."""
        return MOST_AT_ONCE if self.filters else min(self.limit, MOST_AT_ONCE)


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


def _any_matches(globs: Collection[str], text: str) -> bool:
    return not globs or any(fnmatchcase(text, glob) for glob in globs)


def _key(job: JobRecord) -> str:
    return job.number or str(job.raw)


def _age(job: JobRecord) -> int:
    """Return a sort key: the newest job, that with the highest number, comes first; one without a number last."""
    return -int(job.number or -1)


def _newest_first(page: Sequence[JobRecord]) -> bool:
    return all(_age(one) <= _age(other) for one, other in pairwise(page))
