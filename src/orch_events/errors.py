"""The errors, and the exit status of each.

    OrchEventsError
    ├── UsageError       2   arguments that are valid by themselves, but not together (final)
    ├── AccessError      4
    │   ├── NotAuthenticated   no token, or one that is rejected
    │   ├── NotPermitted       a valid token whose owner lacks the permission (final)
    │   └── AccessBlocked      a 403 of something in front of the API
    ├── UnknownJob       5   no such job, or pruned
    ├── Unreachable      6   no response, or only errors; the job's state is unknown
    │   ├── UnknownHost        a name that no resolver knows
    │   ├── ServerError        an answer that is an error of the server, or of something in front of it
    │   └── TruncatedAnswer    a response that broke off
    ├── NotUnderstood    7   not an orchestrator, or a broken one
    │   ├── HtmlAnswer         a web page, of a proxy or of a server that is starting
    │   └── RequestRejected    the API finds the request itself wrong (final)
    ├── LocalFileError   8   configuration, CA, token file, standard output … (final)
    │   ├── TokenFileError         a token file that is missing or has no token in it (final)
    │   └── UntrustedCertificate   the server's certificate, by the CA of this machine
    └── SystemLimit      8   open files, memory, threads

0, 1 and 3 are outcomes of a job, not errors (see `job.state`); all other statuses are in `cli.exit_status`.

A final error is the API's own refusal, or something on this machine that does not mend itself. Any other is retried
once a request has succeeded (see `follow.retry`): while a server restarts or fails over, and while a proxy or firewall
answers in its place, anything can come.
"""

import errno
import os
from collections.abc import Iterator
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
    final: ClassVar[bool] = False
    """Whether a retry is of no use, even if a request has succeeded before."""

    def __init__(self, message: str, hint: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint or self.default_hint
        self.retry_after = retry_after


class UsageError(OrchEventsError):
    """The arguments are valid by themselves, but make no sense together."""

    exit_status = 2
    final = True


class AccessError(OrchEventsError):
    """The server requires authentication or a permission."""

    exit_status = 4


class NotAuthenticated(AccessError):
    """There is no token, or it is expired, revoked or wrong (HTTP 401)."""

    default_hint = "run: puppet access login"


class NotPermitted(AccessError):
    """The token's owner may not see this (HTTP 403)."""

    final = True
    default_hint = "ask an administrator for permission to view orchestrator jobs"


class AccessBlocked(AccessError):
    """Something in front of the API, a proxy or a firewall, refuses the request (HTTP 403)."""

    default_hint = (
        "a proxy or firewall answered instead of the orchestrator; check service-url, or ask its administrator"
    )


class UnknownJob(OrchEventsError):
    """The server has no such job (HTTP 404)."""

    exit_status = 5
    default_hint = "check the job number; the server deletes jobs after 30 days"


class Unreachable(OrchEventsError):
    """There was no response, or an error of the server or of something in front of it."""

    exit_status = 6
    default_hint = "check that the server is up and service-url is right; --verbose shows each request"


class UnknownHost(Unreachable):
    """A host's name is not known: mistyped, perhaps, or of another network."""

    default_hint = "check the host name in service-url, and your DNS or VPN"


class ServerError(Unreachable):
    """There was a response: an error of the server, or of something in front of it (HTTP 5xx, 408, 425, 429)."""


class TruncatedAnswer(Unreachable):
    """A response broke off before its end."""

    default_hint = "the server or a proxy closed the connection early; try again"


class NotUnderstood(OrchEventsError):
    """A response is not one of an orchestrator."""

    exit_status = 7
    default_hint = "check that service-url points to an orchestrator, as in https://pe.example.com:8143"


class HtmlAnswer(NotUnderstood):
    """A response is a web page instead of JSON: of a proxy, or of a server that is starting."""


class RequestRejected(NotUnderstood):
    """The API finds the request itself wrong (HTTP 400 and other 4xx with the API's own body)."""

    final = True


class LocalFileError(OrchEventsError):
    """A file on this machine can't be used: configuration, CA, token file, standard output."""

    exit_status = 8
    final = True


class TokenFileError(LocalFileError):
    """A token file that was named does not exist, or has no token in it."""

    default_hint = "run: puppet access login"


class UntrustedCertificate(LocalFileError):
    """The server's certificate is not trusted: of a fail-over, one server may have another; or a proxy has."""

    final = False
    default_hint = "give the primary server's CA certificate: --cacert FILE, or cacert in orchestrator.conf"


class SystemLimit(OrchEventsError):
    """A limit of this process or system was reached; it may be gone a moment later."""

    exit_status = 8

    @classmethod
    def behind(cls, error: BaseException) -> "SystemLimit | None":
        """Return the limit that an error of the system or of a library comes from; None if there is none."""
        for cause in _causes(error):
            if isinstance(cause, RuntimeError) and str(cause) == "can't start new thread":
                return cls(*_NO_THREAD)
            number = errno.ENOMEM if isinstance(cause, MemoryError) else _system_number(cause)
            if number in _LIMITS:
                return cls(*_LIMITS[number])
        return None


_NO_THREAD = (
    "this system can't start another thread",
    "close other programs, or raise the limit on processes (ulimit -u)",
)

_LIMITS = {
    errno.EMFILE: ("this process has too many open files", "raise the limit (ulimit -n), or follow fewer jobs at once"),
    errno.ENFILE: ("this system has too many open files", "close other programs, or raise the system's limit"),
    errno.ENOMEM: ("this system is out of memory", "close other programs, or raise the limit (ulimit -v)"),
    errno.ENOBUFS: ("this system is out of network buffers", "close other programs"),
}
"""The message and the hint for each, by errno."""


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error, and what it was raised from, or while handling."""
    at: BaseException | None = error
    while at is not None:
        yield at
        at = at.__cause__ or at.__context__


def _system_number(error: BaseException) -> int | None:
    """Return an error's errno; None for those of OpenSSL and of name resolution, which have numbers of their own."""
    if not isinstance(error, OSError) or error.errno is None:
        return None
    return error.errno if error.strerror == os.strerror(error.errno) else None
