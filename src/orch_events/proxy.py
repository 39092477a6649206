"""The proxy that the environment names for a server."""

import re
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import msgspec

from orch_events.errors import LocalFileError
from orch_events.service_url import ServiceUrl, is_host

_ALLOWED = re.compile(r"[!-~]+")


class Proxy(msgspec.Struct, frozen=True):
    """What carries requests to a server.

    Attributes:
        url: as the environment has it; there may be a password in it.
        origin: the same without one: scheme, host and port.
    """

    url: str
    origin: str

    @classmethod
    def of(cls, server: ServiceUrl) -> "Proxy | None":
        """Find it in HTTPS_PROXY, ALL_PROXY and NO_PROXY, or in the settings of the system; None where there is none.

        A proxy may carry TLS, and never a token in the clear: over plain http there is none.

        Raises:
            LocalFileError: it can't be used.
        """
        if not server.encrypted or proxy_bypass(server.host) or proxy_bypass(f"{server.host}:{server.port}"):
            return None
        named = getproxies()
        url = named.get("https") or named.get("all")
        return cls.parse(url) if url else None

    @classmethod
    def parse(cls, text: str) -> "Proxy":
        """Read a host, with or without a port, or a URL; raises LocalFileError, which repeats nothing of it."""
        url = text if "://" in text else f"http://{text}"
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            raise _refused() from None
        if parts.scheme not in ("http", "https") or not is_host(host) or not _ALLOWED.fullmatch(url):
            raise _refused()
        named = f"[{host}]" if ":" in host else host
        return cls(url, f"{parts.scheme}://{named}" + (f":{port}" if port is not None else ""))


def _refused() -> LocalFileError:
    return LocalFileError(
        "the environment names a proxy that can't be used",
        "write HTTPS_PROXY as http://proxy.example.com:3128, or the server's name into NO_PROXY; SOCKS is not spoken",
    )
