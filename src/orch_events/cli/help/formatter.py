r"""The format of help texts: prose and lists, readable at any width.

A text (a command's help or a topic) consists of paragraphs. One that begins with `\b` is a list: each line has a
term, two spaces or more, and its meaning.
"""

import re
from collections.abc import Iterable, Mapping

import click

Rows = list[tuple[str, str]]

_DEFAULT_COLUMNS = 80
_LEAST_COLUMNS = 40
_ENOUGH_COLUMNS = 36
_STACKED_COLUMNS = 4
_IN_BRACKETS = re.compile(r"\[[^]]*\]$")
_BEFORE_SHORT_END = re.compile(r" (?=[^ ]{1,10}( \[[^ ]{10,})?$)")
_BREAKING = str.maketrans("\xa0\u2011", " -")


def paragraphs(text: str) -> list[str | Rows]:
    """Parse a text into paragraphs: prose, which may be wrapped, and lists."""
    found: list[str | Rows] = []
    for paragraph in unindented(text).split("\n\n"):
        first, *lines = paragraph.splitlines()
        found.append([_row(line) for line in lines] if first == "\b" else " ".join([first, *lines]))
    return found


def unindented(text: str) -> str:
    """Return a text without its indentation, which its first line need not have: a faster `inspect.cleandoc`."""
    from textwrap import dedent

    first, _, rest = text.partition("\n")
    return f"{first.strip()}\n{dedent(rest)}".strip()


def _row(line: str) -> tuple[str, str]:
    term, _, meaning = line.partition("  ")
    return term, meaning.strip()


def examples(text: str) -> Rows:
    """Return a text's list of example commands, each with its meaning; an empty one if there is none."""
    lists = (paragraph for paragraph in paragraphs(text) if isinstance(paragraph, list))
    return next((rows for rows in lists if rows[0][0].startswith("orch-events")), [])


class Formatter(click.HelpFormatter):
    """Click's formatter, but words are not broken, no short word is alone on the last line, and lists fit the width.

    Args:
        columns: the width of the terminal; None if there is none.
        most: the maximal width of text.
    """

    def __init__(self, columns: int | None = None, most: int | None = None) -> None:
        widest = min(columns or _DEFAULT_COLUMNS, most or _DEFAULT_COLUMNS)
        super().__init__(width=max(widest, _LEAST_COLUMNS) - 2)

    def write_text(self, text: str) -> None:
        """Write a paragraph of prose."""
        super().write_text(_with_non_breaking(text))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 0, col_spacing: int = 2) -> None:
        """Write a list: in two columns if there is room, else each meaning below its term.

        Args:
            rows: terms and meanings.
            col_max: the minimal width of the first column.
            col_spacing: how many spaces separate the two.
        """
        rows = list(rows)
        widest = max(col_max, *(len(term) for term, _ in rows))
        if self.width - widest < _ENOUGH_COLUMNS:
            widest = _STACKED_COLUMNS
        padded = [(term.ljust(widest) if meaning else term, _with_non_breaking(meaning)) for term, meaning in rows]
        super().write_dl(padded, widest, col_spacing)

    def getvalue(self) -> str:
        """Return what was written."""
        return super().getvalue().translate(_BREAKING)


def _with_non_breaking(text: str) -> str:
    """Make spaces and hyphens non-breaking: before a short last word, in brackets at the end, and within words."""
    text = _IN_BRACKETS.sub(lambda found: found[0].replace(" ", "\xa0"), text)
    return _BEFORE_SHORT_END.sub("\xa0", text).replace("-", "\u2011")


def write_paragraphs(formatter: click.HelpFormatter, text: str) -> None:
    """Write a text's paragraphs, indented."""
    for paragraph in paragraphs(text):
        formatter.write_paragraph()
        with formatter.indentation():
            if isinstance(paragraph, str):
                formatter.write_text(paragraph)
            else:
                formatter.write_dl(paragraph)


def write_sections(formatter: click.HelpFormatter, sections: Mapping[str, Rows]) -> None:
    """Write lists under their headings, with columns of the same width."""
    widest = max(len(term) for rows in sections.values() for term, _ in rows)
    for heading, rows in sections.items():
        with formatter.section(heading):
            formatter.write_dl(rows, col_max=widest)
