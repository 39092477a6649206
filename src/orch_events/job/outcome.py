"""How a job ended, and the exit status that this makes.

The word finished says nothing of the nodes. The exit status does: it is 3 for stopped and aborted, else 1 if the job or
a node is in a state that --fail-on names, else 0.
"""

from collections.abc import Collection, Mapping
from typing import Literal

import msgspec

Word = Literal["finished", "failed", "aborted", "stopped"]


class Outcome(msgspec.Struct, frozen=True):
    """How a job ended.

    Attributes:
        word: finished (even if nodes failed), failed (by its record), aborted or stopped.
        nodes: how many nodes are in each state; some may still be running.
        seconds: how long the job took; None if that is not known.
        late: how many events came after events with higher ids.
        jobs: of a plan, how many jobs it started: then its word decides, and not how their nodes fared. None for a job.
    """

    word: Word
    nodes: Mapping[str, int]
    seconds: float | None
    late: int = 0
    jobs: int | None = None

    def exit_status(self, fail_on: Collection[str]) -> int:
        """Return 3 for a job that was stopped or aborted, 1 for one with failures, else 0; `fail_on` names both."""
        if self.word in ("stopped", "aborted") and "aborted" in fail_on:
            return 3
        nodes = self.nodes if self.jobs is None else {}
        bad = {state for state in ("failed", "errored", "skipped") if nodes.get(state)}
        if self.word == "failed" and not bad & {"failed", "errored"}:
            bad.add("failed")
        return int(not bad.isdisjoint(fail_on))
