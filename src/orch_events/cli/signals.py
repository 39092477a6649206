"""SIGINT, SIGTERM and SIGHUP: each ends the program at once, wherever it is, but never in the middle of a line.

What must not be left in the midst, as writing to an archive, works `gently`: the first signal is only noted, and there
are ten seconds to come to an end.

While stdout is being written to, a signal is deferred, but only for 50 ms: a reader that does not read must not block
the program. A second signal is not deferred.

A regular expression can search for ever. Python holds all else up meanwhile, but `re` looks for signals now and then:
so Ctrl-C ends a search, and a timer that counts the processor's time limits it. A thread could not be ended, and a
process of its own for each search would cost more than the search.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from orch_events.cli import exit_status

_SHIELD_SECONDS = 0.05
_GENTLE_SECONDS = 10.0


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
        self._is_gentle = False
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
        if self._pending is not None and not self._shields and not self._is_gentle:
            self._leave(self._pending)

    @contextmanager
    def gently(self) -> Iterator[Callable[[], Detached | None]]:
        """Only note the first signal; the context's value returns what it would have raised, None before.

        A second signal, or ten seconds, end the program wherever it is.
        """
        self._is_gentle = True
        try:
            yield lambda: None if self._pending is None else _detached(self._pending)
        finally:
            self._is_gentle, self._pending = False, None
            _alarm_in(0)

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
        if self._pending is None and (self._shields or self._is_gentle):
            self._pending = number
            _alarm_in(_GENTLE_SECONDS if self._is_gentle else _SHIELD_SECONDS)
            return
        self._leave(self._pending or number)

    def _leave(self, number: int) -> None:
        _alarm_in(0)
        self._pending = None
        raise _detached(number)


def _detached(number: int) -> Detached:
    return Detached(exit_status.SIGINT if number == signal.SIGINT else exit_status.SIGTERM)


def _alarm_in(seconds: float) -> None:
    """Let SIGALRM come in so many seconds; 0: not at all. Windows has none."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)
