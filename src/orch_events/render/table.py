"""The table: one event a line, append-only.

The columns are fitted to the events of a batch before its first row is drawn: from the first row on they are aligned,
and they move only when something wider comes later, or when the terminal is resized.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache

from orch_events.detail import read_cause, read_changes
from orch_events.events import Event, Fields
from orch_events.render.cells import cut, padded, width
from orch_events.render.columns import GAP, Columns
from orch_events.render.marks import Marks
from orch_events.render.output import Output
from orch_events.render.stamp import Stamp
from orch_events.render.text import visible
from orch_events.render.theme import Theme
from orch_events.states import EVENT_TYPES

_LATE = "(late)"
_LABELS = {name: name.removeprefix("node_").replace("_", " ") for name in EVENT_TYPES}
_LABEL_CELLS = max(len(label) for label in _LABELS.values())
_NO_NODE = "-"
_MOST_NAMES = 1 << 16


class Table:
    """Draws events for people.

    Args:
        output: where to.
        theme: colours and glyphs.
        stamp: how times are written.
        terminal: returns how wide the terminal is; None where there is none: nothing is cut, and each row has its date.
        name_job: whether there is a column for the job.
        marks: marks what was looked for.
    """

    def __init__(
        self, output: Output, theme: Theme, stamp: Stamp, *, terminal: Callable[[], int | None] = lambda: None,
        name_job: bool = False, marks: Marks | None = None,
    ) -> None:  # fmt: skip
        self._output = output
        self._theme = theme
        self._stamp = stamp
        self._marks = marks or Marks((), theme)
        self._terminal = terminal
        self._on_terminal = terminal() is not None
        time = 8 if stamp.elapsed else 10 if self._on_terminal else 19
        label = _LABEL_CELLS + (2 if theme.glyphs else 0)
        self._columns = Columns(time, label, glyphs=bool(theme.glyphs), name_job=name_job)
        self._date: str | None = None
        self._strange = 0
        self._highest: dict[str, int] = {}
        self._nodes: dict[str | None, str] = {}
        self._when = lru_cache(maxsize=4096)(self._draw_when)
        self._label = lru_cache(maxsize=256)(self._draw_label)

    def events(self, job: str, events: Sequence[Event]) -> None:
        """Draw a row an event, and a head before the first and, on a terminal, where the date changes."""
        fields = [event.fields for event in events]
        self._fit(job, events, fields)
        lines: list[str] = []
        for event, its in zip(events, fields, strict=True):
            date, when = self._when(its.timestamp, job)
            if self._date is None or (self._on_terminal and date not in ("", self._date)):
                self._date = date
                lines.append(self._head(date))
            lines.append(self._row(job, event, its, when))
        if lines:
            self._output.write_text("\n".join(lines) + "\n")

    def wait(self) -> None:
        """Nothing is held back."""

    def finish(self, *, whole: bool = True) -> None:  # noqa: ARG002 - what could not be understood is told anyway
        """Say how many events could not be understood, where there were any."""
        if self._strange:
            note = f"{self._strange} of these could not be understood in full; --json shows them as they are"
            self._output.write_text(self._theme.paint(note, "quiet") + "\n")

    def _fit(self, job: str, events: Sequence[Event], fields: Sequence[Fields]) -> None:
        """Make room for events, and draw the names of their nodes."""
        names = {its.node for its in fields}
        new = {name: visible(name or _NO_NODE) for name in names - self._nodes.keys()}
        number = max((event.id or 0 for event in events), default=0)
        if self._columns.fit(self._terminal(), job, number, list(new.values())):
            self._when.cache_clear()
            self._label.cache_clear()
            self._nodes.clear()
        if len(self._nodes) > _MOST_NAMES:
            self._nodes.clear()
        self._nodes.update({name: self._draw_node(name) for name in names - self._nodes.keys()})

    def _head(self, date: str) -> str:
        columns = self._columns
        time = "ELAPSED" if self._stamp.elapsed else date if self._on_terminal and date else "TIME"
        label = padded("EVENT" if columns.label >= len("EVENT") else "", columns.label)
        node = padded(self._cut("NODE", columns.node), columns.node)
        return self._theme.paint(self._line("JOB", "ID", padded(time, columns.time), label, node, "MESSAGE"), "quiet")

    def _row(self, job: str, event: Event, fields: Fields, when: str) -> str:
        message = visible(_told(fields))
        number = event.id
        if number is None or not fields.type:
            self._strange += 1
        if number is not None:
            if number < self._highest.get(job, number):
                message = f"{_LATE} {message}"
            else:
                self._highest[job] = number
        if self._marks and (evidence := self._marks.evidence(event, f"{fields.node} {message}")):
            message = f"{evidence}; {message}"
        identity = "?" if number is None else str(number)
        return self._line(job, identity, when, self._label(fields.type), self._nodes[fields.node], message)

    def _line(self, job: str, number: str, when: str, label: str, node: str, message: str) -> str:
        """Put a row together of cells that are drawn already, and of texts that are not."""
        columns = self._columns
        if columns.message is not None:
            if self._marks:
                message = self._marks.within(message, columns.message, self._theme.ellipsis)
            message = self._cut(message, columns.message)
        if self._marks:
            message = self._marks.paint(message)
        row = f"{when}{GAP}{label}{GAP}{node}{GAP}{message}".rstrip()
        if columns.number:
            row = f"{number.ljust(columns.number)}{GAP}{row}"
        return f"{padded(visible(job), columns.job)}{GAP}{row}" if columns.job else row

    def _cut(self, text: str, cells: int) -> str:
        return cut(text, cells, self._theme.ellipsis)

    def _draw_node(self, name: str | None) -> str:
        """Draw the cell of a node: cut on a terminal only."""
        node, cells = visible(name or _NO_NODE), self._columns.node
        shown = self._cut(node, cells) if self._on_terminal else node
        return self._marks.paint(shown) + " " * (cells - width(shown))

    def _draw_when(self, timestamp: str, job: str) -> tuple[str, str]:
        """Return the date of a timestamp, and the cell that shows it: its time alone where the head has the date."""
        date, time = self._stamp.split(timestamp, job)
        text = visible(time if self._on_terminal else f"{date} {time}".strip())
        cells = self._columns.time
        return date, padded(self._cut(text, cells) if self._on_terminal else text, cells)

    def _draw_label(self, kind: str) -> str:
        state = kind.rpartition("_")[2]
        glyph = f"{self._theme.glyphs.get(state, ' ')} " if self._theme.glyphs else ""
        label, cells = glyph + (_LABELS.get(kind) or visible(kind) or "?"), self._columns.label
        if cells == 1:
            label = self._theme.glyphs.get(state, "?")
        return self._theme.paint(padded(self._cut(label, cells) if self._on_terminal else label, cells), state)


def _told(fields: Fields) -> str:
    """Return what an event tells: why its node failed, or what changed on it, and the server's sentence."""
    message = fields.message
    if fields.type in ("node_failed", "node_errored"):
        told = read_cause(fields.detail)
    elif fields.type == "node_finished" and (changes := read_changes(fields.detail)):
        told = changes.told
    else:
        return message
    return f"{told}; {message}".removesuffix("; ") if told and told not in message else message
