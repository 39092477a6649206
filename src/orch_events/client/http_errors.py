"""Errors of httpx, of the libraries under it and of the system become ours here, and nowhere else."""

import socket
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx

from orch_events.client import tls
from orch_events.client.connection import ProxyTrace
from orch_events.client.url import Proxy
from orch_events.errors import (
    LocalFileError,
    NotUnderstood,
    OrchEventsError,
    SystemLimit,
    TruncatedAnswer,
    UnknownHost,
    Unreachable,
)

_NO_SUCH_NAME = {getattr(socket, name) for name in ("EAI_NONAME", "EAI_NODATA") if hasattr(socket, name)}


class HttpErrors:
    """The errors of requests to one server.

    Args:
        origin: the server's, as in https://pe.example.com:8143.
        proxy: the proxy in front of it; None for none.
        connect_timeout, read_timeout: in seconds, as messages name them.
    """

    def __init__(self, origin: str, proxy: Proxy | None, connect_timeout: float, read_timeout: float) -> None:
        self._origin = origin
        self._proxy = proxy
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout

    @contextmanager
    def translated(self, url: str, trace: ProxyTrace | None = None, *, reading: bool = False) -> Iterator[None]:
        """Turn the errors of the libraries and the system into ours."""
        try:
            yield
        except (httpx.HTTPError, OSError) as error:
            limit = SystemLimit.behind(error)
            at_proxy = trace is not None and trace.at_proxy
            if limit is None and self._proxy is not None and at_proxy:
                raise self._error_of_proxy(error, self._proxy.origin) from None
            raise limit or self._our_error(error, url, reading=reading) from None
        except UnicodeError:  # of a name that begins like an encoded one, xn--
            raise LocalFileError(f"{self._origin} has an invalid host name", "check service-url") from None
        except zlib.error:
            raise NotUnderstood(f"the response from {url} is not valid gzip") from None

    def _error_of_proxy(self, error: Exception, origin: str) -> Unreachable:
        """Return the error for a request that got no further than the proxy."""
        hint = "check HTTPS_PROXY, or add the server to NO_PROXY"
        if isinstance(error, httpx.ProxyError):
            if str(error).startswith("407"):
                hint = "write the proxy's user into HTTPS_PROXY: http://USER:PASSWORD@proxy.example.com:3128"
            message = f"the proxy {origin} refused to connect to {self._origin} (HTTP {error})"
        elif isinstance(error, httpx.ConnectTimeout):
            message = f"can't reach the proxy {origin}: no connection within {self._connect_timeout:g} s"
        elif isinstance(error, httpx.TimeoutException):
            message = f"no data from the proxy {origin} for {self._read_timeout:g} s"
        elif (cause := tls.cause(error)) is not None:
            message = f"can't reach the proxy {origin}: the TLS handshake failed ({tls.explain(cause)})"
        else:
            message = f"can't reach the proxy {origin}: {_reason(error)}"
        return (UnknownHost if _is_unknown_host(error) else Unreachable)(message, hint)

    def _our_error(self, error: Exception, url: str, *, reading: bool) -> OrchEventsError:  # noqa: PLR0911 - a table
        if isinstance(error, httpx.DecodingError):
            hint = "only gzip was asked for; check what is in front of the server"
            return NotUnderstood(f"the response from {url} can't be decoded: {error}", hint)
        if isinstance(error, httpx.ConnectTimeout):
            return Unreachable(f"can't reach {self._origin}: no connection within {self._connect_timeout:g} s")
        if isinstance(error, httpx.TimeoutException):
            return Unreachable(f"no data from {url} for {self._read_timeout:g} s")
        if (cause := tls.cause(error)) is not None:
            return tls.error_for_handshake(cause, self._origin)
        if _is_unknown_host(error):
            return UnknownHost(f"can't find the host {urlsplit(self._origin).hostname}: {_reason(error)}")
        if reading:
            return TruncatedAnswer(f"the response from {url} was cut off")
        return Unreachable(f"can't reach {self._origin}: {_reason(error)}")


def _is_unknown_host(error: BaseException) -> bool:
    """Whether an error comes from a name that the resolver says nobody has; one that can't tell is another matter."""
    at: BaseException | None = error
    while at is not None and not isinstance(at, socket.gaierror):
        at = at.__cause__ or at.__context__
    return at is not None and at.errno in _NO_SUCH_NAME


def _reason(error: Exception) -> str:
    """Return an error's text without its number, its full stop, and the bytes that it quotes."""
    return str(error).partition(": bytearray(")[0].rpartition("] ")[2].rstrip(".") or "the connection was closed"
