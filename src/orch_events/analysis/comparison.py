"""Two jobs, node by node: newly failing, fixed, slower, faster, missing and new nodes of the second."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from orch_events.analysis.part import Part
from orch_events.analysis.summary import Summary
from orch_events.job.nodes import NodeRun
from orch_events.job.plan import PlanState
from orch_events.job.state import JobState
from orch_events.wire.vocabulary import NODE_UNFINISHED

FACTOR = 1.5
SECONDS = 5.0
"""A node is slower or faster if its durations differ by at least this factor and this many seconds."""


class Pair(msgspec.Struct, frozen=True):
    """A node in both jobs.

    Attributes:
        name: the node's name; of a plan, also what its job is in the plan, as in `web-01 (package)`.
        before, after: its runs; None if the job has no such node.
    """

    name: str
    before: NodeRun | None
    after: NodeRun | None

    @property
    def is_skipped(self) -> bool:
        """Whether it was skipped in both jobs."""
        return all(run is not None and run.state == "skipped" for run in (self.before, self.after))

    @property
    def more_seconds(self) -> float | None:
        """How many seconds longer it took in the second job; None if it did not finish in both."""
        runs = self.before, self.after
        before, after = (run.seconds if run and run.state == "finished" else None for run in runs)
        return None if before is None or after is None else after - before


class Comparison(msgspec.Struct, frozen=True):
    """What differs between two jobs.

    A node fails if it failed, errored or was skipped, or was still running when its job ended.

    Attributes:
        before, after: the two jobs.
        newly_failing: nodes that fail in the second and did not in the first, where they were.
        fixed: nodes that failed in the first and finished in the second.
        still_failing: nodes that fail in both, unless they were skipped in both.
        still_skipped: nodes that were skipped in both.
        missing: nodes of which there is no event in the second.
        new: nodes of which there is no event in the first, whether they fail or not.
        slower, faster: nodes that finished in both and took longer, or less long; the greatest difference first.
    """

    before: Summary
    after: Summary
    newly_failing: Sequence[Pair]
    fixed: Sequence[Pair]
    still_failing: Sequence[Pair]
    still_skipped: Sequence[Pair]
    missing: Sequence[Pair]
    new: Sequence[Pair]
    slower: Sequence[Pair]
    faster: Sequence[Pair]

    @classmethod
    def from_states(
        cls, before: JobState, after: JobState, nodes: Sequence[str] = (), *, failed: bool = False
    ) -> "Comparison":
        """Compare two jobs, or the nodes that match and, if only `failed` ones are meant, failed in one of the jobs."""
        parts = _parts(before, after, nodes, failed=failed)
        pairs = list(_pairs(*(part.runs for part in parts)))
        did_fail, fails = _failing(before), _failing(after)
        both = [pair for pair in pairs if did_fail(pair.before) and fails(pair.after)]
        return cls(
            Summary.from_state(before, parts[0]),
            Summary.from_state(after, parts[1]),
            [pair for pair in pairs if fails(pair.after) and pair.before and not did_fail(pair.before)],
            [pair for pair in pairs if did_fail(pair.before) and pair.after and pair.after.state == "finished"],
            [pair for pair in both if not pair.is_skipped],
            [pair for pair in both if pair.is_skipped],
            [pair for pair in pairs if pair.after is None],
            [pair for pair in pairs if pair.before is None],
            _by_difference(pairs, 1),
            _by_difference(pairs, -1),
        )


def _parts(before: JobState, after: JobState, nodes: Sequence[str], *, failed: bool) -> list[Part]:
    """Choose the same nodes of both jobs: those that are meant in one of them."""
    states = before, after
    parts = [Part.from_state(state, nodes, failed=failed) for state in states]
    chosen = {name for part, state in zip(parts, states, strict=True) for name in _by_step(part.runs, state)}
    return [
        replace(part, runs={name: run for name, run in _by_step(state.runs, state).items() if name in chosen})
        for part, state in zip(parts, states, strict=True)
    ]


def _by_step(runs: Mapping[str, NodeRun], state: JobState) -> Mapping[str, NodeRun]:
    """Name the nodes of a plan by what their job is in it: another run of the plan has jobs of other numbers."""
    if not isinstance(state, PlanState):
        return runs
    steps = state.steps
    return {f"{run.name} ({steps[run.job]})": run for run in runs.values()}


def _pairs(before: Mapping[str, NodeRun], after: Mapping[str, NodeRun]) -> Iterable[Pair]:
    """Pair the nodes, in the order of the second job; those that only the first has come last."""
    for name in {**after, **before}:
        yield Pair(name, before.get(name), after.get(name))


def _failing(state: JobState) -> Callable[[NodeRun | None], bool]:
    """Return a predicate for failing nodes; a running node fails only if the job is over."""
    states = {word for word in NODE_UNFINISHED if word != "running" or state.is_over}
    return lambda run: run is not None and run.state in states


def _by_difference(pairs: Iterable[Pair], sign: int) -> list[Pair]:
    """Return the nodes that are slower, or faster for a sign of -1."""
    differences = [(sign * pair.more_seconds, pair) for pair in pairs if pair.more_seconds is not None]
    found = [(more, pair) for more, pair in differences if more >= SECONDS and _is_factor(pair)]
    return [pair for _, pair in sorted(found, key=lambda one: -one[0])]


def _is_factor(pair: Pair) -> bool:
    seconds = [run.seconds or 0.0 for run in (pair.before, pair.after) if run]
    return max(seconds) >= FACTOR * min(seconds)
