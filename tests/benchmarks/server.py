"""A server of stored answers, in a process of its own: `python -m tests.benchmarks.server DIRECTORY [CERTIFICATE]`.

It prints its URL and answers each `/orchestrator/v1/jobs/NAME/events` with the file NAME, each
`/orchestrator/v1/jobs/NAME` with a record, and `/orchestrator/v1/jobs/NAME/nodes` with no nodes.
"""

import ssl
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_NODES = b'{"items": []}'
_RECORD = b'{"state": "finished", "type": "deploy", "options": {"noop": false}}'


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    directory: Path

    def do_GET(self) -> None:
        _, _, _, _, name, *rest = self.path.partition("?")[0].split("/")
        if rest != ["events"]:
            answer = _NODES if rest else _RECORD
            self._begin(len(answer))
            self.wfile.write(answer)
            return
        with (self.directory / name).open("rb") as page:
            self._begin(page.seek(0, 2))
            self.wfile.flush()
            page.seek(0)
            self.connection.sendfile(page)

    def _begin(self, length: int) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        pass


def main(directory: str, certificate: str | None = None) -> None:
    """Serve until killed."""
    _Handler.directory = Path(directory)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    print(f"http{'s' * (certificate is not None)}://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
