"""Renderers that stand before another one and let through what is wanted."""

from collections import deque
from collections.abc import Sequence

from orch_events.events import Event
from orch_events.render.renderer import Renderer
from orch_events.selection import Selection


class Selected:
    """Lets through the selected events.

    Attributes:
        passed: how many of them there were.
    """

    def __init__(self, selection: Selection, renderer: Renderer) -> None:
        self.passed = 0
        self._selection = selection
        self._renderer = renderer

    def events(self, job: str, events: Sequence[Event]) -> None:
        """Pass on those that are selected."""
        selected = self._selection.of(events)
        self.passed += len(selected)
        self._renderer.events(job, selected)

    def wait(self) -> None:
        """Pass it on."""
        self._renderer.wait()

    def finish(self, *, whole: bool = True) -> None:
        """Pass it on."""
        self._renderer.finish(whole=whole)


class Tail:
    """Holds events back until the first wait, and then lets through each job's last ones, and all that follow.

    Args:
        count: how many of each job.
        renderer: what stands behind.
    """

    def __init__(self, count: int, renderer: Renderer) -> None:
        self._count = count
        self._renderer = renderer
        self._held: dict[str, deque[Event]] | None = {}

    def events(self, job: str, events: Sequence[Event]) -> None:
        """Hold back, or pass on."""
        if self._held is None:
            self._renderer.events(job, events)
        else:
            self._held.setdefault(job, deque(maxlen=self._count)).extend(event.copy() for event in events)

    def wait(self) -> None:
        """Let go."""
        held, self._held = self._held or {}, None
        for job, events in held.items():
            self._renderer.events(job, list(events))
        self._renderer.wait()

    def finish(self, *, whole: bool = True) -> None:
        """Let go."""
        self.wait()
        self._renderer.finish(whole=whole)
