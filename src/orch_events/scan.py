"""Finding where a JSON value ends, in bytes that are still arriving."""

import re

# No possessive quantifiers, fit as they would be: Python 3.11.0 to 3.11.4 match them wrongly (cpython issue 106052).
_TOP = re.compile(rb'[^"{}\[\],:]*')
_STRING = re.compile(rb'[^"\\]*(?:\\.[^"\\]*)*', re.DOTALL)
_FLAT = rb'[^"{}\[\]]*(?:"%b"[^"{}\[\]]*)*' % _STRING.pattern
_NESTED = re.compile(rb"%b(?:[{\[]%b[}\]]%b)*" % (_FLAT, _FLAT, _FLAT), re.DOTALL)
"""Inside an array or object: scalars, strings, and whole objects and arrays that hold nothing deeper."""

_QUOTE = ord('"')
_OPENING = b"{["


class ValueScanner:
    """Finds where a JSON value ends in a buffer that grows: at the first `,`, `:`, `]` or `}` that is not inside it."""

    def __init__(self) -> None:
        self._at = 0
        self._depth = 0
        self._in_string = False

    def end(self, buffer: bytearray) -> int | None:
        """Return the place of the byte after the value, or None until it has arrived.

        Each byte is looked at once, over all calls for one value.
        """
        while self._skip(buffer) < len(buffer):
            byte = buffer[self._at]
            if byte == _QUOTE:
                self._in_string = not self._in_string
            elif self._in_string:  # a backslash, whose escape has not arrived
                return None
            elif byte in _OPENING:
                self._depth += 1
            elif self._depth == 0:
                return self._at
            else:
                self._depth -= 1
            self._at += 1
        return None

    def _skip(self, buffer: bytearray) -> int:
        """Move to the next byte that matters."""
        pattern = _STRING if self._in_string else _NESTED if self._depth else _TOP
        found = pattern.match(buffer, self._at)
        self._at = found.end() if found else self._at
        return self._at
