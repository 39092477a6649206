"""Events for programs: JSON Lines, one JSON array, CSV. These formats are a contract; they are never coloured."""

import csv
import io
from collections.abc import Sequence

from orch_events.events import Event
from orch_events.render.output import Output
from orch_events.render.text import visible

CSV_COLUMNS = ("id", "timestamp", "type", "node", "message")


class JsonLines:
    """The server's own objects, compact, one a line.

    Args:
        output: where to.
        name_job: whether each object gains a first key, "job".
    """

    def __init__(self, output: Output, *, name_job: bool = False) -> None:
        self._output = output
        self._name_job = name_job

    def events(self, job: str, events: Sequence[Event]) -> None:
        """Write a line an event."""
        lines = [with_job(event.raw, job) if self._name_job else event.raw for event in events]
        if lines:
            self._output.write(b"\n".join(lines) + b"\n")

    def wait(self) -> None:
        """Nothing is held back."""

    def finish(self, *, whole: bool = True) -> None:
        """Nothing is held back."""


class JsonArray:
    """The server's own objects in one array, which is closed whatever happens."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._before = b"[\n"

    def events(self, job: str, events: Sequence[Event]) -> None:  # noqa: ARG002 - of one job
        """Write a line an event, between commas."""
        if events:
            self._output.write(self._before + b",\n".join([event.raw for event in events]))
            self._before = b",\n"

    def wait(self) -> None:
        """Nothing is held back."""

    def finish(self, *, whole: bool = True) -> None:
        """Close the array."""
        begun = self._before != b"[\n"
        if begun or whole:
            self._output.write(b"\n]\n" if begun else b"[]\n")


class Csv:
    """A header and a line an event; control characters as visible escapes, so that a line is an event."""

    def __init__(self, output: Output, *, name_job: bool = False) -> None:
        self._output = output
        self._name_job = name_job
        self._header = True

    def events(self, job: str, events: Sequence[Event]) -> None:
        """Write a line an event."""
        rows = [[event.id, event.timestamp, event.type, event.node or "", event.message] for event in events]
        if self._name_job:
            rows = [[job, *row] for row in rows]
        self._write([[visible(str(cell)) if cell is not None else "" for cell in row] for row in rows])

    def wait(self) -> None:
        """Nothing is held back."""

    def finish(self, *, whole: bool = True) -> None:
        """Write the header if nothing else was."""
        if whole and self._header:
            self._write([])

    def _write(self, rows: list[list[str]]) -> None:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        if self._header:
            writer.writerow(("job", *CSV_COLUMNS) if self._name_job else CSV_COLUMNS)
            self._header = False
        writer.writerows(rows)
        self._output.write(text.getvalue().encode())


def with_job(raw: bytes, job: str) -> bytes:
    """Put a first key "job" into an event's compact JSON; what is no object stays as it is."""
    if not raw.startswith(b"{"):
        return raw
    comma = b"" if raw == b"{}" else b","
    return b'{"job":"%b"%b%b' % (job.encode(), comma, raw[1:])
