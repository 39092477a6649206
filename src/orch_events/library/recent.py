"""The newest jobs of a server, and the jobs that plans started."""

import math
from collections.abc import Sequence
from functools import partial

from msgspec.structs import replace

from orch_events.client.recent import JobQuery, recent
from orch_events.errors import AccessError, NotUnderstood, OrchEventsError, UnknownJob
from orch_events.follow.retry import RetryPolicy, retry_request
from orch_events.job.updates import Notice, Steps
from orch_events.library.servers import OpenServer
from orch_events.times import Clock
from orch_events.wire.job_key import spoken
from orch_events.wire.records import JobRecord
from orch_events.wire.vocabulary import PLAN_TYPE


def recent_jobs(server: OpenServer, policy: RetryPolicy, clock: Clock, query: JobQuery) -> Steps[list[JobRecord]]:
    """Return a server's newest jobs that match. Raises OrchEventsError."""
    client = server.client
    ask = client.plan_jobs if query.types == {PLAN_TYPE} else partial(client.jobs, filters=query.server_filters)

    def fetch(most: int, offset: int) -> Steps[Sequence[JobRecord]]:
        return retry_request(partial(ask, most, offset), policy, clock, had_contact=False)

    return recent(fetch, query)


def jobs_and_plans(server: OpenServer, policy: RetryPolicy, clock: Clock, query: JobQuery) -> Steps[list[JobRecord]]:
    """Return a server's newest jobs and plan jobs that match, each plan above what started before it.

    Raises:
        OrchEventsError: they can't be had. That plan jobs can't is no error: old servers have none.
    """
    if query.types == {PLAN_TYPE}:
        return (yield from recent_jobs(server, policy, clock, query))
    jobs = yield from recent_jobs(server, policy, clock, replace(query, types=query.types - {PLAN_TYPE}))
    if (query.types and PLAN_TYPE not in query.types) or query.tasks:
        return jobs
    try:
        plans = yield from recent_jobs(server, policy, clock, replace(query, types=frozenset({PLAN_TYPE})))
    except (AccessError, UnknownJob, NotUnderstood):
        plans = []
    return _merged(jobs, plans)[: query.limit]


def _merged(jobs: Sequence[JobRecord], plans: Sequence[JobRecord]) -> list[JobRecord]:
    """Put plans among jobs, which stay in the order of their numbers."""
    merged, rest = list[JobRecord](), list(plans)
    for job in jobs:
        while rest and _began(rest[0]) >= _began(job):
            merged.append(rest.pop(0))
        merged.append(job)
    return merged + rest


def _began(job: JobRecord) -> float:
    return job.began_at.timestamp() if job.began_at else -math.inf


def tree(server: OpenServer, policy: RetryPolicy, clock: Clock, query: JobQuery) -> Steps[list[JobRecord]]:
    """Return the newest plan jobs, and behind each the jobs that it started, as far as they can be had.

    Of the plan jobs only those that match, or that started a job that does; of the jobs those that match, or all of a
    plan that does. So many of the newest plan jobs are looked at as the query's limit says.
    """
    plans = yield from recent_jobs(server, policy, clock, JobQuery(query.limit, types=frozenset({PLAN_TYPE})))
    found: list[JobRecord] = []
    for plan in plans:
        jobs = yield from _jobs_of(plan, server, policy, clock)
        found += chosen(plan, jobs, query)
    return found


def chosen(plan: JobRecord, jobs: Sequence[JobRecord], query: JobQuery) -> list[JobRecord]:
    """Return a plan that matches, and the jobs that it started; or it and those that do; nothing if none does."""
    if query.matches(plan):
        return [plan, *jobs]
    matching = [job for job in jobs if query.matches(job)]
    return [plan, *matching] if matching else []


def _jobs_of(plan: JobRecord, server: OpenServer, policy: RetryPolicy, clock: Clock) -> Steps[list[JobRecord]]:
    found: list[JobRecord] = []
    for number in sorted(plan.jobs, key=int):
        try:
            found.append((yield from retry_request(partial(server.client.record, number), policy, clock)))
        except OrchEventsError as error:
            yield Notice(f"{spoken(number)} of {spoken(plan.key)} is left out: {error.message}")
    return found
