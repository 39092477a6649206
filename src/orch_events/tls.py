"""TLS: which CA is trusted, and what was wrong with it."""

import ssl
from pathlib import Path

from orch_events.errors import LocalFileError


def context(cacert: str | None) -> ssl.SSLContext:
    """Return what checks a server's certificate against the CA in a file; None: the system's. Raises LocalFileError."""
    try:
        return ssl.create_default_context(cafile=cacert)
    except (OSError, ssl.SSLError):
        if cacert is None:
            raise
        what = "can't be read" if not _readable(cacert) else "holds no certificate"
        raise LocalFileError(f"the CA file {cacert} {what}") from None


def _readable(path: str) -> bool:
    try:
        Path(path).read_bytes()
    except OSError:
        return False
    return True


def cause(error: BaseException) -> ssl.SSLError | None:
    """Return the trouble with TLS that is behind an error; None where there is none."""
    at: BaseException | None = error
    while at is not None and not isinstance(at, ssl.SSLError):
        at = at.__cause__ or at.__context__
    return at
