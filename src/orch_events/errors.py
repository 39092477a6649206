"""What can go wrong, and the exit status of each.

    OrchEventsError
    ├── UsageError       2   the words of the command make no sense together (final)
    ├── AccessError      4
    │   ├── NotAuthenticated   no token, or one that is refused
    │   ├── NotPermitted       a good token of somebody who may not (final)
    │   └── AccessBlocked      a 403 of something in front of the API
    ├── UnknownJob       5   never was, or pruned
    ├── Unreachable      6   no answer, or only errors; the job's state is unknown
    │   └── TruncatedAnswer    an answer that broke off
    ├── NotUnderstood    7   not an orchestrator, or a broken one
    │   ├── HtmlAnswer           a page for people, of a proxy or of a server that is starting
    │   └── RequestRejected      the API finds the request itself wrong (final)
    ├── LocalFileError   8   configuration, CA, token file, standard output … (final)
    │   ├── TokenFileError         no token in the file that should have one (final)
    │   └── UntrustedCertificate   the server's, by the CA of this machine
    └── SystemLimit      8   open files, memory, threads

The statuses are the contract's; 0, 1, 3, 124 and the signals are outcomes, not errors (see `job`).

A final error is the API's own refusal, or something on this machine that does not mend itself. Any other may pass:
while a server fails over or restarts, and while a proxy or firewall in front of it answers in its place, anything at
all can come. So once there was a good answer, what is not final is retried (see `follow.retry`).
"""

import errno
import os
from collections.abc import Iterator
from typing import ClassVar


class OrchEventsError(Exception):
    """One sentence about what is wrong, and one about what to do next.

    Args:
        message: what is wrong, naming the URL or file; no full stop, no newline.
        hint: the next step, or "" where the class's own hint will do.
        retry_after: seconds after which the server wants to be asked again; None where it said nothing.
    """

    exit_status: ClassVar[int] = 70
    usual_hint: ClassVar[str] = ""
    final: ClassVar[bool] = False
    """Whether trying again is of no use, even where there was a good answer before."""

    def __init__(self, message: str, hint: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint or self.usual_hint
        self.retry_after = retry_after


class UsageError(OrchEventsError):
    """The command's words are each right and make no sense together."""

    exit_status = 2
    final = True


class AccessError(OrchEventsError):
    """The server knows us not, or does not let us."""

    exit_status = 4


class NotAuthenticated(AccessError):
    """No token, or one that is expired, revoked or wrong (HTTP 401)."""

    usual_hint = "run: puppet access login"


class NotPermitted(AccessError):
    """The token's owner may not see this (HTTP 403)."""

    final = True
    usual_hint = "ask an administrator for permission to view orchestrator jobs"


class AccessBlocked(AccessError):
    """Something in front of the API, a proxy or a firewall, refuses the request (HTTP 403)."""

    usual_hint = "a proxy or firewall answered instead of the orchestrator; check service-url, or ask its administrator"


class UnknownJob(OrchEventsError):
    """The server has no such job (HTTP 404)."""

    exit_status = 5
    usual_hint = "check the job number; the server deletes jobs after 30 days"


class Unreachable(OrchEventsError):
    """No answer came, or an error of the server or of something in front of it."""

    exit_status = 6
    usual_hint = "check that the server is up and service-url is right; --verbose shows each request"


class TruncatedAnswer(Unreachable):
    """An answer began well and broke off before its end."""

    usual_hint = "the server or a proxy closed the connection early; try again"


class NotUnderstood(OrchEventsError):
    """An answer that no orchestrator gives."""

    exit_status = 7
    usual_hint = "check that service-url points to an orchestrator, as in https://pe.example.com:8143"


class HtmlAnswer(NotUnderstood):
    """A page for people where JSON should be, of a proxy or of a server that is starting."""


class RequestRejected(NotUnderstood):
    """The API finds the request itself wrong (HTTP 400 and other 4xx with the API's own body)."""

    final = True


class LocalFileError(OrchEventsError):
    """Something on this machine: a configuration, a CA, a token file, standard output."""

    exit_status = 8
    final = True


class TokenFileError(LocalFileError):
    """A token file that was named and is not there, or in which there is no token."""

    usual_hint = "run: puppet access login"


class UntrustedCertificate(LocalFileError):
    """The server's certificate is not trusted. After good answers: one of two servers has another, or a proxy has."""

    final = False
    usual_hint = "give the primary server's CA certificate: --cacert FILE, or cacert in orchestrator.conf"


class SystemLimit(OrchEventsError):
    """A limit of this process or system was reached; it may be gone a moment later."""

    exit_status = 8
    usual_hint = "close other programs, or raise the limit"

    @classmethod
    def behind(cls, error: BaseException) -> "SystemLimit | None":
        """Return the limit that led to an error of the system, a library's too; None where there is none."""
        for cause in _causes(error):
            number = errno.ENOMEM if isinstance(cause, MemoryError) else _system_number(cause)
            if number in _LIMITS:
                return cls(*_LIMITS[number])
        return None


_LIMITS = {
    errno.EMFILE: ("this process has too many open files", "raise the limit (ulimit -n), or follow fewer jobs at once"),
    errno.ENFILE: ("this system has too many open files", "close other programs, or raise the system's limit"),
    errno.ENOMEM: ("this system is out of memory", "close other programs, or raise the limit (ulimit -v)"),
    errno.ENOBUFS: ("this system is out of network buffers", "close other programs"),
}
"""What is said of each, and what to do, by the system's number."""


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error, and what it was raised from, or while handling."""
    at: BaseException | None = error
    while at is not None:
        yield at
        at = at.__cause__ or at.__context__


def _system_number(error: BaseException) -> int | None:
    """Return the system's number of an error; those of OpenSSL and of name resolution have numbers of their own."""
    if not isinstance(error, OSError) or error.errno is None:
        return None
    return error.errno if error.strerror == os.strerror(error.errno) else None
