"""What is said of a timeline: of the job above it, of each node beside its bar, and of the nodes that are left out."""

from collections.abc import Mapping, Sequence

import msgspec

from orch_events.analysis.timeline import Chart, Row
from orch_events.job.state import JobState
from orch_events.render.timeline.axis import Axis
from orch_events.render.toolkit.text import cut, escape_control
from orch_events.render.toolkit.theme import Theme
from orch_events.times import format_duration
from orch_events.wire.vocabulary import NODE_FAILED, in_display_order

_MOST_STATE_CELLS = 12
_NOT_BEGUN = "not started"


class Heading(msgspec.Struct, frozen=True):
    """What there is to say of a job before its nodes are shown; whatever a server said is visible text.

    Attributes:
        job: `job 352`.
        description: what its owner says of it; "" where nobody does.
        word: how it ended, or in which state it is.
        took: after how long, or for how long so far; "" where that is not known.
        counts: how many nodes are in each state, and how many have not begun.
    """

    job: str
    description: str
    word: str
    took: str
    counts: Mapping[str, int]

    @classmethod
    def from_state(cls, state: JobState, chart: Chart) -> "Heading":
        """Sum up a job so far."""
        word: str = (state.record.state if state.record else "") or "running"
        counts: Mapping[str, int] = state.nodes
        seconds = None if chart.began_at is None else chart.seconds
        if state.is_over:
            outcome = state.outcome()
            word, counts, seconds = outcome.word, outcome.nodes, outcome.seconds
        took = "" if seconds is None else f"{'after' if state.is_over else 'for'} {format_duration(seconds)}"
        description = escape_control(state.record.description if state.record else "")
        return cls(f"job {state.job}", description, escape_control(word), took, _counted(counts, state.total))

    @property
    def nodes(self) -> str:
        """How many nodes there are."""
        return counted(sum(self.counts.values()))

    @property
    def parts(self) -> list[tuple[str, str]]:
        """All but the counts, each part with the name of its style; only the description can be long."""
        parts = [(self.job, ""), (f"({self.description})", ""), (self.word, self.word), (self.took, "")]
        return [part for part in parts if part[0] not in ("", "()")]

    @property
    def sentence(self) -> str:
        """The same, in one line: `job 352 (deploy production) finished after 2m 07s`."""
        return " ".join(text for text, _ in self.parts)


def _counted(counts: Mapping[str, int], total: int) -> dict[str, int]:
    known = {escape_control(state): count for state, count in in_display_order(counts)}
    waiting = total - sum(known.values())
    return known | ({_NOT_BEGUN: waiting} if waiting > 0 else {})


def counted(number: int) -> str:
    """Write a number of nodes."""
    return f"{number:,} node{'s' * (number != 1)}"


def left_out(shown: Sequence[Row], of: Sequence[Row]) -> str:
    """Tell which of all rows are shown; "" where all are."""
    if len(shown) == len(of):
        return ""
    failed, shown_failed = (sum(row.run.state in NODE_FAILED for row in rows) for rows in (of, shown))
    slowest = f"the {len(shown) - shown_failed:,} slowest"
    if shown_failed < failed:
        return f"showing the {shown_failed:,} slowest of {failed:,} failed nodes ({len(of):,} in all)"
    all_failed = f"all {failed:,} that failed" if failed > 1 else "the one that failed"
    parts = [slowest] * (len(shown) > failed) + [all_failed] * (failed > 0)
    return f"showing {' and '.join(parts)} of {counted(len(of))}"


def mark(state: str, theme: Theme) -> str:
    """Return a state's glyph and a space; "" where there is none."""
    return f"{theme.glyphs[state]} " if state in theme.glyphs else ""


def label(row: Row, theme: Theme) -> str:
    """Return what stands behind a bar, or in its stead: its duration, and how it ended unless that was well."""
    state, seconds = row.run.state, row.seconds
    word = cut(escape_control(state), _MOST_STATE_CELLS, theme.ellipsis)
    if seconds is None:
        return mark(state, theme) + word
    took = format_duration(seconds)
    return took if state == "finished" else f"{mark(state, theme) or f'{word} '}{took}"


def story(row: Row, axis: Axis) -> str:
    """Tell how a node fared and when: `finished, began at 8s, took 34s`."""
    state, seconds = escape_control(row.run.state), row.seconds
    if row.begin is None:
        return state if row.end is None else f"{state} at {axis.tell(row.end)}"
    told = f"{state}, started at {axis.tell(row.begin)}"
    if seconds is None:
        return told
    took = format_duration(seconds)
    return f"{told}, {took} so far" if row.run.state == "running" else f"{told}, took {took}"


def reasons(row: Row) -> list[str]:
    """Return what the server and the node say of a node that did not finish, each once."""
    told = (escape_control(row.run.message), escape_control(row.run.cause))
    return [text for text in dict.fromkeys(told) if text]
