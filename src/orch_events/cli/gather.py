"""What is known of a job so far, for the commands that report on it, which import it when they begin."""

from typing import TYPE_CHECKING

from orch_events.cli.app import App
from orch_events.cli.connect import source
from orch_events.cli.options import Bear, Connect, Look
from orch_events.happenings import Back, Failed, Lost, Warned
from orch_events.render.closing import back, lost
from orch_events.render.text import visible

if TYPE_CHECKING:  # httpx and msgspec are imported when something is asked
    from orch_events.job import JobState


def gather(app: App, job: str, connect: Connect, bear: Bear, look: Look) -> "JobState":
    """Read all events of a job so far, and its record. Raises OrchEventsError where that can't be."""
    from random import random

    from orch_events.backoff import Backoff
    from orch_events.follow import Follower
    from orch_events.patience import Patience
    from orch_events.watch import watch

    with source(app, connect, verbose=look.verbose) as server:
        patience = Patience(bear.retry_for or 0, bear.auth_wait or 0, bear.auth_wait or 0, server.token_mark)
        follower = Follower(job, server.events, app.clock, Backoff(1, random), patience)
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
