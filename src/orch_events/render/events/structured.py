"""Events for programs: JSON Lines, one JSON array, CSV. These formats are a contract; they are never coloured."""

from collections.abc import Sequence

from orch_events.render.toolkit.streams import Output
from orch_events.render.toolkit.text import escape_control
from orch_events.wire.event import Event, Fields

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

    def write(self, job: str, events: Sequence[Event]) -> None:
        """Write a line an event."""
        self.write_objects([with_job(event.raw, job) if self._name_job else event.source for event in events])

    def write_objects(self, objects: Sequence[bytes]) -> None:
        """Write a line an object, of whatever it is."""
        if objects:
            self._output.write(b"\n".join(objects) + b"\n")

    def flush(self) -> None:
        """Nothing is held back; raises BrokenPipeError where the reader is gone."""
        self._output.flush()

    def close(self, *, complete: bool = True) -> None:
        """Nothing is held back."""


class JsonArray:
    """The server's own objects in one array, which is closed whatever happens."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._before = b"[\n"

    def write(self, job: str, events: Sequence[Event]) -> None:  # noqa: ARG002 - of one job
        """Write a line an event, between commas."""
        self.write_objects([event.source for event in events])

    def write_objects(self, objects: Sequence[bytes]) -> None:
        """Write a line an object, of whatever it is, between commas."""
        if objects:
            self._output.write(self._before + b",\n".join(objects))
            self._before = b",\n"

    def flush(self) -> None:
        """Nothing is held back; raises BrokenPipeError where the reader is gone."""
        self._output.flush()

    def close(self, *, complete: bool = True) -> None:
        """Close the array."""
        begun = self._before != b"[\n"
        if begun or complete:
            self._output.write(b"\n]\n" if begun else b"[]\n")


class Csv:
    """A header and a line an event; control characters as visible escapes, so that a line is an event."""

    def __init__(self, output: Output, *, name_job: bool = False) -> None:
        self._output = output
        self._name_job = name_job
        self._header = True

    def write(self, job: str, events: Sequence[Event]) -> None:
        """Write a line an event."""
        first = (job,) if self._name_job else ()
        self._write([csv_line((*first, *_csv_cells(event.id, event.fields))) for event in events])

    def flush(self) -> None:
        """Nothing is held back; raises BrokenPipeError where the reader is gone."""
        self._output.flush()

    def close(self, *, complete: bool = True) -> None:
        """Write the header if nothing else was."""
        if complete and self._header:
            self._write([])

    def _write(self, lines: list[str]) -> None:
        if self._header:
            lines.insert(0, csv_line(("job", *CSV_COLUMNS) if self._name_job else CSV_COLUMNS))
            self._header = False
        if lines:
            self._output.write("\n".join([*lines, ""]).encode())


def _csv_cells(number: int | None, fields: Fields) -> tuple[str, str, str, str, str]:
    identity = "" if number is None else str(number)
    return identity, fields.timestamp, fields.type, fields.node or "", fields.message


def csv_line(cells: Sequence[str]) -> str:
    """Join cells; where one of them needs quotes or escapes, the library does it, several times as slowly."""
    line = ",".join(cells)
    if line.isascii() and line.isprintable() and '"' not in line and line.count(",") == len(cells) - 1:
        return line
    import csv
    import io

    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow([escape_control(cell) for cell in cells])
    return text.getvalue()


def with_job(raw: bytes, job: str) -> bytes:
    """Put a first key "job" into an event's compact JSON; what is no object stays as it is."""
    if not raw.startswith(b"{"):
        return raw
    comma = b"" if raw == b"{}" else b","
    return b'{"job":"%b"%b%b' % (job.encode(), comma, raw[1:])
