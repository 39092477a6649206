"""The bytes of a recording, as often as they are wanted: from a file or standard input, unzipped, as UTF-8."""

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
    """Open a file; what can be read only once is kept in a temporary one until it is closed.

    Args:
        path: as typed; "-" for standard input.
        stdin: standard input; None where the process was started without one.

    Raises:
        LocalFileError: it can't be read.
    """
    name = "standard input" if path == "-" else path
    with ExitStack() as stack:
        with _readable(name):
            file = _stdin(stdin) if path == "-" else stack.enter_context(Path(path).open("rb", buffering=0))
            if not file.seekable():
                file = stack.enter_context(_buffered(file))
        yield File(file, name)


def _stdin(stdin: IO[bytes] | None) -> IO[bytes]:
    if stdin is None:
        raise LocalFileError("standard input is closed", "give it a recording, or name one")
    return stdin


@contextmanager
def _buffered(file: IO[bytes]) -> Iterator[IO[bytes]]:
    from shutil import copyfileobj
    from tempfile import SpooledTemporaryFile

    with SpooledTemporaryFile(_IN_MEMORY_BYTES) as buffered:
        copyfileobj(file, buffered, _PIECE_BYTES)
        buffered.seek(0)
        yield buffered


@contextmanager
def _readable(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        hint = "is the path right, and may you read it?"
        raise LocalFileError(f"{name} can't be read: {error.strerror}", hint) from None


class File:
    """A file that is read again and again, from its present place on.

    Args:
        file: gives its bytes, and can be moved in.
        name: what it is called in messages.

    Attributes:
        name: what it is called in messages.
        broken: whether its gzip is damaged; known when it was read to its end.
    """

    def __init__(self, file: IO[bytes], name: str) -> None:
        self.name = name
        self.broken = False
        self._file = file
        self._begin = file.tell()

    def pieces(self) -> Iterator[bytes]:
        """Yield what is in it, up to where it is damaged. Raises LocalFileError."""
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
    """A place of its own in a file that is read at other places too."""

    def __init__(self, file: IO[bytes], at: int) -> None:
        self._file = file
        self._at = at

    def read(self, size: int = -1) -> bytes:
        """Read on."""
        self._file.seek(self._at)
        piece = self._file.read(size)
        self._at += len(piece)
        return piece


def _utf8(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Take off what marks an encoding; from UTF-16, in which PowerShell redirects, make UTF-8."""
    first = b""
    while len(first) < len(BOM_UTF8) and (piece := next(pieces, b"")):
        first += piece
    if first.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return (text.encode() for text in iterdecode(chain([first], pieces), "utf-16", "replace"))
    return chain([first.removeprefix(BOM_UTF8)], pieces)
