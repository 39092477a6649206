import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from orch_events.cli.main import main
from orch_events.follow import end_of_job
from orch_events.simulator import Simulator
from tests.cli.command import Done
from tests.fakes import StillApi
from tests.servers import http_server

Serve = Callable[..., AbstractContextManager[str]]
Call = Callable[..., Done]


@pytest.fixture
def call(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """Run the command in this process, for speed; what comes late is waited for but a moment."""
    monkeypatch.setattr(end_of_job, "LATE_COMMIT_SECONDS", 0.05)

    def with_synonym(*args: str) -> Done:
        capfd.readouterr()
        status = main(args)
        return Done(status, *capfd.readouterr())

    return with_synonym


@pytest.fixture(scope="session")
def at_zero() -> Iterator[str]:
    """The service-url of a simulator in which nothing has happened yet to job 352."""
    with Simulator(StillApi(0.0)) as simulator:
        yield simulator.url


@pytest.fixture(scope="session")
def at_sixty() -> Iterator[str]:
    """The service-url of a simulator whose time stands at 60 seconds: job 352 runs, 353 and 354 are over."""
    with Simulator(StillApi(60.0)) as simulator:
        yield simulator.url


@pytest.fixture(scope="session")
def demanding() -> Iterator[str]:
    """The service-url of a simulator that demands the token s3cret."""
    with Simulator(StillApi(math.inf, "s3cret")) as simulator:
        yield simulator.url


@pytest.fixture
def token_file(tmp_path: Path) -> Callable[[str], str]:
    """Write a token file and return its path."""

    def written(token: str) -> str:
        path = tmp_path / "token"
        path.write_text(f"{token}\n", encoding="utf-8")
        return str(path)

    return written


@contextmanager
def _answering(status: int, body: bytes, **headers: str) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http_server(Handler) as place:
        yield f"http://{place}"


@pytest.fixture
def answering() -> Serve:
    """Make a server that gives one and the same answer to everything; it yields its service-url."""
    return _answering
