"""Text on a terminal: escaping and measuring.

Text from a server or a node must never control the terminal: control characters, bidirectional overrides and invisible
characters are shown as escapes.
"""

import re
from collections.abc import Collection
from functools import lru_cache
from itertools import accumulate
from unicodedata import category, east_asian_width

_NONE = "[\ufdd0-\ufdef\ufffe\uffff]"
"""Code points that are no characters; XML has no way to write the last two."""
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_EMOJI = "[\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
_JOINER = "\u200d"
_CONTROLS = (
    "\\x00-\\x1f\\x7f-\\x9f"  # C0, DEL, C1
    "\u00ad\u034f\u061c\u17b4\u17b5\u180b-\u180f\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f"  # bidi,
    "\ufe00-\ufe0d\ufeff"  # zero-width, separators, variants
    "\ud800-\udfff\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # lone surrogates, annotations, music
    "\U000e0000-\U000e0fff"  # tags, more variants
)
_ACTING = (
    f"[{_CONTROLS}]"
    f"|(?<!{_EMOJI})(?<!{_EMOJI}\ufe0f){_JOINER}|{_JOINER}(?!{_EMOJI})"  # what joins anything but emoji
)
_SUSPECT = f"[{_CONTROLS}{_JOINER}]"
"""Every character that can be part of what acts; looking for one is several times as fast."""
_JOINER, _EMOJI_VARIATION = "\u200d", "\ufe0f"
_ADDRESS = re.compile(r"[0-9.]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")


def escape_control(text: str) -> str:
    r"""Escape control characters, as in `\x1b`, `\u202e`, `\n`.

    Returns:
        One line of safe text.
    """
    return re.sub(_ACTING, _escape, text) if is_suspect(text) else text


def drop_control(text: str) -> str:
    """Drop control characters, for formats of programs that can't bear them; of white space all but line ends and tabs.

    What two programs take for a character differs at the end of a plane, so what is none there goes as well.
    """
    if text.isascii() and text.isprintable():
        return text
    kept = re.sub(_ACTING, lambda found: found[0] if found[0] in "\n\t" else "", text.replace("\r\n", "\n"))
    return re.sub(_NONE, "", kept)


def escape_control_all(texts: list[str]) -> list[str]:
    """Escape many texts; fast if there is nothing to escape, as in most."""
    return [escape_control(text) for text in texts] if is_suspect("".join(texts)) else texts


def is_suspect(text: str) -> bool:
    """Whether a character of a text may need escaping."""
    return not is_plain(text) and re.search(_SUSPECT, text) is not None


def is_plain(text: str) -> bool:
    """Whether each character of a text is one cell wide, and none needs escaping."""
    return text.isascii() and text.isprintable()


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    code = ord(character)
    if character in _NAMED:
        return _NAMED[character]
    if code > ord("\uffff"):
        return f"\\U{code:08x}"
    return f"\\u{code:04x}" if code > ord("\xff") else f"\\x{code:02x}"


def width(text: str) -> int:
    """Return how many cells of a terminal `text` takes at most.

    Terminals differ over what is joined: some draw a skin tone or a family beside each other, and a spacing vowel in a
    cell of its own. The widest counts, so that no row wraps.
    """
    return len(text) if text.isascii() else sum(map(_cells, text))


_kept_width = lru_cache(maxsize=1 << 14)(width)
"""For nodes' names, which come again and again."""


def widest(texts: Collection[str]) -> int:
    """Return the cells of the widest of some texts, at most; 0 without any."""
    return max(map(len if "".join(texts).isascii() else _kept_width, texts), default=0)


@lru_cache(maxsize=4096)
def _cells(character: str) -> int:
    if character == _EMOJI_VARIATION:
        return 1  # makes what it follows wider
    kind = category(character)
    if kind in ("Mn", "Me", "Cf"):
        return 0
    unknown_picture = kind == "Cn" and "\U0001f000" <= character <= "\U0001faff"
    return 2 if east_asian_width(character) in ("W", "F") or unknown_picture else 1


def without_name(text: str, name: str | None) -> str:
    """Return what a row says of a node without its name, which the row has: of `Skipped NODE: why` what is why."""
    if not name or not text.startswith((name, "Skipped ")):
        return text
    return text.removeprefix(f"Skipped {name}: ").removeprefix(f"{name} ")


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
    return (text[:left] if text.isascii() else _beginning(text, left)).rstrip() + ellipsis


def _beginning(text: str, cells: int) -> str:
    """Return as much of a text as fits, without what would be joined to what follows."""
    for place, end in enumerate(accumulate(map(_cells, text))):
        if end > cells:
            return text[:place].rstrip(_JOINER)
    return text


def first_label(name: str) -> str:
    """Return the first label of a host's name; an address is whole, for no part of it names anything."""
    return name if _ADDRESS.fullmatch(name) else name.partition(".")[0]


def first_labels(names: Collection[str]) -> list[str]:
    """Return the first labels of names; fast for those that begin with a letter, where none has a colon."""
    if ":" in "".join(names):
        return [first_label(name) for name in names]
    return [name.partition(".")[0] if name[:1].isalpha() else first_label(name) for name in names]
