"""TLS: the CA that is trusted, and errors of a handshake."""

import os
import ssl
from pathlib import Path

from orch_events.errors import (
    LocalFileError,
    NotUnderstood,
    OrchEventsError,
    SystemLimit,
    Unreachable,
    UntrustedCertificate,
)

_HINTS = {
    9: "check this machine's clock",
    10: "renew the server's certificate, or check this machine's clock",
    62: "use a host name that the server's certificate is valid for",
    64: "use a host name that the server's certificate is valid for",
}
"""Hints by OpenSSL's error number, for errors that another CA would not fix: not yet valid, expired, name mismatch."""


def context(cacert: str | None) -> ssl.SSLContext:
    """Return a context that trusts the CA in a file; None: the system's CAs.

    Raises:
        LocalFileError: the CA, the key log that SSLKEYLOGFILE names, or OpenSSL's configuration can't be used.
        SystemLimit: too many open files, for example.
    """
    try:
        return ssl.create_default_context(cafile=cacert)
    except OSError as error:  # OpenSSL's errors are some too
        raise SystemLimit.behind(error) or _error_for_context(error, cacert) from None


def _error_for_context(error: OSError, cacert: str | None) -> LocalFileError:
    if cacert is not None and (bad_ca := _error_for_ca(cacert)) is not None:
        return bad_ca
    if error.filename is not None:  # of all the files only this one is opened by Python, which keeps its name
        named = f"the TLS key log {error.filename} (from SSLKEYLOGFILE)"
        return LocalFileError(f"{named} can't be written: {_reason(error)}", "unset SSLKEYLOGFILE, or change it")
    return LocalFileError(f"TLS can't be set up: {_reason(error)}", "check OpenSSL's configuration on this machine")


def _error_for_ca(path: str) -> LocalFileError | None:
    """Tell what is wrong with a CA file; None where nothing is."""
    try:
        Path(path).read_bytes()
    except OSError as error:
        hint = "check the path and its permissions"
        return LocalFileError(f"the CA file {path} can't be read: {_reason(error)}", hint)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except ssl.SSLError:
        return LocalFileError(f"the CA file {path} contains no certificate", "use the primary server's ca.pem")
    return None


def _reason(error: OSError) -> str:
    return explain(error) if isinstance(error, ssl.SSLError) else os.strerror(error.errno or 0)


def error_for_handshake(error: ssl.SSLError, origin: str) -> OrchEventsError:
    """Return our error for a failed handshake."""
    if isinstance(error, ssl.SSLCertVerificationError):
        told = f"the certificate of {origin} is not trusted: {explain(error)}"
        return UntrustedCertificate(told, _HINTS.get(error.verify_code, ""))
    if error.reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST"):
        return NotUnderstood(f"{origin} does not speak TLS", "check the port, or use http:// for a server without TLS")
    return Unreachable(f"can't reach {origin}: the TLS handshake failed ({explain(error)})")


def explain(error: ssl.SSLError) -> str:
    """Write OpenSSL's reason in words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message.rstrip(".")
    return (error.reason or "connection closed").replace("_", " ").lower()


def cause(error: BaseException) -> ssl.SSLError | None:
    """Return the TLS error that caused an error; None if there is none."""
    found: BaseException | None = error
    while found is not None and not isinstance(found, ssl.SSLError):
        found = found.__cause__ or found.__context__
    return found
