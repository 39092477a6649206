"""The texts of a timeline: the heading, the labels beside bars, and which nodes are left out."""

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from orch_events.analysis.part import Part
from orch_events.analysis.timeline import Chart, Row
from orch_events.job.state import JobState
from orch_events.render.timeline.axis import Axis
from orch_events.render.toolkit.text import cut, escape_control
from orch_events.render.toolkit.theme import Theme
from orch_events.times import format_duration
from orch_events.wire.job_key import spoken
from orch_events.wire.vocabulary import NODE_FAILED, in_display_order

_MOST_STATE_CELLS = 12
_NOT_BEGUN = "not started"


class Heading(msgspec.Struct, frozen=True):
    """The heading of a timeline; what came from the server is escaped.

    Attributes:
        job: `job 352`.
        description: the job's description; "" if it has none.
        word: how it ended, or in which state it is.
        took: after how long, or for how long so far; "" if that is not known.
        counts: how many nodes are in each state, and how many have not begun.
        part: which part of the job the timeline is of; "" for all of it.
    """

    job: str
    description: str
    word: str
    took: str
    counts: Mapping[str, int]
    part: str = ""

    @classmethod
    def from_state(cls, state: JobState, chart: Chart, part: Part | None = None) -> "Heading":
        """Summarize a job so far; the counts are those of the part that is drawn."""
        part = part or Part.from_state(state)
        word: str = (state.record.state if state.record else "") or "in an unknown state"
        counts: Mapping[str, int] = state.nodes
        seconds = None if chart.began_at is None else chart.seconds
        if (outcome := state.outcome()) is not None:
            word, counts, seconds = outcome.word, outcome.nodes, outcome.seconds
        goes_on = state.has_record and not state.is_over
        took = "" if seconds is None else f"{'for' if goes_on else 'after'} {format_duration(seconds)}"
        description = escape_control(state.record.description if state.record else "")
        total = state.total
        if not part.is_whole:
            counts, total = Counter(run.state for run in part.runs.values()), len(part.runs)
        words = escape_control(part.words)
        return cls(spoken(state.job), description, escape_control(word), took, _counted(counts, total), words)

    @classmethod
    def from_states(cls, states: Sequence[JobState]) -> "Heading":
        """Name several jobs, and count the nodes of all."""
        outcomes = [(state, state.outcome()) for state in states]
        counts = sum(
            (Counter(outcome.nodes if outcome else state.nodes) for state, outcome in outcomes), Counter[str]()
        )
        names, total = ", ".join(spoken(state.job) for state in states), sum(state.total for state in states)
        return cls(f"{len(states)} jobs", names, "", "", _counted(counts, total))

    @property
    def nodes(self) -> str:
        """How many nodes there are."""
        return counted(sum(self.counts.values()))

    @property
    def parts(self) -> list[tuple[str, str]]:
        """Everything but the counts, each part with the name of its style; only the description can be long."""
        parts = [(self.job, ""), (f"({self.description})", ""), (self.word, self.word), (self.took, "")]
        parts += [(f"- showing {self.part}", "quiet")] * bool(self.part)
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
    """Return `1 node`, `3 nodes`."""
    return f"{number:,} node{'s' * (number != 1)}"


def left_out(shown: Sequence[Row], of: Sequence[Row]) -> str:
    """Say which of all rows are shown; "" if all are."""
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
    """Return a state's glyph and a space; "" if it has none."""
    return f"{theme.glyphs[state]} " if state in theme.glyphs else ""


def label(row: Row, theme: Theme) -> str:
    """Return the label after a bar, or in place of one: its duration, and its state unless it finished."""
    state, seconds = row.run.state, row.seconds
    word = cut(escape_control(state), _MOST_STATE_CELLS, theme.ellipsis)
    if seconds is None:
        return mark(state, theme) + word
    took = format_duration(seconds)
    return took if state == "finished" else f"{mark(state, theme) or f'{word} '}{took}"


def describe(row: Row, axis: Axis) -> str:
    """Return a node's state and times: `finished, began at 8s, took 34s`."""
    state, seconds = escape_control(row.run.state), row.seconds
    if row.begin is None:
        return state if row.end is None else f"{state} at {axis.format(row.end)}"
    text = f"{state}, started at {axis.format(row.begin)}"
    if seconds is None:
        return text
    took = format_duration(seconds)
    return f"{text}, {took} so far" if row.run.state == "running" else f"{text}, took {took}"


def reasons(row: Row) -> list[str]:
    """Return the message and the cause of a node that did not finish; once, if they are the same."""
    texts = (escape_control(row.run.message), escape_control(row.run.cause))
    return [text for text in dict.fromkeys(texts) if text]
