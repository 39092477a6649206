"""Which events are shown. It never changes what is counted, nor how a job ended."""

import re
from collections.abc import Callable, Iterable, Sequence
from fnmatch import translate
from typing import Any

from orch_events.events import Event

Test = Callable[[Event], bool]

_FAILED = frozenset({"node_failed", "node_errored"})


class Selection:
    """The events that pass every test; without tests, all.

    Args:
        types: event types, whole (`node_failed`) or without their first word (`failed`).
        nodes: globs for the node's name; an event of the job itself has none.
        failed: only nodes that failed or errored.
        grep: found in the message, the node's name or a string of the details.
        since, until: seconds since the epoch, both inclusive; an event without a time is not within.
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
        self._tests: list[Test] = []
        if types:
            self._tests.append(_of_types(types))
        if nodes:
            self._tests.append(_of_nodes(nodes))
        if failed:
            self._tests.append(lambda event: event.type in _FAILED)
        if since is not None or until is not None:
            self._tests.append(_between(since, until))
        if grep:
            self._tests.append(_with_text(grep))

    def of(self, events: Sequence[Event]) -> Sequence[Event]:
        """Return the selected ones among `events`, in their order."""
        for test in self._tests:
            events = [event for event in events if test(event)]
        return events


def _of_types(types: Iterable[str]) -> Test:
    wanted = {prefix + name for name in types for prefix in ("", "node_", "job_")}
    return lambda event: event.type in wanted


def _of_nodes(globs: Iterable[str]) -> Test:
    pattern = re.compile("|".join(translate(glob) for glob in globs))
    return lambda event: event.node is not None and pattern.match(event.node) is not None


def _between(since: float | None, until: float | None) -> Test:
    def test(event: Event) -> bool:
        at = event.at
        if at is None:
            return False
        seconds = at.timestamp()
        return (since is None or seconds >= since) and (until is None or seconds <= until)

    return test


def _with_text(patterns: Sequence[re.Pattern[str]]) -> Test:
    def test(event: Event) -> bool:
        texts = (event.message, event.node or "", *_strings(event.details))
        return any(pattern.search(text) for pattern in patterns for text in texts)

    return test


def _strings(value: Any) -> list[str]:  # noqa: ANN401 - it is any JSON
    """Collect the strings in a JSON value, at any depth; not the keys."""
    found, pending = [], [value]
    while pending:
        value = pending.pop()
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, dict | list):
            pending += value.values() if isinstance(value, dict) else value
    return found
