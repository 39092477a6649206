"""The table: one event a line, append-only, each row drawn for itself.

A row depends on nothing but the rows above it, so a table looks the same however its events arrive. The node's column
grows when a longer name comes; the message, the last, takes what is left and is cut on a terminal only.
"""

from collections.abc import Sequence
from functools import lru_cache

from orch_events.events import Event, Fields
from orch_events.render.cells import cut, padded, width
from orch_events.render.output import Output
from orch_events.render.stamp import Stamp
from orch_events.render.text import visible
from orch_events.render.theme import Theme
from orch_events.states import EVENT_TYPES

_GAP = "  "
_LATE = "(late)"
_LABELS = {name: name.removeprefix("node_").replace("_", " ") for name in EVENT_TYPES}
_LABEL_CELLS = max(len(label) for label in _LABELS.values())
_ID_CELLS = 5
_NODE_CELLS = 24
_NODE_STEP = 8
_MIN_MESSAGE_CELLS = 12
_MIN_NODE_CELLS = 12


class Table:
    """Draws events for people.

    Args:
        output: where to.
        theme: colours and glyphs.
        stamp: how times are written.
        cells: how wide the terminal is; None where there is none: nothing is cut, and each row has its date.
        name_job: whether there is a column for the job.
    """

    def __init__(
        self, output: Output, theme: Theme, stamp: Stamp, *, cells: int | None = None, name_job: bool = False
    ) -> None:
        self._output = output
        self._theme = theme
        self._stamp = stamp
        self._cells = cells
        self._job_cells = 6 if name_job else 0
        self._node_cells = _NODE_CELLS
        self._id_cells = _ID_CELLS
        self._time_cells = 10 if cells else 19
        self._label_cells = _LABEL_CELLS + (2 if theme.glyphs else 0)
        self._date: str | None = None
        self._strange = 0
        self._highest: dict[str, int] = {}
        self._message_cells: int | None = None
        self._lay_out()
        self._when = lru_cache(maxsize=4096)(self._draw_when)
        self._label = lru_cache(maxsize=256)(self._draw_label)

    def events(self, job: str, events: Sequence[Event]) -> None:
        """Draw a row an event, and a head before the first and, on a terminal, where the date changes."""
        lines: list[str] = []
        for event in events:
            fields = event.fields
            date, when = self._when(fields.timestamp)
            row = self._row(job, event.id, fields, when)
            if self._date is None or (self._cells and date not in ("", self._date)):
                self._date = date
                lines.append(self._head(date))
            lines.append(row)
        if lines:
            self._output.write_text("\n".join(lines) + "\n")

    def wait(self) -> None:
        """Nothing is held back."""

    def finish(self, *, whole: bool = True) -> None:  # noqa: ARG002 - what could not be understood is told anyway
        """Say how many events could not be understood, where there were any."""
        if self._strange:
            note = f"{self._strange} of these could not be understood in full; --json shows them as they are"
            self._output.write_text(self._theme.paint(note, "quiet") + "\n")

    def _head(self, date: str) -> str:
        time = date if self._cells and date else "TIME"
        label, time = self._cell("EVENT", self._label_cells), self._cell(time, self._time_cells)
        return self._theme.paint(self._line("JOB", "ID", time, label, "NODE", "MESSAGE"), "quiet")

    def _row(self, job: str, number: int | None, fields: Fields, when: str) -> str:
        node, message = visible(fields.node or "-"), visible(fields.message)
        self._strange += number is None or not fields.type
        if number is None:
            identity = "?"
        else:
            identity = str(number)
            if number < self._highest.get(job, number):
                message = f"{_LATE} {message}"
            else:
                self._highest[job] = number
        cells = width(node)
        if cells > self._node_cells or len(identity) > self._id_cells:
            self._lay_out(len(identity), cells)
        return self._line(job, identity, when, self._label(fields.type), node, message)

    def _lay_out(self, identity: int = 0, node: int = 0) -> None:
        """Make the columns wide enough for an event; they never shrink. On a terminal the rest is the message's."""
        self._id_cells = max(self._id_cells, identity)
        if node > self._node_cells:
            self._node_cells = node + -node % _NODE_STEP
        self._node_shown, self._message_cells = self._node_cells, None
        if self._cells:
            columns = [self._job_cells, self._id_cells, self._time_cells, self._label_cells]
            left = self._cells - sum(cells + len(_GAP) for cells in columns if cells) - len(_GAP)
            self._node_shown = max(_MIN_NODE_CELLS, min(self._node_cells, left - _MIN_MESSAGE_CELLS))
            self._message_cells = left - self._node_shown

    def _line(self, job: str, number: str, when: str, label: str, node: str, message: str) -> str:
        """Put a row together of a time and a label that are cells already, and of texts that are not."""
        if self._message_cells is not None:
            node, message = self._cut(node, self._node_shown), self._cut(message, self._message_cells)
        node = padded(node, self._node_shown)
        row = f"{number.ljust(self._id_cells)}{_GAP}{when}{_GAP}{label}{_GAP}{node}{_GAP}{message}".rstrip()
        return f"{self._cell(job, self._job_cells)}{_GAP}{row}" if self._job_cells else row

    def _cell(self, text: str, cells: int) -> str:
        """Pad a text to a column; on a terminal, cut it too."""
        return padded(self._cut(text, cells) if self._cells else text, cells)

    def _cut(self, text: str, cells: int) -> str:
        return cut(text, cells, self._theme.ellipsis)

    def _draw_when(self, timestamp: str) -> tuple[str, str]:
        """Return the date of a timestamp, and the cell that shows it: its time alone where the head has the date."""
        date, time = self._stamp.split(timestamp)
        return date, self._cell(visible(time if self._cells else f"{date} {time}".strip()), self._time_cells)

    def _draw_label(self, kind: str) -> str:
        state = kind.rpartition("_")[2]
        glyph = f"{self._theme.glyphs.get(state, ' ')} " if self._theme.glyphs else ""
        label = glyph + (_LABELS.get(kind) or visible(kind) or "?")
        return self._theme.paint(self._cell(label, self._label_cells), state)
