"""The nodes that did not finish, grouped by cause."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from orch_events.analysis.causes import Causes
from orch_events.analysis.part import Part
from orch_events.analysis.progress import JobProgress
from orch_events.job.nodes import MOST_CHARACTERS, NodeRun
from orch_events.job.state import JobState
from orch_events.wire.detail import says_only_state
from orch_events.wire.vocabulary import NODE_UNFINISHED


class Group(msgspec.Struct, frozen=True):
    """Nodes that did not finish, for the same cause.

    Attributes:
        state: the state that all of them are in.
        cause: the cause; its pattern if the nodes' messages differ; "" if there is none.
        runs: the nodes, in the order in which they were first named; the first is the example.
    """

    state: str
    cause: str
    runs: Sequence[NodeRun]


class Failures(msgspec.Struct, frozen=True):
    """The failures of a job.

    Attributes:
        progress: how the job ended, or how far it is.
        part: the nodes that the groups are of.
        groups: the largest first.
        skipped: how many skipped nodes were left out of them.
    """

    progress: JobProgress
    part: Part
    groups: Sequence[Group]
    skipped: int = 0

    @classmethod
    def from_state(cls, state: JobState, part: Part | None = None, *, skipped: bool = True) -> "Failures":
        """Group the nodes of a job, or of a part of it, that did not finish; with those that were skipped or not."""
        part = part or Part.from_state(state)
        runs = unfinished(part.runs, skipped=skipped)
        left_out = len(unfinished(part.runs)) - len(runs)
        return cls(JobProgress.from_state(state), part, _grouped(runs, state.runs), left_out)


def unfinished(runs: Mapping[str, NodeRun], *, skipped: bool = True) -> list[NodeRun]:
    """Return the nodes that started and have not finished, in their order; states are an open set."""
    others = {"", "new", "finished", *(["skipped"] if not skipped else [])}
    return [run for run in runs.values() if run.state not in others]


def _grouped(runs: Iterable[NodeRun], names: Iterable[str]) -> list[Group]:
    causes, found = Causes(names), dict[tuple[str, str], list[NodeRun]]()
    for run in runs:
        found.setdefault((run.state, _alike(causes, reason(run))), []).append(run)
    groups = [Group(state, _common(alike) or pattern, alike) for (state, pattern), alike in found.items()]
    return sorted(groups, key=lambda group: (-len(group.runs), _badness(group.state), group.cause))


def _badness(state: str) -> int:
    return NODE_UNFINISHED.index(state) if state in NODE_UNFINISHED else len(NODE_UNFINISHED)


def _alike(causes: Causes, text: str) -> str:
    """Return the pattern of a reason. One that was cut was not cut at the same word everywhere: its end is left out."""
    pattern = causes.pattern(text)
    return pattern if len(text) < MOST_CHARACTERS else pattern[: MOST_CHARACTERS // 2]


def reason(run: NodeRun) -> str:
    """Return why a node did not finish; "" if neither node nor server says.

    That is its cause, unless that only counts changes: then it is the server's message, and whether resources failed.
    """
    counts_only = run.changes is not None and run.cause == run.changes.text
    if run.cause and not counts_only:
        return run.cause
    if not run.changes and says_only_state(run.message, run.name):
        return ""
    failed = "resources failed" if run.changes and run.changes.failed else ""
    return ": ".join(filter(None, (run.message, failed)))


def _common(runs: Sequence[NodeRun]) -> str:
    """Return the reason that all nodes share, word for word; "" if they differ."""
    reasons = {reason(run) for run in runs}
    return reasons.pop() if len(reasons) == 1 else ""
