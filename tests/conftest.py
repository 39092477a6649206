"""What holds for every test: no network but loopback, no configuration of whoever runs them."""

import gc
import itertools
import math
import os
import platform
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import settings

from orch_events.simulator import Simulator
from tests.certificates import OLD_CA, Authority
from tests.fakes import StillApi

settings.register_profile("whole", deadline=None)  # a slow machine is no fault
settings.register_profile("quick", deadline=None, max_examples=10)
settings.register_profile("hunt", deadline=None, max_examples=2000)  # for laws that fail now and then

THREAD_SECONDS = 10
"""How long a thread may take to end after its test; only one that does not end takes so long."""

_CONNECT = socket.socket.connect


def pytest_configure(config: pytest.Config) -> None:
    """Try fewer examples where the slow tests are left out: it is the quick look of somebody who works."""
    platform.platform()  # what doctor asks; the library starts `uname` for it, and remembers
    if config.getoption("--hypothesis-profile") is None:
        settings.load_profile("quick" if config.getoption("-m") == "not slow" else "whole")


def pytest_collection_finish() -> None:
    """Let the garbage collector look no more at what was collected: there are thousands of tests."""
    gc.collect()
    gc.freeze()


def _loopback_only(self: socket.socket, address: tuple[str, int] | str) -> None:
    host = address[0] if isinstance(address, tuple) else "127.0.0.1"
    if host not in ("127.0.0.1", "::1", "localhost"):
        pytest.fail(f"a test asked for {host}")
    _CONNECT(self, address)


def _no_process(*_: object, **__: object) -> NoReturn:
    pytest.fail("a test that starts a process is slow: mark it so")


@pytest.fixture(autouse=True)
def _quick_or_slow(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse processes to a test that is not marked slow."""
    if request.node.get_closest_marker("slow") is None:
        monkeypatch.setattr(subprocess.Popen, "__init__", _no_process)
        monkeypatch.setattr(os, "fork", _no_process)
        monkeypatch.setattr(os, "forkpty", _no_process)


@pytest.fixture(autouse=True)
def _ended_threads() -> Iterator[None]:
    """Fail a test whose threads outlive it: they would take time and files from all that come after."""
    before = set(threading.enumerate())
    yield
    added = set(threading.enumerate()) - before
    for thread in added:
        thread.join(THREAD_SECONDS)
    assert [thread.name for thread in added if thread.is_alive()] == []


@pytest.fixture(scope="session")
def _old_ca(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of a CA that has expired."""
    path = tmp_path_factory.mktemp("system") / "ca.pem"
    path.write_text(OLD_CA)
    return path


@pytest.fixture(scope="session")
def _homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return paths for empty homes; `mktemp` would look at all of them to number the next."""
    folder = tmp_path_factory.mktemp("homes")
    return (folder / str(number) for number in itertools.count())


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, _homes: Iterator[Path], _old_ca: Path) -> None:
    """Give each test an empty home, a plain environment, a system that trusts nobody, and no network."""
    monkeypatch.setattr(socket.socket, "connect", _loopback_only)
    for name in os.environ:
        if name.startswith("ORCH_EVENTS_") or name.lower().endswith("_proxy") or "COLOR" in name:
            monkeypatch.delenv(name)
    home = next(_homes)
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("PAGER", "cat")  # nobody is there to leave another one
    monkeypatch.setenv("SSL_CERT_FILE", str(_old_ca))
    monkeypatch.setenv("SSL_CERT_DIR", str(_old_ca.parent))


@pytest.fixture
def new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Be four hours behind UTC in summer, five in winter."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "EST5EDT,M3.2.0,M11.1.0")
        time.tzset()
        yield
    time.tzset()


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Return a CA, made once."""
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="session")
def over() -> Iterator[str]:
    """The service-url of a simulator whose jobs are all over."""
    with Simulator(StillApi(math.inf)) as simulator:
        yield simulator.url
