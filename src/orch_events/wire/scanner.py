"""Finds where a JSON value ends, in bytes that are still arriving."""

import re

# No possessive quantifiers, fit as they would be: Python 3.11.0 to 3.11.4 match them wrongly (cpython issue 106052).
_TOP = re.compile(rb'[^"{}\[\],:]*')
_STRING = re.compile(rb'[^"\\]*(?:\\.[^"\\]*)*', re.DOTALL)
_FLAT = rb'[^"{}\[\]]*(?:"%b"[^"{}\[\]]*)*' % _STRING.pattern
_NESTED = re.compile(rb"%b(?:[{\[]%b[}\]]%b)*" % (_FLAT, _FLAT, _FLAT), re.DOTALL)
"""Inside an array or object: scalars, strings, and complete objects and arrays that contain no others."""

_QUOTE = ord('"')
_OPENING = b"{["
_AS_BRACES = bytes.maketrans(b"[]", b"{}")
_NO_BRACKETS = bytes(set(range(256)) - set(b"{}[]"))
_MOST_LEVELS = 32

_BLOCK_BYTES = 1 << 13
"""How much is leapt over at once: the last block, in which the value ends, is read bracket by bracket."""


class ValueScanner:
    """Finds where a JSON value ends in a buffer that grows: at the first `,`, `:`, `]` or `}` that is not inside it."""

    def __init__(self) -> None:
        self._at = 0
        self._depth = 0
        self._in_string = False

    def end(self, buffer: bytearray) -> int | None:
        """Return the index of the first byte after the value, or None until it has arrived.

        Over all calls for one value each byte is read once, and once more if a leap over its block failed.
        """
        while self._at < len(buffer):
            stop = min(self._at + (_BLOCK_BYTES if self._depth else 1), len(buffer))
            if self._depth and self._leap(buffer, stop):
                continue
            before = self._at
            if self._ends(buffer, stop):
                return self._at
            if self._at == before:
                return None
        return None

    def _ends(self, buffer: bytearray, stop: int) -> bool:
        """Read on until `stop` at least; return whether the value ends before."""
        while self._at < stop and self._skip(buffer) < len(buffer):
            byte = buffer[self._at]
            if byte == _QUOTE:
                self._in_string = not self._in_string
            elif self._in_string:  # a backslash, whose escape has not arrived
                return False
            elif byte in _OPENING:
                self._depth += 1
            elif self._depth == 0:
                return True
            else:
                self._depth -= 1
            self._at += 1
        return False

    def _skip(self, buffer: bytearray) -> int:
        """Move to the next byte that matters."""
        pattern = _STRING if self._in_string else _NESTED if self._depth else _TOP
        found = pattern.match(buffer, self._at)
        self._at = found.end() if found else self._at
        return self._at

    def _leap(self, buffer: bytearray, stop: int) -> bool:
        """Move to `stop` if the value does not end before it; return whether it moved."""
        text = bytes(buffer[self._at : stop])
        if (len(text) - len(text.rstrip(b"\\"))) % 2:  # an escape that has not arrived
            text = text[:-1]
        parts = text.replace(rb"\\", b"").replace(rb"\"", b"").split(b'"')
        unquoted = b"".join(parts[self._in_string :: 2])
        closing, opening = _unmatched(unquoted)
        if closing >= self._depth or not text:
            return False
        self._depth += opening - closing
        self._in_string ^= len(parts) % 2 == 0
        self._at += len(text)
        return True


def _unmatched(text: bytes) -> tuple[int, int]:
    """Count the closing brackets without an opening one before them, then the opening ones without a closing one.

    Below 32 levels of nesting every bracket counts as unmatched.
    """
    brackets = text.translate(_AS_BRACES, _NO_BRACKETS)
    for _ in range(_MOST_LEVELS):
        fewer = brackets.replace(b"{}", b"")
        if len(fewer) == len(brackets):
            break
        brackets = fewer
    closing = brackets.count(b"}")
    return closing, len(brackets) - closing
