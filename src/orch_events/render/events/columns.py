"""The table's columns: which there are, and how wide each is.

Off a terminal nothing is ever cut. On a terminal the message, the last column, gets what the others leave. If that is
little, the event's label is its last word, and nodes' names are cut, but not their first label; if that is not enough,
the label is reduced to its glyph, and then the id is left out.
"""

from collections.abc import Collection

from orch_events.render.toolkit.text import first_labels, widest, width

GAP = "  "
_ID_CELLS = 5
_NODE_CELLS = 16
_LEAST_NODE_CELLS = 5
_PLAN_NODE_CELLS, _LEAST_PLAN_NODE_CELLS = 24, 10
_NODE_STEP = 8
_MOST_NODE_CELLS = 64
_MIN_MESSAGE_CELLS = 24
"""Less than this tells no cause."""
_GOOD_MESSAGE_CELLS = 48
"""Names are cut, if they can be, to leave this much for the message."""
_AMPLE_MESSAGE_CELLS = 72
"""Labels are whole if they leave this much for the message."""
_JOB_CELLS = 6
_PLAN_JOB_CELLS = len("plan:301")
_GLYPH_CELLS = 1


class Columns:
    """The widths of the columns; they never shrink unless the terminal is resized.

    Args:
        time: cells of the time.
        label: cells of the event's label.
        short: cells of its last word, which can stand for it.
        glyphs: whether the label has a glyph that can replace it.
        ellipsis: cells of what ends a name that is cut.
        name_job: whether there is a column for the job.
        plans: whether nodes come that nobody can name when the header is drawn: those of jobs that a plan will start.

    Attributes:
        job, number, time, label, node: cells of each column; 0 for one that is left out.
        whole_label: cells of the label where it is whole.
        message: cells of the message; None if nothing is cut.
    """

    def __init__(
        self, time: int, label: int, short: int, *, glyphs: bool, ellipsis: int, name_job: bool, plans: bool
    ) -> None:
        self.job = _JOB_CELLS if name_job else 0
        self.number = _ID_CELLS
        self.time = time
        self.label = label
        self.node = _NODE_CELLS
        self.message: int | None = None
        self.whole_label = label
        self._short = short
        self._glyphs = glyphs
        self._ellipsis = ellipsis
        self._terminal: int | None = None
        self._widest = {
            "job": self.job, "number": _ID_CELLS, "time": time, "node": _NODE_CELLS, "first": _LEAST_NODE_CELLS,
        }  # fmt: skip
        if plans:
            self._widest |= {"job": _PLAN_JOB_CELLS, "node": _PLAN_NODE_CELLS, "first": _LEAST_PLAN_NODE_CELLS}
        self._fitted: tuple[dict[str, int], int | None] | None = None

    def expect(self, nodes: Collection[str]) -> None:
        """Make room for nodes, by their names, escaped, at the next fit."""
        cells = widest(nodes)
        if cells > self._widest["node"]:
            self._widest["node"] = min(cells + -cells % _NODE_STEP, _MOST_NODE_CELLS)
        if nodes:
            self._widen("first", widest(first_labels(nodes)) + self._ellipsis)

    def fit(self, terminal: int | None, job: str, number: int, time: int, nodes: Collection[str]) -> bool:
        """Make room for events; return whether any column changed.

        Args:
            terminal: the width of the terminal; None if there is none.
            job: their job.
            number: the highest of their ids.
            time: the widest of their times.
            nodes: the names of their nodes, escaped.
        """
        self._terminal = terminal
        self._widen("job", width(job) if self.job else 0)
        self._widen("number", len(str(number)))
        self._widen("time", time)
        self.expect(nodes)
        wanted = dict(self._widest), terminal
        if wanted == self._fitted:
            return False
        self._fitted = wanted
        self._lay_out()
        return True

    def _widen(self, column: str, cells: int) -> None:
        self._widest[column] = max(self._widest[column], cells)

    def _lay_out(self) -> None:
        self.job, self.number, self.time = (self._widest[name] for name in ("job", "number", "time"))
        self.node, self.label, self.message = self._widest["node"], self.whole_label, None
        if self._terminal is None:
            return
        if self._left() < self.node + len(GAP) + _AMPLE_MESSAGE_CELLS:
            self.label = self._short
        least = min(self.node, self._widest["first"])
        if self._glyphs and self._left() < least + len(GAP) + _MIN_MESSAGE_CELLS:
            self.label = _GLYPH_CELLS
        if self._left() < least + len(GAP) + _MIN_MESSAGE_CELLS:
            self.number = 0
        left = max(0, self._left())
        self.node = min(left, max(least, min(self.node, left - len(GAP) - _GOOD_MESSAGE_CELLS)))
        self.message = max(0, left - self.node - len(GAP))

    def _left(self) -> int:
        """Return how many cells the terminal has left for node and message."""
        columns = (self.job, self.number, self.time, self.label)
        return (self._terminal or 0) - sum(cells + len(GAP) for cells in columns if cells)
