"""The table: one event a line, append-only, each row drawn for itself.

A row depends on nothing but the rows above it, so a table looks the same however its events arrive. The node's column
grows when a longer name comes; the message, the last, takes what is left and is cut on a terminal only.
"""

from collections.abc import Sequence

from orch_events.events import Event
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
        self._date: str | None = None
        self._strange = 0
        self._highest: dict[str, int] = {}

    def events(self, job: str, events: Sequence[Event]) -> None:
        """Draw a row an event, and a head before the first and, on a terminal, where the date changes."""
        lines = [line for event in events for line in self._lines(job, event)]
        if lines:
            self._output.write_text("\n".join(lines) + "\n")

    def wait(self) -> None:
        """Nothing is held back."""

    def finish(self, *, whole: bool = True) -> None:  # noqa: ARG002 - what could not be understood is told anyway
        """Say how many events could not be understood, where there were any."""
        if self._strange:
            note = f"{self._strange} of these could not be understood in full; --json shows them as they are"
            self._output.write_text(self._theme.paint(note, "quiet") + "\n")

    def _lines(self, job: str, event: Event) -> list[str]:
        date, time = self._stamp.split(event.timestamp)
        self._grow(event)
        self._strange += not event.understood
        row = self._row(job, event, time if self._cells else f"{date} {time}".strip())
        if self._date is not None and (not self._cells or date in ("", self._date)):
            return [row]
        self._date = date
        return [self._head(date), row]

    def _grow(self, event: Event) -> None:
        """Make the columns wide enough for an event; they never shrink."""
        self._id_cells = max(self._id_cells, len(_number(event)))
        node = width(visible(event.node or ""))
        if node > self._node_cells:
            self._node_cells = node + -node % _NODE_STEP

    def _head(self, date: str) -> str:
        time = date if self._cells and date else "TIME"
        return self._theme.paint(self._line("JOB", "ID", time, "EVENT", "NODE", "MESSAGE"), "quiet")

    def _row(self, job: str, event: Event, time: str) -> str:
        glyph = f"{self._theme.glyphs.get(_state(event.type), ' ')} " if self._theme.glyphs else ""
        label = glyph + (_LABELS.get(event.type) or visible(event.type) or "?")
        message = visible(event.message)
        if event.id is not None and event.id < self._highest.setdefault(job, event.id):
            message = f"{_LATE} {message}"
        self._highest[job] = max(event.id or 0, self._highest.get(job, 0))
        state, node = _state(event.type), visible(event.node or "-")
        return self._line(job, _number(event), visible(time), label, node, message, state)

    def _line(self, job: str, number: str, time: str, label: str, node: str, message: str, state: str = "") -> str:
        before = [self._cell(job, self._job_cells)] if self._job_cells else []
        before += [self._cell(number, self._id_cells), self._cell(time, 10 if self._cells else 19)]
        label = self._cell(label, _LABEL_CELLS + (2 if self._theme.glyphs else 0))
        node, message = self._fit(sum(width(cell) + len(_GAP) for cell in (*before, label)), node, message)
        return _GAP.join([*before, self._theme.paint(label, state), node, message]).rstrip()

    def _cell(self, text: str, cells: int) -> str:
        """Pad a text to a column; on a terminal, cut it too."""
        return padded(cut(text, cells, self._theme.ellipsis) if self._cells else text, cells)

    def _fit(self, used: int, node: str, message: str) -> tuple[str, str]:
        """Give node and message what a row has left: on a terminal the message is cut, and the node if it must be."""
        if not self._cells:
            return padded(node, self._node_cells), message
        left = self._cells - used - len(_GAP)
        node_cells = max(_MIN_NODE_CELLS, min(self._node_cells, left - _MIN_MESSAGE_CELLS))
        return self._cell(node, node_cells), cut(message, left - node_cells, self._theme.ellipsis)


def _number(event: Event) -> str:
    return str(event.id) if event.id is not None else "?"


def _state(event_type: str) -> str:
    return event_type.rpartition("_")[2]
