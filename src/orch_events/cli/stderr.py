"""Messages on stderr: errors, warnings, notes, and connections lost and restored.

This is the one place that reports lost connections, whether a job is followed or only loaded.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, TextIO

from orch_events.errors import NotAuthenticated, OrchEventsError, TokenFileError
from orch_events.render.toolkit.streams import BestEffortStream
from orch_events.render.toolkit.text import escape_control

if TYPE_CHECKING:  # msgspec is imported when there is an update
    from orch_events.job.updates import Update


class Stderr:
    """Writes messages to stderr; errors of the stream are ignored.

    Args:
        stream: the stream; None if the process was started without one.
        paint: colours a text by the name of a style.
        quiet: whether to suppress notes; warnings and errors never are.
        columns: returns the width of the terminal; None if there is none: then a message is one line.

    Attributes:
        make_room: called before each message, to erase the live line.
        name_job: whether messages name their job, because several are followed.
    """

    def __init__(
        self,
        stream: TextIO | None,
        paint: Callable[[str, str], str] = lambda text, _: text,
        *,
        quiet: bool = False,
        columns: Callable[[], int | None] = lambda: None,
    ) -> None:
        self.make_room: Callable[[], None] = lambda: None
        self.name_job = False
        self._stream = BestEffortStream(stream)
        self._paint = paint
        self._quiet = quiet
        self._columns = columns
        self._noted = set[str]()

    def note(self, text: str) -> None:
        """Write a note, which --quiet suppresses; the text must be escaped already."""
        if not self._quiet:
            self._write(text)

    def note_once(self, text: str) -> None:
        """Write a note, unless it was written before."""
        if text not in self._noted:
            self._noted.add(text)
            self.note(text)

    def warn(self, text: str) -> None:
        """Write a warning."""
        self._write(f"{self._paint('warning:', 'warning')} {escape_control(text)}")

    def error(self, error: OrchEventsError) -> None:
        """Write an error and its hint."""
        self._write(f"{self._paint('error:', 'error')} {escape_control(error.message)}")
        self.hint(error.hint)

    def hint(self, text: str) -> None:
        """Write a hint at the next step, if there is one that was not written before."""
        if not text or text in self._noted:
            return
        self._noted.add(text)
        self._write(f"{self._paint('hint:', 'hint')} {escape_control(text)}")

    def show(self, text: str) -> None:
        """Write lines as they are, such as a traceback."""
        self.make_room()
        self._stream.write(text)

    def report(self, update: "Update") -> None:
        """Report a connection that is lost or restored, or a notice; other updates are ignored."""
        from orch_events.job.updates import ConnectionLost, ConnectionRestored, Notice
        from orch_events.render.messages import lost, restored

        match update:
            case ConnectionLost():
                self.warn(lost(update, name_job=self.name_job))
                waits_for_token = isinstance(
                    update.error, NotAuthenticated | TokenFileError
                )  # the warning has the hint
                if not update.had_contact and not waits_for_token:
                    self.hint(update.error.hint)
            case ConnectionRestored():
                self.note(escape_control(restored(update, name_job=self.name_job)))
            case Notice(message):
                self.warn(message)

    def _write(self, text: str) -> None:
        self.make_room()
        columns = self._columns()
        if columns is not None:
            from orch_events.render.toolkit.layout import fold

            text = "\n".join(fold(text, columns))
        self._stream.write(f"{text}\n")
