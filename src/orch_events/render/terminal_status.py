"""Progress where a terminal itself shows it: in its title, and as a bar in its tab or in the task bar (OSC 9;4).

Only terminals that are known for it get these sequences, others may print or announce them. The title that was there is
kept on the terminal's own stack. Whatever ends the program, `close` leaves nothing behind.
"""

from collections.abc import Mapping
from typing import TextIO

from orch_events.analysis.progress import FollowProgress
from orch_events.render.progress import Progress
from orch_events.render.toolkit.streams import BestEffortStream
from orch_events.render.toolkit.terminal import may_draw
from orch_events.render.toolkit.text import escape_control
from orch_events.wire.vocabulary import NODE_FAILED

_KEEP_TITLE, _SET_TITLE, _RESTORE_TITLE = "\x1b[22;2t", "\x1b]2;{}\x1b\\", "\x1b]2;\x1b\\\x1b[23;2t"
_SET_BAR, _REMOVE_BAR = "\x1b]9;4;{};{}\x1b\\", "\x1b]9;4;0;0\x1b\\"
_NORMAL, _ERROR, _UNKNOWN, _PAUSED = 1, 2, 3, 4

_BAR_PROGRAMS = ("WezTerm", "ghostty")
_TITLE_TERMS = ("xterm", "foot", "alacritty", "wezterm", "ghostty", "tmux", "screen")


def shows_bar(environ: Mapping[str, str]) -> bool:
    """Whether the terminal is known to show a bar: Windows Terminal, ConEmu, WezTerm, Ghostty; not inside tmux."""
    if environ.get("TMUX") or environ.get("STY"):
        return False
    known = environ.get("TERM_PROGRAM") in _BAR_PROGRAMS
    return known or bool(environ.get("WT_SESSION")) or environ.get("ConEmuANSI") == "ON"


def shows_title(environ: Mapping[str, str]) -> bool:
    """Whether the terminal is known to keep a title and to set another; GNU screen without tmux is not."""
    return environ.get("TERM", "").startswith(_TITLE_TERMS) and not environ.get("STY")


class TerminalStatus:
    """Shows progress in the terminal's title and bar, beside another display.

    Args:
        inner: the other display.
        stream: the terminal.
        progress: what to show.
        environ: the environment variables, which tell what the terminal can show.
    """

    def __init__(self, inner: Progress, stream: TextIO, progress: FollowProgress, environ: Mapping[str, str]) -> None:
        self._inner = inner
        self._terminal = stream
        self._stream = BestEffortStream(stream)
        self._progress = progress
        self._bar = shows_bar(environ)
        self._title = shows_title(environ)
        self._shown = ""

    def clear(self) -> None:
        """Make room for what is written; title and bar are not in its way."""
        self._inner.clear()

    def moved(self) -> None:
        """Show how far the jobs are now."""
        self._inner.moved()
        self._show()

    def tick(self) -> None:
        """Show how far the jobs are now."""
        self._inner.tick()
        self._show()

    def close(self) -> None:
        """Restore the title, and remove the bar."""
        self._inner.close()
        if self._shown:
            self._shown = ""
            self._stream.write(_RESTORE_TITLE * self._title + _REMOVE_BAR * self._bar)

    def _show(self) -> None:
        """Write what has changed, in the foreground only."""
        text = self._title_text() * self._title + self._bar_text() * self._bar
        if text == self._shown or not may_draw(self._terminal):
            return
        first, self._shown = not self._shown, text
        self._stream.write(_KEEP_TITLE * (self._title and first) + text)

    def _title_text(self) -> str:
        over, total, failed = self._progress.over, self._progress.total, self._failed
        text = f"{self._progress.name}: {over}/{total or '?'}" + f", {failed} failed" * bool(failed)
        return _SET_TITLE.format(escape_control(text))

    def _bar_text(self) -> str:
        over, total = self._progress.over, self._progress.total
        state = _PAUSED if self._progress.outage_seconds is not None else _ERROR if self._failed else _NORMAL
        return _SET_BAR.format(state if total else _UNKNOWN, 100 * over // total if total else 0)

    @property
    def _failed(self) -> int:
        counts = self._progress.counts
        return sum(counts[state] for state in NODE_FAILED)
