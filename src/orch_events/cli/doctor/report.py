"""The report of `doctor`: a line for each check, or one JSON object."""

from collections.abc import Iterable, Iterator
from itertools import groupby

import msgspec

from orch_events.cli.doctor.checks import NAMES, Check, CheckStatus, exit_status
from orch_events.render.toolkit.layout import fold, wrap
from orch_events.render.toolkit.text import escape_control
from orch_events.render.toolkit.theme import Theme

_STYLES: dict[CheckStatus, tuple[str, str]] = {
    "ok": ("finished", "finished"),
    "warning": ("errored", "warning"),
    "failure": ("failed", "failed"),
    "not checked": ("skipped", "quiet"),
}
"""The glyph of each status, as the state that it is borrowed from, and its style."""

_GAP = "  "
_STATUS_CELLS = max(map(len, _STYLES))
_NAME_CELLS = max(map(len, NAMES))
_MIN_CELLS = 24
_VERSION = 1


def lines(checks: Iterable[Check], theme: Theme, *, cells: int | None = None, quiet: bool = False) -> Iterator[str]:
    """Yield the report line by line, while the checks are made.

    Args:
        checks: the checks.
        theme: colours and glyphs.
        cells: the width of the terminal, for word wrap; None if there is none: then each check is one line.
        quiet: whether to report warnings and failures only.
    """
    for (why, _), same in groupby(checks, _reason):
        for check in [_joined(list(same))] if why else same:
            if not quiet or check.status in ("warning", "failure"):
                yield from _lines(check, theme, cells)


def _reason(check: Check) -> tuple[str, str]:
    """Return the key by which checks are joined: the reason for those not checked; others are never joined."""
    return (check.found, "") if check.status == "not checked" else ("", check.name)


def _joined(checks: list[Check]) -> Check:
    """Join checks that were not made for the same reason into one."""
    first, *others = checks
    names = f"also {', '.join(check.name for check in others)}: " if others else ""
    return msgspec.structs.replace(first, found=names + first.found)


def _lines(check: Check, theme: Theme, cells: int | None) -> Iterator[str]:
    """Yield the lines of a check."""
    glyph, style = _STYLES[check.status]
    label = f"{theme.glyphs[glyph]} " if theme.glyphs else ""
    head = theme.paint(f"{label}{check.status:{_STATUS_CELLS}}", style) + _GAP
    second = len(label) + _STATUS_CELLS + len(_GAP)
    third = second + _NAME_CELLS + len(_GAP)
    if cells and cells - third < _MIN_CELLS:  # no room for columns
        second = third = len(_GAP)
        yield head + check.name
        rest = _wrapped(check.found, cells - third)
    else:
        first, *rest = _wrapped(check.found, cells - third if cells else None)
        yield f"{head}{check.name:{_NAME_CELLS}}{_GAP}{first}"
    yield from (" " * third + line for line in rest)
    if check.hint:
        hint = f"{theme.paint('hint:', 'hint')} {escape_control(check.hint)}"
        yield from (" " * second + line for line in fold(hint, cells and cells - second, indent=len("hint: ")))


def _wrapped(text: str, cells: int | None) -> list[str]:
    """Escape text, and wrap it if there is a terminal."""
    return wrap(escape_control(text).split(" "), None if cells is None else max(1, cells))


class _Report(msgspec.Struct):
    """The JSON object; `version` changes if its shape does."""

    version: int
    ok: bool
    exit_status: int
    checks: list[Check]


def json(checks: Iterable[Check]) -> str:
    """Return the report as one compact JSON object."""
    shown = [
        msgspec.structs.replace(check, found=escape_control(check.found), hint=escape_control(check.hint))
        for check in checks
    ]
    status = exit_status(shown)
    return msgspec.json.encode(_Report(_VERSION, status == 0, status, shown)).decode()
