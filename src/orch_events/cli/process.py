"""What the command does to its whole process, and what nobody who imports `orch_events` as a library gets.

Only `cli` asks for any of it. The patches reach into httpx and httpcore; `tests/cli/test_process.py` sees when those
move away from under them.
"""

import os
import sys
from contextlib import suppress
from typing import NoReturn, TextIO

_READ_BYTES = 1 << 18
"""How much of an answer is read from a socket at once; httpcore's own 64 KB takes four times as many steps."""


def tune_httpx() -> None:
    """Let httpx be imported without its own command line, which costs rich and pygments, and read more at once."""
    sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type] # httpx expects that it can't be imported

    import httpcore

    httpcore.HTTP11Connection.READ_NUM_BYTES = _READ_BYTES


def leave(status: int, *streams: TextIO | None) -> NoReturn:
    """End the process at once, when `streams` are flushed.

    The interpreter is not taken apart: all that was opened is closed by then, and that alone would take as long as
    starting Python does.
    """
    for stream in streams:
        with suppress(OSError, ValueError, AttributeError):  # full, gone, closed, or never there
            stream.flush()  # type: ignore[union-attr]
    os._exit(status)
