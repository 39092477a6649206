"""Reading a response: in a background thread, and decompressed piece by piece.

While nothing arrives, the reader gets None ten times a second. So it can check its timeouts, redraw, continue with
other jobs and react to Ctrl-C, even while a name is being resolved.
"""

import zlib
from collections.abc import Callable, Generator, Iterable, Iterator
from queue import Empty, Full, Queue
from threading import Event as Flag
from threading import Thread
from typing import TypeVar

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
    items: Queue[T | _End] = Queue(_ITEMS_AHEAD)
    abandoned = Flag()
    _start(Thread(target=_deliver, args=(begin, items, abandoned), daemon=True))
    try:
        while True:
            try:
                item = items.get(timeout=_TICK_SECONDS)
            except Empty:
                yield None
                continue
            if not isinstance(item, _End):
                yield item
            elif item.error is not None:
                raise item.error
            else:
                return
    finally:
        abandoned.set()


def _start(thread: Thread) -> None:
    try:
        thread.start()
    except RuntimeError as error:
        raise SystemLimit.behind(error) or error from None


class _End:
    """The last item in the queue: the end of the iteration, or the error that ended it."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


def _deliver(begin: Callable[[], Iterator[T]], items: "Queue[T | _End]", abandoned: Flag) -> None:
    try:
        for item in begin():
            if not _put(items, item, abandoned):
                return
        end = _End(None)
    except BaseException as error:  # noqa: BLE001 - it is raised in the reader's thread
        end = _End(error)
    _put(items, end, abandoned)


def _put(items: "Queue[T | _End]", item: T | _End, abandoned: Flag) -> bool:
    """Put an item into the queue; return False if the reader has gone."""
    while not abandoned.is_set():
        try:
            items.put(item, timeout=_TICK_SECONDS)
        except Full:
            continue
        return True
    return False


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
