"""Text from a server or a node, made safe to show: it is seen, and never acts."""

import re

_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_ACTING = re.compile(
    "[\x00-\x1f\x7f-\x9f"  # C0, DEL, C1
    "\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"  # bidi, zero-width, separators
    "\ud800-\udfff\ufff9-\ufffb\U000e0000-\U000e007f]"  # lone surrogates, annotations, tags
)


def visible(text: str) -> str:
    r"""Write characters that would act on a terminal as escapes: `\x1b`, `\u202e`, `\n`.

    Returns:
        One line of text, whatever was in it.
    """
    return _ACTING.sub(_escape, text) if not text.isascii() or not text.isprintable() else text


def visible_all(texts: list[str]) -> list[str]:
    """Do so with many texts, in which mostly nothing acts."""
    joined = "".join(texts)
    return texts if joined.isascii() and joined.isprintable() else [visible(text) for text in texts]


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    code = ord(character)
    if character in _NAMED:
        return _NAMED[character]
    if code > ord("\uffff"):
        return f"\\U{code:08x}"
    return f"\\u{code:04x}" if code > ord("\xff") else f"\\x{code:02x}"
