"""What a node reports of its run: an event's `details.detail`, which can be any JSON.

A Puppet run reports `metrics`; a task reports its output, and `_error` if it failed.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec

from orch_events.wire.event import read_id
from orch_events.wire.lenient import loads

_METRICS = b'"metrics":{'


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
    text = bytes(detail)
    begin = text.find(_METRICS)
    return _changes(text[begin + len(_METRICS) - 1 : text.find(b"}", begin) + 1]) if begin >= 0 else None


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


def read_cause(detail: bytes | msgspec.Raw) -> str:
    """Read why a node failed, in one line; "" if the node does not say.

    That is the message of `_error` and the first line of the output, as far as there are any; for a Puppet run, the
    counts of its changes.
    """
    content = loads(bytes(detail))
    if isinstance(content, str):
        return _first_line(content)
    if not isinstance(content, Mapping):
        return ""
    text = _error(content.get("_error"))
    printed = _first_line(content.get("_output")) or _first_line(content.get("output"))
    if text or printed:
        return ": ".join(filter(None, (text, printed if printed not in text else "")))
    changes = read_changes(detail)
    return changes.text if changes else ""


def cause_in_message(message: str, node: str) -> tuple[str, str]:
    """Split the server's message into the cause, which follows the node's name, and the rest.

    `Puppet run failed on web-03: no catalog` becomes `no catalog` and `Puppet run failed on web-03`. If nothing follows
    the name, the cause is "".
    """
    rest, _, cause = message.partition(f" on {node}: ")
    return (cause, f"{rest} on {node}") if cause else ("", message)


def read_report_url(detail: bytes | msgspec.Raw) -> str:
    """Read the URL of a Puppet run's report; "" if there is none."""
    content = loads(bytes(detail))
    url = content.get("report-url") if isinstance(content, Mapping) else None
    return url if isinstance(url, str) and url.startswith(("https://", "http://")) else ""


def _error(error: Any) -> str:  # noqa: ANN401 - it is any JSON
    """Write an error, an object with a `msg` or a bare string, in one line."""
    text = error.get("msg") if isinstance(error, Mapping) else error
    return " ".join(text.split()) if isinstance(text, str) else ""


def _first_line(text: object) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "") if isinstance(text, str) else ""
