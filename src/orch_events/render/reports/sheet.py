"""What a report is written on, and what all reports have in common.

On a terminal, lines are broken between words where it ends; elsewhere each stays whole.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from orch_events.durations import Spread
from orch_events.render.cells import cut, padded, width
from orch_events.render.closing import ended
from orch_events.render.text import visible
from orch_events.render.theme import Theme
from orch_events.standing import Standing

T = TypeVar("T")

VERSION = 1
"""Of the JSON of all reports."""

LABEL_CELLS = 11

_MOST = 10
_LEAST_NAME_CELLS = 8

_PAINT = re.compile(r"\x1b\[[0-9;]*m")


class Sheet(msgspec.Struct, frozen=True):
    """What a report is written on.

    Attributes:
        theme: colours and glyphs.
        cells: how wide the terminal is; None where there is none.
    """

    theme: Theme
    cells: int | None = None

    def broken(self, words: Iterable[str], indent: int = 0) -> list[str]:
        """Put words into lines that are no wider than the terminal, if no word is.

        Args:
            words: what is visible already, painted or not, and is not broken.
            indent: how many spaces stand before all lines but the first.
        """
        lines, line, cells = list[str](), "", 0
        for word in words:
            its_cells = width(_PAINT.sub("", word))
            if line.strip() and self.cells is not None and cells + its_cells > self.cells:
                lines.append(line.rstrip())
                line, cells = " " * indent, indent
            line += f"{word} "
            cells += its_cells + 1
        return [*lines, line.rstrip()]

    def labelled(self, label: str, words: Iterable[str]) -> list[str]:
        """Put words behind a label, and below them what does not fit."""
        begin, *rest = words
        return self.broken([f"  {label}".ljust(LABEL_CELLS) + begin, *rest], LABEL_CELLS)

    def column(self, names: Sequence[str], cells: int) -> list[str]:
        """Make a column of names. On a terminal it is at most so many cells wide; elsewhere the names are whole."""
        shown = list(map(visible, names))
        wide = max(map(width, shown))
        if self.cells is None:
            return [padded(name, wide) for name in shown]
        wide = min(wide, max(_LEAST_NAME_CELLS, cells))
        return [padded(cut(name, wide, self.theme.ellipsis), wide) for name in shown]

    def link(self, url: str, cells: int) -> str:
        """Write a URL: whole; on a terminal with colour, which is one to click on too, cut to its cells."""
        text = visible(url)
        if self.cells is None or not self.theme.styles or not text.isascii():
            return text
        return f"\x1b]8;;{text}\x1b\\{cut(text, cells, self.theme.ellipsis)}\x1b]8;;\x1b\\"

    def mark(self, state: str) -> str:
        """Return the glyph of a state and a space; in ASCII nothing."""
        return f"{self.theme.glyphs.get(state, ' ')} " if self.theme.glyphs else ""

    def heading(self, standing: Standing) -> list[str]:
        """Tell how a job ended, or how far it is."""
        if standing.outcome is not None:
            return self.broken(ended(standing.job, standing.outcome, self.theme).split(" "), 2)
        running = f", {standing.nodes['running']} running" if "running" in standing.nodes else ""
        far = f"{standing.over} of {standing.total or '?'} nodes over{running}"
        return self.broken(f"job {standing.job} {self.theme.paint('goes on', 'running')}: {far}".split(" "), 2)


def counted(count: int, noun: str) -> str:
    """Return `1 node`, `3 nodes`."""
    return f"{count} {noun}{'s' * (count != 1)}"


def first(things: Sequence[T], *, whole: bool) -> tuple[Sequence[T], list[str]]:
    """Return the first ones, and how many more there are in words; where the `whole` is wanted, all."""
    shown = things if whole else things[:_MOST]
    return shown, [f"and {len(things) - len(shown)} more"] * (len(shown) < len(things))


def listed(names: Sequence[str], *, whole: bool) -> list[str]:
    """Return names with commas behind them: all, or the first ones and how many more there are."""
    shown, more = first(names, whole=whole)
    return [*(f"{visible(name)}," for name in shown[:-1]), visible(shown[-1]), *more]


def timestamp(at: datetime | None) -> str | None:
    """Write a point in time for programs: UTC, but for the first and last hours of time itself."""
    try:
        return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None
    except OverflowError:
        return at.isoformat() if at else None


def json_standing(standing: Standing) -> dict[str, Any]:
    """Return what the JSON of every report tells first of a job."""
    outcome = standing.outcome
    return {"job": standing.job, "over": outcome is not None, "outcome": outcome.word if outcome else None}


def json_spread(spread: Spread | None) -> dict[str, Any] | None:
    """Return how durations are spread for programs, to the millisecond."""
    if spread is None:
        return None
    return {name: round(value, 3) for name, value in msgspec.structs.asdict(spread).items()}
