"""What each node printed, and which nodes printed the same.

1. Nothing is kept twice: nodes that printed the same share one copy, however large it is. A large text stays as it
   stands in JSON, and is decoded in pieces. What is not asked for is not kept at all.
2. A node's last end counts, as for its state; a record of the node counts where it says something else.
3. Nodes are a group if they are of the same job, in the same state, exited with the same status and printed the same,
   after colours were dropped. Errors may differ in what differs from node to node (see `causes`).
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any

import msgspec

from orch_events.analysis.causes import Causes
from orch_events.analysis.excerpt import Room
from orch_events.analysis.failures import reason
from orch_events.analysis.part import Part, name_test
from orch_events.job.nodes import NodeRun
from orch_events.job.plan import run_key
from orch_events.wire.detail import Report, read_changes, read_report
from orch_events.wire.event import Event
from orch_events.wire.printed import drop_colors, is_exit
from orch_events.wire.records import NodeRecord
from orch_events.wire.text import LargeText, Text, pieces, whole
from orch_events.wire.vocabulary import NODE_FAILED, NODE_OVER, NODE_STATES, NODE_UNSUCCESSFUL


class Printed(msgspec.Struct, frozen=True):
    """What a node printed: texts that several nodes can share.

    Attributes:
        output: what it printed, on stdout where that is told apart; None if it does not say.
        stderr: what it printed on stderr; None if it does not say.
        value: the rest of a structured result, as JSON, or in words; "" if there is nothing.
    """

    output: Text | None = None
    stderr: Text | None = None
    value: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not (self.output or self.stderr or self.value)


_NO_ROOM = Printed("[left out: the report has no room for the output of more nodes]")


class NodeOutput(msgspec.Struct, frozen=True):
    """What one node printed.

    Attributes:
        name: the node's name.
        state: the state that it is in.
        exit_code: the exit status that it told; None if it did not.
        error: the message of its error; "" if there is none.
        printed: what it printed; may be shared with other nodes.
        job: the job's number, if it is one of a plan's; else "".
    """

    name: str
    state: str
    exit_code: int | None = None
    error: str = ""
    printed: Printed = Printed()
    job: str = ""


class OutputGroup(msgspec.Struct, frozen=True):
    """Nodes that printed the same.

    Attributes:
        example: one of them; its error is a pattern if their errors differ.
        names: the nodes, in the order of finishing.
    """

    example: NodeOutput
    names: Sequence[str]


class OutputCollector:
    """Collects what nodes printed while their job is read.

    Args:
        nodes: only nodes whose names match one of these globs; empty for all.
        failed: only nodes that failed or errored.
        grep: only nodes of whose output or error each of these matches something; empty for all.
        exact: whether texts are kept as they are: with their colours, and a Puppet run's report as JSON.
        room: how much of the texts is kept; None for all of it.
    """

    def __init__(
        self,
        nodes: Sequence[str] = (),
        *,
        failed: bool = False,
        grep: Sequence[re.Pattern[str]] = (),
        exact: bool = False,
        room: Room | None = None,
    ) -> None:
        self._room = room
        self._matches: Callable[[str], bool] = name_test(nodes) if nodes else lambda _: True
        self._failed = failed
        self._grep = grep
        self._exact = exact
        self._job = ""
        self._states: dict[str, str] = {}
        self._found: dict[str, NodeOutput] = {}
        self._shared: dict[object, Printed] = {}

    def begin(self, job: str) -> None:
        """Take from now on what is of a job that a plan has started."""
        self._job = job

    def events(self, events: Sequence[Event]) -> None:
        """Take some events, in the order of their ids."""
        for event in events:
            fields = event.fields
            state = NODE_STATES.get(fields.type, "running")
            if fields.node and state in NODE_OVER:
                self._take(fields.node, state, fields.detail)

    def nodes(self, nodes: Sequence[NodeRecord]) -> None:
        """Take the records of all nodes, which are later than every event."""
        for node in nodes:
            if node.state in NODE_OVER and self._states.get(self._key(node.name)) != node.state:
                self._take(node.name, node.state, node.result)

    def by_key(self, part: Part) -> dict[str, NodeOutput]:
        """Return what was kept of each node of a part, by the node's key in it."""
        return {key: one for key, one in self._found.items() if key in part.runs}

    def outputs(self, part: Part) -> list[NodeOutput]:
        """Return what each node of a part printed, in the order of finishing; last those that have not finished."""
        ended = [self._told(one, part.runs[key]) for key, one in self._found.items() if key in part.runs]
        rest = (run for key, run in part.runs.items() if key not in self._states)
        return [*ended, *(NodeOutput(run.name, run.state, job=run.job) for run in rest if not self._grep)]

    def _told(self, one: NodeOutput, run: NodeRun) -> NodeOutput:
        """Add why a node did not finish, where only the server's message tells; programs get what the node gave."""
        told = one.error or one.printed.output or one.printed.stderr or (run.cause and not run.changes)
        why = reason(run) if not told and one.state in NODE_UNSUCCESSFUL and not self._exact else ""
        return msgspec.structs.replace(one, error=why) if why else one

    def _take(self, name: str, state: str, detail: bytes | msgspec.Raw) -> None:
        key = self._key(name)
        self._states[key] = state
        self._found.pop(key, None)
        if not self._matches(name) or (self._failed and state not in NODE_FAILED):
            return
        report = read_report(detail)
        printed = _exact(report) if self._exact else _plain(report, detail)
        error = report.error if self._exact else _plain_error(report)
        if self._passes(printed, error):
            if self._room is not None:
                printed, error = self._cut(printed, error, self._room)
            shared = self._shared.setdefault(self._identity(printed), printed)
            self._found[key] = NodeOutput(name, state, report.exit_code, error, shared, self._job)

    def _cut(self, printed: Printed, error: str, room: Room) -> tuple[Printed, str]:
        """Return as much of both as there is room for; what several nodes share takes it once."""
        output, stderr = (text and _excerpt(text, room) for text in (printed.output, printed.stderr))
        cut, error = Printed(output, stderr, _excerpt(printed.value, room)), _excerpt(error, room)
        size = (
            0 if self._identity(cut) in self._shared else sum(len(text or "") for text in (output, stderr, cut.value))
        )
        return (cut, error) if room.takes(size + len(error)) else (_NO_ROOM, "")

    def _identity(self, printed: Printed) -> object:
        """Return what is the same for texts that are to be shared: of large ones, a digest."""
        return (*(self._digest(text) for text in (printed.output, printed.stderr)), printed.value)

    def _digest(self, text: Text | None) -> str | bytes | None:
        if not isinstance(text, LargeText):
            return text
        digest = blake2b()
        for piece in pieces(text):
            digest.update((piece if self._exact else drop_colors(piece)).encode("utf-8", "surrogatepass"))
        return digest.digest()

    def _key(self, name: str) -> str:
        """Return the key of a node's run, as `JobState.runs` has it."""
        return run_key(self._job, name) if self._job else name

    def _passes(self, printed: Printed, error: str) -> bool:
        if not self._grep:
            return True
        texts = (*(drop_colors(whole(text or "")) for text in (printed.output, printed.stderr)), printed.value, error)
        return any(pattern.search(text) for pattern in self._grep for text in texts)


