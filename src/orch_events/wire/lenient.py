"""JSON that a strict reader refuses though it can be read: lone surrogates, bytes that are not UTF-8, huge numbers.

This is the slow way. It is taken for the one event that needs it, and for what comes once.
"""

import json
import re
from typing import Any

_TOKEN = re.compile(rb'("[^"\\]*(?:\\.[^"\\]*)*")|[ \t\r\n]+', re.DOTALL)


def compact(text: bytes) -> bytes:
    """Return a JSON value without white space between its tokens, else as it was written.

    Bytes that are not UTF-8 become U+FFFD. Lone surrogates stay the escapes that they are.

    Raises:
        ValueError: it is not JSON, or nested beyond reason.
    """
    text = text.decode("utf-8", "replace").encode()
    try:
        json.loads(text, parse_constant=_refuse, parse_int=float)  # only whether it is JSON, however long a number
    except RecursionError:
        raise ValueError("nested beyond reason") from None
    return _TOKEN.sub(lambda found: found[1] or b"", text)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def loads(raw: bytes) -> Any:  # noqa: ANN401 - it is any JSON
    """Read any JSON into Python objects; None for anything else.

    A whole number of more digits than Python likes to read is read as a float.
    """
    text = raw.decode("utf-8", "replace")
    try:
        return json.loads(text)
    except RecursionError:
        return None
    except ValueError:
        pass
    try:
        return json.loads(text, parse_int=float)
    except (ValueError, RecursionError):
        return None
