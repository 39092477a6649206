"""SIGINT, SIGTERM and SIGHUP: each ends the program at once, wherever it is, but never in the middle of a line.

While stdout is being written to, a signal is deferred, but only for 50 ms: a reader that does not read must not block
the program. A second signal is not deferred.

A regular expression can search for ever. Python holds all else up meanwhile, but `re` looks for signals now and then:
so Ctrl-C ends a search, and a timer that counts the processor's time limits it. A thread could not be ended, and a
process of its own for each search would cost more than the search.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from orch_events.cli import exit_status

_SHIELD_SECONDS = 0.05


class Detached(KeyboardInterrupt):
    """A signal asked the program to end.

    Args:
        exit_status: 130 for SIGINT, 143 for SIGTERM and SIGHUP.
    """

    def __init__(self, exit_status: int) -> None:
        super().__init__()
        self.exit_status = exit_status


class Signals:
    """Turns signals into Detached, which is raised in the main thread."""

    def __init__(self) -> None:
        self._shields = 0
        self._is_limited = False
        self._pending: int | None = None

    def listen(self) -> None:
        """Handle the signals of this process, except those that its parent has it ignore, as nohup does."""
        for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGALRM"):
            number = getattr(signal, name, None)  # Windows has only two of them
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._on_signal)
        if hasattr(signal, "setitimer"):
            signal.signal(signal.SIGVTALRM, self._on_limit)

    @contextmanager
    def shield(self) -> Iterator[None]:
        """Defer signals until the context ends, but no longer than `_SHIELD_SECONDS`."""
        self._shields += 1
        try:
            yield
        finally:
            self._shields -= 1
        if self._pending is not None and not self._shields:
            self._leave(self._pending)

    @contextmanager
    def limit_computing(self, seconds: float) -> Iterator[None]:
        """Raise TimeoutError once the context has computed for this long; waiting does not count. Windows has no limit.

        Nothing is limited before `listen`.
        """
        if not hasattr(signal, "setitimer") or signal.getsignal(signal.SIGVTALRM) != self._on_limit:
            yield
            return
        self._is_limited = True
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
        try:
            yield
        finally:
            self._is_limited = False
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)

    def _on_limit(self, _: int, __: FrameType | None) -> None:
        if self._is_limited:
            raise TimeoutError

    def _on_signal(self, number: int, _: FrameType | None) -> None:
        if self._pending is None and self._shields:
            self._pending = number
            if hasattr(signal, "setitimer"):
                signal.setitimer(signal.ITIMER_REAL, _SHIELD_SECONDS)
            return
        self._leave(self._pending or number)

    def _leave(self, number: int) -> None:
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0)
        self._pending = None
        raise Detached(exit_status.SIGINT if number == signal.SIGINT else exit_status.SIGTERM)
