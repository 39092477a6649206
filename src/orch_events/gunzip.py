"""Gunzipping an answer piece by piece, in bounded memory, whatever it swells to."""

import zlib
from collections.abc import Iterable, Iterator

_PIECE_BYTES = 1 << 18
_GZIP = 16 + zlib.MAX_WBITS


def gunzip(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield what gzip'd bytes hold, at most a quarter of a megabyte at once.

    A stream that is cut yields what was in it, and no more.

    Raises:
        zlib.error: the bytes are no gzip.
    """
    unzip = zlib.decompressobj(_GZIP)
    for piece in pieces:
        rest = piece
        while rest and not unzip.eof:
            yield unzip.decompress(rest, _PIECE_BYTES)
            rest = unzip.unconsumed_tail
    yield unzip.flush()
