"""Certificates, good and bad, a server that has one, and a proxy in front of it."""

import math
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Thread

import trustme

from orch_events.simulator import Api, Simulator
from tests.servers import http_server

TOKEN = "0TheToken0"
NAMES = ("127.0.0.1", "localhost")
OLD_CA = """\
-----BEGIN CERTIFICATE-----
MIIBKTCB0KADAgECAgEBMAoGCCqGSM49BAMCMBQxEjAQBgNVBAMMCUFuIG9sZCBD
QTAeFw0xMDAxMDEwMDAwMDBaFw0xNTAxMDEwMDAwMDBaMBQxEjAQBgNVBAMMCUFu
IG9sZCBDQTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABD7KnD41IyaLGIu6ziMm
lHTgmzXsoD+QIDX/2i1U9332omATTNA7FCT4luZbpTKiiUUFgX3DX20bsgiyLX4j
7zajEzARMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAMwqqmbd
+zfimGVpeLU8hd94w6J6sH4sH6ovYK2dL4b5AiA1818hbFpfW4+pYMjTTK2iEZTl
ro8zUKZrfLqX7d2bVg==
-----END CERTIFICATE-----
"""
"""The certificate of "An old CA", which expired in 2015."""


class Authority:
    """A CA, with its certificate in a file."""

    def __init__(self, folder: Path, name: str = "Puppet CA: pe.example.com") -> None:
        self._ca = trustme.CA(organization_name="Puppet", organization_unit_name=name)
        self.pem = folder / f"{name.partition(':')[0].replace(' ', '-')}.pem"
        self._ca.cert_pem.write_to_path(str(self.pem))

    def issue(self, *names: str, days: float = 365.0) -> trustme.LeafCert:
        """Issue a certificate for some names, good for so many days from now on; it has been so for ten years."""
        now = datetime.now(UTC)
        begin, end = now - timedelta(days=3650), now + timedelta(days=days)
        return self._ca.issue_cert(*(names or NAMES), not_before=begin, not_after=end)


@contextmanager
def serving(certificate: trustme.LeafCert, token: str | None = TOKEN) -> Iterator[Simulator]:
    """Let a simulator, whose jobs are all over, have a certificate and demand a token."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    with Simulator(Api(lambda: math.inf, token), tls=context) as running:
        yield running


@contextmanager
def tunnel() -> Iterator[str]:
    """Let a proxy run that carries TLS; yield its host and port."""

    class Handler(BaseHTTPRequestHandler):
        def do_CONNECT(self) -> None:
            host, _, port = self.path.rpartition(":")
            with socket.create_connection((host, int(port)), timeout=30) as beyond:
                self.send_response(200)
                self.end_headers()
                Thread(target=_carry, args=(beyond, self.connection), daemon=True).start()
                _carry(self.connection, beyond)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http_server(Handler) as place:
        yield place


def _carry(one: socket.socket, other: socket.socket) -> None:
    try:
        while piece := one.recv(65_536):
            other.sendall(piece)
        other.shutdown(socket.SHUT_WR)
    except OSError:
        return
