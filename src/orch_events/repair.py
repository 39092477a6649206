"""Events that the JSON library refuses though they can be read: lone surrogates, bytes that are no UTF-8.

This is the slow way, taken for such an event, and for what comes alone.
"""

import json
import re

_TOKEN = re.compile(rb'("[^"\\]*(?:\\.[^"\\]*)*")|[ \t\r\n]+', re.DOTALL)


def compact(text: bytes) -> bytes:
    """Return a JSON value without white space between its tokens, else as it was written.

    Bytes that are no UTF-8 become U+FFFD. Lone surrogates stay the escapes that they are.

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
