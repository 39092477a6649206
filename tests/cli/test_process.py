"""What the command does to its whole process: it works where the libraries still are as they were, and only there."""

import importlib
import importlib.util
import subprocess
import sys

import httpcore
import pytest

from orch_events.cli.process import tune_httpx


def run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_who_imports_the_client_as_a_library_gets_no_patch() -> None:
    program = """
import sys, httpcore
before = httpcore.HTTP11Connection.READ_NUM_BYTES
import orch_events.client.client, orch_events.follow.follower, orch_events.recording
assert httpcore.HTTP11Connection.READ_NUM_BYTES == before
assert sys.modules.get("httpx._main", "absent") is not None
"""
    done = run(program)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_tuned_httpx_is_imported_without_its_command_line_and_works() -> None:
    program = """
import sys
from orch_events.cli.process import tune_httpx
tune_httpx()
import httpx
assert not {"rich", "pygments"} & set(sys.modules)
answer = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, text="ok"))).get("http://x/")
assert answer.text == "ok"
"""
    done = run(program)
    assert done.returncode == 0, done.stderr


def test_httpx_still_has_a_command_line_that_can_be_missing() -> None:
    httpx = importlib.import_module("httpx")
    source = importlib.util.find_spec("httpx._main")
    assert source is not None
    assert callable(httpx.main)


def test_httpcore_still_reads_as_much_as_its_class_says() -> None:
    tune_httpx()
    asked: list[int] = []

    class Stream(httpcore.MockStream):
        def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
            asked.append(max_bytes)
            return super().read(max_bytes, timeout)

    answer = [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", b"ok"]
    origin = httpcore.Origin(b"http", b"x", 80)
    with httpcore.HTTP11Connection(origin, Stream(answer)) as connection:
        assert connection.request("GET", "http://x/").content == b"ok"
    assert set(asked) == {1 << 18}
