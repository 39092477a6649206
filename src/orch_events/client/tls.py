"""TLS: the CA that is trusted, and errors of a handshake."""

import ssl
from pathlib import Path

from orch_events.errors import LocalFileError, NotUnderstood, OrchEventsError, Unreachable

_HINTS = {
    9: "check this machine's clock",
    10: "renew the server's certificate, or check this machine's clock",
    62: "use a host name that the server's certificate is valid for",
    64: "use a host name that the server's certificate is valid for",
}
"""Hints by OpenSSL's error number, for errors that another CA would not fix: not yet valid, expired, name mismatch."""


def context(cacert: str | None) -> ssl.SSLContext:
    """Return a context that trusts the CA in a file; None: the system's CAs. Raises LocalFileError."""
    try:
        return ssl.create_default_context(cafile=cacert)
    except (OSError, ssl.SSLError):
        if cacert is None:
            raise
        if not _readable(cacert):
            raise LocalFileError(f"the CA file {cacert} can't be read", "check the path and its permissions") from None
        raise LocalFileError(
            f"the CA file {cacert} contains no certificate", "use the primary server's ca.pem"
        ) from None


def _readable(path: str) -> bool:
    try:
        Path(path).read_bytes()
    except OSError:
        return False
    return True


def error_for_handshake(error: ssl.SSLError, origin: str) -> OrchEventsError:
    """Return our error for a failed handshake."""
    if isinstance(error, ssl.SSLCertVerificationError):
        hint = "give the primary server's CA certificate: --cacert FILE, or cacert in orchestrator.conf"
        why = error.verify_message.rstrip(".")
        return LocalFileError(f"the certificate of {origin} is not trusted: {why}", _HINTS.get(error.verify_code, hint))
    if error.reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST"):
        return NotUnderstood(f"{origin} does not speak TLS", "check the port, or use http:// for a server without TLS")
    reason = (error.reason or "connection closed").replace("_", " ").lower()
    return Unreachable(f"can't reach {origin}: the TLS handshake failed ({reason})")


def cause(error: BaseException) -> ssl.SSLError | None:
    """Return the TLS error that caused an error; None if there is none."""
    found: BaseException | None = error
    while found is not None and not isinstance(found, ssl.SSLError):
        found = found.__cause__ or found.__context__
    return found
