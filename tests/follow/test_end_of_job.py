"""How much silence ends a job, by what is known of it."""

import math
from collections.abc import Sequence

from orch_events.follow.end_of_job import LATE_COMMIT_SECONDS, required_quiet_seconds, reread_quiet_seconds
from orch_events.wire.event import Event
from orch_events.wire.records import JobRecord
from tests.build import FINISHED, event, job_of, record
from tests.table import each

SETTLE = 15.0
RUNNING = event(10)
OVER = (RUNNING, event(11, "node_finished"))


def quiet(*events: Event, record: JobRecord | None = None) -> float:
    return required_quiet_seconds(job_of(*events, record=record), SETTLE)


@each(
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


@each(
    ("recorded", "leave", "seconds"),
    [
        # the job goes on
        (None, math.inf, (SETTLE,)),
        (record("running", 1), math.inf, (SETTLE,)),
        (record("running", 1, running=1), math.inf, ()),
        (record("running", 2, running=1, new=1), math.inf, ()),
        (record("running", 1, failed=1), math.inf, (LATE_COMMIT_SECONDS, SETTLE)),
        # its end is waited for
        (None, SETTLE, (LATE_COMMIT_SECONDS, SETTLE)),
        (record("failed", 1, failed=1), 20.0, (LATE_COMMIT_SECONDS, 20.0)),
        (record("finished", 1, running=1), 3.1, (LATE_COMMIT_SECONDS, 3.1)),
        (record("finished", 1, running=1), LATE_COMMIT_SECONDS, (LATE_COMMIT_SECONDS,)),
        (record("failed", 1), 0.5, (0.5,)),
    ],
)
def test_after_how_much_silence_what_is_not_proven_is_read_again(
    recorded: JobRecord | None, leave: float, seconds: tuple[float, ...]
) -> None:
    assert reread_quiet_seconds(job_of(RUNNING, record=recorded), SETTLE, leave) == seconds


def test_a_job_that_goes_on_is_read_again_no_later_than_it_settles() -> None:
    assert reread_quiet_seconds(job_of(RUNNING, record=record("running", 1, failed=1)), 1.0, math.inf) == (1.0,)
