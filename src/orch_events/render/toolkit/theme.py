"""Colours and glyphs. A theme is data: a plain one has no styles, an ASCII one no glyphs."""

from collections.abc import Mapping
from functools import cache

import msgspec

_STYLES = {
    "running": "cyan",
    "finished": "green",
    "failed": "bold red",
    "errored": "bold magenta",
    "skipped": "yellow",
    "stopping": "yellow",
    "stopped": "bold yellow",
    "aborted": "bold red",
    "quiet": "dim",
    "match": "reverse",
    "warning": "yellow",
    "error": "bold red",
    "hint": "cyan",
}

_GLYPHS = {
    "running": "▶",
    "finished": "✔",
    "failed": "✖",
    "errored": "‼",
    "skipped": "↷",
    "stopping": "◌",
    "stopped": "□",
    "aborted": "■",
    "over": "●",
    "new": "○",
    "ready": "◎",
}


class Theme(msgspec.Struct, frozen=True):
    """Styles and glyphs by the name of a state.

    Attributes:
        styles: style definitions, as rich reads them; empty for plain text.
        glyphs: one cell each; empty for ASCII.
        ellipsis: ends a text that was cut.
    """

    styles: Mapping[str, str] = {}
    glyphs: Mapping[str, str] = {}
    ellipsis: str = "..."

    @classmethod
    def from_capabilities(cls, *, color: bool, ascii_only: bool) -> "Theme":
        """Make the theme for what a stream can show."""
        styles = _STYLES if color else {}
        return cls(styles) if ascii_only else cls(styles, _GLYPHS, "…")

    def paint(self, text: str, name: str) -> str:
        """Return `text` in the style called `name`; unchanged if the theme has none."""
        before, after = _ends(self.styles.get(name, ""))
        return before + text + after


@cache
def _ends(style: str) -> tuple[str, str]:
    """Return the escape sequences that a style puts before and after a text."""
    if not style:
        return "", ""
    from rich.color import ColorSystem
    from rich.style import Style

    before, _, after = Style.parse(style).render("\0", color_system=ColorSystem.STANDARD).partition("\0")
    return before, after
