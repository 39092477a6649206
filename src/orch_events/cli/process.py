"""Changes to the whole process, for the command only: importing `orch_events` as a library makes none of them.

The patches rely on internals of click, httpx and httpcore; `tests/cli/test_process.py` fails if those change.
"""

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import ModuleType
from typing import NoReturn, TextIO

_MOST_LEVELS = 10_000

_UNCOLLECTED_OBJECTS = 200_000
"""More than all imports make; by default Python looks for garbage after each 700 new objects."""

_READ_BYTES = 1 << 18
"""How much of a response is read from a socket at once; httpcore reads 64 KB, in four times as many steps."""


def collect_rarely() -> None:
    """Look for cyclic garbage rarely: imports make none, and events are no objects that could be in a cycle."""
    gc.set_threshold(_UNCOLLECTED_OBJECTS)


def tune_click() -> None:
    """Import click without modules that take as long as click itself, and of which we use next to nothing.

    click has no translations and we no UUIDs; of `inspect` only the indentation of our options' helps would be needed,
    and those are single lines. Whoever imports these modules later gets the real ones.
    """
    gettext = _module("gettext", gettext=str, ngettext=lambda one, many, count: one if count == 1 else many)
    inspect = _module("inspect", cleandoc=_cleandoc, __getattr__=lambda name: getattr(_inspect(), name))
    with _standing_in(gettext, inspect, _module("uuid", UUID=type("UUID", (), {}))):
        import click.shell_completion  # noqa: F401 - click itself too


def _module(name: str, **content: object) -> ModuleType:
    module = ModuleType(name)
    vars(module).update(content)
    return module


@contextmanager
def _standing_in(*modules: ModuleType) -> Iterator[None]:
    """Let these be imported instead of the modules of their names, where those are not imported yet."""
    missing = {module.__name__: module for module in modules if module.__name__ not in sys.modules}
    sys.modules.update(missing)
    try:
        yield
    finally:
        for name in missing:
            del sys.modules[name]


def _cleandoc(text: str) -> str:
    return text if text.isprintable() and text == text.strip() else str(_inspect().cleandoc(text))


def _inspect() -> ModuleType:
    import inspect

    return inspect


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
