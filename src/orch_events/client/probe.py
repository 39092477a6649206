"""The way to a server, step by step: its name, a connection, TLS. What is found is a value; nothing is shown."""

import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import msgspec

from orch_events.client import tls
from orch_events.client.url import ServiceUrl
from orch_events.errors import OrchEventsError, Unreachable
from orch_events.times import Clock

_MOST_CHARACTERS = 200
"""Of a name: a server may say anything, at any length."""


class Attempt(msgspec.Struct, frozen=True):
    """A try to connect to one address.

    Attributes:
        address: which.
        seconds: how long it took, either way.
        reason: why it failed; "" where it did not.
    """

    address: str
    seconds: float
    reason: str = ""


class Certificate(msgspec.Struct, frozen=True):
    """What a certificate says.

    Attributes:
        issuer: who answers for it.
        names: of hosts, and addresses, for which it is good.
        expires_at: seconds since the epoch; None where that can't be read.
    """

    issuer: str
    names: tuple[str, ...]
    expires_at: float | None

    @classmethod
    def read(cls, parsed: dict[str, Any]) -> "Certificate":
        """Take it from what `ssl` makes of one."""
        alt_names = parsed.get("subjectAltName", ())
        names = tuple(name[:_MOST_CHARACTERS] for kind, name in alt_names if kind in ("DNS", "IP Address"))
        return cls(_words(parsed.get("issuer", ())), names or (_words(parsed.get("subject", ())),), _expiry(parsed))


class Handshake(msgspec.Struct, frozen=True):
    """What came of TLS with a server.

    Attributes:
        version: as in `TLSv1.3`; "" where none came about.
        certificate: the server's; None where there is none to be read.
        error: why it is not to be trusted, or does not speak TLS.
    """

    version: str
    certificate: Certificate | None
    error: OrchEventsError | None = None


def resolve(host: str, port: int) -> list[str]:
    """Return a host's addresses, in the order in which they are tried. Takes as long as the system wants to.

    Raises:
        Unreachable: nobody knows the name.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        hint = "is the name right, and the DNS or VPN that knows it up?"
        raise Unreachable(f"the name {host} can't be resolved: {_reason(error)}", hint) from None
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


def connect(addresses: Sequence[str], port: int, timeout: float, clock: Clock) -> Iterator[Attempt]:
    """Try one address after another, each for `timeout` seconds, up to the first that answers."""
    for address in addresses:
        began_at = clock.monotonic()
        try:
            socket.create_connection((address, port), timeout).close()
        except OSError as error:
            yield Attempt(address, clock.monotonic() - began_at, _reason(error))
        else:
            yield Attempt(address, clock.monotonic() - began_at)
            return


def tls_handshake(url: ServiceUrl, address: str, context: ssl.SSLContext, timeout: float) -> Handshake:
    """Speak TLS with a server at one of its addresses, `timeout` seconds at most for each step.

    A certificate that is not trusted is read as well: then it is trusted itself, for the time of reading it.
    """
    try:
        with _tls_connection(url, address, context, timeout) as encrypted:
            return Handshake(encrypted.version() or "", Certificate.read(encrypted.getpeercert() or {}))
    except ssl.SSLError as error:
        certificate = None
        if isinstance(error, ssl.SSLCertVerificationError):
            with suppress(OSError):  # one that has expired can't be trusted at all
                certificate = _untrusted_certificate(url, address, timeout)
        return Handshake("", certificate, tls.error_for_handshake(error, url.origin))
    except OSError as error:
        return Handshake("", None, Unreachable(f"can't reach {url.origin}: TLS failed ({_reason(error)})"))


def trusted_authorities(context: ssl.SSLContext) -> list[Certificate]:
    """Return the certificates of CAs that a context trusts."""
    return [Certificate.read(parsed) for parsed in context.get_ca_certs()]


@contextmanager
def _tls_connection(url: ServiceUrl, address: str, context: ssl.SSLContext, timeout: float) -> Iterator[ssl.SSLSocket]:
    with (
        socket.create_connection((address, url.port), timeout) as plain,
        context.wrap_socket(plain, server_hostname=url.host) as encrypted,
    ):
        yield encrypted


def _untrusted_certificate(url: ServiceUrl, address: str, timeout: float) -> Certificate:
    """Read a certificate that nobody vouches for; the standard library reads only those that are trusted."""
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
    """Write a distinguished name without the names of its parts."""
    return ", ".join(value for part in name for _, value in part)[:_MOST_CHARACTERS]


def _expiry(parsed: dict[str, Any]) -> float | None:
    try:
        return float(ssl.cert_time_to_seconds(parsed["notAfter"]))
    except (KeyError, ValueError):
        return None


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)
