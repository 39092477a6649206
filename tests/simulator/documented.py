"""What the orchestrator's documentation says, and ways to ask the simulator about it."""

import json
import math
from functools import lru_cache
from typing import Any

import pytest

from orch_events.simulator import Api
from orch_events.simulator.api import Request

ORIGIN = "https://orchestrator.example.com:8143"
API = f"{ORIGIN}/orchestrator/v1"

NODE_STATES = {
    "node_running": "running",
    "node_finished": "finished",
    "node_failed": "failed",
    "node_errored": "errored",
    "node_skipped": "skipped",
}
JOB_EVENTS = {"job_stopping", "job_aborted", "job_finished"}

JOBS_OF_PLANS = tuple(range(341, 348))
JOBS = (351, 352, 353, 354, 355, 356, 357, 358, 360)
ALL_JOBS = (*JOBS_OF_PLANS, *JOBS)
SMALL_JOBS = JOBS[:-1]
TIMES = (0.0, 7.9, 8.0, 8.4, 20.0, 31.5, 38.3, 51.0, 70.0, 130.0, 161.0, math.inf)
EACH_JOB = [*SMALL_JOBS, pytest.param(360, marks=pytest.mark.slow)]
MOMENTS = [
    *((job, at) for job in SMALL_JOBS for at in TIMES),
    *(pytest.param(360, at, marks=pytest.mark.slow) for at in (0.0, 8.4, 70.0, math.inf)),
]


@lru_cache(maxsize=256)
def answer(path: str, at: float = math.inf, *, origin: str = ORIGIN, demanded: str | None = None,
           token: str | None = None) -> tuple[int, Any]:  # fmt: skip
    """Ask for a path below the API's base at a moment; return the status and the body's content, to be read only."""
    given = Api(lambda: at, demanded).get(Request(f"/orchestrator/v1{path}", origin, token))
    return given.status, json.loads(given.body)


def good(path: str, at: float = math.inf, *, origin: str = ORIGIN) -> Any:
    """Ask, and return the content of an answer that must be a good one."""
    status, content = answer(path, at, origin=origin)
    assert status == 200, content
    return content


def events(job: int, at: float = math.inf, start: int | None = None) -> list[dict[str, Any]]:
    """Return a job's events."""
    query = "" if start is None else f"?start={start}"
    items: list[dict[str, Any]] = good(f"/jobs/{job}/events{query}", at)["items"]
    return items


def ids(job: int, at: float = math.inf, start: int | None = None) -> list[int]:
    """Return the ids of a job's events."""
    return [int(event["id"]) for event in events(job, at, start)]
