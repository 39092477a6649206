"""Events for programs: JSON Lines, one JSON array, CSV. These formats are a contract; they are never coloured."""

from collections.abc import Iterable, Iterator, Sequence

from orch_events.render.toolkit.streams import Output
from orch_events.render.toolkit.text import escape_control
from orch_events.wire.event import Event, Fields, fields_of
from orch_events.wire.keyed import with_job
from orch_events.wire.plan import plan_text

CSV_COLUMNS = ("id", "timestamp", "type", "node", "message")

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a formula begins with, in one spreadsheet or another; the last four as they are typed in Japan."""


class JsonLines:
    """The server's own objects, compact, one a line.

    Args:
        output: the stream.
        name_job: whether each object gets a first key, "job" or "plan".
    """

    def __init__(self, output: Output, *, name_job: bool = False) -> None:
        self._output = output
        self._name_job = name_job

    def write(self, job: str, events: Sequence[Event]) -> None:
        """Write a line for each event."""
        self.write_objects([with_job(event.raw, job) if self._name_job else event.source for event in events])

    def write_objects(self, objects: Sequence[bytes]) -> None:
        """Write a line for each JSON object, of events or anything else."""
        if objects:
            self._output.write(b"\n".join(objects) + b"\n")

    def flush(self) -> None:
        """Check that somebody still reads: nothing is buffered. Raises BrokenPipeError."""
        self._output.flush()

    def close(self, *, complete: bool = True) -> None:
        """Do nothing: nothing is buffered."""


class JsonArray(JsonLines):
    """The same objects in one array, which is closed even after an error."""

    _before = b"[\n"

    def write_objects(self, objects: Sequence[bytes]) -> None:
        """Write a line for each JSON object, separated by commas."""
        if objects:
            self._output.write(self._before + b",\n".join(objects))
            self._before = b",\n"

    def close(self, *, complete: bool = True) -> None:
        """Close the array."""
        begun = self._before != b"[\n"
        if begun or complete:
            self._output.write(b"\n]\n" if begun else b"[]\n")


class Csv:
    """A header, and a line for each event; control characters are escaped, so that no event has two lines.

    Args:
        output: the stream.
        name_job: whether there is a first column, "job".
        safe: whether cells that a spreadsheet would take for a formula are guarded.
    """

    def __init__(self, output: Output, *, name_job: bool = False, safe: bool = False) -> None:
        self._output = output
        self._name_job = name_job
        self._safe = safe
        self._header = True

    def write(self, job: str, events: Sequence[Event]) -> None:
        """Write a line for each event."""
        first = (job,) if self._name_job else ()
        self._write(
            csv_lines([(*first, *cells) for cells in map(_csv_cells, events, fields_of(events))], safe=self._safe)
        )

    def flush(self) -> None:
        """Check that somebody still reads: nothing is buffered. Raises BrokenPipeError."""
        self._output.flush()

    def close(self, *, complete: bool = True) -> None:
        """Write the header if there were no events."""
        if complete and self._header:
            self._write([])

    def _write(self, lines: list[str]) -> None:
        if self._header:
            lines.insert(0, csv_line(("job", *CSV_COLUMNS) if self._name_job else CSV_COLUMNS))
            self._header = False
        if lines:
            self._output.write("\n".join([*lines, ""]).encode())


def _csv_cells(event: Event, fields: Fields) -> tuple[str, str, str, str, str]:
    identity = "" if event.id is None else str(event.id)
    return identity, fields.timestamp, fields.type, fields.node or "", fields.message or plan_text(event)


def csv_lines(rows: Sequence[Sequence[str]], *, safe: bool = False) -> list[str]:
    """Join the cells of each row, as `csv_line` does: all at once if no cell needs quotes or escapes."""
    lines = list(map(",".join, _guarded(rows) if safe else rows))
    joined = ",".join(lines)
    plain = '"' not in joined and joined.count(",") < sum(map(len, rows)) and escape_control(joined) == joined
    return lines if plain else [csv_line(cells, safe=safe) for cells in rows]


def _guarded(rows: Iterable[Sequence[str]]) -> Iterator[Sequence[str]]:
    """Put an apostrophe before what a spreadsheet would take for a formula."""
    return ([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells] for cells in rows)


def csv_line(cells: Sequence[str], *, safe: bool = False) -> str:
    """Join cells; only if one of them needs quotes or escapes, by the csv library, which is several times slower.

    Args:
        cells: their texts.
        safe: whether an apostrophe is put before what a spreadsheet would take for a formula, as OWASP advises.
    """
    if safe:
        (cells,) = _guarded([cells])
    line = ",".join(cells)
    if '"' not in line and line.count(",") == len(cells) - 1 and escape_control(line) == line:
        return line
    import csv
    import io

    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow([escape_control(cell) for cell in cells])
    return text.getvalue()
