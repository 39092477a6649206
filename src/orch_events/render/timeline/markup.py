"""What SVG and HTML share: elements, escaping, numbers, and colours for light and dark schemes."""

import html
import json
from collections.abc import Sequence

from orch_events.analysis.timeline import Chart, Row, concurrency, concurrency_by_cell
from orch_events.render.timeline.captions import label
from orch_events.render.toolkit.text import escape_control, width
from orch_events.render.toolkit.theme import Theme
from orch_events.wire.vocabulary import NODE_STATES

STRIP_CELLS = 240
"""The horizontal resolution of the graph of how many nodes ran at once."""

LIGHT = {
    "back": "#ffffff",
    "ink": "#1f2328",
    "quiet": "#57606a",
    "line": "#d8dee4",
    "hover": "#eef2f6",
    "finished": "#1a7534",
    "failed": "#cf222e",
    "errored": "#7a45d9",
    "skipped": "#8a5c00",
    "running": "#0969da",
    "other": "#57606a",
    "done": "#43975b",
}
DARK = {
    "back": "#0d1117",
    "ink": "#e6edf3",
    "quiet": "#9198a1",
    "line": "#30363d",
    "hover": "#1c2330",
    "finished": "#3fb950",
    "failed": "#ff6a61",
    "errored": "#bc8cff",
    "skipped": "#d29922",
    "running": "#58a6ff",
    "other": "#9198a1",
    "done": "#35974a",
}
"""Colours by use. A state's colour is for its text and its bars; only bars of finished nodes are paler, in `done`."""

CLASSES = (*NODE_STATES.values(), "other")
"""The CSS classes of states; `other` is for states that are not documented."""


PLAIN = Theme.from_capabilities(color=False, ascii_only=False)
"""The theme of their texts: colours are CSS."""


def widest(rows: Sequence[Row]) -> tuple[int, int]:
    """Return the cells of the longest name, and of the longest label."""
    names = max((width(escape_control(row.run.name)) for row in rows), default=0)
    return names, max((width(label(row, PLAIN)) for row in rows), default=0)


def state_class(state: str) -> str:
    """Return the CSS class of a state."""
    return state if state in CLASSES else "other"


def bar_color(name: str) -> str:
    """Return the name of the colour of a state's bars."""
    return "done" if name == "finished" else name


def escaped(text: str) -> str:
    """Escape text for an element or a quoted attribute, also characters that XML does not allow."""
    return html.escape(escape_control(text)).replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")


def element(name: str, content: str | Sequence[str] = "", **attributes: object) -> str:
    """Return an element. Its content is markup, its attributes are text; a trailing `_` of a name is removed."""
    written = "".join(f' {key.rstrip("_")}="{escaped(str(value))}"' for key, value in attributes.items())
    inner = content if isinstance(content, str) else "".join(content)
    return f"<{name}{written}>{inner}</{name}>"


def number(value: float) -> str:
    """Format a number with two decimals at most."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def script_json(value: object) -> str:
    """Return JSON for a script element, in which nothing can end the element."""
    return json.dumps(value, separators=(",", ":")).replace("<", "\\u003c")


def outline(chart: Chart) -> tuple[str, int]:
    """Return how many nodes ran at once: an SVG path in a box of `STRIP_CELLS` by 1, and the maximum."""
    running = concurrency_by_cell(concurrency(chart.rows), chart.seconds, STRIP_CELLS)
    most = max(running)
    steps = "".join(f"V{number(1 - count / (most or 1))}H{cell}" for cell, count in enumerate(running, 1))
    return f"M0 1{steps}V1Z", most
