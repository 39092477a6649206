"""What a node reports of its run: an event's `details.detail`, or a node record's `result`, which can be any JSON.

A Puppet run reports `metrics`. A task reports its output in `_output`, and `_error` if it failed; commands and scripts
report `stdout`, `stderr` and `exit_code`. Where a node could not run, the error stands alone: `kind`, `msg`, `details`.
Tasks also make errors of their own: an `error`, a `msg`. All of them are read here, whatever is missing.
"""

import json
import re
from functools import lru_cache
from typing import Any

import msgspec

from orch_events.wire.event import read_id
from orch_events.wire.lenient import loads
from orch_events.wire.printed import drop_colors, is_exit, last_line, one_line, telling_line
from orch_events.wire.text import LargeText, Text

_METRICS = re.compile(rb'"metrics":(\{[^{}]*\})')
_STATE = re.compile(r"(?:started|finished|failed|errored|skipped)(?: on)?(?: node)? ", re.IGNORECASE)
_WORD = re.compile(r"\w")
_REPORT_URL = re.compile(rb'"report-url":("http[^"]*")')
_LARGE_BYTES = 1 << 20
"""From this length on what a node printed stays as JSON has it; a Puppet run reports less."""
_OUTPUTS = ("_output", "stdout", "output", "merged_output")
_STDERR = "stderr"
_MESSAGES = ("msg", "message", "error", "reason", "details")
_EXIT_CODES = ("exit_code", "exitcode", "_exit_code")
_MOST_LINES = 3
_MOST_CHARACTERS = 1000
_SHORT_CHARACTERS = 60
_OF_PUPPET_RUNS = ("metrics", "report-url", "configuration_version")


class Changes(msgspec.Struct, frozen=True):
    """What a Puppet run did to the resources of its node, as counts.

    Attributes:
        total: how many resources there are.
        changed: how many it changed.
        failed: how many it could not change.
        corrective: how many of the changes were corrective: they undid a change made outside Puppet.
        out_of_sync: how many were not in the desired state before the run.
        text: the counts in words: `3 changed, 1 failed of 347`.
    """

    total: int
    changed: int
    failed: int
    corrective: int
    out_of_sync: int
    text: str


def read_changes(detail: bytes | msgspec.Raw) -> Changes | None:
    """Read what a Puppet run did from a compact `detail`; None if it is not that of a Puppet run.

    A report is long: only its metrics are decoded, and equal metrics only once.
    """
    found = _METRICS.search(detail) if len(detail) < _LARGE_BYTES else None
    return _changes(found[1]) if found else None


@lru_cache(maxsize=4096)
def _changes(metrics: bytes) -> Changes | None:
    counts = loads(metrics)
    if not isinstance(counts, dict):
        return None
    names = ("total", "changed", "failed", "corrective_change", "out_of_sync")
    total, changed, failed, corrective, out_of_sync = (read_id(counts.get(name)) or 0 for name in names)
    parts = [f"{count} {what}" for count, what in ((changed, "changed"), (failed, "failed")) if count]
    if not parts:
        parts = [f"{out_of_sync} out of sync" if out_of_sync else "0 changed"]
    text = ", ".join(parts) + (f" of {total}" if total else "")
    return Changes(total, changed, failed, corrective, out_of_sync, text)


class Report(msgspec.Struct, frozen=True):
    """What a node reports, taken apart; texts are as the node gave them, and large ones as they stand in JSON.

    Attributes:
        output: what it printed, on stdout where the node tells that apart; None if it does not say.
        stderr: what it printed on stderr; None if it does not say.
        exit_code: the exit status of the command, script or task; None if it does not say.
        error: the message of its error; "" if there is none.
        kind: the kind of its error, as in `puppetlabs.tasks/task-error`; "" if it does not say.
        value: everything else of a structured result, any JSON; None if there is nothing.
    """

    output: Text | None = None
    stderr: Text | None = None
    exit_code: int | None = None
    error: str = ""
    kind: str = ""
    value: Any = None

    @property
    def of_puppet_run(self) -> bool:
        """Whether it is the report of a Puppet run."""
        return isinstance(self.value, dict) and any(name in self.value for name in _OF_PUPPET_RUNS)


def read_report(detail: bytes | msgspec.Raw) -> Report:
    """Read what a node reports; never fails."""
    content = _large_content(detail) if len(detail) > _LARGE_BYTES else _content(detail)
    if isinstance(content, Text):
        return Report(output=content)
    if not isinstance(content, dict):
        return Report(value=content)
    value = dict(content)
    output = next((text for name in _OUTPUTS if (text := _taken(value, name)) is not None), None)
    stderr, error = _taken(value, _STDERR), _take_error(value)
    value.pop("merged_output", None)
    details = error.get("details") if isinstance(error, dict) else None
    codes = [_whole(one.get(name)) for one in (value, details) if isinstance(one, dict) for name in _EXIT_CODES]
    for name in _EXIT_CODES:
        value.pop(name, None)
    kind = error.get("kind") if isinstance(error, dict) else None
    return Report(
        output,
        stderr,
        next((code for code in codes if code is not None), None),
        _message(error),
        kind if isinstance(kind, str) else "",
        value or None,
    )


def _content(detail: bytes | msgspec.Raw) -> Any:  # noqa: ANN401 - it is any JSON
    try:
        return msgspec.json.decode(detail)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return loads(bytes(detail))


