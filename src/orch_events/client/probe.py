"""The steps of connecting to a server, one at a time: name resolution, connection, TLS. The results are values."""

import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import msgspec

from orch_events.client import tls
from orch_events.client.url import ServiceUrl
from orch_events.errors import OrchEventsError, SystemLimit, Unreachable
from orch_events.times import Clock

_MOST_CHARACTERS = 200
"""How much of a name in a certificate is kept: a server may send any length."""


class Attempt(msgspec.Struct, frozen=True):
    """An attempt to connect to one address.

    Attributes:
        address: the address.
        seconds: how long it took, whether it succeeded or not.
        reason: why it failed; "" if it did not.
    """

    address: str
    seconds: float
    reason: str = ""


class Certificate(msgspec.Struct, frozen=True):
    """The contents of a certificate.

    Attributes:
        issuer: who issued it.
        names: the host names and addresses that it is valid for.
        expires_at: seconds since the epoch; None if that can't be read.
    """

    issuer: str
    names: tuple[str, ...]
    expires_at: float | None

    @classmethod
    def read(cls, parsed: dict[str, Any]) -> "Certificate":
        """Read it from the dictionary that `ssl` returns."""
        alt_names = parsed.get("subjectAltName", ())
        names = tuple(name[:_MOST_CHARACTERS] for kind, name in alt_names if kind in ("DNS", "IP Address"))
        return cls(_words(parsed.get("issuer", ())), names or (_words(parsed.get("subject", ())),), _expiry(parsed))


class Handshake(msgspec.Struct, frozen=True):
    """The result of a TLS handshake.

    Attributes:
        version: as in `TLSv1.3`; "" if it failed.
        certificate: the server's; None if it can't be read.
        error: why it failed; None if it did not.
    """

    version: str
    certificate: Certificate | None
    error: OrchEventsError | None = None


def resolve(host: str, port: int) -> list[str]:
    """Return a host's addresses, in the order in which they are tried; blocks for as long as the resolver does.

    Raises:
        Unreachable: the name can't be resolved.
        SystemLimit: too many open files, for example.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        unknown = Unreachable(f"can't resolve {host}: {_reason(error)}", "check the name, and your DNS or VPN")
        raise SystemLimit.behind(error) or unknown from None
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


def connect(addresses: Sequence[str], port: int, timeout: float, clock: Clock) -> Iterator[Attempt]:
    """Try one address after another, for `timeout` seconds each, until one accepts a connection; raises SystemLimit."""
    for address in addresses:
        began_at = clock.monotonic()
        try:
            socket.create_connection((address, port), timeout).close()
        except OSError as error:
            if (limit := SystemLimit.behind(error)) is not None:
                raise limit from None
            yield Attempt(address, clock.monotonic() - began_at, _reason(error))
        else:
            yield Attempt(address, clock.monotonic() - began_at)
            return


def tls_handshake(url: ServiceUrl, address: str, context: ssl.SSLContext, timeout: float) -> Handshake:
    """Do a TLS handshake with a server at one of its addresses, with `timeout` seconds for each step.

    If its certificate is not trusted, it is read on a second connection that trusts it.
    """
    try:
        with _tls_connection(url, address, context, timeout) as encrypted:
            return Handshake(encrypted.version() or "", Certificate.read(encrypted.getpeercert() or {}))
    except ssl.SSLError as error:
        certificate = None
        if isinstance(error, ssl.SSLCertVerificationError):
            with suppress(OSError):  # an expired one can't be trusted at all
                certificate = _untrusted_certificate(url, address, timeout)
        return Handshake("", certificate, tls.error_for_handshake(error, url.origin))
    except OSError as error:
        failed = Unreachable(f"can't reach {url.origin}: the TLS handshake failed ({_reason(error)})")
        return Handshake("", None, SystemLimit.behind(error) or failed)


def trusted_authorities(context: ssl.SSLContext) -> list[Certificate]:
    """Return the certificates of the CAs that a context trusts."""
    return [Certificate.read(parsed) for parsed in context.get_ca_certs()]


@contextmanager
def _tls_connection(url: ServiceUrl, address: str, context: ssl.SSLContext, timeout: float) -> Iterator[ssl.SSLSocket]:
    with (
        socket.create_connection((address, url.port), timeout) as plain,
        context.wrap_socket(plain, server_hostname=url.host) as encrypted,
    ):
        yield encrypted


def _untrusted_certificate(url: ServiceUrl, address: str, timeout: float) -> Certificate:
    """Read a certificate that is not trusted; the standard library only reads those that are."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with _tls_connection(url, address, context, timeout) as encrypted:
        der = encrypted.getpeercert(binary_form=True) or b""
    context.verify_mode = ssl.CERT_REQUIRED
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.load_verify_locations(cadata=der)
    with _tls_connection(url, address, context, timeout) as encrypted:
        return Certificate.read(encrypted.getpeercert() or {})


def _words(name: Sequence[Sequence[tuple[str, str]]]) -> str:
    """Return the values of a distinguished name, without its keys."""
    return ", ".join(value for part in name for _, value in part)[:_MOST_CHARACTERS]


def _expiry(parsed: dict[str, Any]) -> float | None:
    try:
        return float(ssl.cert_time_to_seconds(parsed["notAfter"]))
    except (KeyError, ValueError):
        return None


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)
