"""What the program says on stderr: errors, warnings, notes, and what happens to a connection. stdout is never touched.

This is the one place that tells of connections lost and restored, whether a job is followed or only loaded.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, TextIO

from orch_events.errors import OrchEventsError
from orch_events.render.toolkit.streams import BestEffortStream
from orch_events.render.toolkit.text import escape_control

if TYPE_CHECKING:  # msgspec is imported when there is an update
    from orch_events.job.updates import Update


class Stderr:
    """Writes lines to stderr; a stderr that is gone or full is no reason to stop.

    Args:
        stream: where to; None where the process was started without one.
        paint: colours a text by the name of a style.
        quiet: whether notes are kept back; warnings and errors never are.

    Attributes:
        make_room: called before each line, to take away what is drawn on the terminal's last line.
        name_job: whether to say which job it is about: several are followed.
    """

    def __init__(
        self,
        stream: TextIO | None,
        paint: Callable[[str, str], str] = lambda text, _: text,
        *,
        quiet: bool = False,
    ) -> None:
        self.make_room: Callable[[], None] = lambda: None
        self.name_job = False
        self._stream = BestEffortStream(stream)
        self._paint = paint
        self._quiet = quiet

    def note(self, text: str) -> None:
        """Say something that --quiet keeps back; whatever a server had a part in must be safe text already."""
        if not self._quiet:
            self._write(text)

    def warn(self, text: str) -> None:
        """Say what the user should know."""
        self._write(f"{self._paint('warning:', 'warning')} {escape_control(text)}")

    def error(self, error: OrchEventsError) -> None:
        """Say what is wrong, and the next step."""
        self._write(f"{self._paint('error:', 'error')} {escape_control(error.message)}")
        if error.hint:
            self.hint(error.hint)

    def hint(self, text: str) -> None:
        """Say what the next step is."""
        self._write(f"{self._paint('hint:', 'hint')} {escape_control(text)}")

    def show(self, text: str) -> None:
        """Show lines as they are, a traceback say."""
        self.make_room()
        self._stream.write(text)

    def tell(self, update: "Update") -> None:
        """Tell of a connection that is lost or restored, and of a notice; other updates are for somebody else."""
        from orch_events.job.updates import ConnectionLost, ConnectionRestored, Notice
        from orch_events.render.messages import lost, restored

        match update:
            case ConnectionLost():
                self.warn(lost(update, name_job=self.name_job))
                if not update.had_contact and update.error.hint:
                    self.hint(update.error.hint)
            case ConnectionRestored():
                self.note(escape_control(restored(update, name_job=self.name_job)))
            case Notice(message):
                self.warn(message)

    def _write(self, text: str) -> None:
        self.make_room()
        self._stream.write(f"{text}\n")
