"""What is kept of long texts, where there may be many of them: the beginning and the end of each, up to a total."""

from collections.abc import Iterable

import msgspec

_HEAD_PART = 4


def excerpt(pieces: Iterable[str], most: int) -> str:
    """Return the first quarter and the last three of `most` characters, and say how many are left out between them.

    Args:
        pieces: the text, of which two pieces at most are held at once.
        most: how many characters are kept.
    """
    head, tail, length = "", "", 0
    for piece in pieces:
        length += len(piece)
        head += piece[: most - len(head)]
        tail = (tail + piece[-most:])[-most:]
    if length <= most:
        return head
    first = most // _HEAD_PART
    return f"{head[:first]}\n[{length - most:,} characters are left out here]\n{tail[first - most :]}"


class Room(msgspec.Struct):
    """Room for what nodes printed.

    Attributes:
        each: how many characters of each text are kept.
        left: how many more are kept of all texts together.
    """

    each: int = 1 << 14
    left: int = 1 << 22

    def cut(self, pieces: Iterable[str]) -> str:
        """Return as much of a text as is kept."""
        return excerpt(pieces, self.each)

    def takes(self, characters: int) -> bool:
        """Whether there is room for so many characters more; they are counted then."""
        if characters > self.left:
            return False
        self.left -= characters
        return True
