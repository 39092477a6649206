"""Bars: one a line, or a line of them."""

from collections.abc import Sequence

from orch_events.render.theme import Theme

_STEPS = "▁▂▃▄▅▆▇█"
_ASCII_STEPS = ".:-=+*#@"
_PARTS = "▏▎▍▌▋▊▉█"


def bar(part: float, cells: int, theme: Theme) -> str:
    """Draw a bar that takes a part of so many cells; it is never empty.

    Args:
        part: from 0 to 1.
        cells: at least 1.
        theme: whether there are glyphs.
    """
    if not theme.glyphs:
        return "#" * max(1, round(part * cells))
    eighths = max(1, round(part * cells * len(_PARTS)))
    whole, rest = divmod(eighths, len(_PARTS))
    return _PARTS[-1] * whole + (_PARTS[rest - 1] if rest else "")


def heights(counts: Sequence[int], theme: Theme) -> str:
    """Draw a column for each count, one cell wide; what is not 0 is seen."""
    steps, greatest = _STEPS if theme.glyphs else _ASCII_STEPS, max(counts, default=0)
    return "".join(steps[-(-count * len(steps) // greatest) - 1] if count else " " for count in counts)
