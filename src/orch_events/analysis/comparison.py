"""Two jobs side by side, node by node: what fares worse in the second, what better, what is gone, what is new."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from orch_events.analysis.summary import Summary
from orch_events.job.nodes import NodeRun
from orch_events.job.state import JobState
from orch_events.wire.vocabulary import NODE_UNFINISHED

FACTOR = 1.5
SECONDS = 5.0
"""A node is slower, or faster, where its durations differ by both of these at least."""


class Pair(msgspec.Struct, frozen=True):
    """A node in both jobs.

    Attributes:
        name: the node's name.
        before, after: its runs; None where the job has no such node.
    """

    name: str
    before: NodeRun | None
    after: NodeRun | None

    @property
    def more_seconds(self) -> float | None:
        """By how many seconds it took longer after than before; None where it did not finish in both."""
        runs = self.before, self.after
        before, after = (run.seconds if run and run.state == "finished" else None for run in runs)
        return None if before is None or after is None else after - before


class Comparison(msgspec.Struct, frozen=True):
    """What differs between two jobs.

    A node fails where it failed, errored or was skipped, or still ran when its job ended.

    Attributes:
        before, after: the two jobs.
        newly_failing: nodes that fail after, and did not before; new ones too.
        fixed: nodes that failed before and finished after.
        still_failing: nodes that fail in both.
        missing: nodes of which nothing is heard after.
        new: nodes of which nothing was heard before.
        slower, faster: nodes that finished in both and took longer, or shorter; the greatest difference first.
    """

    before: Summary
    after: Summary
    newly_failing: Sequence[Pair]
    fixed: Sequence[Pair]
    still_failing: Sequence[Pair]
    missing: Sequence[Pair]
    new: Sequence[Pair]
    slower: Sequence[Pair]
    faster: Sequence[Pair]

    @classmethod
    def from_states(cls, before: JobState, after: JobState) -> "Comparison":
        """Compare two jobs."""
        pairs = list(_pairs(before.runs, after.runs))
        failed, fails = _failing(before), _failing(after)
        return cls(
            Summary.from_state(before),
            Summary.from_state(after),
            [pair for pair in pairs if fails(pair.after) and not failed(pair.before)],
            [pair for pair in pairs if failed(pair.before) and pair.after and pair.after.state == "finished"],
            [pair for pair in pairs if failed(pair.before) and fails(pair.after)],
            [pair for pair in pairs if pair.after is None],
            [pair for pair in pairs if pair.before is None],
            _by_difference(pairs, 1),
            _by_difference(pairs, -1),
        )


def _pairs(before: Mapping[str, NodeRun], after: Mapping[str, NodeRun]) -> Iterable[Pair]:
    """Pair the nodes, in the order of the second job; those that only the first one has come last."""
    for name in {**after, **before}:
        yield Pair(name, before.get(name), after.get(name))


def _failing(state: JobState) -> Callable[[NodeRun | None], bool]:
    """Return what tells whether a node fails; one that runs does so only where the job is over."""
    states = {word for word in NODE_UNFINISHED if word != "running" or state.is_over}
    return lambda run: run is not None and run.state in states


def _by_difference(pairs: Iterable[Pair], sign: int) -> list[Pair]:
    """Return the nodes that are slower, or with a sign of -1 faster."""
    differences = [(sign * pair.more_seconds, pair) for pair in pairs if pair.more_seconds is not None]
    found = [(more, pair) for more, pair in differences if more >= SECONDS and _is_factor(pair)]
    return [pair for _, pair in sorted(found, key=lambda one: -one[0])]


def _is_factor(pair: Pair) -> bool:
    seconds = [run.seconds or 0.0 for run in (pair.before, pair.after) if run]
    return max(seconds) >= FACTOR * min(seconds)
