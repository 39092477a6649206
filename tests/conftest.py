"""What holds for every test: no network but loopback, no configuration of whoever runs them."""

import os
import socket

import pytest
from hypothesis import settings

from tests.certificates import Authority

settings.register_profile("orch-events", deadline=None)  # a slow machine is no fault
settings.load_profile("orch-events")

_CONNECT = socket.socket.connect


def _loopback_only(self: socket.socket, address: tuple[str, int] | str) -> None:
    host = address[0] if isinstance(address, tuple) else "127.0.0.1"
    if host not in ("127.0.0.1", "::1", "localhost"):
        pytest.fail(f"a test asked for {host}")
    _CONNECT(self, address)


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Give each test an empty home, a plain environment and no network."""
    monkeypatch.setattr(socket.socket, "connect", _loopback_only)
    for name in os.environ:
        if name.startswith("ORCH_EVENTS_") or name.lower().endswith("_proxy") or "COLOR" in name:
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.setenv("TZ", "UTC")


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Return a CA, made once."""
    return Authority(tmp_path_factory.mktemp("ca"))
