"""Bars and sparklines of block elements, to an eighth of a cell, or of ASCII."""

from collections.abc import Sequence
from math import ceil

from orch_events.render.toolkit.theme import Theme

_LEFT = " ▏▎▍▌▋▊▉█"
"""Filled from the left."""
_RIGHT = " ▕▕▐▐▐▐██"
"""Filled from the right: only three of these are in every font."""
_UP = " ▁▂▃▄▅▆▇█"
_SHADES = " .:-=+*#@"
_EIGHTHS = 8


def bar(part: float, cells: int, theme: Theme) -> str:
    """Draw a bar over a `part`, from 0 to 1, of `cells`; it is never empty."""
    return stroke(0, max(1, round(part * cells * _EIGHTHS)), theme)


def stroke(begin: int, end: int, theme: Theme) -> str:
    """Draw a bar that begins anywhere, with spaces before it.

    Its end is exact to an eighth of a cell, its beginning to half a cell: fonts have few blocks that are filled from
    the right, and reverse video looks wrong on terminals with a background of their own. A bar within one cell is moved
    to the nearer side of it.

    Args:
        begin: where it begins, in eighths of a cell.
        end: where it ends, likewise.
        theme: says whether there are glyphs, or only ASCII.
    """
    if not theme.glyphs:
        return _ascii(begin, end)
    first, last = begin // _EIGHTHS, (end - 1) // _EIGHTHS
    if first == last:
        begin, end = _moved(begin, end)
    edge = _RIGHT[-begin % _EIGHTHS] if begin % _EIGHTHS else ""
    body = "█" * (end // _EIGHTHS - ceil(begin / _EIGHTHS))
    return " " * first + edge + body + _LEFT[end % _EIGHTHS].strip()


def _ascii(begin: int, end: int) -> str:
    half = _EIGHTHS // 2
    first = min((begin + half) // _EIGHTHS, (end - 1) // _EIGHTHS)
    last = max(first, (end + half) // _EIGHTHS - 1)
    return " " * first + "#" * (last - first + 1)


def _moved(begin: int, end: int) -> tuple[int, int]:
    """Move a bar within its cell to the nearer side."""
    left, right = begin % _EIGHTHS, -end % _EIGHTHS
    return (begin - left, end - left) if left <= right else (begin + right, end + right)


def sparkline(counts: Sequence[int], theme: Theme) -> str:
    """Draw a cell for each number, its height relative to the highest; only that of 0 is empty."""
    ramp, highest = (_UP if theme.glyphs else _SHADES), max(1, *counts, 1)
    return "".join([ramp[ceil(count * _EIGHTHS / highest)] for count in counts])
