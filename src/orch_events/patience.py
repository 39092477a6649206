"""What is worth trying again, and for how long."""

from collections.abc import Callable, Iterator
from typing import TypeVar

import msgspec

from orch_events.asking import Asking
from orch_events.backoff import Backoff
from orch_events.clock import Clock
from orch_events.errors import NotAuthenticated, OrchEventsError, TokenFileError, Unreachable
from orch_events.happenings import Back, Lost, Waiting

T = TypeVar("T")

_FAIL_OVER_SECONDS = 60.0
"""How long a refused token is tried again: while a primary is replaced, good ones are refused."""

_LOOK_SECONDS = 1.0


class Patience(msgspec.Struct, frozen=True):
    """How much of it there is.

    Attributes:
        retry_for: seconds for which lost contact is tried again.
        auth_wait: seconds for which a new token is waited for, once the job was seen.
        auth_wait_at_start: the same before that.
        token: returns something that changes with the token; None where no other will come.
    """

    retry_for: float = 0.0
    auth_wait: float = 0.0
    auth_wait_at_start: float = 0.0
    token: Callable[[], object] | None = None

    def at_most(self, seconds: float) -> "Patience":
        """Return no more than so many seconds of it, for what one can do without."""
        return msgspec.structs.replace(
            self, retry_for=min(self.retry_for, seconds), auth_wait=0.0, auth_wait_at_start=0.0
        )

    def for_error(self, error: OrchEventsError, *, seen: bool) -> float:
        """Return for how many seconds such an error is borne; 0: not at all.

        Args:
            error: what came instead of a good answer.
            seen: whether the job was once seen: then a fail-over can make the server forget it for a while.
        """
        if isinstance(error, NotAuthenticated | TokenFileError):
            wait = self.auth_wait if seen else self.auth_wait_at_start
            return wait if self.token else min(wait, _FAIL_OVER_SECONDS)
        if isinstance(error, Unreachable) or (seen and error.may_pass):
            return self.retry_for
        return 0.0


class Trouble:
    """One spell without good answers, from the first failure on.

    Args:
        job: the number of the job that is not answered for; "" where it is none in particular.
        patience: how long it may last.
        backoff: how long to wait between two tries.
        clock: what time it is.
        seen: whether the job was once seen.

    Attributes:
        told: whether it was told of.
    """

    def __init__(self, job: str, patience: Patience, backoff: Backoff, clock: Clock, *, seen: bool) -> None:
        self.told = False
        self._began_at = clock.monotonic()
        self._since: dict[bool, float] = {}
        self._job = job
        self._patience = patience
        self._backoff = backoff
        self._clock = clock
        self._seen = seen
        self._told_of_token: bool | None = None
        self._token = patience.token() if patience.token else None

    def renew(self) -> None:
        """Count patience anew: there was progress."""
        self._since.clear()

    def over(self) -> Back:
        """Tell that it is over."""
        return Back(self._job, self._clock.monotonic() - self._began_at)

    def wait(self, error: OrchEventsError) -> Iterator[Lost | Waiting]:
        """Wait until it is time to try again; tell of it once. Raises the error when patience is at its end."""
        now = self._clock.monotonic()
        about_token = isinstance(error, NotAuthenticated | TokenFileError)
        since = self._since.setdefault(about_token, now)
        left = since + self._patience.for_error(error, seen=self._seen) - now
        if left <= 0:
            raise error
        retry = max(self._backoff.retry(), error.retry_after or 0.0)
        if about_token and now - since >= _FAIL_OVER_SECONDS:
            retry = left
        pause = min(left, retry)
        if self._told_of_token is not about_token:
            self.told, self._told_of_token = True, about_token
            yield Lost(self._job, error, pause, left)
        yield from self._watch_token(pause) if about_token else [Waiting(pause)]

    def _watch_token(self, seconds: float) -> Iterator[Waiting]:
        """Wait, but no longer than until there is another token."""
        until = self._clock.monotonic() + seconds
        while (left := until - self._clock.monotonic()) > 0:
            yield Waiting(min(left, _LOOK_SECONDS))
            token = self._patience.token() if self._patience.token else None
            if token != self._token:
                self._token = token
                return


def persist(
    attempt: Callable[[], Asking[T]], trouble: Callable[[], Trouble], progress: Callable[[], int] = lambda: 0
) -> Asking[T]:
    """Make an attempt, again and again as far as patience reaches; progress makes it whole again.

    Args:
        attempt: begins an attempt.
        trouble: begins a spell without good answers.
        progress: counts what has come so far.
    """
    spell: Trouble | None = None
    while True:
        before = progress()
        try:
            answer = yield from attempt()
        except OrchEventsError as error:
            if spell is None:
                spell = trouble()
            elif progress() > before:
                spell.renew()
            yield from spell.wait(error)
        else:
            if spell is not None and spell.told:
                yield spell.over()
            return answer
