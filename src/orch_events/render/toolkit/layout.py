"""Lines of text within a width: wrapped between words, in columns, behind labels.

On a terminal, lines are wrapped where it ends; elsewhere each stays whole.
"""

import re
from collections.abc import Iterable, Sequence

import msgspec

from orch_events.render.toolkit.text import cut, escape_control, padded, width
from orch_events.render.toolkit.theme import Theme

LABEL_CELLS = 11

_LEAST_NAME_CELLS = 8

_PAINT = re.compile(r"\x1b\[[0-9;]*m")


def wrap(words: Iterable[str], cells: int | None, *, indent: int = 0, gap: str = " ") -> list[str]:
    """Put words into lines that are no wider than `cells`, if no word is.

    Args:
        words: safe to show already, painted or not; none of them is broken.
        cells: how wide a line may be; None for one line.
        indent: how many spaces stand before all lines but the first.
        gap: stands between two words.
    """
    lines, line, used = list[str](), "", 0
    for word in words:
        wide = width(_PAINT.sub("", word))
        if line.strip() and cells is not None and used + wide > cells:
            lines.append(line.rstrip())
            line, used = " " * indent, indent
        line += word + gap
        used += wide + len(gap)
    return [*lines, line.rstrip()]


class Layout(msgspec.Struct, frozen=True):
    """What a report is written on.

    Attributes:
        theme: colours and glyphs.
        cells: how wide the terminal is; None where there is none.
    """

    theme: Theme
    cells: int | None = None

    def wrap(self, words: Iterable[str], indent: int = 0) -> list[str]:
        """Put words, painted or not, into lines that are no wider than the terminal; all but the first are indented."""
        return wrap(words, self.cells, indent=indent)

    def labelled(self, label: str, words: Iterable[str]) -> list[str]:
        """Put words behind a label, and below them what does not fit."""
        begin, *rest = words
        return self.wrap([f"  {label}".ljust(LABEL_CELLS) + begin, *rest], LABEL_CELLS)

    def column(self, names: Sequence[str], cells: int) -> list[str]:
        """Make a column of names. On a terminal it is at most so many cells wide; elsewhere the names are whole."""
        shown = list(map(escape_control, names))
        wide = max(map(width, shown))
        if self.cells is None:
            return [padded(name, wide) for name in shown]
        wide = min(wide, max(_LEAST_NAME_CELLS, cells))
        return [padded(cut(name, wide, self.theme.ellipsis), wide) for name in shown]

    def link(self, url: str, cells: int) -> str:
        """Write a URL: whole; on a terminal with colour, which is one to click on too, cut to its cells."""
        text = escape_control(url)
        if self.cells is None or not self.theme.styles or not text.isascii():
            return text
        return f"\x1b]8;;{text}\x1b\\{cut(text, cells, self.theme.ellipsis)}\x1b]8;;\x1b\\"

    def mark(self, state: str) -> str:
        """Return the glyph of a state and a space; in ASCII nothing."""
        return f"{self.theme.glyphs.get(state, ' ')} " if self.theme.glyphs else ""
