"""The table: one event on a line, append-only.

1. The columns are fitted to a batch of events before its first row is drawn. So rows are aligned from the first on, and
   columns move only when something wider comes later, or when the terminal is resized.
2. Rows are drawn by column, not by event. Names and messages are escaped, measured and padded all together, which is
   fast as long as nothing needs escaping. What repeats is drawn once, and kept while the columns stay as they are:
   labels, the minutes of times, and the names that are drawn one by one.
3. Everything from the server is escaped before it is cut, padded or highlighted, so widths are those of the screen and
   colours are the only escape sequences.
4. What a plan says stands in the columns of node and message together, on a terminal: its events have no node.
5. Off a terminal nothing is cut, and each row has its date; on one, the date is in the header, which is repeated when
   the date changes, and a message does not repeat the name of its node.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache

from orch_events.render.events.columns import GAP, Columns
from orch_events.render.events.highlight import Highlighter
from orch_events.render.events.times import Cell, TimeCells
from orch_events.render.toolkit.streams import Output
from orch_events.render.toolkit.text import (
    cut,
    escape_control,
    escape_control_all,
    is_plain,
    padded,
    width,
    without_name,
)
from orch_events.render.toolkit.theme import Theme
from orch_events.render.toolkit.timestamps import TimeFormat
from orch_events.wire.detail import cause_in_message, read_cause, read_changes, says_only_state
from orch_events.wire.event import Event, Fields, fields_of
from orch_events.wire.job_key import is_plan
from orch_events.wire.plan import depth_after, plan_text
from orch_events.wire.vocabulary import EVENT_TYPES, JOB_FINISHED, PLAN_EVENT_TYPES, PLAN_START

_LATE = "(late)"
_LABELS = {name: name.removeprefix("node_").replace("_", " ") for name in EVENT_TYPES}
_SHORT_LABELS = {name: name.rpartition("_")[2] for name in EVENT_TYPES}
_LABEL_CELLS, _SHORT_CELLS = (max(map(len, labels.values())) for labels in (_LABELS, _SHORT_LABELS))
_PLAN_LABELS = {name: name.removeprefix("out_").replace("_", " ") for name in PLAN_EVENT_TYPES}
_PLAN_LABELS |= {name: label.removesuffix(" start") for name, label in _PLAN_LABELS.items() if name != PLAN_START}
_PLAN_SHORT_LABELS = {name: label.rpartition(" ")[2] for name, label in _PLAN_LABELS.items()}
_PLAN_LABEL_CELLS = max(map(len, _PLAN_LABELS.values()))
_ALL_LABELS, _ALL_SHORT_LABELS = _LABELS | _PLAN_LABELS, _SHORT_LABELS | _PLAN_SHORT_LABELS
_INDENT = "  "
_NO_NODE = "-"
_IN_NAME = re.compile(r"\.?[\w-]")
"""What follows a name that is only the beginning of another."""
_MOST_NAMES = 1 << 16
_MOST_TIME_CELLS = 13
"""Of a time with its offset, on a terminal; what is longer is none, and is cut."""


class Table:
    """Draws events for people.

    Args:
        output: the stream.
        theme: colours and glyphs.
        time_format: the format of timestamps.
        terminal: returns the width of the terminal; None if there is none.
        name_job: whether there is a column for the job.
        plans: whether there are events of plan jobs.
        highlighter: highlights what --grep matched; None without it.
    """

    def __init__(
        self, output: Output, theme: Theme, time_format: TimeFormat, *,
        terminal: Callable[[], int | None] = lambda: None, name_job: bool = False,
        plans: bool = False, highlighter: Highlighter | None = None,
    ) -> None:  # fmt: skip
        self._output = output
        self._theme = theme
        self._time_format = time_format
        self._highlighter = highlighter
        self._terminal = terminal
        self._on_terminal = terminal() is not None
        time = 8 if time_format.elapsed else 10 if self._on_terminal else 19
        glyph = 2 if theme.glyphs else 0
        self._columns = Columns(
            time, (max(_LABEL_CELLS, _PLAN_LABEL_CELLS) if plans else _LABEL_CELLS) + glyph, _SHORT_CELLS + glyph,
            glyphs=bool(glyph), ellipsis=len(theme.ellipsis), name_job=name_job, plans=plans,
        )  # fmt: skip
        self._date: str | None = None
        self._malformed = 0
        self._highest: dict[str, int] = {}
        self._depths: dict[str, int] = {}
        self._times = TimeCells(self._draw_time)
        self._node = lru_cache(maxsize=_MOST_NAMES)(self._draw_node)
        self._label = lru_cache(maxsize=256)(self._draw_label)

    def expect(self, nodes: Iterable[str]) -> None:
        """Make room for the names of nodes, before their events come."""
        self._columns.expect(escape_control_all(list(nodes)))

    def write(self, job: str, events: Sequence[Event]) -> None:
        """Draw a row for each event, and a header before the first and, on a terminal, where the date changes."""
        if not events:
            return
        fields = fields_of(events)
        numbers = [event.id for event in events]
        nodes = [item.node for item in fields]
        types = [item.type for item in fields]
        timestamps = [item.timestamp for item in fields]
        times = self._times.draw(timestamps, job)
        if self._fit(job, numbers, times.values(), nodes):
            times = self._times.draw(timestamps, job)
        labels = [self._label(kind) for kind in types]
        messages = self._messages(job, events, fields, nodes, self._late_places(job, numbers))
        ids = ["?" if number is None else str(number) for number in numbers]
        cells = [messages] if self._spans(job) else [self._node_cells(nodes), messages]
        rows = self._rows(job, ids, [times[timestamp][1] for timestamp in timestamps], labels, *cells)
        if None in numbers or "" in types:
            self._malformed += sum(number is None or not kind for number, kind in zip(numbers, types, strict=True))
        self._output.write_text("\n".join(self._with_headers(times, timestamps, rows)) + "\n")

    def flush(self) -> None:
        """Check that somebody still reads: nothing is buffered. Raises BrokenPipeError."""
        self._output.flush()

    def close(self, *, complete: bool = True) -> None:  # noqa: ARG002 - malformed events are reported anyway
        """Report how many events were malformed, if any were."""
        if self._malformed:
            note = f"{self._malformed} of these events could not be fully parsed; --json shows them unchanged"
            self._output.write_text(self._theme.paint(note, "quiet") + "\n")

    def _fit(self, job: str, numbers: Sequence[int | None], times: Iterable[Cell], nodes: Iterable[str | None]) -> bool:
        """Fit the columns to events; return whether any of them changed."""
        names = escape_control_all([name or _NO_NODE for name in set(nodes)])
        highest = max(filter(None, numbers), default=0)
        widest = max(len(cell) for _, cell in times)
        changed = self._columns.fit(self._terminal(), job, highest, widest, names)
        if changed:
            self._times.forget()
            self._label.cache_clear()
            self._node.cache_clear()
        return changed

    def _node_cells(self, nodes: Iterable[str | None]) -> list[str]:
        """Draw the cells of nodes: together, if nothing has to be escaped, cut or highlighted."""
        names = [name or _NO_NODE for name in nodes]
        cells = self._columns.node
        if self._highlighter is None and is_plain("".join(names)) and max(map(len, names)) <= cells:
            return [name.ljust(cells) for name in names]
        return [self._node(name) for name in names]

    def _messages(
        self,
        job: str,
        events: Sequence[Event],
        fields: Sequence[Fields],
        nodes: Iterable[str | None],
        late: Iterable[int],
    ) -> list[str]:
        """Draw the last cell of each row."""
        told = self._words(job, events) if is_plan(job) else [_describe(item) for item in fields]
        if self._on_terminal:
            told = list(map(_without_node, told, nodes))
        messages = escape_control_all(told)
        for place in late:
            messages[place] = f"{_LATE} {messages[place]}"
        highlighter, cells = self._highlighter, self._columns.message
        if cells is not None and self._spans(job):
            cells += self._columns.node + len(GAP)
        if highlighter is not None:
            messages = highlighter.with_evidence(events, messages)
            if cells is not None:
                messages = [highlighter.within(message, cells, self._theme.ellipsis) for message in messages]
        if cells is not None:
            messages = [self._cut(message, cells) for message in messages]
        return messages if highlighter is None else [highlighter.highlight(message) for message in messages]

    def _spans(self, job: str) -> bool:
        """Whether messages take the nodes' column too: a plan has no nodes, and on a terminal room is short."""
        return self._on_terminal and is_plan(job)

    def _words(self, job: str, events: Sequence[Event]) -> list[str]:
        """Return what the events of a plan say, indented by how many sub-plans deep it is."""
        words = []
        for event in events:
            before = self._depths.get(job, 0)
            after = self._depths[job] = depth_after(event, before)
            words.append(_INDENT * min(before, after) + (plan_text(event) or event.message))
        return words

    def _late_places(self, job: str, numbers: Sequence[int | None]) -> list[int]:
        """Return the indexes of events that come after one with a higher id."""
        known = [number for number in numbers if number is not None]
        highest = self._highest.get(job, -1)
        self._highest[job] = max([highest, *known])
        if known == sorted(known) and (not known or known[0] >= highest):
            return []
        late = []
        for place, number in enumerate(numbers):
            if number is not None and number < highest:
                late.append(place)
            highest = max(highest, number or 0)
        return late

    def _rows(self, job: str, ids: Sequence[str], *columns: Sequence[str]) -> list[str]:
        """Join cells to rows; those between ids and messages are as wide as their columns already."""
        if cells := self._columns.number:
            columns = ([number.ljust(cells) for number in ids], *columns)
        rows = list(map(GAP.join, zip(*columns, strict=True)))
        if self._columns.job:
            first = padded(escape_control(job), self._columns.job) + GAP
            rows = [first + row for row in rows]
        return [row.rstrip() for row in rows] if "" in columns[-1] else rows

    def _with_headers(self, times: Mapping[str, Cell], timestamps: Iterable[str], rows: list[str]) -> list[str]:
        """Insert a header before the very first row and, on a terminal, where the date changes."""
        dates = {timestamp: date for timestamp, (date, _) in times.items()}
        if self._date is not None and (not self._on_terminal or set(dates.values()) <= {"", self._date}):
            return rows
        lines: list[str] = []
        for date, row in zip(map(dates.__getitem__, timestamps), rows, strict=True):
            if self._date is None or (self._on_terminal and date not in ("", self._date)):
                self._date = date
                lines.append(self._header(date))
            lines.append(row)
        return lines

    def _header(self, date: str) -> str:
        columns = self._columns
        time = "ELAPSED" if self._time_format.elapsed else date if self._on_terminal and date else "TIME"
        label = padded("EVENT" if columns.label >= len("EVENT") else "", columns.label)
        node = padded(self._cut("NODE", columns.node), columns.node)
        message = "MESSAGE" if columns.message is None else self._cut("MESSAGE", columns.message)
        (header,) = self._rows("JOB", ["ID"], [padded(time, columns.time)], [label], [node], [message])
        return self._theme.paint(header, "quiet")

    def _cut(self, text: str, cells: int) -> str:
        return cut(text, cells, self._theme.ellipsis)

    def _draw_node(self, name: str) -> str:
        """Draw the cell of a node; it is cut on a terminal only."""
        node, cells = escape_control(name), self._columns.node
        shown = self._cut(node, cells) if self._on_terminal else node
        painted = self._highlighter.highlight(shown) if self._highlighter is not None else shown
        return painted + " " * (cells - width(shown))

    def _draw_time(self, timestamp: str, job: str) -> Cell:
        """Return the date of a timestamp, and its cell, without the date if the header has it."""
        date, time = self._time_format.split(timestamp, job)
        text = escape_control(time if self._on_terminal else f"{date} {time}".strip())
        return date, padded(self._cut(text, _MOST_TIME_CELLS) if self._on_terminal else text, self._columns.time)

    def _draw_label(self, kind: str) -> str:
        state = "over" if kind == JOB_FINISHED else kind.rpartition("_")[2]  # how it ended, that event does not say
        glyph = f"{self._theme.glyphs.get(state, ' ')} " if self._theme.glyphs else ""
        cells = self._columns.label
        labels = _ALL_LABELS if cells == self._columns.whole_label else _ALL_SHORT_LABELS
        label = glyph + (labels.get(kind) or escape_control(kind) or "?")
        if cells == 1:
            label = self._theme.glyphs.get(state, "·" if kind in _PLAN_LABELS else "?")
        return self._theme.paint(padded(self._cut(label, cells) if self._on_terminal else label, cells), state)


def _describe(fields: Fields) -> str:
    """Return the text of an event: why its node failed, or what changed on it, and the server's message."""
    message = fields.message
    if fields.type == "node_finished":
        changes = read_changes(fields.detail)
        text = changes.text if changes else ""
    elif fields.type in ("node_failed", "node_errored"):
        text = read_cause(fields.detail)
        if not text:
            text, message = cause_in_message(message, fields.node or "")
    else:
        return message
    if not text or text in message:
        return message
    return f"{text}; {message}" if message and not says_only_state(message, fields.node or "") else text


def _without_node(text: str, node: str | None) -> str:
    """Return a text without what its row says already: ` on NODE`, and that a run has started or finished well."""
    before, found, rest = text.partition(f" on {node}")
    if node is None or not found or (rest and _IN_NAME.match(rest)):
        return without_name(text, node)
    return before.removesuffix("; Finished puppet run") + rest.removesuffix(" ...").removesuffix(" - Success!")
