"""The simulated API on a loopback port, with the standard library's server."""

import gzip
import math
import socket
import ssl
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Self

from orch_events.simulator.api import Api, Request
from orch_events.simulator.faults import Fault
from orch_events.times import Clock, SystemClock

HOST = "127.0.0.1"


class SimulatedTime:
    """Simulated time: it runs `speed` times as fast as real time.

    Args:
        clock: real time.
        speed: the factor; infinite: everything is over from the start.
        begin: the simulated second at which it begins.
    """

    def __init__(self, clock: Clock, speed: float, begin: float = 0.0) -> None:
        self._clock = clock
        self._speed = speed
        self._begin = begin
        self._began_at = clock.monotonic()

    def now(self) -> float:
        """The simulated time, in seconds."""
        if math.isinf(self._speed):
            return math.inf
        return self._begin + (self._clock.monotonic() - self._began_at) * self._speed


class Simulator(ThreadingHTTPServer):
    """An orchestrator on this machine. A context manager: it serves in a background thread until the context ends.

    Args:
        api: answers requests, and has the faults.
        port: 0 for any free one.
        tls: the context for https; None for http.
        clock: real time, for faults that begin after a while.

    Raises:
        OSError: the port is in use.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self, api: Api, *, port: int = 0, tls: ssl.SSLContext | None = None, clock: Clock | None = None
    ) -> None:
        self.api = api
        self.clock = clock or SystemClock()
        self.scheme = "https" if tls else "http"
        self.down = False
        self._tls = tls
        super().__init__((HOST, port), _Handler)
        self._encrypt()

    def _encrypt(self) -> None:
        if self._tls is not None:  # the handshake is left to the thread that serves the connection
            self.socket = self._tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    @property
    def url(self) -> str:
        """Its service-url."""
        return f"{self.scheme}://{HOST}:{self.server_address[1]}"

    def __enter__(self) -> Self:
        try:
            Thread(target=self._serve, daemon=True).start()
        except RuntimeError:  # no thread is left
            self.server_close()
            raise
        for name, action in (("expire", self._expire), ("restart", self._restart)):
            if (fault := self.api.faults.find(name)) is not None:
                Thread(target=action, args=(fault,), daemon=True).start()
        return self

    def _serve(self) -> None:
        self.serve_forever(poll_interval=0.02)

    def _expire(self, fault: Fault) -> None:
        self.clock.sleep(fault.seconds)
        self.api.expire_token()

    def _restart(self, fault: Fault) -> None:
        """Stop listening for a while; open connections are closed at their next request."""
        self.clock.sleep(fault.seconds)
        self.down = True
        self.shutdown()
        self.socket.close()
        self.clock.sleep(fault.more_seconds)
        self.socket = socket.socket(self.address_family, self.socket_type)
        self.server_bind()
        self.server_activate()
        self._encrypt()
        self.down = False
        self._serve()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore clients that closed the connection."""


def tls_context(certificate: str, key: str) -> ssl.SSLContext:
    """Read a certificate and its key for the simulator; raises OSError, of which ssl.SSLError is one."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


class _Handler(BaseHTTPRequestHandler):
    """One connection; only GET is answered."""

    server: Simulator
    protocol_version = "HTTP/1.1"
    server_version = "orch-events-simulator"
    sys_version = ""
    disable_nagle_algorithm = True
    timeout = 300

    def do_GET(self) -> None:
        """Answer, with the faults that are due."""
        picked = self.server.api.faults.pick()
        if "delay" in picked:
            self.server.clock.sleep(picked["delay"].seconds)
        if "drop" in picked or self.server.down:
            self.close_connection = True
            return
        host = self.headers.get("Host", f"{HOST}:{self.server.server_address[1]}")
        token = self.headers.get("X-Authentication")
        answer = self.server.api.get(Request(self.path, f"{self.server.scheme}://{host}", token), picked)
        body = f"{answer.body}\n".encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        if answer.location is not None:
            self.send_header("Location", answer.location)
        if "gzip" in self.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body, compresslevel=1, mtime=0)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self._send(body, picked)

    def _send(self, body: bytes, picked: Mapping[str, Fault]) -> None:
        """Send a body; truncated or slowly, if there is such a fault."""
        if "cut" in picked:
            value = picked["cut"].value
            body = body[: int(float(value)) if value else self.server.api.faults.below(len(body))]
            self.close_connection = True
        if "trickle" not in picked:
            self.wfile.write(body)
            return
        size = max(1, int(picked["trickle"].seconds / 20))
        for at in range(0, len(body), size):
            self.wfile.write(body[at : at + size])
            self.server.clock.sleep(size / picked["trickle"].seconds)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        """Log nothing: the terminal shows the commands to type."""
