"""Jobs to report on: of the simulator, and of hand-made events."""

import json
import math
from typing import Any

from orch_events.job.state import JobState
from orch_events.wire.event import Event
from orch_events.wire.records import JobRecord
from tests.simulator.documented import events, good


def simulated(job: int, at: float = math.inf) -> JobState:
    """Return what is known of one of the simulator's jobs at a moment, by its events and its record."""
    state = JobState(str(job))
    for content in events(job, at):
        state.apply(Event.read(json.dumps(content, separators=(",", ":")).encode()))
    state.record = JobRecord.read(json.dumps(good(f"/jobs/{job}", at)).encode(), "URL")
    return state


def told(
    number: int, kind: str, node: str | None = "a", *, at: int = 0, message: str = "", detail: Any = None
) -> Event:
    """Return an event as a server would write it, `at` seconds after ten to eight."""
    stamp = f"2016-05-05T{19 + at // 3600:02}:{at // 60 % 60:02}:{at % 60:02}Z"
    details = {"node": node, "detail": detail} if node is not None else {}
    content = {"id": str(number), "type": kind, "timestamp": stamp, "details": details, "message": message}
    return Event.read(json.dumps(content, separators=(",", ":")).encode())


def job_of(*told: Event, record: JobRecord | None = None) -> JobState:
    """Return what is known of job 7 by some events."""
    state = JobState("7")
    for one in told:
        state.apply(one)
    state.record = record
    return state
