"""What is retried, for how long, and after which delays.

1. An error is retried if it is transient: network errors, 5xx, 408, 425 and 429, and, once a request has succeeded,
   everything that is not final (`OrchEventsError.final`): a fail-over, a proxy or a firewall may answer anything for a
   while. Everything else is raised at once; so is, before any request has succeeded, a host's name that nobody knows,
   unless the policy says otherwise.
2. A rejected token is retried for a minute, since good ones are rejected while a primary server is replaced. After
   that, only a new token is worth a request: the token is checked every second for a change.
3. The time for retries is counted from the first failure of an outage, for the connection and the token separately.
   Progress (events that arrived before the next failure) starts it again: a response that always breaks off, but later
   each time, is progress.
4. The delay is exponential back-off with full jitter: a random time of at most a limit that doubles from one second to
   thirty, so that the many followers of one server do not all return at once; or Retry-After, if that is longer. It
   never exceeds the time that is left. A new outage starts with the first limit.
5. An outage is reported once it has lasted three seconds, and when it is over; once more if it turns from the
   connection to the token or back. Of one that is over before that nothing is told.
"""

import math
from collections.abc import Callable, Generator, Iterator
from typing import TypeVar

import msgspec

from orch_events.errors import (
    NotAuthenticated,
    OrchEventsError,
    TokenFileError,
    TruncatedAnswer,
    UnknownHost,
    UnknownJob,
    Unreachable,
)
from orch_events.job.updates import ConnectionLost, ConnectionRestored, Pause, Steps, Tick
from orch_events.times import Clock

T = TypeVar("T")

_FIRST_LIMIT_SECONDS = 1.0
_LONGEST_LIMIT_SECONDS = 30.0

_FAIL_OVER_SECONDS = 60.0
"""How long a rejected token is retried: while a primary server is replaced, it rejects good ones."""

_TOKEN_CHECK_SECONDS = 1.0

_QUIET_SECONDS = 3.0
"""For how long nothing is told of an outage: most are over by then."""


class RetryPolicy(msgspec.Struct, frozen=True):
    """How long each kind of error is retried.

    Attributes:
        retry_seconds: how long to retry when the connection is lost.
        auth_wait_seconds: how long to wait for a new token, once a request has succeeded.
        auth_wait_at_start_seconds: the same before any request has.
        token_version: returns a value that changes with the token; None if there will be no other token.
        jitter: returns a number from 0 to 1 by which each delay is multiplied.
        unknown_host_at_start_seconds: how long to retry a host whose name nobody knows, before any request has
            succeeded: mostly it is mistyped.
        knows_server: whether the server has answered before, whatever was asked for: then each first request counts as
            a later one.
        unknown_job_seconds: for how long at most a job is asked for that the server does not know.
    """

    retry_seconds: float = 0.0
    auth_wait_seconds: float = 0.0
    auth_wait_at_start_seconds: float = 0.0
    token_version: Callable[[], object] | None = None
    jitter: Callable[[], float] = lambda: 1.0
    unknown_host_at_start_seconds: float = 0.0
    knows_server: bool = False
    unknown_job_seconds: float = math.inf

    def with_token(self, version: Callable[[], object] | None) -> "RetryPolicy":
        """Return the policy for a server whose token has this version."""
        return msgspec.structs.replace(self, token_version=version)

    def seconds_for(self, error: OrchEventsError, *, had_contact: bool) -> float:
        """Return for how many seconds an error is retried; 0: not at all."""
        had_contact = had_contact or self.knows_server
        if _about_token(error):
            wait = self.auth_wait_seconds if had_contact else self.auth_wait_at_start_seconds
            return wait if self.token_version else min(wait, _FAIL_OVER_SECONDS)
        if isinstance(error, UnknownHost) and not had_contact:
            return self.unknown_host_at_start_seconds
        if isinstance(error, Unreachable) or (had_contact and not error.final):
            most = self.unknown_job_seconds if isinstance(error, UnknownJob) else math.inf
            return min(self.retry_seconds, most)
        return 0.0


