"""An archive's directory: who may write there, and whose jobs it has."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orch_events.archive.days import sync_directory, writing
from orch_events.errors import LocalFileError

try:
    import fcntl
except ImportError:  # Windows: two processes that write the same archive are not kept apart there
    fcntl = None  # type: ignore[assignment]

_LOCK = "lock"
_ORIGIN = "origin"
_BUSY = (errno.EACCES, errno.EAGAIN)


def make_directory(directory: Path) -> None:
    """Make an archive's directory if it is not there, for its owner only. Raises LocalFileError."""
    with writing(directory):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Keep other writers out. Raises LocalFileError if there is one."""
    with writing(directory / _LOCK):
        descriptor = os.open(directory / _LOCK, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
    try:
        _lock(descriptor, directory)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, directory: Path) -> None:
    if fcntl is None:
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in _BUSY:
            raise LocalFileError(f"{directory} can't be locked: {os.strerror(error.errno or 0)}") from None
        message = f"another process is writing the archive {directory}"
        raise LocalFileError(message, "stop that one, or use another directory") from None


def check_origin(directory: Path, origin: str) -> None:
    """See that an archive is of this orchestrator; a new one is from now on.

    Args:
        directory: the archive.
        origin: the URL of the server's API, or `demo`.

    Raises:
        LocalFileError: it is another's.
    """
    path = directory / _ORIGIN
    with writing(path):
        try:
            known = path.read_text(encoding="utf-8", errors="replace").strip()
        except FileNotFoundError:
            known = ""
        if not known:
            _write(path, f"{origin}\n".encode())
        elif known != origin:
            message = f"the archive {directory} has the jobs of {known}, not of {origin}"
            raise LocalFileError(message, f"use another directory; if it is the same orchestrator, edit {path}")


def origin_of(directory: Path) -> str:
    """Return whose jobs an archive has; "" if that can't be read."""
    try:
        return (directory / _ORIGIN).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _write(path: Path, content: bytes) -> None:
    """Write a file whole, or not at all."""
    draft = path.with_name(f".{path.name}.draft")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0), 0o600)
    try:
        os.write(descriptor, content)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    os.replace(draft, path)  # noqa: PTH105 - as the steps of the other files, which the tests interrupt
    sync_directory(path.parent)
