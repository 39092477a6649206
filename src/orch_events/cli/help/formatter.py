r"""How a text for people is written: prose and lists, readable at any width.

A text, a command's help or a topic, is made of paragraphs. One that begins with `\b` is a list: a line each of
what one types or finds, two spaces or more, and what it means.
"""

import inspect
import re
from collections.abc import Iterable, Mapping

import click

Rows = list[tuple[str, str]]

_USUAL_COLUMNS = 80
_LEAST_COLUMNS = 40
_ENOUGH_COLUMNS = 36
_STACKED_COLUMNS = 4
_IN_BRACKETS = re.compile(r"\[[^]]*\]$")
_BEFORE_SHORT_END = re.compile(r" (?=[^ ]{1,10}( \[[^ ]{10,})?$)")
_UNTIED = str.maketrans("\xa0\u2011", " -")


def paragraphs(text: str) -> list[str | Rows]:
    """Take a text apart: into prose, which may be wrapped, and lists."""
    found: list[str | Rows] = []
    for paragraph in inspect.cleandoc(text).split("\n\n"):
        first, *lines = paragraph.splitlines()
        found.append([_row(line) for line in lines] if first == "\b" else " ".join([first, *lines]))
    return found


def _row(line: str) -> tuple[str, str]:
    term, _, meaning = line.partition("  ")
    return term, meaning.strip()


def examples(text: str) -> Rows:
    """Return the list of commands that a text shows, each with what it does; an empty one where it has none."""
    lists = (paragraph for paragraph in paragraphs(text) if isinstance(paragraph, list))
    return next((rows for rows in lists if rows[0][0].startswith("orch-events")), [])


class Formatter(click.HelpFormatter):
    """Click's own, but no word is broken, no short one stands alone at the end, and lists adapt to the width.

    Args:
        columns: how wide the terminal is; None where there is none.
        most: how wide text may be at most.
    """

    def __init__(self, columns: int | None = None, most: int | None = None) -> None:
        widest = min(columns or _USUAL_COLUMNS, most or _USUAL_COLUMNS)
        super().__init__(width=max(widest, _LEAST_COLUMNS) - 2)

    def write_text(self, text: str) -> None:
        """Write a paragraph of prose."""
        super().write_text(_tied(text))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 0, col_spacing: int = 2) -> None:
        """Write a list: in two columns where there is room, else each meaning under its term.

        Args:
            rows: terms and meanings.
            col_max: how wide the first column is to be at least.
            col_spacing: how many spaces stand between the two.
        """
        rows = list(rows)
        widest = max(col_max, *(len(term) for term, _ in rows))
        if self.width - widest < _ENOUGH_COLUMNS:
            widest = _STACKED_COLUMNS
        padded = [(term.ljust(widest) if meaning else term, _tied(meaning)) for term, meaning in rows]
        super().write_dl(padded, widest, col_spacing)

    def getvalue(self) -> str:
        """Return what was written."""
        return super().getvalue().translate(_UNTIED)


def _tied(text: str) -> str:
    """Tie what stays on one line: a short last word, what stands in brackets at the end, and a word with hyphens."""
    text = _IN_BRACKETS.sub(lambda found: found[0].replace(" ", "\xa0"), text)
    return _BEFORE_SHORT_END.sub("\xa0", text).replace("-", "\u2011")


def write_paragraphs(formatter: click.HelpFormatter, text: str) -> None:
    """Write a text, indented."""
    for paragraph in paragraphs(text):
        formatter.write_paragraph()
        with formatter.indentation():
            if isinstance(paragraph, str):
                formatter.write_text(paragraph)
            else:
                formatter.write_dl(paragraph)


def write_sections(formatter: click.HelpFormatter, sections: Mapping[str, Rows]) -> None:
    """Write lists under their headings, with columns that they share."""
    widest = max(len(term) for rows in sections.values() for term, _ in rows)
    for heading, rows in sections.items():
        with formatter.section(heading):
            formatter.write_dl(rows, col_max=widest)
