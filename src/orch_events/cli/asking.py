"""Asking for something in one shot, as patiently as the options say."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from orch_events.cli.app import App
from orch_events.cli.groups import Bear

if TYPE_CHECKING:  # msgspec is imported when something is asked
    from orch_events.asking import Asking
    from orch_events.client import Client
    from orch_events.patience import Patience
    from orch_events.recent import Wanted
    from orch_events.records import JobRecord

T = TypeVar("T")


def patience(
    bear: Bear, token_mark: "Callable[[], object] | None", *, retry_for: float = 0.0, auth_wait: float = 0.0
) -> "Patience":
    """Bear as long as the options say, else as long as the command's own seconds.

    At the start an expired token is waited for only if the options do say so.
    """
    from orch_events.patience import Patience

    return Patience(
        retry_for if bear.retry_for is None else bear.retry_for,
        auth_wait if bear.auth_wait is None else bear.auth_wait,
        bear.auth_wait or 0.0,
        token_mark,
    )


def recent_jobs(app: App, client: "Client", patience: "Patience", wanted: "Wanted") -> "list[JobRecord]":
    """Ask a server for its newest jobs, or for those among them that are wanted. Raises OrchEventsError."""
    from orch_events.asking import awaited
    from orch_events.recent import recent

    of_type = next(iter(wanted.types)) if len(wanted.types) == 1 else None

    def ask(most: int, offset: int) -> "Asking[Sequence[JobRecord]]":
        return _patiently(app, patience, lambda: awaited(client.jobs(most, offset, of_type)))

    return _answered(app, recent(ask, wanted))


def _patiently(app: App, patience: "Patience", attempt: "Callable[[], Asking[T]]") -> "Asking[T]":
    from random import random

    from orch_events.backoff import Backoff
    from orch_events.patience import Trouble, persist

    return persist(attempt, lambda: Trouble("", patience, Backoff(1, random), app.clock, seen=False))


def _answered(app: App, asking: "Asking[T]") -> T:
    """Return the answer when it is there; until then, wait when there is something to wait for, and tell of it."""
    from orch_events.happenings import Back, Lost, Waiting
    from orch_events.render.closing import back, lost
    from orch_events.render.text import visible

    while True:
        try:
            happening = next(asking)
        except StopIteration as end:
            answer: T = end.value
            return answer
        match happening:
            case Waiting(seconds):
                app.clock.sleep(seconds)
            case Lost():
                app.talk.warn(lost(happening, name_job=False))
            case Back():
                app.talk.note(visible(back(happening, name_job=False)))
