"""What `doctor` found: a line a check for people, one object for programs."""

from collections.abc import Iterable, Iterator
from itertools import groupby

import msgspec

from orch_events.cli.doctor.checks import NAMES, Check, CheckStatus, exit_status
from orch_events.render.toolkit.layout import wrap
from orch_events.render.toolkit.text import escape_control
from orch_events.render.toolkit.theme import Theme

_STYLES: dict[CheckStatus, tuple[str, str]] = {
    "ok": ("finished", "finished"),
    "warning": ("errored", "warning"),
    "failure": ("failed", "failed"),
    "not checked": ("skipped", "quiet"),
}
"""Of each status the state whose glyph it has, and its style."""

_GAP = "  "
_STATUS_CELLS = max(map(len, _STYLES))
_NAME_CELLS = max(map(len, NAMES))
_MIN_CELLS = 24
_VERSION = 1


def lines(checks: Iterable[Check], theme: Theme, *, cells: int | None = None, quiet: bool = False) -> Iterator[str]:
    """Yield the report line by line, as the checks come.

    Args:
        checks: what was found.
        theme: colours and glyphs.
        cells: how wide the terminal is, to wrap at words; None where there is none: a line is a check.
        quiet: whether only warnings and failures are told.
    """
    for (why, _), same in groupby(checks, _reason):
        for check in [_joined(list(same))] if why else same:
            if not quiet or check.status in ("warning", "failure"):
                yield from _lines(check, theme, cells)


def _reason(check: Check) -> tuple[str, str]:
    """Group what was not checked for the same reason, and leave everything else alone."""
    return (check.found, "") if check.status == "not checked" else ("", check.name)


def _joined(checks: list[Check]) -> Check:
    """Make one check of several that were not made."""
    first, *others = checks
    names = f"nor {', '.join(check.name for check in others)}: " if others else ""
    return msgspec.structs.replace(first, found=names + first.found)


def _lines(check: Check, theme: Theme, cells: int | None) -> Iterator[str]:
    """Draw a check; a hint is never wrapped, since there may be a command in it to be copied."""
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
        yield f"{' ' * second}{theme.paint('hint:', 'hint')} {escape_control(check.hint)}"


def _wrapped(text: str, cells: int | None) -> list[str]:
    """Make text safe to show, and wrap it between words where there is a terminal."""
    return wrap(escape_control(text).split(" "), None if cells is None else max(1, cells))


class _Report(msgspec.Struct):
    """The object that programs get; another `version` for another shape."""

    version: int
    ok: bool
    exit_status: int
    checks: list[Check]


def json(checks: Iterable[Check]) -> str:
    """Write the report as one compact JSON object."""
    shown = [
        msgspec.structs.replace(check, found=escape_control(check.found), hint=escape_control(check.hint))
        for check in checks
    ]
    status = exit_status(shown)
    return msgspec.json.encode(_Report(_VERSION, status == 0, status, shown)).decode()
