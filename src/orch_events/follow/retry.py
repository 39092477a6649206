"""What is retried, for how long, and after which delays.

1. The network's errors, and the server's 5xx and 429, are retried. Once there was contact so is everything else that is
   not final (`OrchEventsError.final`): a fail-over, a proxy or a firewall can answer anything for a while. A refused
   token is waited for, not retried. What is left is raised at once.
2. The time for retrying is counted from the first failure of an outage. Progress (events that came before the next
   failure) begins it anew: an answer that always breaks off, but each time later, is progress.
3. The delay is exponential back-off with full jitter: a random time between nothing and a limit that doubles from one
   second to thirty, so that many followers of one server do not come back in the same moment; Retry-After where the
   server says more. An outage begins with the first limit again.
4. An outage is reported once when it begins, and once when it is over; once more if it turns from the network to the
   token, or back.
"""

from collections.abc import Callable, Iterator
from typing import TypeVar

import msgspec

from orch_events.errors import NotAuthenticated, OrchEventsError, TokenFileError, TruncatedAnswer, Unreachable
from orch_events.job.updates import ConnectionLost, ConnectionRestored, Pause, Steps, Tick
from orch_events.times import Clock

T = TypeVar("T")

_FIRST_LIMIT_SECONDS = 1.0
_LONGEST_LIMIT_SECONDS = 30.0

_FAIL_OVER_SECONDS = 60.0
"""How long a refused token is retried: while a primary server is replaced, good ones are refused."""

_TOKEN_CHECK_SECONDS = 1.0


class RetryPolicy(msgspec.Struct, frozen=True):
    """For how long what is retried.

    Attributes:
        retry_for: seconds for which a lost connection is retried.
        auth_wait: seconds for which a new token is waited for, once there was contact.
        auth_wait_at_start: the same before that.
        token_mark: returns something that changes with the token; None where no other token will come.
        jitter: returns a number from 0 to 1 by which each delay is multiplied.
    """

    retry_for: float = 0.0
    auth_wait: float = 0.0
    auth_wait_at_start: float = 0.0
    token_mark: Callable[[], object] | None = None
    jitter: Callable[[], float] = lambda: 1.0

    def with_token(self, mark: Callable[[], object] | None) -> "RetryPolicy":
        """Return the policy for a server whose token has this mark."""
        return msgspec.structs.replace(self, token_mark=mark)

    def at_most(self, seconds: float) -> "RetryPolicy":
        """Return the policy for what one can do without: it is retried no longer than so many seconds."""
        retry_for = min(self.retry_for, seconds)
        return msgspec.structs.replace(self, retry_for=retry_for, auth_wait=0.0, auth_wait_at_start=0.0)

    def seconds_for(self, error: OrchEventsError, *, had_contact: bool) -> float:
        """Return for how many seconds such an error is retried; 0: not at all."""
        if isinstance(error, NotAuthenticated | TokenFileError):
            wait = self.auth_wait if had_contact else self.auth_wait_at_start
            return wait if self.token_mark else min(wait, _FAIL_OVER_SECONDS)
        if isinstance(error, Unreachable) or (had_contact and not error.final):
            return self.retry_for
        return 0.0


class Outage:
    """One stretch without good answers, from the first failure on.

    Args:
        job: the number of the job that was asked about; "" where it was none in particular.
        policy: for how long what is retried.
        clock: what time it is.
        had_contact: whether there was a good answer before.

    Attributes:
        reported: whether an update told of it.
    """

    def __init__(self, job: str, policy: RetryPolicy, clock: Clock, *, had_contact: bool) -> None:
        self.reported = False
        self._job = job
        self._policy = policy
        self._clock = clock
        self._had_contact = had_contact
        self._began_at = clock.monotonic()
        self._failing_since: dict[bool, float] = {}
        self._limit = _FIRST_LIMIT_SECONDS
        self._reported_token: bool | None = None
        self._token = policy.token_mark() if policy.token_mark else None

    def note_progress(self) -> None:
        """Count the time for retrying anew."""
        self._failing_since.clear()

    def end(self) -> ConnectionRestored:
        """Return the update that tells that it is over."""
        return ConnectionRestored(self._job, self._clock.monotonic() - self._began_at)

    def wait(self, error: OrchEventsError) -> Iterator[ConnectionLost | Pause]:
        """Wait until it is time for the next try; raises the error when there is no time left for one."""
        about_token = isinstance(error, NotAuthenticated | TokenFileError)
        since = self._failing_since.setdefault(about_token, self._clock.monotonic())
        passed = self._clock.monotonic() - since
        left = self._policy.seconds_for(error, had_contact=self._had_contact) - passed
        if left <= 0:
            raise error
        delay = max(self._next_delay(), error.retry_after or 0.0)
        if about_token and passed >= _FAIL_OVER_SECONDS:
            delay = left  # until then, or until there is another token
        delay = min(left, delay)
        if self._reported_token is not about_token:
            self.reported, self._reported_token = True, about_token
            yield ConnectionLost(self._job, error, delay, left, self._had_contact)
        yield from self._until_new_token(delay) if about_token else [Pause(delay)]

    def _next_delay(self) -> float:
        limit, self._limit = self._limit, min(self._limit * 2, _LONGEST_LIMIT_SECONDS)
        return self._policy.jitter() * limit

    def _until_new_token(self, seconds: float) -> Iterator[Pause]:
        """Wait so long, but no longer than until there is another token."""
        until = self._clock.monotonic() + seconds
        while (left := until - self._clock.monotonic()) > 0:
            yield Pause(min(left, _TOKEN_CHECK_SECONDS))
            token = self._policy.token_mark() if self._policy.token_mark else None
            if token != self._token:
                self._token = token
                return


def retry(
    attempt: Callable[[], Steps[T]], begin_outage: Callable[[], Outage], progress: Callable[[], int] = lambda: 0
) -> Steps[T]:
    """Make an attempt, and repeat it as long as the outage's policy says.

    Args:
        attempt: begins an attempt.
        begin_outage: called at the first failure.
        progress: counts what has come so far.

    Raises:
        OrchEventsError: of the last attempt.
    """
    outage: Outage | None = None
    while True:
        before = progress()
        try:
            answer = yield from attempt()
        except OrchEventsError as error:
            if outage is None:
                outage = begin_outage()
            elif progress() > before:
                outage.note_progress()
            yield from outage.wait(error)
        else:
            if outage is not None and outage.reported:
                yield outage.end()
            return answer


def first_answer(answers: Iterator[T | None]) -> Steps[T]:
    """Return the one answer of a source, with a Tick for each moment in which it has not come."""
    for answer in answers:
        if answer is not None:
            return answer
        yield Tick()
    raise TruncatedAnswer("no response arrived")
