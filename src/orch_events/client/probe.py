"""The way to a server, step by step: its name, a connection, TLS. What is found is a value; nothing is shown."""

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
        named = parsed.get("subjectAltName", ())
        names = tuple(name[:_MOST_CHARACTERS] for kind, name in named if kind in ("DNS", "IP Address"))
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
        SystemLimit: there are too many open files, say.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        unknown = Unreachable(f"can't resolve {host}: {_reason(error)}", "check the name, and your DNS or VPN")
        raise SystemLimit.behind(error) or unknown from None
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


def connect(addresses: Sequence[str], port: int, timeout: float, clock: Clock) -> Iterator[Attempt]:
    """Try one address after another, each for `timeout` seconds, up to the first that answers; raises SystemLimit."""
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


def shake_hands(url: ServiceUrl, address: str, context: ssl.SSLContext, timeout: float) -> Handshake:
    """Speak TLS with a server at one of its addresses, `timeout` seconds at most for each step.

    A certificate that is not trusted is read as well: then it is trusted itself, for the time of reading it.
    """
    try:
        with _shaken(url, address, context, timeout) as encrypted:
            return Handshake(encrypted.version() or "", Certificate.read(encrypted.getpeercert() or {}))
    except ssl.SSLError as error:
        certificate = None
        if isinstance(error, ssl.SSLCertVerificationError):
            with suppress(OSError):  # one that has expired can't be trusted at all
                certificate = _untrusted(url, address, timeout)
        return Handshake("", certificate, tls.error_for_handshake(error, url.origin))
    except OSError as error:
        failed = Unreachable(f"can't reach {url.origin}: the TLS handshake failed ({_reason(error)})")
        return Handshake("", None, SystemLimit.behind(error) or failed)


def authorities(context: ssl.SSLContext) -> list[Certificate]:
    """Return the certificates of CAs that a context trusts."""
    return [Certificate.read(parsed) for parsed in context.get_ca_certs()]


@contextmanager
def _shaken(url: ServiceUrl, address: str, context: ssl.SSLContext, timeout: float) -> Iterator[ssl.SSLSocket]:
    with (
        socket.create_connection((address, url.port), timeout) as plain,
        context.wrap_socket(plain, server_hostname=url.host) as encrypted,
    ):
        yield encrypted


def _untrusted(url: ServiceUrl, address: str, timeout: float) -> Certificate:
    """Read a certificate that nobody vouches for; the standard library reads only those that are trusted."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with _shaken(url, address, context, timeout) as encrypted:
        itself = encrypted.getpeercert(binary_form=True) or b""
    context.verify_mode = ssl.CERT_REQUIRED
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.load_verify_locations(cadata=itself)
    with _shaken(url, address, context, timeout) as encrypted:
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
