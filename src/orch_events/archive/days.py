"""Day files: `2026-11-27.jsonl`, all that arrived on one day (UTC), in whole lines; `.jsonl.gz` once it is compressed.

Each line names its job (`wire.keyed`), so a day file is a recording. It only ever grows, by whole lines; what a crash
left of the last one is cut off when the archive is opened.
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path

from orch_events.errors import LocalFileError

_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})\.jsonl(\.gz)?", re.ASCII)
_FLAGS = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


def day_of(at: float) -> int:
    """Return the day, UTC, of a time in seconds since the epoch: days are numbered as `date.toordinal` has it."""
    return datetime.fromtimestamp(at, UTC).date().toordinal()


def day_path(directory: Path, day: int, *, zipped: bool = False) -> Path:
    """Return the path of a day's file."""
    return directory / f"{date.fromordinal(day).isoformat()}.jsonl{'.gz' * zipped}"


def day_files(directory: Path) -> Mapping[int, bool]:
    """Return the days that have a file, in order, and whether it is compressed; of both, the plain one counts."""
    found = dict[int, bool]()
    for name in sorted(os.listdir(directory)):  # noqa: PTH208 - names
        if match := _NAME.fullmatch(name):
            with suppress(ValueError):
                found.setdefault(date.fromisoformat(match[1]).toordinal(), match[2] is not None)
    return dict(sorted(found.items()))


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Name the file in an error of the system, and what to do. Raises LocalFileError."""
    try:
        yield
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise LocalFileError(
            f"{path} can't be written: {reason}", "check its permissions and the free disk space"
        ) from None


def sync_directory(directory: Path) -> None:
    """See that names that were made, changed or removed in a directory outlive a power cut."""
    if os.name == "nt":  # there a directory can't be opened
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class DayFile:
    """A day's file, open for appending.

    Args:
        path: where it is; it is made, readable by its owner only, if it is not there.

    Attributes:
        path: where it is.
        size: how many bytes of whole lines it has.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with writing(path):
            is_new = not path.exists()
            self._descriptor = os.open(path, _FLAGS, 0o600)
            if is_new:
                sync_directory(path.parent)
            self.size = os.fstat(self._descriptor).st_size

    def append(self, lines: bytes) -> None:
        """Append whole lines, and see that they outlive a power cut. If that fails, the file is as it was.

        Raises:
            LocalFileError: it can't be written; the disk may be full.
        """
        with writing(self.path):
            try:
                _write_all(self._descriptor, lines)
                os.fsync(self._descriptor)
            except OSError:
                self.cut(self.size)
                raise
        self.size += len(lines)

    def cut(self, size: int) -> None:
        """Cut off what is behind so many bytes. Raises LocalFileError."""
        with writing(self.path):
            os.ftruncate(self._descriptor, size)
            os.fsync(self._descriptor)
        self.size = size

    def close(self) -> None:
        """Close it: everything is written."""
        os.close(self._descriptor)


def _write_all(descriptor: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]
