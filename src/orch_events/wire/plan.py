"""What an event of a plan job says: it has neither a message nor a node, and its details are unlike those of a job."""

from collections.abc import Mapping
from typing import Any

import msgspec

from orch_events.times import format_duration
from orch_events.wire.event import Event, read_id
from orch_events.wire.vocabulary import OUT_MESSAGE, PLAN_END, PLAN_END_EVENTS, PLAN_EVENT_TYPES, PLAN_START

_CUT_BYTES = 1020
"""A page has 1,024 bytes of a message at most; a character that would be cut in two may be missing."""


def started_job(event: Event) -> str | None:
    """Return the number of the job that a plan says it started; None for any other event."""
    if not event.type.endswith("_start"):
        return None
    number = read_id(_details(event).get("job-id"))
    return None if number is None else str(number)


def is_cut(event: Event) -> bool:
    """Whether a page may have only the beginning of the event's message."""
    return event.type == OUT_MESSAGE and len(_text(_details(event).get("message")).encode()) >= _CUT_BYTES


def plan_text(event: Event) -> str:
    """Return what a plan's event says, in words; "" if it says nothing, or is not of a plan."""
    if event.type not in PLAN_EVENT_TYPES:
        return ""
    details = _details(event)
    if (job := started_job(event)) is not None:
        return f"started job {job}"
    if event.type == OUT_MESSAGE:
        return _written(details.get("message"))
    if event.type in PLAN_END_EVENTS:
        return _written(details.get("result"))
    plan, seconds = _text(details.get("plan")), details.get("duration")
    took = f" after {format_duration(seconds)}" if event.type == PLAN_END and isinstance(seconds, int | float) else ""
    return f"{plan}{took}".lstrip()


def depth_after(event: Event, depth: int) -> int:
    """Return how many sub-plans deep a plan is after an event, if it was `depth` deep before."""
    return max(0, depth + {PLAN_START: 1, PLAN_END: -1}.get(event.type, 0))


def _written(value: Any) -> str:  # noqa: ANN401 - it is any JSON
    """Write what a plan says or returns: a text as it is, an error as its message, anything else as JSON."""
    if isinstance(value, Mapping) and isinstance(value.get("msg"), str):
        return str(value["msg"])
    if isinstance(value, str) or value is None:
        return value or ""
    return msgspec.json.encode(value).decode()


def _details(event: Event) -> Mapping[str, Any]:
    details = event.details
    return details if isinstance(details, Mapping) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