def _excerpt(text: Text, room: Room) -> str:
    return room.cut(drop_colors(piece) for piece in pieces(text))


def _exact(report: Report) -> Printed:
    return Printed(report.output, report.stderr, _json(report.value))


def _plain(report: Report, detail: bytes | msgspec.Raw) -> Printed:
    """Return what is shown to people: texts without colours, and a Puppet run in words."""
    output, stderr = (_without_colors(text) for text in (report.output, report.stderr))
    value = _puppet_run(report.value, detail) if report.of_puppet_run else _json(report.value)
    return Printed(output, stderr, value)


def _without_colors(text: Text | None) -> Text | None:
    """Drop colours, but of a large text, which is not to be decoded before it is shown."""
    return drop_colors(text) if isinstance(text, str) else text


def _puppet_run(value: Mapping[str, Any], detail: bytes | msgspec.Raw) -> str:
    changes, status = read_changes(detail), value.get("status")
    noop = "no-op" if value.get("noop") is True else ""
    told = (status if isinstance(status, str) else "", changes.text if changes else "", noop)
    return ", ".join(filter(None, told))


def _plain_error(report: Report) -> str:
    """Return an error's message without what is shown already: the exit status, and what was printed on stderr."""
    text = drop_colors(report.error).strip()
    head, _, rest = text.partition("\n")
    text = rest if is_exit(head) else text
    told = any(text.strip() in drop_colors(piece) for piece in pieces(report.stderr or ""))
    return "" if told or not text.strip() else text


def _json(value: object) -> str:
    if value is None or (isinstance(value, dict) and set(value) <= {"noop"}):
        return ""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except RecursionError:
        return ""


def grouped(outputs: Iterable[NodeOutput], names: Iterable[str]) -> list[OutputGroup]:
    """Group nodes that printed the same: the largest group first; of equal ones, those that failed.

    Args:
        outputs: what each printed.
        names: the names of all nodes of the job, which errors may mention.
    """
    causes, found = Causes(names), dict[tuple[object, ...], list[NodeOutput]]()
    for one in outputs:
        key = (one.job, one.state, one.exit_code, one.printed, causes.pattern(one.error) if one.error else "")
        found.setdefault(key, []).append(one)
    groups = [_group(alike, str(key[-1])) for key, alike in found.items()]
    return sorted(groups, key=lambda group: (-len(group.names), group.example.state not in NODE_FAILED))


def _group(alike: Sequence[NodeOutput], pattern: str) -> OutputGroup:
    first = alike[0]
    example = first if all(one.error == first.error for one in alike) else msgspec.structs.replace(first, error=pattern)
    return OutputGroup(example, [one.name for one in alike])


def to_bytes(text: Text) -> Iterator[bytes]:
    r"""Yield the bytes that a node printed, in pieces.

    JSON carries text. A lone surrogate is no text: one from U+DC80 to U+DCFF stands for a byte that is not UTF-8, as
    Python and others write it (PEP 383), and becomes that byte; any other becomes its three bytes (WTF-8).
    """
    for piece in pieces(text):
        try:
            yield piece.encode()
        except UnicodeEncodeError:
            yield _BYTE.sub(_byte, piece.encode("utf-8", "surrogatepass"))


_BYTE = re.compile(rb"\xed([\xb2\xb3])([\x80-\xbf])")


def _byte(found: re.Match[bytes]) -> bytes:
    return bytes([(found[1][0] << 6 | found[2][0] & 0x3F) & 0xFF])
