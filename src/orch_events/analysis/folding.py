"""Node names folded as ClusterShell does: `web-01`, `web-02`, `web-03` and `db` are `web-[01-03]` and `db`.

Names that differ in numbers only are folded, number by number from the last one on, as long as the result stands for
exactly these names: `r1n1`, `r1n2`, `r2n1`, `r2n2` are `r[1-2]n[1-2]`, and without the last one `r1n[1-2]`, `r2n1`. A
number with leading zeros keeps its width, so `1` and `01` are never taken for each other.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

_NUMBER = re.compile(r"([0-9]{1,15}+)(?![0-9])")
_MOST_NUMBERS = 8
"""In a name with more numbers only the last ones are folded."""

_Parts = tuple[str, ...]
"""A name, split at its numbers: each second part is a number, or numbers that are folded already."""


def fold(names: Iterable[str]) -> list[str]:
    """Fold names; the result is sorted, and in it each name stands once."""
    alike: dict[_Parts, list[_Parts]] = {}
    for name in dict.fromkeys(names):
        parts = _split(name)
        alike.setdefault(parts[::2], []).append(parts)
    return ["".join(parts) for texts in sorted(alike) for parts in _folded(alike[texts])]


def _split(name: str) -> _Parts:
    parts = _NUMBER.split(name)
    surplus = max(0, len(parts) - 2 * _MOST_NUMBERS - 1)
    return ("".join(parts[: surplus + 1]), *parts[surplus + 1 :])


def _folded(names: Sequence[_Parts]) -> list[_Parts]:
    """Fold names of which only the numbers differ."""
    names = sorted(names, key=lambda parts: [(len(number), number) for number in parts[1::2]])
    for place in range(len(names[0]) - 2, 0, -2):
        if len({parts[place] for parts in names}) > 1:
            names = _folded_at(names, place)
    return list(names)


def _folded_at(names: Iterable[_Parts], place: int) -> list[_Parts]:
    """Fold the numbers at one place of names that are the same everywhere else."""
    numbers: dict[_Parts, list[str]] = {}
    for parts in names:
        numbers.setdefault((*parts[:place], "", *parts[place + 1 :]), []).append(parts[place])
    return [(*parts[:place], _ranges(found), *parts[place + 1 :]) for parts, found in numbers.items()]


def _ranges(numbers: Sequence[str]) -> str:
    """Write numbers as ranges, as in `[01-03,7]`; a single one as it is."""
    if len(numbers) == 1:
        return numbers[0]
    widths = {len(number) for number in numbers if number.startswith("0")}
    padded = sorted((len(number) if len(number) in widths else 0, int(number), number) for number in numbers)
    runs = groupby(enumerate(padded), key=lambda entry: (entry[1][0], entry[1][1] - entry[0]))
    written = []
    for _, run in runs:
        found = [number for _, (*_, number) in run]
        written.append(found[0] if len(found) == 1 else f"{found[0]}-{found[-1]}")
    return f"[{','.join(written)}]"
