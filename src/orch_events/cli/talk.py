"""Talk, on stderr: errors, warnings, notes. stdout is never touched here."""

from collections.abc import Callable
from typing import TextIO

from orch_events.errors import OrchEventsError
from orch_events.render.text import visible


class Talk:
    """Writes lines to stderr; a stderr that is gone or full is no reason to stop.

    Args:
        stream: where to; None where the process was started without one.
        paint: colours a text by the name of a style.
        quiet: whether notes are kept back; warnings and errors never are.

    Attributes:
        make_room: called before each line, to take away what is drawn on the terminal's last line.
    """

    def __init__(
        self,
        stream: TextIO | None,
        paint: Callable[[str, str], str] = lambda text, _: text,
        *,
        quiet: bool = False,
    ) -> None:
        self._stream = stream
        self._paint = paint
        self._quiet = quiet
        self.make_room: Callable[[], None] = lambda: None

    def note(self, text: str) -> None:
        """Say something that --quiet keeps back; whatever a server had a part in must be visible text already."""
        if not self._quiet:
            self._write(text)

    def warn(self, text: str) -> None:
        """Say what the user should know."""
        self._write(f"{self._paint('warning:', 'warning')} {visible(text)}")

    def error(self, error: OrchEventsError) -> None:
        """Say what is wrong, and the next step."""
        self._write(f"{self._paint('error:', 'error')} {visible(error.message)}")
        if error.hint:
            self.hint(error.hint)

    def hint(self, text: str) -> None:
        """Say what the next step is."""
        self._write(f"{self._paint('hint:', 'hint')} {visible(text)}")

    def _write(self, text: str) -> None:
        if self._stream is None:
            return
        try:
            self.make_room()
            self._stream.write(text + "\n")
            self._stream.flush()
        except OSError:
            self._stream = None
