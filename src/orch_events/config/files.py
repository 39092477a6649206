"""Files that are named in settings: read afresh each time, unless they give their content only once."""

import os
import stat
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from pathlib import Path, PurePath
from typing import BinaryIO

UTF16 = (BOM_UTF16_LE, BOM_UTF16_BE)
"""What a file begins with that is UTF-16 text."""

_DESCRIPTORS = ("/dev/", "/proc/")
"""What is found there may be an open descriptor, which some systems let be read only once."""


def reads_once(path: str) -> bool:
    """Whether a file may give its content only once: a pipe, as of `<(...)`, a device, a descriptor."""
    if (status := _status(path)) is None:
        return False
    return path.startswith(_DESCRIPTORS) or not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode))


def written_at(path: str) -> float | None:
    """When a file was last written, in seconds since the epoch; None if it does not exist or can't be accessed."""
    status = _status(path)
    return status.st_mtime if status is not None else None


def others_can_read(path: str) -> bool:
    """Whether users other than its owner can read a file; False if it does not exist or can't be accessed."""
    status = _status(path)
    return os.name == "posix" and status is not None and stat.S_ISREG(status.st_mode) and bool(status.st_mode & 0o077)


def _status(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)  # noqa: PTH116 - a text
    except (OSError, ValueError):
        return None


def missing(path: str | PurePath) -> str | None:
    """Say why there is no such file, or why nobody may look; None where it is there."""
    try:
        os.stat(path)  # noqa: PTH116 - a text
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return "does not exist"
    except OSError as error:
        return f"can't be read: {os.strerror(error.errno or 0)}"
    return None


class FileReader:
    """Reads files afresh each time; the content of one that can be read only once is kept."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def read(self, path: str) -> bytes:
        """Return the content of a file. Raises OSError, and ValueError for what can't be a path."""
        if path in self._kept:
            return self._kept[path]
        once = reads_once(path)
        content = Path(path).read_bytes()
        if once:
            self._kept[path] = content
        return content

    def first_line(self, stdin: BinaryIO | None) -> bytes:
        """Return the first line of standard input, which is kept too. Raises OSError."""
        if "-" not in self._kept:
            self._kept["-"] = stdin.readline() if stdin else b""
        return self._kept["-"]
