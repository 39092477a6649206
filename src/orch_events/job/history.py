"""How nodes fared across many jobs."""

import msgspec


class NodeHistory(msgspec.Struct, frozen=True):
    """What the runs of a node amount to.

    Attributes:
        node: the node's name.
        runs: how many are over, but those that were skipped.
        failed, errored: how many of them did.
        skipped: how many times it was skipped.
        changes: how often its outcome changed from one run to the next of the same thing, from good to bad or back.
        last_state: the state of the last run that is over.
        last_at: when that was, in seconds since the epoch; None if that is not known.
        usual_seconds: the median duration of the latest of its runs that finished; None if there is none.
    """

    node: str
    runs: int
    failed: int
    errored: int
    skipped: int
    changes: int
    last_state: str
    last_at: float | None
    usual_seconds: float | None

    @property
    def rate(self) -> float | None:
        """Which part of its runs failed or errored; None if there was none."""
        return (self.failed + self.errored) / self.runs if self.runs else None


class PastRun(msgspec.Struct, frozen=True):
    """One run of a node.

    Attributes:
        job: the job's key.
        at: when it ended, or else began, in seconds since the epoch; None if that is not known.
        type: the job's type: deploy, task …
        what: what ran: the task's name, say; "" if it has none.
        environment: the environment's name.
        state: the node's state; unknown if the job is over and no event told how the node ended.
        seconds: how long it took; None if that is not known.
        cause: why it did not finish; "" if it did, or if nobody says.
    """

    job: str
    at: float | None
    type: str
    what: str
    environment: str
    state: str
    seconds: float | None
    cause: str
