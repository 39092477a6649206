"""Where requests go: service-url, as users write it and as requests need it, and the proxy in between."""

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit
from urllib.request import getproxies, getproxies_environment, proxy_bypass

import msgspec

from orch_events.errors import LocalFileError

_PORT = 8143
_API = "/orchestrator/v1"
_NAME = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?", re.IGNORECASE)
_ALLOWED = re.compile(r"[!-~]+")


class ServiceUrl(msgspec.Struct, frozen=True):
    """Where the API is.

    Attributes:
        origin: scheme, host and port, without a slash: the only place that a token goes to.
        base: the beginning of every request's URL, without a slash at its end.
        encrypted: whether it is https.
        loopback: whether it is on this machine.
    """

    origin: str
    base: str
    encrypted: bool
    loopback: bool

    @classmethod
    def parse(cls, text: str) -> "ServiceUrl":
        """Read a bare host, with or without a port, or a URL, with or without `/orchestrator/v1` or a proxy's path.

        Raises:
            LocalFileError: it is none of these; credentials in it are not repeated.
        """
        try:
            parts = urlsplit(text if "://" in text else f"https://{text}")
            host, port = parts.hostname or "", parts.port
        except ValueError:
            raise _not_an_address(text) from None
        usable = is_host(host) and parts.scheme in ("http", "https") and _ALLOWED.fullmatch(text)
        if not usable or parts.query or parts.fragment or "@" in parts.netloc:
            raise _not_an_address(text)
        prefix = parts.path.rstrip("/").removesuffix(_API).rstrip("/")
        origin = f"{parts.scheme}://{_netloc(parts, host, port, prefix)}"
        return cls(origin, origin + prefix + _API, parts.scheme == "https", _is_loopback(host))

    @property
    def host(self) -> str:
        """The host: a name, or an address without brackets."""
        return urlsplit(self.origin).hostname or ""

    @property
    def port(self) -> int:
        """The port to connect to."""
        return urlsplit(self.origin).port or (443 if self.encrypted else 80)

    def is_of(self, place: str) -> bool:
        """Whether the beginning of a URL, up to a proxy's path at most, is that of this server.

        A server's own URLs have neither the port nor the path of a proxy in front of it, so either may be missing.
        """
        ours = urlsplit(self.base)
        try:
            other = urlsplit(place)
            same_port = other.port in (None, self.port)
        except ValueError:  # no such port or address can be
            return False
        same_host = (other.scheme, other.hostname) == (ours.scheme, self.host)
        return same_host and same_port and other.path in ("", ours.path.removesuffix(_API))

    def shares_host(self, place: str) -> bool:
        """Whether a URL has the same host."""
        try:
            return urlsplit(place).hostname == self.host
        except ValueError:
            return False


def _netloc(parts: SplitResult, host: str, port: int | None, prefix: str) -> str:
    """Add the orchestrator's port if none is given, unless there is a path: then it is a proxy's URL."""
    named = f"[{host}]" if ":" in host else host
    if port is None and parts.scheme == "https" and not prefix:
        port = _PORT
    return named if port is None else f"{named}:{port}"


def is_host(host: str) -> bool:
    """Whether it is the name or the address of a host."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return _NAME.fullmatch(host) is not None
    return True


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _not_an_address(text: str) -> LocalFileError:
    shown = "service-url" if set("@?#") & set(text) else f"service-url {text!r}"
    return LocalFileError(f"{shown} is not a valid address", "write it as https://pe.example.com:8143")


def needs_no_proxy(host: str, port: int, names: str) -> bool:
    """Whether a list as NO_PROXY has it names a host, by the rules of curl.

    Args:
        host: a name, or an address without brackets.
        port: the one that is connected to.
        names: `*` alone for all hosts, or names, each with the hosts below it and with or without a dot before it,
            addresses, and networks (10.0.0.0/8), with commas or white space between them, each perhaps with a port.
    """
    if names.strip() == "*":
        return True
    return any(_names(entry, host.lower().rstrip("."), port) for entry in re.split(r"[,\s]+", names.lower()) if entry)


def _names(entry: str, host: str, port: int) -> bool:
    named, only = _without_port(entry)
    if only is not None and only != port:
        return False
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        name = named.strip(".")
        return bool(name) and (host == name or host.endswith(f".{name}"))
    try:
        return address in ipaddress.ip_network(named, strict=False)
    except ValueError:
        return False


def _without_port(entry: str) -> tuple[str, int | None]:
    """Take the port off an entry of NO_PROXY, and the brackets of an IPv6 address."""
    found = re.fullmatch(r"\[(.*)\](?::(\d{1,5}))?|([^:]*):(\d{1,5})", entry, re.ASCII)
    if found is None:
        return entry, None
    port = found[2] or found[4]
    return found[1] or found[3] or "", int(port) if port else None


class Proxy(msgspec.Struct, frozen=True):
    """An HTTP proxy in front of a server.

    Attributes:
        url: as the environment has it; it may contain a password.
        origin: the same without credentials: scheme, host and port.
    """

    url: str
    origin: str

    @classmethod
    def from_environ(cls, server: ServiceUrl) -> "Proxy | None":
        """Find it in HTTPS_PROXY, ALL_PROXY and NO_PROXY, or in the system's settings; None if there is none.

        Only TLS goes through a proxy: over plain http it could read the token, so none is used.

        Raises:
            LocalFileError: it can't be used.
        """
        if not server.encrypted:
            return None
        if named := getproxies_environment():
            direct = needs_no_proxy(server.host, server.port, named.get("no", ""))
        else:
            named, direct = getproxies(), bool(proxy_bypass(server.host))
        url = named.get("https") or named.get("all")
        return cls.parse(url) if url and not direct else None

    @classmethod
    def parse(cls, text: str) -> "Proxy":
        """Read a host, with or without a port, or a URL; raises LocalFileError, which repeats nothing of it."""
        url = text if "://" in text else f"http://{text}"
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            raise _unusable_proxy() from None
        if parts.scheme not in ("http", "https") or not is_host(host) or not _ALLOWED.fullmatch(url):
            raise _unusable_proxy()
        named = f"[{host}]" if ":" in host else host
        return cls(url, f"{parts.scheme}://{named}" + (f":{port}" if port is not None else ""))


def _unusable_proxy() -> LocalFileError:
    return LocalFileError(
        "the proxy from the environment can't be used",
        "write HTTPS_PROXY as http://proxy.example.com:3128, or add the server to NO_PROXY; "
        "SOCKS proxies are not supported",
    )
