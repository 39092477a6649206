"""What a stream can show: is it a terminal, how wide, does it have colours and glyphs."""

import os
import stat
from collections.abc import Callable, Mapping
from typing import Any, TextIO

_ENABLE_VIRTUAL_TERMINAL_PROCESSING = 4

DEFAULT_COLUMNS = 80
"""The width of a terminal that does not report one."""


def is_terminal(stream: TextIO | None) -> bool:
    """Whether the stream is a terminal."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False


def is_pipe(stream: TextIO | None) -> bool:
    """Whether the stream is a pipe."""
    try:
        return stream is not None and stat.S_ISFIFO(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):
        return False


def may_draw(stream: TextIO | None) -> bool:
    """Whether this process may draw on a terminal.

    It may not while a shell has it in the background, nor while a program that takes each key, such as a pager that
    reads our output, has the terminal.
    """
    return stream is None or (_in_foreground(stream) and _reads_lines(stream))


def _in_foreground(stream: TextIO) -> bool:
    try:
        return os.tcgetpgrp(stream.fileno()) == os.getpgrp()
    except (OSError, ValueError, AttributeError):  # not the controlling terminal, none at all, or Windows
        return True


def _reads_lines(stream: TextIO) -> bool:
    try:
        import termios
    except ImportError:  # Windows
        return True
    try:
        return bool(termios.tcgetattr(stream)[3] & termios.ICANON)
    except (termios.error, OSError, ValueError):  # no terminal, or it went away
        return True


class Echo:
    """Turns a terminal's echo off and on again.

    Args:
        stream: the terminal that is typed on; None, or something else, for none.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream if is_terminal(stream) else None
        self._is_off = False

    def off(self) -> None:
        """Turn it off if it is on, in the foreground only: a background process has no say in the settings."""
        self._is_off = self._is_off or self._switch(on=False)

    def restore(self) -> None:
        """Turn it on again if it was on; in the background the shell has done so."""
        if self._is_off:
            self._is_off = False
            self._switch(on=True)

    def _switch(self, *, on: bool) -> bool:
        """Turn it on or off; return whether it was the other way before."""
        if self._stream is None or not may_draw(self._stream):
            return False
        try:
            import termios
        except ImportError:  # Windows
            return False
        try:
            attributes = termios.tcgetattr(self._stream)
            if bool(attributes[3] & termios.ECHO) == on:
                return False
            attributes[3] ^= termios.ECHO
            termios.tcsetattr(self._stream, termios.TCSANOW, attributes)
        except (termios.error, ValueError):  # it went away
            return False
        return True


def size(stream: TextIO | None) -> os.terminal_size | None:
    """Return the size of a terminal in cells; None if it is not a terminal, or does not report its size."""
    if stream is None or not is_terminal(stream):
        return None
    try:
        found = os.get_terminal_size(stream.fileno())
    except OSError:
        return None
    return found if found.columns else None


def columns(stream: TextIO | None) -> int | None:
    """Return the width of a terminal in cells; None if it is not one, or does not report it."""
    found = size(stream)
    return found.columns if found else None


def asks_console_for_escapes(
    stream: TextIO,
    kernel32: Any,  # noqa: ANN401 - it has no type where there is no Windows
    get_osfhandle: Callable[[int], int],
) -> bool:
    """Ask a console of Windows to act on escape sequences, which old ones can't; return whether it does.

    Args:
        stream: the console.
        kernel32: `ctypes.WinDLL("kernel32")`.
        get_osfhandle: that of `msvcrt`.
    """
    from ctypes import byref, c_uint32, c_void_p

    handle, mode = c_void_p(get_osfhandle(stream.fileno())), c_uint32()
    if not kernel32.GetConsoleMode(handle, byref(mode)):
        return False
    return bool(kernel32.SetConsoleMode(handle, mode.value | _ENABLE_VIRTUAL_TERMINAL_PROCESSING))


def wants_color(choice: str, *, terminal: bool, environ: Mapping[str, str]) -> bool:
    """Decide on colour: the option, then NO_COLOR, then FORCE_COLOR and CLICOLOR_FORCE, then the terminal."""
    if choice != "auto":
        return choice == "always"
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR", "") not in ("", "0") or environ.get("CLICOLOR_FORCE", "") not in ("", "0"):
        return True
    return terminal and environ.get("TERM") != "dumb" and environ.get("CLICOLOR") != "0"


def needs_ascii(stream: TextIO | None) -> bool:
    """Whether a stream's encoding lacks the glyphs."""
    encoding = (stream.encoding if stream is not None else None) or "ascii"
    try:
        "▶✔✖‼↷◌■□●○◎…·→━─▁▏▕█│".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return True
    return False
