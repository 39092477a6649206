"""The file of --record: opened to append to, and told from a file that is read."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from typing import BinaryIO

from orch_events.cli.app import App
from orch_events.errors import LocalFileError
from orch_events.render.events.structured import JsonLines
from orch_events.render.toolkit.streams import Output


@contextmanager
def open_recording_file(app: App, path: str | None) -> Iterator[JsonLines | None]:
    """Open a file to append events to, if there is to be one; an incomplete last line in it is ended first.

    Each line names its job.
    """
    if path is None:
        yield None
        return
    file = _opened(path)
    try:
        with _naming(path):
            broken_off = _breaks_off(path)
        output = Output(file, path, shield=app.signals.shield)
        if broken_off:
            output.write(b"\n")
        yield JsonLines(output, name_job=True)
    finally:
        with _naming(path):
            file.close()


def _opened(path: str) -> FileIO:
    """Open a file to append to; only for writing, since a pipe that is open for reading too has a reader: us."""
    with _naming(path, "give --record a path that you can write to"):
        return FileIO(path, "a")


@contextmanager
def _naming(path: str, hint: str = "check its permissions and the free disk space") -> Iterator[None]:
    """Turn errors into LocalFileErrors that name the file."""
    try:
        yield
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise LocalFileError(f"can't write to {path}: {reason}", hint) from None


def is_same_file(path: str, other: str | BinaryIO) -> bool:
    """Whether both are one regular file."""
    try:
        status = os.stat(path)  # noqa: PTH116 - a text
        other_status = os.stat(other) if isinstance(other, str) else os.fstat(other.fileno())  # noqa: PTH116 - a text
    except (OSError, ValueError):
        return False
    return stat.S_ISREG(status.st_mode) and os.path.samestat(status, other_status)


def _breaks_off(path: str) -> bool:
    """Whether a file's last line lacks a newline; only for a regular file that can be read."""
    status = os.stat(path)  # noqa: PTH116 - a text
    if not stat.S_ISREG(status.st_mode) or not status.st_size or not os.access(path, os.R_OK):
        return False
    with FileIO(path) as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) != b"\n"
