"""The newest jobs of a server, and the jobs that plans started."""

from collections.abc import Sequence
from functools import partial

from orch_events.client.recent import JobQuery, recent
from orch_events.errors import OrchEventsError
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


def with_their_jobs(
    server: OpenServer, policy: RetryPolicy, clock: Clock, plans: Sequence[JobRecord]
) -> Steps[list[JobRecord]]:
    """Return the records of plan jobs, and behind each those of the jobs that it started, as far as they can be had."""
    found: list[JobRecord] = []
    for plan in plans:
        found.append(plan)
        for number in sorted(plan.jobs, key=int):
            try:
                found.append((yield from retry_request(partial(server.client.record, number), policy, clock)))
            except OrchEventsError as error:
                yield Notice(f"{spoken(number)} of {spoken(plan.key)} is left out: {error.message}")
    return found
