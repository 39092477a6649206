"""Output streams: standard output or a file, where nothing may be lost, and standard error, which may fail."""

import errno
import os
import select
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import BinaryIO, TextIO

from orch_events.errors import LocalFileError

_LEAST_PIPE_BYTES = 512
"""How many bytes a write to a pipe may have to be atomic on any system; macOS has no more, Linux 4096 (PIPE_BUF)."""


class Output:
    """Writes bytes to a stream without buffering, and turns an OSError into a LocalFileError.

    BrokenPipeError passes through: that the reader has gone is not an error. A stream that another process made
    non-blocking is waited for.

    Args:
        stream: an unbuffered stream; None if the process was started without one.
        name: what it is called in messages.
        encoding: of text; characters that it lacks are escaped.
        shield: a context for each write that keeps signals from interrupting it.
    """

    def __init__(
        self,
        stream: BinaryIO | None,
        name: str = "standard output",
        encoding: str = "utf-8",
        shield: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self._stream = stream
        self._name = name
        self._encoding = encoding
        self._shield = shield
        self._is_pipe = stream is not None and _is_pipe(stream)

    def write(self, data: bytes) -> None:
        """Write all of `data`, and flush."""
        if self._stream is None:
            raise LocalFileError(f"{self._name} is closed", "redirect it somewhere, such as /dev/null")
        try:
            with self._shield():
                for block in _blocks(data, self._stream) if self._is_pipe else [data]:
                    _write_all(self._stream, block)
        except BrokenPipeError:
            raise
        except OSError as error:
            reason = error.strerror or "unknown error"
            raise LocalFileError(f"can't write to {self._name}: {reason}", "check the free disk space") from None

    def flush(self) -> None:
        """See whether a pipe's reader is still there: nothing else is held back. Raises BrokenPipeError."""
        if self._stream is not None and self._is_pipe and _is_hung_up(self._stream):
            raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))

    def write_text(self, text: str) -> None:
        """Write text in the stream's own encoding."""
        self.write(text.encode(self._encoding, "backslashreplace"))


def _write_all(stream: BinaryIO, data: bytes) -> None:
    """Write data, however little the stream takes at once; wait where it takes nothing. Raises OSError."""
    with memoryview(data) as rest:
        written = 0
        while written < len(data):
            taken = _write_some(stream, rest[written:])
            written += taken
            if not taken:
                _wait_until_writable(stream)
    stream.flush()


def _write_some(stream: BinaryIO, data: memoryview) -> int:
    """Write what the stream takes at once; return how many bytes that were."""
    try:
        return stream.write(data) or 0  # None, where a stream without a buffer takes nothing
    except BlockingIOError as error:  # of one with a buffer
        return error.characters_written


def _wait_until_writable(stream: BinaryIO) -> None:
    """Wait until a stream takes something, or its reader is gone."""
    if hasattr(select, "poll"):
        poll = select.poll()
        poll.register(stream.fileno(), select.POLLOUT)
        poll.poll()
    else:
        select.select([], [stream.fileno()], [])


def _is_hung_up(stream: BinaryIO) -> bool:
    """Whether nobody reads a pipe any more; False where the system can't tell."""
    if not hasattr(select, "poll"):
        return False
    poll = select.poll()
    poll.register(stream.fileno(), 0)  # POLLERR and POLLHUP come unasked
    return any(found & (select.POLLERR | select.POLLHUP) for _, found in poll.poll(0))


def _is_pipe(stream: BinaryIO) -> bool:
    try:
        return stat.S_ISFIFO(os.fstat(stream.fileno()).st_mode)
    except OSError:
        return False


def _blocks(data: bytes, pipe: BinaryIO) -> Iterator[bytes]:
    """Split data at line ends into blocks that a pipe takes at once, so that no signal leaves half a line."""
    at = 0
    while at < len(data):
        end = data.rfind(b"\n", at, at + _room(pipe)) + 1 or data.find(b"\n", at) + 1 or len(data)
        yield data[at:end]
        at = end


def _room(pipe: BinaryIO) -> int:
    """Return how many bytes a pipe takes at once: all that it holds where it is empty, else what is always atomic."""
    at_least = getattr(select, "PIPE_BUF", _LEAST_PIPE_BYTES)
    try:
        from fcntl import F_GETPIPE_SZ, fcntl, ioctl
        from termios import FIONREAD

        waiting = int.from_bytes(ioctl(pipe, FIONREAD, bytes(4)), sys.byteorder)
        return at_least if waiting else max(at_least, fcntl(pipe, F_GETPIPE_SZ))
    except (ImportError, OSError):  # only Linux tells
        return at_least


class BestEffortStream:
    """A stream that may fail, or that the process was started without (None): then nothing more is written.

    Text bypasses the stream's own buffer, which would lose what a non-blocking stream does not take at once.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        """Write and flush, if that is possible."""
        try:
            if self._stream is not None:
                _write_text(self._stream, text)
        except OSError:
            self._stream = None


def _write_text(stream: TextIO, text: str) -> None:
    raw = unbuffered(stream)
    if raw is None:
        stream.write(text)
        stream.flush()
    else:
        _write_all(raw, text.encode(stream.encoding, "backslashreplace"))


def unbuffered(stream: TextIO) -> BinaryIO | None:
    """Return what is below a text stream and has no buffer, where it has any; None where there is only text."""
    buffer = getattr(stream, "buffer", None)
    return getattr(buffer, "raw", buffer)