def _large_content(detail: bytes | msgspec.Raw) -> Any:  # noqa: ANN401 - it is any JSON
    """Decode a large result, but for what the node printed."""
    try:
        members = msgspec.json.decode(detail, type=dict[str, msgspec.Raw])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return LargeText(detail) if bytes(memoryview(detail)[:1]) == b'"' else _content(detail)
    return {name: _large_member(name, member) for name, member in members.items()}


def _large_member(name: str, member: msgspec.Raw) -> Any:  # noqa: ANN401 - it is any JSON
    is_large = len(member) > _LARGE_BYTES and bytes(memoryview(member)[:1]) == b'"'
    return LargeText(member) if is_large and name in {*_OUTPUTS, _STDERR} else _content(member)


def _taken(value: dict[str, Any], name: str) -> Text | None:
    """Take a text out of a result; leave anything else."""
    return value.pop(name) if isinstance(value.get(name), Text) else None


def _take_error(value: dict[str, Any]) -> Any:  # noqa: ANN401 - it is any JSON
    """Take the error out of a result: `_error`, `error`, or the result itself."""
    for name in ("_error", "error"):
        if value.get(name) and isinstance(value[name], str | dict):
            return value.pop(name)
    if isinstance(value.get("kind"), str) and isinstance(value.get("msg"), str):
        return {name: value.pop(name) for name in ("kind", "msg", "details") if name in value}
    return None


def _message(error: Any) -> str:  # noqa: ANN401 - it is any JSON
    """Return the message of an error, an object or a text; "" if it has none."""
    if isinstance(error, str):
        return error
    if not isinstance(error, dict):
        return ""
    return next((text for name in _MESSAGES if (text := _text_of(error.get(name)))), "")


def _text_of(value: object) -> str:
    """Return a text, or that of an object within; no deeper."""
    if isinstance(value, str):
        return value if value.strip() else ""
    texts = [value.get(name) for name in _MESSAGES] if isinstance(value, dict) else []
    return next((text for text in texts if isinstance(text, str) and text.strip()), "")


def _whole(value: object) -> int | None:
    """Read an exit status, a number or a text."""
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,10}", value.strip()):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def read_cause(detail: bytes | msgspec.Raw) -> str:
    """Read why a node failed, in one line without colours; "" if the node does not say.

    That is the message of its error; if that only says with which status something exited, the line of what was printed
    that tells (see the module `printed`). A node that says neither may have told it in the rest of its result.
    """
    report = read_report(detail)
    head, _, rest = report.error.strip().partition("\n")
    if head and not _only_exits(drop_colors(head), report):
        is_short = len(report.error) <= _MOST_CHARACTERS and rest.count("\n") < _MOST_LINES - 1
        return one_line(report.error) if is_short else telling_line([report.error], []) or one_line(head)
    output = report.output or ""
    if line := telling_line([rest, report.stderr or ""], [output]):
        return line
    exited = head or ("" if report.exit_code is None else f"exited with {report.exit_code}")
    return ": ".join(filter(None, (one_line(exited).rstrip(":"), last_line(output)))) or _other_cause(detail, report)


def _only_exits(head: str, report: Report) -> bool:
    """Whether the first line of an error only says with which status something exited, in whatever language."""
    if is_exit(head):
        return True
    code = report.exit_code
    is_short = code is not None and len(head) <= _SHORT_CHARACTERS
    return is_short and re.search(rf"(?<![\w.]){code}(?![\w.])", head) is not None


def _other_cause(detail: bytes | msgspec.Raw, report: Report) -> str:
    """Return what may tell why a node failed where neither error nor output does: counts, or the result as it is."""
    if report.of_puppet_run:
        changes = read_changes(detail)
        return changes.text if changes else ""
    if text := _message(report.value):
        return one_line(text)
    says_noop_only = isinstance(report.value, dict) and set(report.value) <= {"noop"}
    return report.kind or ("" if says_noop_only else one_line(json_text(report.value)))


def json_text(value: object) -> str:
    """Write a decoded value as JSON for people; "" for None, and for what is nested beyond reason."""
    try:
        return "" if value is None else json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return ""


def cause_in_message(message: str, node: str) -> tuple[str, str]:
    """Split the server's message into the cause, which follows the node's name, and the rest.

    `Puppet run failed on web-03: no catalog` becomes `no catalog` and `Puppet run failed on web-03`. If nothing follows
    the name, the cause is "".
    """
    rest, _, cause = message.partition(f"{node}: ")
    return (cause, rest + node) if cause and rest.endswith((" on ", " on node ")) else ("", message)


def says_only_state(message: str, node: str) -> bool:
    """Whether the server's message says no more than in which state the node is: `Failed on node web-03`."""
    found = _STATE.match(message)
    rest = message[found.end() :] if found else ""
    return found is not None and rest[: len(node)].lower() == node.lower() and not _WORD.search(rest, len(node))


def read_report_url(detail: bytes | msgspec.Raw) -> str:
    """Read the URL of a Puppet run's report from a compact `detail`; "" if there is none. The rest is not decoded."""
    found = _REPORT_URL.search(detail) if len(detail) < _LARGE_BYTES else None
    if found is None:
        return ""
    written = found[1]
    url = loads(written) if b"\\" in written else written[1:-1].decode("utf-8", "replace")
    return url if isinstance(url, str) and url.startswith(("https://", "http://")) else ""
