"""What can go wrong, and the exit status of each.

    OrchEventsError
    ├── UsageError       2   the words of the command make no sense together
    ├── AccessError      4
    │   ├── NotAuthenticated   no token, or one that is refused
    │   └── NotPermitted       a good token of somebody who may not
    ├── UnknownJob       5   never was, or pruned
    ├── Unreachable      6   no answer, or only errors; the job's state is unknown
    │   └── TruncatedAnswer    an answer that broke off
    ├── NotUnderstood    7   not an orchestrator, or a broken one
    │   └── HtmlAnswer           a page for people, of a proxy or of a server that is starting
    └── LocalFileError   8   configuration, CA, token file, standard output …
        └── TokenFileError     no token in the file that should have one

The statuses are the contract's; 0, 1, 3, 124 and the signals are outcomes, not errors (see `job`).
"""

from typing import ClassVar


class OrchEventsError(Exception):
    """One sentence about what is wrong, and one about what to do next.

    Args:
        message: what is wrong, naming the URL or file; no full stop, no newline.
        hint: the next step, or "" where the class's own hint will do.
        retry_after: seconds after which the server wants to be asked again; None where it said nothing.
    """

    exit_status: ClassVar[int] = 70
    default_hint: ClassVar[str] = ""
    may_pass: ClassVar[bool] = False
    """Whether a server that knew the job can say so for a while, during a fail-over say."""

    def __init__(self, message: str, hint: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint or self.default_hint
        self.retry_after = retry_after


class UsageError(OrchEventsError):
    """The command's words are each right and make no sense together."""

    exit_status = 2


class AccessError(OrchEventsError):
    """The server knows us not, or does not let us."""

    exit_status = 4


class NotAuthenticated(AccessError):
    """No token, or one that is expired, revoked or wrong (HTTP 401)."""

    default_hint = "run: puppet access login"


class NotPermitted(AccessError):
    """The token's owner may not see this (HTTP 403)."""

    default_hint = "ask for the permission to view orchestrator jobs"


class UnknownJob(OrchEventsError):
    """The server has no such job (HTTP 404)."""

    exit_status = 5
    may_pass = True
    default_hint = "the server forgets jobs after 30 days; is the number right?"


class Unreachable(OrchEventsError):
    """No answer came, or an error of the server or of something in front of it."""

    exit_status = 6
    default_hint = "is the server up, and service-url right? --verbose shows each request"


class TruncatedAnswer(Unreachable):
    """An answer began well and broke off before its end."""

    default_hint = "the connection or a proxy broke; try again"


class NotUnderstood(OrchEventsError):
    """An answer that no orchestrator gives."""

    exit_status = 7
    default_hint = "does service-url name an orchestrator, as in https://pe.example.com:8143?"


class HtmlAnswer(NotUnderstood):
    """A page for people where JSON should be, of a proxy or of a server that is starting."""

    may_pass = True


class LocalFileError(OrchEventsError):
    """Something on this machine: a configuration, a CA, a token file, standard output."""

    exit_status = 8


class TokenFileError(LocalFileError):
    """A token file that was named and is not there, or in which there is no token."""

    default_hint = "run: puppet access login"
