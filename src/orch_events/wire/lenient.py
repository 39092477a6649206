"""JSON that a strict parser rejects but that can be read: lone surrogates, bytes that are not UTF-8, huge numbers.

This is slow. It is used for the rare event that needs it, and for records, which are few.
"""

import json
import re
from typing import Any

_TOKEN = re.compile(rb'("[^"\\]*(?:\\.[^"\\]*)*")|[ \t\r\n]+', re.DOTALL)


def compact(text: bytes) -> bytes:
    """Return a JSON value without white space between its tokens, otherwise as it was written.

    Bytes that are not UTF-8 become U+FFFD. Lone surrogates stay escaped.

    Raises:
        ValueError: it is not JSON, or nested too deeply.
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

    An integer with more digits than Python converts is read as a float.
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
