"""A pipe to read from."""

import os
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest


@pytest.fixture
def fifo(tmp_path: Path) -> Callable[[bytes], str]:
    """Make a pipe with a name, into which somebody writes once, and return its path."""

    def made(content: bytes) -> str:
        os.mkfifo(tmp_path / "fifo")
        Thread(target=(tmp_path / "fifo").write_bytes, args=[content], daemon=True).start()
        return str(tmp_path / "fifo")

    return made
