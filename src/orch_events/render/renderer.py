"""What everything that shows events has in common."""

from collections.abc import Sequence
from typing import Protocol

from orch_events.events import Event


class Renderer(Protocol):
    """Shows events as they come."""

    def events(self, job: str, events: Sequence[Event]) -> None:
        """Show some events of `job` and let them leave at once."""
        ...

    def wait(self) -> None:
        """Nothing more comes for now."""
        ...

    def finish(self, *, whole: bool = True) -> None:
        """Nothing more comes at all; where that is not the `whole`, only close what was begun."""
        ...
