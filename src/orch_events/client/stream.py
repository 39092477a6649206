"""Reading a response: in a background thread, and decompressed piece by piece.

While nothing arrives, the reader gets None ten times a second. So it can check its timeouts, redraw, continue with
other jobs and react to Ctrl-C, even while a name is being resolved.
"""

import zlib
from collections.abc import Callable, Generator, Iterable, Iterator
from queue import Empty, Full, Queue
from threading import Event as Flag
from threading import Thread
from typing import Generic, TypeVar

import httpx

from orch_events.errors import SystemLimit

T = TypeVar("T")

_TICK_SECONDS = 0.1
_ITEMS_AHEAD = 4

_ENCODINGS = {"gzip", "deflate", "br", "compress", "zstd"}


def read_ahead(begin: Callable[[], Iterator[T]]) -> Generator[T | None, None, None]:
    """Iterate in the background, a few items ahead; yield the items, and None for each tick without one.

    Raises:
        SystemLimit: no thread can be started.
    """
    items: Items[T] = Items()
    start_thread(Thread(target=items.deliver, args=(begin,), daemon=True))
    return items.read(_TICK_SECONDS)


def start_thread(thread: Thread) -> None:
    """Start a thread. Raises SystemLimit."""
    try:
        thread.start()
    except RuntimeError as error:
        raise SystemLimit.behind(error) or error from None


class _End:
    """The last item in the queue: the end of the iteration, or the error that ended it."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


class Items(Generic[T]):
    """What one thread has read and another has not taken yet, a few items at most.

    Args:
        notify: called in the reading thread whenever there is something to take.
    """

    def __init__(self, notify: Callable[[], None] = lambda: None) -> None:
        self._queue: Queue[T | _End] = Queue(_ITEMS_AHEAD)
        self._abandoned = Flag()
        self._notify = notify

    def deliver(self, begin: Callable[[], Iterator[T]]) -> None:
        """Iterate, for as long as somebody takes the items."""
        try:
            for item in begin():
                if not self._put(item):
                    return
            end = _End(None)
        except BaseException as error:  # noqa: BLE001 - it is raised in the reader's thread
            end = _End(error)
        self._put(end)

    def _put(self, item: T | _End) -> bool:
        """Put an item into the queue; return False if the reader has gone."""
        while not self._abandoned.is_set():
            try:
                self._queue.put(item, timeout=_TICK_SECONDS)
            except Full:
                continue
            self._notify()
            return True
        return False

    def read(self, tick_seconds: float) -> Generator[T | None, None, None]:
        """Yield the items, and None whenever `tick_seconds` have passed without one; 0: at once."""
        try:
            while True:
                try:
                    item = self._queue.get(block=tick_seconds > 0, timeout=tick_seconds)
                except Empty:
                    yield None
                    continue
                if not self._queue.empty():  # whoever takes one of several may wait before the next
                    self._notify()
                if not isinstance(item, _End):
                    yield item
                elif item.error is not None:
                    raise item.error
                else:
                    return
        finally:
            self._abandoned.set()


_PIECE_BYTES = 1 << 18
_GZIP = 16 + zlib.MAX_WBITS
_MAGIC = b"\x1f\x8b"
"""What every member of a gzip stream begins with."""


def pieces(response: httpx.Response) -> Iterator[bytes]:
    """Yield a response's body as it arrives, decompressed; raises DecodingError for an encoding other than gzip."""
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding in ("gzip", "x-gzip"):
        return gunzip(response.iter_raw())
    if encoding not in ("", "identity"):
        known = set(encoding.replace(",", " ").split()) <= _ENCODINGS  # of others nobody knows what they tell
        raise httpx.DecodingError(f"it is encoded as {encoding if known else 'something else'}, not gzip")
    return response.iter_raw()


def gunzip(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Decompress gzip, in pieces of a quarter of a megabyte at most.

    There may be several members, one after the other. What follows the last one, such as padding, is skipped.
    A truncated stream yields what it contains.

    Raises:
        zlib.error: the bytes are not gzip.
    """
    unzip, rest = zlib.decompressobj(_GZIP), b""
    for piece in pieces:
        rest += piece
        while rest:
            if unzip.eof:
                rest = rest.lstrip(b"\0")
                if len(rest) < len(_MAGIC):
                    yield b""
                    break
                if not rest.startswith(_MAGIC):
                    return
                unzip = zlib.decompressobj(_GZIP)
            yield unzip.decompress(rest, _PIECE_BYTES)
            rest = unzip.unconsumed_tail or unzip.unused_data
    yield unzip.flush()
