"""What is wrong with a recording: it is something else, of two jobs, damaged, or has no end.

1. A file is told by its first object. A saved answer of another endpoint is named, with what to type instead.
2. Events without the key "job" are of one job. Two jobs are two that end, or one that goes on after its end: a node
   that starts with a higher id than the job's end has, or than its own end. What can't be told is a job without an end,
   as servers of 2016 have them, before another one with other nodes.
3. A file without end (/dev/zero, a gzip of nothing but white space) is left after `_MOST_BYTES`, or `_MOST_PLACES`
   damaged places, without an event.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from orch_events.errors import LocalFileError
from orch_events.recording.formats import Part
from orch_events.wire.event import Event, Fields, fields_of
from orch_events.wire.lenient import loads
from orch_events.wire.vocabulary import JOB_END_EVENTS, NODE_OVER, NODE_STATES

_MOST_BYTES = 1 << 28
_MOST_PLACES = 1 << 19
_MOST_NAMED = 3
"""How many damaged places are reported one by one."""

_BEGINS_EVENT = re.compile(rb'\s*(?:\[\s*)?\{\s*"')

NOT_A_RECORDING = (
    "a recording is a file written with --record, --json or -o json, or a saved response of the events endpoint"
)

_NODE_ENDS = frozenset(kind for kind, state in NODE_STATES.items() if state in NODE_OVER)

Contents = Literal["events", "nodes", "jobs", "plan jobs", "report"]

_JOB_KEYS = frozenset({"command", "environment", "node_count", "options", "owner"})

_OTHERS = {
    "jobs": ("a list of jobs", "orch-events list NUMBER shows the events of one of them"),
    "plan jobs": ("a list of plan jobs", "orch-events list plan:NUMBER shows the events of one of them"),
    "report": ("a saved answer of /report", "orch-events failures NUMBER shows which nodes failed, and why"),
    "nodes": ("a saved answer of /nodes", "it has each node's state: orch-events failures, nodes and summary read it"),
}


def contents_of(first: Event) -> Contents:
    """Tell by its first object what a file is of."""
    content = loads(first.raw)
    keys = set(content) if isinstance(content, dict) else set()
    if "state" not in keys or not keys & {"name", "node"}:
        return "events"
    if "name" not in keys:
        return "report"
    options = content.get("options")
    if isinstance(options, dict) and "plan_name" in options:
        return "plan jobs"
    return "jobs" if keys & _JOB_KEYS else "nodes"


def no_events(name: str, contents: Contents) -> LocalFileError:
    """Return the error for a file whose contents are no events."""
    what, hint = _OTHERS[contents]
    return LocalFileError(f"{name} is {what}, not a job's events", hint)


class OneJob:
    """Sees that events without a key are of one job.

    Args:
        name: what the recording is called in messages.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._ends: dict[str, int] = {}
        self._finished: dict[str, int] = {}
        self._started: dict[str, int] = {}
        self._last_start = self._highest = -1

    def check(self, events: Sequence[Event]) -> None:
        """Take the next events. Raises LocalFileError if one is of another job than those before."""
        known = [(one.id, fields) for one, fields in zip(events, fields_of(events), strict=True) if one.id is not None]
        if not self._goes_on(known):
            for number, fields in known:
                self._check(number, fields)

    def _goes_on(self, events: Sequence[tuple[int, Fields]]) -> bool:
        """Take events at once if they are as in nearly every file; return whether they are.

        Each has a higher id than all before, none ends the job, and no node starts that ended before.
        """
        numbers = [self._highest, *(number for number, _ in events)]
        self._highest = max(numbers)
        began = {one.node: number for number, one in events if one.type == "node_running" and one.node}
        over = {one.node: number for number, one in reversed(events) if one.type in _NODE_ENDS and one.node}
        if (
            self._ends
            or numbers != sorted(set(numbers))
            or not JOB_END_EVENTS.isdisjoint(one.type for _, one in events)
        ):
            return False
        if not (began.keys().isdisjoint(over) and began.keys().isdisjoint(self._finished)):
            return False
        self._last_start = max(self._last_start, *began.values(), -1)
        self._started |= began
        for node, number in over.items():
            self._finished.setdefault(node, number)
        return True

    def _check(self, number: int, fields: Fields) -> None:
        state = NODE_STATES.get(fields.type)
        if fields.type in JOB_END_EVENTS:
            self._refuse(self._ends.setdefault(fields.type, number) != number)
        elif fields.node and state == "running":
            self._last_start = max(self._last_start, number)
            self._started[fields.node] = max(number, self._started.get(fields.node, -1))
            self._refuse(number > self._finished.get(fields.node, number))
        elif fields.node and state in NODE_OVER:
            self._finished[fields.node] = min(number, self._finished.get(fields.node, number))
            self._refuse(self._started.get(fields.node, -1) > number)
        self._refuse(self._last_start > min(self._ends.values(), default=self._last_start))

    def _refuse(self, other: bool) -> None:  # noqa: FBT001 - what was found
        if other:
            message = f"{self._name} has events of more than one job, and nothing in it tells whose each is"
            raise LocalFileError(message, "record each job again with --record, which names the job in each line")


class Limit:
    """Sees that reading comes to an end.

    Args:
        name: what the recording is called in messages.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._bytes = 0
        self._places = 0

    def count(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """Pass pieces on. Raises LocalFileError if there are too many bytes without an event."""
        for piece in pieces:
            self._bytes += len(piece)
            if self._bytes > _MOST_BYTES:
                raise self._error(f"{_MOST_BYTES >> 20} MB")
            yield piece

    def note(self, part: Part) -> None:
        """Begin again with an event. Raises LocalFileError if there are too many damaged places without one."""
        if part.events:
            self._bytes = self._places = 0
        self._places += len(part.damaged)
        if self._places > _MOST_PLACES:
            raise self._error(f"{_MOST_PLACES:,} damaged places")

    def _error(self, much: str) -> LocalFileError:
        return LocalFileError(f"{self._name} has {much} without an event", NOT_A_RECORDING)


class Damage:
    """The damaged places that one reading finds.

    Nothing is reported before the first event: if there is none, the file is not a recording.

    Args:
        name: what the recording is called in messages.
        warn: called with a message about each.
    """

    def __init__(self, name: str, warn: Callable[[str], None]) -> None:
        self._name = name
        self._warn = warn
        self._first_places: list[str] = []
        self._count = 0
        self._any_event = False

    def note(self, part: Part) -> None:
        """Count the damaged places of a part, and report the first few of all."""
        self._any_event = self._any_event or bool(part.events)
        self._count += len(part.damaged)
        self._first_places += part.damaged[: _MOST_NAMED - len(self._first_places)]
        for place in self._first_places if self._any_event else ():
            self._warn(f"{self._name}: {place} is damaged and was skipped")

    def conclude(self, *, gzip_broken: bool, head: bytes = b"") -> None:
        """Report the rest; `head` is how the file begins. Raises LocalFileError if there is nothing but damage."""
        if not self._any_event and (self._count or gzip_broken):
            is_cut = self._count == 1 and _BEGINS_EVENT.match(head) and loads(head) is None
            also = ", or was cut off in its first event" if is_cut else ""
            raise LocalFileError(f"{self._name} is not a recording{also}", NOT_A_RECORDING)
        if self._count > _MOST_NAMED:
            self._warn(f"{self._name}: {self._count} damaged places were skipped in total")
        if gzip_broken:
            self._warn(f"{self._name}: the gzip data is damaged or cut off; events may be missing")
