"""How a job stands: how it ended, or how far it is."""

from collections.abc import Mapping

import msgspec

from orch_events.job import JobState, Outcome


class Standing(msgspec.Struct, frozen=True):
    """What every report on a job begins with.

    Attributes:
        job: the job's number, as text.
        outcome: how it ended; None while it goes on.
        nodes: how many nodes are in each state, by its outcome if there is one.
        total: how many nodes it has, as far as is known.
        over: how many of them will change no more.
        unheard: of how many nothing was heard.
    """

    job: str
    outcome: Outcome | None
    nodes: Mapping[str, int]
    total: int
    over: int
    unheard: int

    @classmethod
    def of(cls, state: JobState) -> "Standing":
        """Tell how a job stands."""
        outcome = state.outcome() if state.is_over else None
        nodes = outcome.nodes if outcome else {name: count for name, count in state.nodes.items() if count}
        return cls(state.job, outcome, nodes, state.total, state.over, state.total - len(state.runs))
