"""Which events are shown. It never changes what is counted, nor how a job ended."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from fnmatch import translate
from typing import Any

from orch_events.events import Event

Test = Callable[[Sequence[Event]], Sequence[Event]]
"""Returns those events that pass, in their order."""

_FAILED = frozenset({"node_failed", "node_errored"})


class Selection:
    """The events that pass every test; without tests, all.

    Args:
        types: event types, whole (`node_failed`) or without their first word (`failed`).
        nodes: globs for the node's name; an event of the job itself has none.
        failed: only nodes that failed or errored.
        grep: found in the message, the node's name or a string of the details.
        since, until: seconds since the epoch, both inclusive; an event without a time is not within.

    Attributes:
        grep: what is looked for in the text.
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
    ) -> None:
        self.grep = grep
        self._tests: list[Test] = []
        if failed:
            self._tests.append(_of_types(_FAILED))
        if types:
            self._tests.append(_of_types({prefix + name for name in types for prefix in ("", "node_", "job_")}))
        if nodes:
            self._tests.append(_of_nodes(nodes))
        if since is not None or until is not None:
            self._tests.append(_between(since, until))
        if grep:
            self._tests.append(_with_text(grep))

    def of(self, events: Sequence[Event]) -> Sequence[Event]:
        """Return the selected ones among `events`, in their order."""
        for test in self._tests:
            events = test(events)
        return events


def _of_types(types: Collection[str]) -> Test:
    return lambda events: [event for event in events if event.fields.type in types]


def _of_nodes(globs: Iterable[str]) -> Test:
    match = re.compile("|".join(translate(glob) for glob in globs)).match
    return lambda events: [event for event in events if (node := event.fields.node) is not None and match(node)]


def _between(since: float | None, until: float | None) -> Test:
    def within(event: Event) -> bool:
        at = event.at
        if at is None:
            return False
        seconds = at.timestamp()
        return (since is None or seconds >= since) and (until is None or seconds <= until)

    return lambda events: [event for event in events if within(event)]


def _with_text(patterns: Sequence[re.Pattern[str]]) -> Test:
    def found(event: Event) -> bool:
        return any(pattern.search(text) for text in texts(event) for pattern in patterns)

    return lambda events: [event for event in events if found(event)]


def texts(event: Event) -> Iterator[str]:
    """Yield the texts of an event: its message, its node's name, and every string of its details, but no key."""
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