class Outage:
    """A time without successful requests, from the first failure on.

    Args:
        job: the number of the job that was requested; "" if it was none in particular.
        policy: how long each kind of error is retried.
        clock: the time.
        had_contact: whether any request has succeeded before.
    """

    def __init__(self, job: str, policy: RetryPolicy, clock: Clock, *, had_contact: bool) -> None:
        self._job = job
        self._policy = policy
        self._clock = clock
        self._had_contact = had_contact
        self._began_at = clock.monotonic()
        self._failing_since_at: dict[bool, float] = {}
        self._limit = _FIRST_LIMIT_SECONDS
        self._reported: OrchEventsError | None = None
        self._token = policy.token_version() if policy.token_version else None

    def note_progress(self) -> None:
        """Start the time for retries again."""
        self._failing_since_at.clear()

    def end(self) -> Iterator[ConnectionRestored]:
        """Report that it is over, if it was reported."""
        if self._reported is not None:
            yield ConnectionRestored(self._job, self._reported, self._clock.monotonic() - self._began_at)

    def wait(self, error: OrchEventsError) -> Iterator[ConnectionLost | Pause]:
        """Wait until the next attempt is due; raises the error if there is no time left for one."""
        about_token, now = _about_token(error), self._clock.monotonic()
        passed = now - self._failing_since_at.setdefault(about_token, now)
        left = self._policy.seconds_for(error, had_contact=self._had_contact) - passed
        if left <= 0:
            raise error
        delay = min(left, max(self._next_delay(), error.retry_after or 0.0))
        if about_token and passed >= _FAIL_OVER_SECONDS:
            delay = left  # or until there is another token
        if self._reported is None or _about_token(self._reported) is not about_token:
            quiet = max(0.0, self._began_at + _QUIET_SECONDS - now)
            if (yield from self._pause(min(quiet, delay), about_token=about_token)) or quiet >= delay:
                return
            self._reported = error
            yield ConnectionLost(self._job, error, delay - quiet, left - quiet, self._had_contact)
            delay -= quiet
        yield from self._pause(delay, about_token=about_token)

    def _next_delay(self) -> float:
        limit, self._limit = self._limit, min(self._limit * 2, _LONGEST_LIMIT_SECONDS)
        return self._policy.jitter() * limit

    def _pause(self, seconds: float, *, about_token: bool) -> Generator[Pause, None, bool]:
        """Wait for `seconds`; where the token is at fault, not longer than until there is another: then return True."""
        if not about_token:
            yield from [Pause(seconds)] * (seconds > 0)
            return False
        ends_at = self._clock.monotonic() + seconds
        while (left := ends_at - self._clock.monotonic()) > 0:
            yield Pause(min(left, _TOKEN_CHECK_SECONDS))
            token = self._policy.token_version() if self._policy.token_version else None
            if token != self._token:
                self._token = token
                return True
        return False


def _about_token(error: OrchEventsError) -> bool:
    return isinstance(error, NotAuthenticated | TokenFileError)


def retry(
    attempt: Callable[[], Steps[T]], begin_outage: Callable[[], Outage], progress: Callable[[], int] = lambda: 0
) -> Steps[T]:
    """Make an attempt and repeat it for as long as the outage's policy allows.

    Args:
        attempt: begins an attempt.
        begin_outage: called at the first failure.
        progress: counts what has arrived so far.

    Raises:
        OrchEventsError: the error of the last attempt.
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
            if outage is not None:
                yield from outage.end()
            return answer


def first_answer(answers: Iterator[T | None]) -> Steps[T]:
    """Return the one value that a source yields, with a Tick for each None before it."""
    for answer in answers:
        if answer is not None:
            return answer
        yield Tick()
    raise TruncatedAnswer("no response arrived")


def retry_request(
    request: Callable[[], Iterator[T | None]],
    policy: RetryPolicy,
    clock: Clock,
    job: str = "",
    *,
    had_contact: bool = True,
) -> Steps[T]:
    """Return the answer to a request that is no follower's; repeat it as the policy allows, else raise its error.

    The other arguments are an Outage's.
    """
    return retry(lambda: first_answer(request()), lambda: Outage(job, policy, clock, had_contact=had_contact))
