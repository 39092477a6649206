"""The bytes of a recording, decompressed, as UTF-8: from a file or standard input, as often as needed."""

import errno
import os
import select
import zlib
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, iterdecode
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from io import RawIOBase
from itertools import chain
from pathlib import Path
from typing import IO

from orch_events.errors import LocalFileError

_PIECE_BYTES = 1 << 17
_IN_MEMORY_BYTES = 1 << 23
_GZIP = b"\x1f\x8b"


@contextmanager
def open_file(path: str, stdin: IO[bytes] | None) -> Iterator["File"]:
    """Open a file; one that is not seekable is copied to a temporary file first.

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
        if not seekable:
            file = stack.enter_context(_buffered(file, name))
        yield File(file, name)


def _opened(path: str) -> IO[bytes]:
    try:
        return Path(path).open("rb", buffering=0)
    except ValueError:  # a NUL in the path
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path) from None


def _stdin(stdin: IO[bytes] | None) -> IO[bytes]:
    if stdin is None:
        raise LocalFileError("standard input is closed", "pipe a recording into it, or give the path of one")
    return stdin


@contextmanager
def _buffered(file: IO[bytes], name: str) -> Iterator[IO[bytes]]:
    """Copy what can be read only once into a temporary file."""
    from tempfile import SpooledTemporaryFile

    with SpooledTemporaryFile(_IN_MEMORY_BYTES) as buffered:
        while piece := _read_piece(file, name):
            try:
                buffered.write(piece)
            except OSError as error:
                message = f"can't write a temporary copy of {name}: {error.strerror}"
                raise LocalFileError(message, "set TMPDIR to a folder with free space") from None
        buffered.seek(0)
        yield buffered


def _read_piece(file: IO[bytes], name: str) -> bytes:
    """Read from a pipe; wait if another process made it non-blocking and it is empty."""
    with _readable(name):
        while (piece := file.read(_PIECE_BYTES)) is None:
            select.select([file], [], [])
    return piece


@contextmanager
def _readable(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        hint = "check the path and its permissions"
        raise LocalFileError(f"{name} can't be read: {error.strerror}", hint) from None


class File:
    """A file that can be read repeatedly, from its current position on.

    Args:
        file: a seekable file.
        name: what it is called in messages.

    Attributes:
        name: what it is called in messages.
        broken: whether its gzip is damaged; known once it was read to its end.
    """

    def __init__(self, file: IO[bytes], name: str) -> None:
        self.name = name
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

    def __init__(self, file: IO[bytes], at: int) -> None:
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
