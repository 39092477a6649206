"""Text on a terminal: escaping and measuring.

Text from a server or a node must never control the terminal: control characters, bidirectional overrides and invisible
characters are shown as escapes. Rich is only imported to measure text that is not ASCII.
"""

import re

_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_EMOJI = "[\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
_JOINER = "\u200d"
_ACTING = re.compile(
    "[\x00-\x1f\x7f-\x9f"  # C0, DEL, C1
    "\u00ad\u034f\u061c\u17b4\u17b5\u180b-\u180f\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f"  # bidi,
    "\ufe00-\ufe0d\ufeff"  # zero-width, separators, variants
    "\ud800-\udfff\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # lone surrogates, annotations, music
    "\U000e0000-\U000e0fff]"  # tags, more variants
    f"|(?<!{_EMOJI})(?<!{_EMOJI}\ufe0f){_JOINER}|{_JOINER}(?!{_EMOJI})"  # what joins anything but emoji
)


def escape_control(text: str) -> str:
    r"""Escape control characters, as in `\x1b`, `\u202e`, `\n`.

    Returns:
        One line of safe text.
    """
    return _ACTING.sub(_escape, text) if not text.isascii() or not text.isprintable() else text


def escape_control_all(texts: list[str]) -> list[str]:
    """Escape many texts; fast if there is nothing to escape, as in most."""
    joined = "".join(texts)
    return texts if joined.isascii() and joined.isprintable() else [escape_control(text) for text in texts]


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    code = ord(character)
    if character in _NAMED:
        return _NAMED[character]
    if code > ord("\uffff"):
        return f"\\U{code:08x}"
    return f"\\u{code:04x}" if code > ord("\xff") else f"\\x{code:02x}"


def width(text: str) -> int:
    """Return the width of `text` in cells of a terminal."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def padded(text: str, cells: int) -> str:
    """Pad `text` with spaces to `cells`."""
    return text.ljust(cells) if text.isascii() else text + " " * (cells - width(text))


def cut(text: str, cells: int, ellipsis: str) -> str:
    """Cut `text` to `cells`, and end it in `ellipsis` if it does not fit."""
    if width(text) <= cells:
        return text
    if cells <= len(ellipsis):
        return ellipsis[: max(0, cells)]
    left = cells - len(ellipsis)
    if text.isascii():
        return text[:left].rstrip() + ellipsis
    from rich.cells import set_cell_size

    return set_cell_size(text, left).rstrip() + ellipsis
