"""How a job stands: how it ended, or how far it is."""

import msgspec

from orch_events.job import JobState, Outcome


class Standing(msgspec.Struct, frozen=True):
    """What every report on a job begins with.

    Attributes:
        job: the job's number, as text.
        outcome: how it ended; None while it goes on.
        total: how many nodes it has, as far as is known.
        over: how many of them will change no more.
        running: how many run.
        unheard: of how many nothing was heard.
    """

    job: str
    outcome: Outcome | None
    total: int
    over: int
    running: int
    unheard: int

    @classmethod
    def of(cls, state: JobState) -> "Standing":
        """Tell how a job stands."""
        outcome = state.outcome() if state.is_over else None
        unheard = state.total - len(state.runs)
        return cls(state.job, outcome, state.total, state.over, len(state.running), unheard)
