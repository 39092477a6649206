"""Which events are shown: the filter, and the links of the renderer chain that select events.

A filter changes what is shown, never what is counted, nor the outcome of a job.
"""

import re
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import groupby
from operator import itemgetter
from typing import Any

from orch_events.analysis.part import name_test
from orch_events.render.events.renderer import Renderer
from orch_events.wire.event import Event
from orch_events.wire.vocabulary import FAILED_EVENTS

Test = Callable[[Sequence[Event]], Sequence[Event]]
"""Returns the events that pass, in their order."""


class EventFilter:
    """Selects the events that pass every test; without tests, all.

    Args:
        types: event types, in full (`node_failed`) or without the prefix (`failed`).
        nodes: globs for the node's name; an event of the job itself never matches.
        failed: only nodes that failed or errored.
        grep: searched for in the message, the node's name and the strings of the details.
        since, until: seconds since the epoch, both inclusive; an event without a timestamp never matches.
        guard: a context for searches, which can take for ever.

    Attributes:
        grep: the regular expressions, to highlight what they match.
    """

    def __init__(
        self,
        *,
        types: Sequence[str] = (),
        nodes: Sequence[str] = (),
        failed: bool = False,
        grep: Sequence[re.Pattern[str]] = (),
        since: float | None = None,
        until: float | None = None,
        guard: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self.grep = grep
        self._tests: list[Test] = []
        if failed:
            self._tests.append(_of_types(FAILED_EVENTS))
        if types:
            self._tests.append(
                _of_types({prefix + name for name in types for prefix in ("", "node_", "job_", "plan_", "out_")})
            )
        if nodes:
            self._tests.append(_of_nodes(nodes))
        if since is not None or until is not None:
            self._tests.append(_between(since, until))
        if grep:
            self._tests.append(_with_text(grep, guard))

    def apply(self, events: Sequence[Event]) -> Sequence[Event]:
        """Return the events that pass, in their order."""
        for test in self._tests:
            events = test(events)
        return events


def _of_types(types: Collection[str]) -> Test:
    return lambda events: [event for event in events if event.fields.type in types]


def _of_nodes(globs: Iterable[str]) -> Test:
    matches = name_test(globs)
    return lambda events: [event for event in events if (node := event.fields.node) is not None and matches(node)]


def _between(since: float | None, until: float | None) -> Test:
    def within(event: Event) -> bool:
        at = event.at
        if at is None:
            return False
        seconds = at.timestamp()
        return (since is None or seconds >= since) and (until is None or seconds <= until)

    return lambda events: [event for event in events if within(event)]


def _with_text(patterns: Sequence[re.Pattern[str]], guard: Callable[[], AbstractContextManager[None]]) -> Test:
    def found(event: Event) -> bool:
        return any(pattern.search(text) for text in texts(event) for pattern in patterns)

    def test(events: Sequence[Event]) -> Sequence[Event]:
        with guard():
            return [event for event in events if found(event)]

    return test


def texts(event: Event) -> Iterator[str]:
    """Yield the texts of an event: its message, its node's name, and every string of its details, without keys."""
    yield event.message
    yield event.node or ""
    yield from _strings(event.details)


def _strings(value: Any) -> Iterator[str]:  # noqa: ANN401 - it is any JSON
    pending = [value]
    while pending:
        value = pending.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict | list):
            pending += value.values() if isinstance(value, dict) else value


class Filtered:
    """A link that passes on the events that a filter selects.

    Attributes:
        passed: how many there were.
    """

    def __init__(self, event_filter: EventFilter, renderer: Renderer) -> None:
        self.passed = 0
        self._filter = event_filter
        self._renderer = renderer

    def write(self, job: str, events: Sequence[Event]) -> None:
        """Pass on the events that pass the filter."""
        passed = self._filter.apply(events)
        self.passed += len(passed)
        self._renderer.write(job, passed)

    def flush(self) -> None:
        """Flush the next link."""
        self._renderer.flush()

    def close(self, *, complete: bool = True) -> None:
        """Close the next link."""
        self._renderer.close(complete=complete)


class Tail:
    """A link that buffers a stream's events until its first responses are complete, then passes on the last and later.

    Args:
        count: how many events of each stream.
        renderer: the next link.
        stream_of: names the stream that a job is of: its own, or that of the plan that started it.
        answered: whether the first responses of a stream were complete.
    """

    def __init__(
        self, count: int, renderer: Renderer, stream_of: Callable[[str], str], answered: Callable[[str], bool]
    ) -> None:
        self._count = count
        self._renderer = renderer
        self._stream_of = stream_of
        self._answered = answered
        self._live: set[str] = set()
        self._held: dict[str, deque[tuple[str, Event]]] = {}

    def write(self, job: str, events: Sequence[Event]) -> None:
        """Buffer events until their stream's first responses are complete; pass them on afterwards."""
        stream = self._stream_of(job)
        if self._is_live(stream):
            self._release(stream)
            self._renderer.write(job, events)
        else:
            held = self._held.setdefault(stream, deque(maxlen=self._count))
            held.extend((job, event.copy()) for event in events)

    def flush(self) -> None:
        """Pass on what is buffered of streams whose first responses are complete, and flush the next link."""
        for stream in list(self._held):
            if self._is_live(stream):
                self._release(stream)
        self._renderer.flush()

    def close(self, *, complete: bool = True) -> None:
        """Pass on whatever is buffered, and close the next link."""
        for stream in list(self._held):
            self._release(stream)
        self._renderer.close(complete=complete)

    def _is_live(self, stream: str) -> bool:
        """Whether a stream has told all that was there at first; a job that its plan starts later changes nothing."""
        if stream not in self._live and self._answered(stream):
            self._live.add(stream)
        return stream in self._live

    def _release(self, stream: str) -> None:
        for job, events in groupby(self._held.pop(stream, ()), key=itemgetter(0)):
            self._renderer.write(job, [event for _, event in events])
