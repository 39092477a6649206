"""Changes to the whole process, for the command only: importing `orch_events` as a library makes none of them.

The patches rely on internals of httpx and httpcore; `tests/cli/test_process.py` fails if those change.
"""

import os
import sys
from contextlib import suppress
from typing import NoReturn, TextIO

_MOST_LEVELS = 10_000

_READ_BYTES = 1 << 18
"""How much of a response is read from a socket at once; httpcore reads 64 KB, in four times as many steps."""


def tune_httpx() -> None:
    """Import httpx without its own command line, which imports rich and pygments, and make it read more at once."""
    sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type] # httpx expects that it can't be imported

    import httpcore

    httpcore.HTTP11Connection.READ_NUM_BYTES = _READ_BYTES


def allow_deep_json() -> None:
    """Let JSON be nested as deeply as it likes, nearly: by default the limit depends on how deep in calls we are."""
    sys.setrecursionlimit(_MOST_LEVELS)


def leave(status: int, *streams: TextIO | None) -> NoReturn:
    """Flush `streams` and end the process at once.

    The interpreter is not finalized: everything is closed already, and that would take as long as starting it.
    """
    for stream in streams:
        with suppress(OSError, ValueError, AttributeError):  # full, closed, or None
            stream.flush()  # type: ignore[union-attr]
    os._exit(status)
