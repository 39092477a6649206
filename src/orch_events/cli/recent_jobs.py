"""The newest jobs of a server, and the jobs that plans started."""

from functools import partial
from typing import TYPE_CHECKING

from orch_events.cli.app import App
from orch_events.cli.connection import OpenServer
from orch_events.errors import OrchEventsError
from orch_events.wire.job_key import spoken
from orch_events.wire.vocabulary import PLAN_TYPE

if TYPE_CHECKING:  # msgspec is imported when a server is opened
    from collections.abc import Iterator, Sequence

    from orch_events.client.recent import JobQuery
    from orch_events.follow.retry import RetryPolicy
    from orch_events.job.updates import Steps
    from orch_events.wire.records import JobRecord


def recent_jobs(app: App, server: OpenServer, policy: "RetryPolicy", query: "JobQuery") -> "list[JobRecord]":
    """Return a server's newest jobs that match. Raises OrchEventsError."""
    from orch_events.client.recent import recent
    from orch_events.follow.retry import retry_request

    client = server.client
    ask = client.plan_jobs if query.types == {PLAN_TYPE} else partial(client.jobs, filters=query.server_filters)

    def fetch(most: int, offset: int) -> "Steps[Sequence[JobRecord]]":
        return retry_request(partial(ask, most, offset), policy, app.clock, had_contact=False)

    return app.finish(recent(fetch, query))


def with_their_jobs(
    app: App, server: OpenServer, policy: "RetryPolicy", plans: "Sequence[JobRecord]"
) -> "Iterator[JobRecord]":
    """Yield the records of plan jobs, and behind each those of the jobs that it started, as far as they can be had."""
    from orch_events.follow.retry import retry_request

    for plan in plans:
        yield plan
        for number in sorted(plan.jobs, key=int):
            try:
                yield app.finish(retry_request(partial(server.client.record, number), policy, app.clock))
            except OrchEventsError as error:
                app.stderr.warn(f"{spoken(number)} of {spoken(plan.key)} is left out: {error.message}")
