"""Text on a terminal: safe to show, and of a known width.

Text from a server or a node never acts: what would, a control character or a change of direction, is shown as an
escape. Text that is ASCII alone, as nearly all is, needs no rich to be measured.
"""

import re

_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_ACTING = re.compile(
    "[\x00-\x1f\x7f-\x9f"  # C0, DEL, C1
    "\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"  # bidi, zero-width, separators
    "\ud800-\udfff\ufff9-\ufffb\U000e0000-\U000e007f]"  # lone surrogates, annotations, tags
)


def escape_control(text: str) -> str:
    r"""Write characters that would act on a terminal as escapes: `\x1b`, `\u202e`, `\n`.

    Returns:
        One line of text, whatever was in it.
    """
    return _ACTING.sub(_escape, text) if not text.isascii() or not text.isprintable() else text


def escape_control_all(texts: list[str]) -> list[str]:
    """Do so with many texts, in which mostly nothing acts."""
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
    """Return how many cells of a terminal `text` takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def padded(text: str, cells: int) -> str:
    """Return `text` with spaces behind it, at least `cells` wide."""
    return text.ljust(cells) if text.isascii() else text + " " * (cells - width(text))


def cut(text: str, cells: int, ellipsis: str) -> str:
    """Return `text` within `cells`, its end replaced by `ellipsis` where it does not fit."""
    if width(text) <= cells:
        return text
    if cells <= len(ellipsis):
        return ellipsis[: max(0, cells)]
    left = cells - len(ellipsis)
    if text.isascii():
        return text[:left].rstrip() + ellipsis
    from rich.cells import set_cell_size

    return set_cell_size(text, left).rstrip() + ellipsis
