"""A server of stored answers, in a process of its own: `python -m tests.benchmarks.server FOLDER [CERTIFICATE [JOBS]]`.

It prints its URL and answers each `/orchestrator/v1/jobs/NAME/events` with the file NAME, each
`/orchestrator/v1/jobs/NAME` with a record, and `/orchestrator/v1/jobs/NAME/nodes` with no nodes. With JOBS it lists so
many jobs, all with the events of the file `many`.
"""

import json
import ssl
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

_FIRST_JOB = 1000
_NOTHING = b'{"items": []}'
_RECORD = b'{"state": "finished", "type": "deploy", "options": {"noop": false}}'


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    directory: Path
    jobs = 0

    def do_GET(self) -> None:
        path = urlsplit(self.path)
        _, _, _, kind, name, *events = [*path.path.split("/"), ""]
        if not name:
            self._answer(self._list(parse_qs(path.query)) if kind == "jobs" else _NOTHING)
            return
        if events[0] != "events":
            self._answer(_NOTHING if events[0] else _RECORD)
            return
        with (self.directory / ("many" if int(name) >= _FIRST_JOB else name)).open("rb") as page:
            self._begin(page.seek(0, 2))
            self.wfile.flush()
            page.seek(0)
            self.connection.sendfile(page)

    def _list(self, query: dict[str, list[str]]) -> bytes:
        offset, limit = int(query["offset"][0]), int(query["limit"][0])
        numbers = range(_FIRST_JOB + self.jobs, _FIRST_JOB, -1)[offset : offset + limit]
        at = "2016-05-05T19:50:08Z"
        record = {"state": "finished", "type": "deploy", "created_timestamp": at, "finished_timestamp": at}
        return json.dumps({"items": [{"name": str(number), **record} for number in numbers]}).encode()

    def _answer(self, body: bytes) -> None:
        self._begin(len(body))
        self.wfile.write(body)

    def _begin(self, length: int) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        pass


def main(directory: str, certificate: str = "", jobs: str = "0") -> None:
    """Serve until killed."""
    _Handler.directory, _Handler.jobs = Path(directory), int(jobs)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    print(f"http{'s' * bool(certificate)}://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
