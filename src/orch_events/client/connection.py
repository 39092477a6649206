"""Connections that are used again.

Every server closes a connection that it holds for idle, now and then just as the next request leaves. Such a request
was not answered, and is no sign of trouble: it can be made again at once. Only the connection itself knows that it
was used before, and that not a byte of this answer came.
"""

import ssl
from collections.abc import Iterable, Mapping
from typing import Any

import httpcore
import httpx

from orch_events.client import tls
from orch_events.client.url import Proxy, ServiceUrl


class StaleConnection(httpcore.ReadError):
    """A connection on which answers had come before died before the first byte of this one."""


class Backend(httpcore.SyncBackend):
    """Opens connections, as httpcore's own does, that tell when they were stale."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Open a connection; raises httpcore's errors."""
        return _Stream(super().connect_tcp(host, port, timeout, local_address, socket_options))


class _Stream(httpcore.NetworkStream):
    """A connection, or TLS on one: it counts as new when TLS begins."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream
        self._used = False
        self._answered = False

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read some bytes, none at the end; raises StaleConnection."""
        try:
            piece = self._stream.read(max_bytes, timeout)
        except httpcore.ReadError as error:
            if self._is_stale():
                raise StaleConnection(str(error)) from error
            raise
        if not piece and self._is_stale():
            raise StaleConnection("closed")
        self._answered = True
        return piece

    def _is_stale(self) -> bool:
        return self._used and not self._answered

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send bytes: what comes behind them is another answer."""
        self._used, self._answered = self._used or self._answered, False
        self._stream.write(buffer, timeout)

    def close(self) -> None:
        """Close it."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Begin to speak TLS."""
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - httpcore's own
        """Return what httpcore knows of it."""
        return self._stream.get_extra_info(info)


class ProxyTrace:
    """Follows a request on its way (httpcore's `trace`), to know whether it has got no further than a proxy.

    Attributes:
        at_proxy: from the connection to a proxy on, until TLS with the server begins behind it.
    """

    def __init__(self) -> None:
        self.at_proxy = False

    def __call__(self, event: str, _: Mapping[str, Any]) -> None:
        """Hear of a step."""
        if event == "connection.connect_tcp.started":
            self.at_proxy = True
        elif event == "proxy.start_tls.started":
            self.at_proxy = False


def network_transport(url: ServiceUrl, cacert: str | None, proxy: Proxy | None) -> httpx.HTTPTransport:
    """Return a transport whose connections say when they were stale. Raises as `tls.context` does."""
    context = tls.context(cacert) if url.encrypted else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    transport = httpx.HTTPTransport(verify=context, trust_env=False, proxy=proxy.url if proxy else None)
    transport._pool._network_backend = Backend()  # noqa: SLF001 - httpx has no argument for it
    return transport
