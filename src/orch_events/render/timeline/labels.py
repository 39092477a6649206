"""What is said of one node of a timeline: briefly behind its bar, and in a sentence."""

from orch_events.chart import Row
from orch_events.render.cells import cut
from orch_events.render.text import visible
from orch_events.render.theme import Theme
from orch_events.render.timeline.axis import Axis
from orch_events.times import format_duration

_MOST_STATE_CELLS = 12


def mark(state: str, theme: Theme) -> str:
    """Return a state's glyph and a space; "" where there is none."""
    return f"{theme.glyphs[state]} " if state in theme.glyphs else ""


def label(row: Row, theme: Theme) -> str:
    """Return what stands behind a bar, or in its stead: its duration, and how it ended unless that was well."""
    state, seconds = row.run.state, row.seconds
    word = cut(visible(state), _MOST_STATE_CELLS, theme.ellipsis)
    if seconds is None:
        return mark(state, theme) + word
    took = format_duration(seconds)
    return took if state == "finished" else f"{mark(state, theme) or f'{word} '}{took}"


def story(row: Row, axis: Axis) -> str:
    """Tell how a node fared and when: `finished, began at 8s, took 34s`."""
    state, seconds = visible(row.run.state), row.seconds
    if row.begin is None:
        return state if row.end is None else f"{state} at {axis.tell(row.end)}"
    told = f"{state}, began at {axis.tell(row.begin)}"
    if seconds is None:
        return told
    took = format_duration(seconds)
    return f"{told}, {took} so far" if row.run.state == "running" else f"{told}, took {took}"


def reasons(row: Row) -> list[str]:
    """Return what the server and the node say of a node that did not finish, each once."""
    told = (visible(row.run.message), visible(row.run.cause))
    return [text for text in dict.fromkeys(told) if text]
