"""What picture and page are made of: elements, escaped text, numbers, and colours for light and dark."""

import html
import json
from collections.abc import Sequence

from orch_events.analysis.timeline import Chart, concurrency, concurrency_by_cell
from orch_events.render.toolkit.text import escape_control
from orch_events.wire.vocabulary import NODE_STATES

STRIP_CELLS = 240
"""How many cells the strip of what ran at once has."""

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
"""Colours by what they are for; a state's is that of its words, and of its bars but for `done`: most bars are well."""

CLASSES = (*NODE_STATES.values(), "other")
"""The classes that states have; a server may know others."""


def state_class(state: str) -> str:
    """Return the class of a state."""
    return state if state in CLASSES else "other"


def bar_color(name: str) -> str:
    """Return the name of the colour that a state's bars have."""
    return "done" if name == "finished" else name


def escaped(text: str) -> str:
    """Write text for an element or an attribute in quotes: nothing in it is markup, and XML has all its characters."""
    return html.escape(escape_control(text)).replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")


def element(name: str, content: str | Sequence[str] = "", **attributes: object) -> str:
    """Write an element. Its content is markup already; its attributes are text, named without a last underscore."""
    written = "".join(f' {key.rstrip("_")}="{escaped(str(value))}"' for key, value in attributes.items())
    inner = content if isinstance(content, str) else "".join(content)
    return f"<{name}{written}>{inner}</{name}>"


def number(value: float) -> str:
    """Write a number with no more than two digits behind the point."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def script_json(value: object) -> str:
    """Write JSON for a script element, which nothing in it can end."""
    return json.dumps(value, separators=(",", ":")).replace("<", "\\u003c")


def outline(chart: Chart) -> tuple[str, int]:
    """Return how many nodes ran at once as a path in a box of `STRIP_CELLS` by 1, and the highest number."""
    running = concurrency_by_cell(concurrency(chart.rows), chart.seconds, STRIP_CELLS)
    most = max(running)
    steps = "".join(f"V{number(1 - count / (most or 1))}H{cell}" for cell, count in enumerate(running, 1))
    return f"M0 1{steps}V1Z", most
