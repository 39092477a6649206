"""Layout of lines: word wrap, columns, labels.

On a terminal, lines are wrapped at its width; elsewhere they are never wrapped.
"""

import re
from collections.abc import Iterable, Sequence

import msgspec

from orch_events.render.toolkit.text import cut, escape_control, padded, width
from orch_events.render.toolkit.theme import Theme

LABEL_CELLS = 11

_LEAST_NAME_CELLS = 8

_PAINT = re.compile(r"\x1b\[[0-9;]*m")
_COMMAND = re.compile(r"(?<=: )(?:orch-events|puppet|chmod) .*$")
"""A command at the end of a message."""
_SHELL_WORD = re.compile(r"""(?:[^\s'"\\]|\\.|'[^']*'?|"(?:[^"\\]|\\.)*"?)+""")
"""A word as a shell reads it: with its quotes, and the spaces in them."""


def wrap(words: Iterable[str], cells: int | None, *, indent: int = 0, gap: str = " ") -> list[str]:
    """Wrap words into lines that are no wider than `cells`; a longer word is not broken.

    Args:
        words: escaped already, with or without colours.
        cells: how wide a line may be; None for one line.
        indent: how many spaces precede all lines but the first.
        gap: the text between two words.
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


def fold(text: str, cells: int | None, *, indent: int = 2) -> list[str]:
    """Wrap a message between its words; a command at its end stays one that can be copied.

    A command that does not fit behind the words gets lines of its own; where it is longer than one, each but the last
    ends in a backslash, as a shell reads it; never inside of quotes, where a backslash is itself.

    Args:
        text: escaped already, with or without colours.
        cells: how wide a line may be; None for one line.
        indent: how many spaces precede all lines but the first.
    """
    if cells is None or width(_PAINT.sub("", text)) <= cells:
        return [text]
    found = _COMMAND.search(text)
    words, command = (text[: found.start()], text[found.start() :]) if found else (text, "")
    lines = wrap(words.split(" "), cells, indent=indent)
    if not command:
        return lines
    if width(_PAINT.sub("", lines[-1])) + 1 + width(command) <= cells:
        return [*lines[:-1], f"{lines[-1]} {command}"]
    first, *others = _SHELL_WORD.findall(command)
    first = " " * indent + first
    if indent + width(command) <= cells:
        return [*lines, " ".join([first, *others])]
    *most, last = wrap([first, *others], cells - len(" \\"), indent=indent)
    return [*lines, *(f"{line} \\" for line in most), last]


class Layout(msgspec.Struct, frozen=True):
    """The layout of a report.

    Attributes:
        theme: colours and glyphs.
        cells: the width of the terminal; None if there is none.
    """

    theme: Theme
    cells: int | None = None

    def wrap(self, words: Iterable[str], indent: int = 0) -> list[str]:
        """Wrap words, with or without colours, at the terminal's width; all lines but the first are indented."""
        return wrap(words, self.cells, indent=indent)

    def labelled(self, label: str, words: Iterable[str]) -> list[str]:
        """Put words after a label, wrapped into lines of their own column."""
        begin, *rest = words
        return self.wrap([f"  {label}".ljust(LABEL_CELLS) + begin, *rest], LABEL_CELLS)

    def column(self, names: Sequence[str], cells: int) -> list[str]:
        """Pad names to a column. On a terminal it is `cells` wide at most; elsewhere names are never cut."""
        shown = list(map(escape_control, names))
        wide = max(map(width, shown))
        if self.cells is None:
            return [padded(name, wide) for name in shown]
        wide = min(wide, max(_LEAST_NAME_CELLS, cells))
        return [padded(cut(name, wide, self.theme.ellipsis), wide) for name in shown]

    def link(self, url: str, cells: int, label: str = "") -> str:
        """Return a URL, or its label; on a terminal with colours, a hyperlink whose text is cut to `cells`.

        Args:
            url: the URL.
            cells: how wide the text of a hyperlink may be.
            label: the text, escaped; "" for the URL itself.
        """
        text = escape_control(url)
        if self.cells is None or not self.theme.styles or not text.isascii():
            return label or text
        return f"\x1b]8;;{text}\x1b\\{cut(label or text, cells, self.theme.ellipsis)}\x1b]8;;\x1b\\"

    def mark(self, state: str) -> str:
        """Return the glyph of a state and a space; in ASCII nothing."""
        return f"{self.theme.glyphs.get(state, ' ')} " if self.theme.glyphs else ""
