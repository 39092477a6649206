"""The part of a job's nodes that a report speaks of: those that match, or that failed."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import translate

import msgspec

from orch_events.job.nodes import NodeRun
from orch_events.job.state import JobState
from orch_events.wire.vocabulary import NODE_FAILED


def name_test(globs: Iterable[str]) -> Callable[[str], bool]:
    """Return a predicate for the names that match one of some globs."""
    match = re.compile("|".join(translate(glob) for glob in globs)).match
    return lambda name: match(name) is not None


class Part(msgspec.Struct, frozen=True):
    """The nodes of a job that are reported.

    Attributes:
        runs: the nodes, as `JobState.runs` has them, in the order in which they were first named.
        of: how many nodes the job has, as far as is known.
        nodes: the globs that their names match; empty for all names.
        failed: whether only those are meant that failed or errored.
    """

    runs: Mapping[str, NodeRun]
    of: int
    nodes: Sequence[str] = ()
    failed: bool = False

    @classmethod
    def from_state(cls, state: JobState, nodes: Sequence[str] = (), *, failed: bool = False) -> "Part":
        """Choose nodes of a job; without arguments, all."""
        runs = state.runs
        if nodes or failed:
            matches = name_test(nodes) if nodes else lambda _: True
            runs = {
                key: run for key, run in runs.items() if matches(run.name) and (not failed or run.state in NODE_FAILED)
            }
        return cls(runs, state.total, nodes, failed)

    def in_states(self, states: Sequence[str]) -> "Part":
        """Return those of the nodes that are in one of some states; all of them if there are none."""
        runs = {key: run for key, run in self.runs.items() if run.state in states} if states else self.runs
        return msgspec.structs.replace(self, runs=runs)

    @property
    def is_whole(self) -> bool:
        """Whether it is the whole job."""
        return not (self.nodes or self.failed)

    @property
    def words(self) -> str:
        """What it is in words, as in `3 of 24 nodes (web*, failed)`; "" for the whole job."""
        chosen = ", ".join([*self.nodes, *["failed"] * self.failed])
        return "" if self.is_whole else f"{len(self.runs)} of {self.of} nodes ({chosen})"
