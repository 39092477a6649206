"""How much silence ends a job, by what is known of it."""

import math
from collections.abc import Sequence

import pytest

from orch_events.follow.end_of_job import LATE_COMMIT_SECONDS, required_quiet_seconds
from orch_events.wire.event import Event
from orch_events.wire.records import JobRecord
from tests.build import FINISHED, event, job_of, record

SETTLE = 15.0
RUNNING = event(10)
OVER = (RUNNING, event(11, "node_finished"))


def quiet(*events: Event, record: JobRecord | None = None) -> float:
    return required_quiet_seconds(job_of(*events, record=record), SETTLE)


@pytest.mark.parametrize(
    ("events", "recorded", "seconds"),
    [
        # no record: when each node seen is over, or an event says that the job is
        ([], None, math.inf),
        ([RUNNING], None, math.inf),
        (OVER, None, SETTLE),
        (OVER, record(""), SETTLE),
        ([*OVER, FINISHED], None, SETTLE),
        ([RUNNING, FINISHED], None, SETTLE),
        # the record says running
        ([RUNNING], record("running", 1), math.inf),
        (OVER, record("running", 2), math.inf),
        (OVER, record("running"), math.inf),
        (OVER, record("running", 1), SETTLE),
        ([*OVER, FINISHED], record("running", 1), SETTLE),
        ([RUNNING, FINISHED], record("stopping", 1), SETTLE),
        # the record says that it is over
        ([*OVER, FINISHED], record("finished", 1), 0),
        ([*OVER, FINISHED], record("failed", 2, finished=1), 0),
        (OVER, record("finished", 1), LATE_COMMIT_SECONDS),
        ([*OVER, FINISHED], record("finished", 2), SETTLE),
        ([*OVER, FINISHED], record("failed", 1, failed=1), SETTLE),
        ([OVER[1], FINISHED], record("finished", 1), SETTLE),
        (OVER, record("stopped", 1), SETTLE),
        ([RUNNING, FINISHED], record("finished"), SETTLE),
        ([], record("finished"), SETTLE),
    ],
)
def test_how_much_silence_ends_a_job(events: Sequence[Event], recorded: JobRecord | None, seconds: float) -> None:
    assert quiet(*events, record=recorded) == seconds


def test_no_more_silence_is_wanted_than_settling_takes() -> None:
    assert required_quiet_seconds(job_of(*OVER, record=record("finished", 1)), 0.0) == 0
