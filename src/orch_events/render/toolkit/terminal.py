"""What a stream can show. Always the stream itself is asked: a terminal is one that says so."""

import os
import stat
from collections.abc import Mapping
from typing import TextIO

DEFAULT_COLUMNS = 80
"""Of a terminal that does not say how wide it is."""


def is_terminal(stream: TextIO | None) -> bool:
    """Whether somebody looks at the stream."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False


def is_pipe(stream: TextIO | None) -> bool:
    """Whether another program reads the stream."""
    try:
        return stream is not None and stat.S_ISFIFO(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):
        return False


def size(stream: TextIO | None) -> os.terminal_size | None:
    """How large a terminal is, in cells; None where there is none, or where it does not know."""
    if stream is None or not is_terminal(stream):
        return None
    try:
        found = os.get_terminal_size(stream.fileno())
    except OSError:
        return None
    return found if found.columns else None


def columns(stream: TextIO | None) -> int | None:
    """How wide a terminal is; None where there is none."""
    found = size(stream)
    return found.columns if found else None


def wants_color(choice: str, *, terminal: bool, environ: Mapping[str, str]) -> bool:
    """Decide on colour: the option, then NO_COLOR, then what forces it, then what the terminal can."""
    if choice != "auto":
        return choice == "always"
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR", "") not in ("", "0") or environ.get("CLICOLOR_FORCE", "") not in ("", "0"):
        return True
    return terminal and environ.get("TERM") != "dumb" and environ.get("CLICOLOR") != "0"


def needs_ascii(stream: TextIO | None) -> bool:
    """Whether a stream lacks the glyphs."""
    encoding = (stream.encoding if stream is not None else None) or "ascii"
    try:
        "▶✔✖‼↷◌■□○◎…·→━─▁▏▕█│".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return True
    return False
