"""What is known of a job so far, for the commands that report on it, which import it when they begin."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from orch_events.cli.app import App
from orch_events.cli.asking import patience
from orch_events.cli.groups import Bear, Connect, Look
from orch_events.cli.opening import OpenJob, Recorded, open_jobs
from orch_events.happenings import Back, Failed, Lost, Warned
from orch_events.job_name import JobName
from orch_events.render.closing import back, lost
from orch_events.render.text import visible

if TYPE_CHECKING:  # httpx and msgspec are imported when something is asked
    from orch_events.job import JobState


def gather(
    app: App, jobs: Sequence[JobName], connect: Connect, bear: Bear, look: Look, recorded_job: str | None = None
) -> "list[JobState]":
    """Read all events of jobs so far, and their records. Raises OrchEventsError where that can't be."""
    recorded = Recorded(recorded_job)
    with open_jobs(app, jobs, connect, partial(patience, bear), recorded, verbose=look.verbose) as opened:
        return [_gathered(app, job) for job in opened]


def _gathered(app: App, job: OpenJob) -> "JobState":
    from random import random

    from orch_events.backoff import Backoff
    from orch_events.follow import Follower
    from orch_events.watch import watch

    follower = Follower(job.number, job.source, app.clock, Backoff(1, random), job.patience)
    for happening in watch([follower.once(outcome=True)], app.clock):
        match happening:
            case Failed(_, error):
                raise error
            case Lost():
                app.talk.warn(lost(happening, name_job=False))
            case Back():
                app.talk.note(visible(back(happening, name_job=False)))
            case Warned(message):
                app.talk.warn(message)
    return follower.state
