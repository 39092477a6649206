"""What is said above a timeline, and of the nodes that are left out of it."""

from collections.abc import Mapping, Sequence

import msgspec

from orch_events.chart import FAILED, Chart, Row
from orch_events.job import JobState
from orch_events.render.text import visible
from orch_events.states import NODE_STATES
from orch_events.times import format_duration

_ORDER = [*(state for state in NODE_STATES.values() if state != "running"), "running"]
_NOT_BEGUN = "not begun"


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
    def of(cls, state: JobState, chart: Chart) -> "Heading":
        """Sum up a job so far."""
        word: str = (state.record.state if state.record else "") or "running"
        counts: Mapping[str, int] = state.nodes
        seconds = None if chart.began_at is None else chart.seconds
        if state.is_over:
            outcome = state.outcome()
            word, counts, seconds = outcome.word, outcome.nodes, outcome.seconds
        took = "" if seconds is None else f"{'after' if state.is_over else 'for'} {format_duration(seconds)}"
        description = visible(state.record.description if state.record else "")
        return cls(f"job {state.job}", description, visible(word), took, _counted(counts, state.total))

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
    order = [*_ORDER, *sorted(set(counts) - set(_ORDER))]
    known = {visible(state): counts[state] for state in order if counts.get(state)}
    waiting = total - sum(known.values())
    return known | ({_NOT_BEGUN: waiting} if waiting > 0 else {})


def counted(number: int) -> str:
    """Write a number of nodes."""
    return f"{number:,} node{'s' * (number != 1)}"


def left_out(shown: Sequence[Row], of: Sequence[Row]) -> str:
    """Tell which of all rows are shown; "" where all are."""
    if len(shown) == len(of):
        return ""
    failed, shown_failed = (sum(row.run.state in FAILED for row in rows) for rows in (of, shown))
    slowest = f"the {len(shown) - shown_failed:,} slowest"
    if shown_failed < failed:
        return f"the {shown_failed:,} slowest of {failed:,} that failed, of {counted(len(of))}"
    all_failed = f"all {failed:,} that failed" if failed > 1 else "the one that failed"
    parts = [slowest] * (len(shown) > failed) + [all_failed] * (failed > 0)
    return f"{' and '.join(parts)} of {counted(len(of))}"
