"""Where lines stand in a day file, and how they are read: alone, and nothing that is between them.

In a plain file a span is a number of bytes from an offset. A compressed one consists of independent gzip members
(`compressing` makes them): reading begins with the member at `offset`, of which `skip` bytes are left out.
"""

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

PIECE_BYTES = 1 << 18
_GZIP = 31
"""What tells zlib that a stream has gzip's own header."""


class Span(NamedTuple):
    """Some lines, one behind the other.

    Attributes:
        day: whose file they are in.
        offset: where they begin in it; in a compressed one, where the member begins in which they do.
        skip: how many unzipped bytes of the member are before them; 0 in a plain file.
        length: how many bytes they have, unzipped.
    """

    day: int
    offset: int
    skip: int
    length: int

    def part(self, at: int, length: int, *, zipped: bool) -> "Span":
        """Return where `length` of these bytes stand that begin behind `at` others; in a file that is zipped or not."""
        return Span(self.day, self.offset + at * (not zipped), self.skip + at * zipped, length)


def read_span(path: Path, span: Span) -> Iterator[bytes]:
    """Yield the bytes of a span of a file. Raises OSError, EOFError if the file ends before, and zlib.error."""
    with path.open("rb") as file:
        file.seek(span.offset)
        pieces = unzipped(file) if path.suffix == ".gz" else iter(lambda: file.read(PIECE_BYTES), b"")
        yield from _part(pieces, span.skip, span.length)


def _part(pieces: Iterator[bytes], skip: int, length: int) -> Iterator[bytes]:
    while length:
        piece = next(pieces, None)
        if piece is None:
            raise EOFError
        part = piece[skip : skip + length]
        skip = max(0, skip - len(piece))
        length -= len(part)
        if part:
            yield part


def unzipped(file: BinaryIO) -> Iterator[bytes]:
    """Yield what the members of a gzip file hold, from its position on, in pieces of bounded size."""
    return (piece for _, _, piece in unzipped_with_places(file))


def unzipped_with_places(file: BinaryIO) -> Iterator[tuple[int, int, bytes]]:
    """Yield what the members of a gzip file hold, in pieces, each with its member's offset, and its own within that.

    Raises:
        zlib.error: it is damaged.
        EOFError: the last member has no end.
    """
    while zipped := file.read(PIECE_BYTES):
        member, at = file.tell() - len(zipped), 0
        unzip = zlib.decompressobj(_GZIP)
        while not unzip.eof:
            piece = unzip.decompress(zipped, PIECE_BYTES)
            if piece:
                yield member, at, piece
                at += len(piece)
            elif not zipped:
                raise EOFError
            if not unzip.eof:
                zipped = unzip.unconsumed_tail or file.read(PIECE_BYTES)
        file.seek(-len(unzip.unused_data), 1)
