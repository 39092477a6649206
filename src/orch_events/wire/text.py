"""A text of many megabytes, as it stands in JSON: decoded in pieces, as often as it is read, and never as a whole.

A piece ends at the end of a line, where there is one. Else it ends where no escape, no pair of surrogates, no character
and no colour is cut in two.
"""

from collections.abc import Iterator

import msgspec

from orch_events.wire.lenient import loads

PIECE = 1 << 17
"""How long a piece is at most, in characters or bytes."""

_NEWLINE, _BACKSLASH, _COLORS = b"\\n", b"\\", (b"\\u001b", b"\\u001B")
_ESCAPE_BYTES, _SHORT_ESCAPE_BYTES = 6, 2
_COLOR_BYTES = 40
_HIGH = (b"\\ud8", b"\\ud9", b"\\uda", b"\\udb")
_LOW = (b"\\udc", b"\\udd", b"\\ude", b"\\udf")
_MOST_TRIES = 16


class LargeText:
    """A text in JSON.

    Args:
        written: the JSON string, well-formed, with its quotes.
        piece_bytes: how long a piece is at most.
    """

    def __init__(self, written: bytes | msgspec.Raw, piece_bytes: int = PIECE) -> None:
        self.written = written
        self._piece_bytes = piece_bytes

    def written_pieces(self) -> Iterator[bytes]:
        """Yield it as it stands in JSON."""
        with memoryview(self.written) as written:
            for at in range(0, len(written), self._piece_bytes):
                yield bytes(written[at : at + self._piece_bytes])

    def pieces(self) -> Iterator[str]:
        """Yield the text."""
        with memoryview(self.written) as written:
            at, last = 1, len(written) - 1
            while at < last:
                piece = bytes(written[at : min(at + self._piece_bytes, last)])
                end = len(piece) if at + self._piece_bytes >= last else _end_of_piece(piece)
                yield _decoded(piece[:end])
                at += end


Text = str | LargeText


def pieces(text: Text) -> Iterator[str]:
    """Yield a text in pieces: whole lines, but for a line that is longer than a piece."""
    if isinstance(text, LargeText):
        yield from text.pieces()
        return
    at = 0
    while at < len(text):
        end = at + PIECE
        if end < len(text):
            end = text.rfind("\n", at, end) + 1 or end
        yield text[at:end]
        at = end


def whole(text: Text) -> str:
    """Return a text as a whole."""
    return "".join(pieces(text))


def _decoded(piece: bytes) -> str:
    written = b'"%b"' % piece
    try:
        return msgspec.json.decode(written, type=str)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return str(loads(written))  # a lone surrogate


def _end_of_piece(piece: bytes) -> int:
    """Return where a piece of an escaped text ends, which begins between two characters and goes on behind."""
    end = len(piece)
    for _ in range(_MOST_TRIES):
        end = piece.rfind(_NEWLINE, 0, end)
        if end < 0:
            break
        if not _is_escaped(piece, end):
            return end + len(_NEWLINE)
    end = _between_characters(piece, len(piece) - 2 * _ESCAPE_BYTES)
    color = max(piece.rfind(color, end - _COLOR_BYTES, end) for color in _COLORS)
    return color if color > 0 and not _is_escaped(piece, color) else end


def _is_escaped(piece: bytes, at: int) -> bool:
    """Whether an odd number of backslashes stands before a place."""
    return (at - len(piece[:at].rstrip(_BACKSLASH))) % 2 == 1


def _between_characters(piece: bytes, end: int) -> int:
    """Return a place before `end`, or there, that is between two characters, and not between two surrogates."""
    begin = piece.rfind(_BACKSLASH, end - _ESCAPE_BYTES + 1, end)
    if begin >= 0 and not _is_escaped(piece, begin):
        length = _ESCAPE_BYTES if piece[begin + 1] == ord("u") else _SHORT_ESCAPE_BYTES
        end = begin if begin + length > end else end
    while piece[end] & 0xC0 == 0x80:  # in the middle of UTF-8  # noqa: PLR2004
        end -= 1
    high = end - _ESCAPE_BYTES
    is_pair = piece[high : high + 4].lower() in _HIGH and piece[end : end + 4].lower() in _LOW
    return high if is_pair and not _is_escaped(piece, high) else end
