"""Servers of the tests' own, in a thread each that ends when the test is done with it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR, create_server, socket
from threading import Thread


@contextmanager
def http_server(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """Let a handler answer at a loopback port; yield its host and port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_address[1]}"
        finally:  # also after a failure: who serves a closed socket never waits
            server.shutdown()
            thread.join()


@contextmanager
def listening(accepted: Callable[[socket], None]) -> Iterator[str]:
    """Hand each connection to a loopback port over, one after the other; yield its host and port."""

    def accept() -> None:
        with suppress(OSError):
            while True:
                accepted(listener.accept()[0])

    with create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(SHUT_RDWR)  # closing it alone would not wake who accepts
            thread.join()
