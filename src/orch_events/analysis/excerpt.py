"""What is kept of long texts, where there may be many of them: the beginning and the end of each, up to a total."""

import msgspec

_HEAD_PART = 4


def excerpt(text: str, most: int) -> str:
    """Return the first quarter and the last three of `most` characters, and say how many are left out between them."""
    if len(text) <= most:
        return text
    head = most // _HEAD_PART
    return f"{text[:head]}\n[{len(text) - most:,} characters are left out here]\n{text[head - most :]}"


class Room(msgspec.Struct):
    """Room for what nodes printed.

    Attributes:
        each: how many characters of each text are kept.
        left: how many more are kept of all texts together.
    """

    each: int = 1 << 14
    left: int = 1 << 24

    def cut(self, text: str) -> str:
        """Return as much of a text as is kept."""
        return excerpt(text, self.each)

    def takes(self, characters: int) -> bool:
        """Whether there is room for so many characters more; they are counted then."""
        if characters > self.left:
            return False
        self.left -= characters
        return True
