"""The bytes of a recording, decompressed, as UTF-8: from a file or standard input, as often as needed."""

import errno
import os
import select
import zlib
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, iterdecode
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from io import RawIOBase
from itertools import chain
from pathlib import Path
from typing import IO, Protocol

from orch_events.errors import LocalFileError

_PIECE_BYTES = 1 << 17
_IN_MEMORY_BYTES = 1 << 23
_GZIP = b"\x1f\x8b"


@contextmanager
def open_file(path: str, stdin: IO[bytes] | None) -> Iterator["File"]:
    """Open a file; what can be read only once is copied to a temporary file while it is read.

    Args:
        path: as typed; "-" for standard input.
        stdin: standard input; None if the process was started without one.

    Raises:
        LocalFileError: it can't be read.
    """
    name = "standard input" if path == "-" else path
    with ExitStack() as stack:
        with _readable(name):
            file = _stdin(stdin) if path == "-" else stack.enter_context(_opened(path))
            seekable = file.seekable()
        if seekable:
            yield File(file, name)
        else:
            from tempfile import SpooledTemporaryFile

            copy = stack.enter_context(SpooledTemporaryFile(_IN_MEMORY_BYTES))
            yield File(_Spool(file, name, copy), name, arriving=True)


def _opened(path: str) -> IO[bytes]:
    try:
        return Path(path).open("rb", buffering=0)
    except ValueError:  # a NUL in the path
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path) from None


def _stdin(stdin: IO[bytes] | None) -> IO[bytes]:
    if stdin is None:
        raise LocalFileError("standard input is closed", "pipe a recording into it, or give the path of one")
    return stdin


class _Spool:
    """What can be read only once, such as a pipe: read as it arrives, and copied to a temporary file to be read again.

    Args:
        file: the file.
        name: what it is called in messages.
        copy: an empty temporary file.
    """

    def __init__(self, file: IO[bytes], name: str, copy: IO[bytes]) -> None:
        self._file = file
        self._name = name
        self._copy = copy
        self._copied = 0
        self._at = 0

    def tell(self) -> int:
        return self._at

    def seek(self, at: int) -> int:
        self._at = at
        return at

    def read(self, size: int) -> bytes:
        """Read from the copy, or at its end what has arrived since; wait until there is anything. Empty at the end."""
        self._copy.seek(self._at)
        piece = self._copy.read(size) if self._at < self._copied else self._next(size)
        self._at += len(piece)
        return piece

    def _next(self, size: int) -> bytes:
        piece = _read_some(self._file, size, self._name)
        try:
            self._copy.write(piece)
        except OSError as error:
            message = f"can't write a temporary copy of {self._name}: {error.strerror}"
            raise LocalFileError(message, "set TMPDIR to a folder with free space") from None
        self._copied += len(piece)
        return piece


def _read_some(file: IO[bytes], size: int, name: str) -> bytes:
    """Read what has arrived, or wait until anything has, even if another process made it non-blocking."""
    with _readable(name):
        while (piece := _reader(file)(size)) is None:
            select.select([file], [], [])
    return piece


def _reader(file: IO[bytes]) -> Callable[[int], bytes | None]:
    """Return what reads as much as has arrived: only of a non-blocking file `read1` can't tell nothing from the end."""
    try:
        blocking = os.get_blocking(file.fileno())
    except OSError:  # of a file in memory
        blocking = True
    return getattr(file, "read1", file.read) if blocking else file.read


@contextmanager
def _readable(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        hint = "check the path and its permissions"
        raise LocalFileError(f"{name} can't be read: {error.strerror}", hint) from None


class Seekable(Protocol):
    """The interface that `File` needs of a file."""

    def tell(self) -> int:
        """Return its position."""
        ...

    def seek(self, at: int, /) -> int:
        """Set its position."""
        ...

    def read(self, size: int, /) -> bytes:
        """Read at most so many bytes; none only at its end."""
        ...


class File:
    """A file that can be read repeatedly, from its current position on.

    Args:
        file: the file.
        name: what it is called in messages.
        arriving: whether it may still be arriving, so that reading it to its end takes as long as that does.

    Attributes:
        name: what it is called in messages.
        arriving: whether it may still be arriving.
        broken: whether its gzip is damaged; known once it was read to its end.
    """

    def __init__(self, file: Seekable, name: str, *, arriving: bool = False) -> None:
        self.name = name
        self.arriving = arriving
        self.broken = False
        self._file = file
        self._begin = file.tell()

    def pieces(self) -> Iterator[bytes]:
        """Yield its bytes, up to where its gzip is damaged. Raises LocalFileError."""
        with _readable(self.name):
            zipped = _Reader(self._file, self._begin).read(len(_GZIP)) == _GZIP
            reader = _Reader(self._file, self._begin)
            yield from _utf8(self._unzipped(reader) if zipped else iter(partial(reader.read, _PIECE_BYTES), b""))

    def _unzipped(self, reader: "_Reader") -> Iterator[bytes]:
        from gzip import BadGzipFile, GzipFile

        try:
            yield from iter(partial(GzipFile(fileobj=reader).read1, _PIECE_BYTES), b"")
        except (EOFError, zlib.error, BadGzipFile):
            self.broken = True


class _Reader(RawIOBase):
    """A reader with a position of its own in a file that others read too."""

    def __init__(self, file: Seekable, at: int) -> None:
        self._file = file
        self._at = at

    def read(self, size: int = -1) -> bytes:
        """Read from its own position."""
        self._file.seek(self._at)
        piece = self._file.read(size)
        self._at += len(piece)
        return piece


def _utf8(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Remove a byte order mark, and convert UTF-16, which PowerShell's redirections write, to UTF-8."""
    first = b""
    while len(first) < len(BOM_UTF8) and (piece := next(pieces, b"")):
        first += piece
    if first.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return (text.encode() for text in iterdecode(chain([first], pieces), "utf-16", "replace"))
    return chain([first.removeprefix(BOM_UTF8)], pieces)
