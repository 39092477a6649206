"""How far it is, on stderr."""

import errno
import io
import os

import pytest

from orch_events.pace import Pace
from orch_events.render.live import LiveLine
from orch_events.render.progress import Heartbeat, NoProgress, Progress
from orch_events.render.theme import Theme
from tests.fakes import FakeClock, Watched, event, watched

THEME = Theme.of(color=False, ascii_only=False)


class Broken(io.StringIO):
    """A stderr on a full disk."""

    tried = 0

    def write(self, text: str, /) -> int:
        self.tried += 1
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), text)


@pytest.mark.parametrize(
    ("jobs", "told"),
    [
        ([watched()], "job 352: 0/? over; no event yet, no answer yet"),
        ([watched(node_count=24)], "job 352: 0/24 over; no event yet, no answer yet"),
        (
            [watched(event(1), event(2, "node_failed", "b"))],
            "job 352: 1/2 over, 1 running, 1 failed, a running for 1m 10s; last event 1m 00s ago, no answer yet",
        ),
        (
            [watched(event(1, "node_skipped")), watched(event(2, "node_finished"), job="353", node_count=2)],
            "2 jobs: 2/3 over, 1 finished, 1 skipped; last event 1m 00s ago, no answer yet",
        ),
        (
            [watched(event(1, node="\x1b[2J"))],
            "job 352: 0/1 over, 1 running, \\x1b[2J running for 1m 00s; last event 1m 00s ago, no answer yet",
        ),
    ],
)
def test_a_heartbeat_tells_nodes_by_state_what_runs_longest_and_ages(jobs: list[Watched], told: str) -> None:
    clock, stream = FakeClock(), io.StringIO()
    heartbeat = Heartbeat(stream, Pace(jobs, clock), clock)
    clock.sleep(60)
    heartbeat.wait()
    assert stream.getvalue() == f"{told}\n"


def test_a_heartbeat_comes_after_each_minute_of_silence() -> None:
    clock, stream = FakeClock(), io.StringIO()
    heartbeat = Heartbeat(stream, Pace([watched(event(1), node_count=2)], clock), clock)
    heartbeat.moved()
    beats: list[int] = []
    for second in range(1, 200):
        clock.sleep(1)
        heartbeat.wait()
        beats += [second] * (len(stream.getvalue().splitlines()) - len(beats))
    assert beats == [60, 120, 180]
    assert (
        stream.getvalue().splitlines()[1]
        == "job 352: 0/2 over, 1 running, a running for 2m 00s; last event 2m 00s ago, no answer yet"
    )


def test_events_put_off_the_heartbeat() -> None:
    clock, stream = FakeClock(), io.StringIO()
    heartbeat = Heartbeat(stream, Pace([watched()], clock), clock)
    for _ in range(20):
        clock.sleep(50)
        heartbeat.wait()
        heartbeat.moved()
    heartbeat.clear()
    assert stream.getvalue() == ""


def test_without_progress_nothing_is_told() -> None:
    progress: Progress = NoProgress()
    progress.moved()
    progress.wait()
    progress.clear()
    assert vars(progress) == {}


@pytest.mark.parametrize("kind", ["live line", "heartbeat"])
def test_a_stderr_that_is_full_is_no_reason_to_stop(kind: str) -> None:
    clock, full = FakeClock(), Broken()
    pace = Pace([watched()], clock)
    live = LiveLine(full, THEME, pace, clock, lambda: 80, shared=False)
    progress: Progress = live if kind == "live line" else Heartbeat(full, pace, clock)
    clock.sleep(61)
    for _ in range(2):
        progress.wait()
        progress.clear()
    assert full.tried == 1
