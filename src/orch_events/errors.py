"""The errors, and the exit status of each.

    OrchEventsError
    ├── UsageError       2   arguments that are valid by themselves, but not together
    ├── AccessError      4
    │   ├── NotAuthenticated   no token, or one that is rejected
    │   └── NotPermitted       a valid token whose owner lacks the permission
    ├── UnknownJob       5   no such job, or pruned
    ├── Unreachable      6   no response, or only errors; the job's state is unknown
    │   └── TruncatedAnswer    a response that broke off
    ├── NotUnderstood    7   not an orchestrator, or a broken one
    │   └── HtmlAnswer         a web page, of a proxy or of a server that is starting
    └── LocalFileError   8   configuration, CA, token file, standard output …
        └── TokenFileError     a token file that is missing or has no token in it

0, 1 and 3 are outcomes of a job, not errors (see `job.state`); all other statuses are in `cli.exit_status`.
"""

from typing import ClassVar


class OrchEventsError(Exception):
    """A sentence that says what is wrong, and a hint at what to do next.

    Args:
        message: what is wrong, naming the URL or file; no full stop, no newline.
        hint: the next step; "" for the default hint of the class.
        retry_after: the seconds of the server's Retry-After; None if it sent none.
    """

    exit_status: ClassVar[int] = 70
    default_hint: ClassVar[str] = ""
    may_pass: ClassVar[bool] = False
    """Whether it may be temporary, during a fail-over for example, once a request has succeeded."""

    def __init__(self, message: str, hint: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint or self.default_hint
        self.retry_after = retry_after


class UsageError(OrchEventsError):
    """The arguments are valid by themselves, but make no sense together."""

    exit_status = 2


class AccessError(OrchEventsError):
    """The server requires authentication or a permission."""

    exit_status = 4


class NotAuthenticated(AccessError):
    """There is no token, or it is expired, revoked or wrong (HTTP 401)."""

    default_hint = "run: puppet access login"


class NotPermitted(AccessError):
    """The token's owner may not see this (HTTP 403)."""

    default_hint = "ask an administrator for permission to view orchestrator jobs"


class UnknownJob(OrchEventsError):
    """The server has no such job (HTTP 404)."""

    exit_status = 5
    may_pass = True
    default_hint = "check the job number; the server deletes jobs after 30 days"


class Unreachable(OrchEventsError):
    """There was no response, or an error of the server or of something in front of it."""

    exit_status = 6
    default_hint = "check that the server is up and service-url is right; --verbose shows each request"


class TruncatedAnswer(Unreachable):
    """A response broke off before its end."""

    default_hint = "the server or a proxy closed the connection early; try again"


class NotUnderstood(OrchEventsError):
    """A response is not one of an orchestrator."""

    exit_status = 7
    default_hint = "check that service-url points to an orchestrator, as in https://pe.example.com:8143"


class HtmlAnswer(NotUnderstood):
    """A response is a web page instead of JSON: of a proxy, or of a server that is starting."""

    may_pass = True


class LocalFileError(OrchEventsError):
    """A file on this machine can't be used: configuration, CA, token file, standard output."""

    exit_status = 8


class TokenFileError(LocalFileError):
    """A token file that was named does not exist, or has no token in it."""

    default_hint = "run: puppet access login"
