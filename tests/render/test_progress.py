"""How far it is, on stderr."""

import errno
import io
import os
from dataclasses import dataclass

import pytest

from orch_events.events import Event
from orch_events.job import JobState
from orch_events.render.progress import Facts, Heartbeat, LiveLine, NoProgress, Progress
from orch_events.render.theme import Theme
from tests.fakes import FakeClock, event, record

THEME = Theme.of(color=False, ascii_only=False)
CLEAR = "\r\x1b[2K"


@dataclass
class Job:
    """A job that is being followed."""

    state: JobState
    answered_at: float | None = None


def job(name: str = "352", *events: Event, node_count: int | None = None) -> Job:
    state = JobState(name)
    for one in events:
        state.apply(one)
    state.record = record("running", node_count) if node_count is not None else None
    return Job(state)


class Broken(io.StringIO):
    """A stderr on a full disk."""

    def write(self, text: str, /) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), text)


@pytest.mark.parametrize(
    ("jobs", "told"),
    [
        ([job()], "job 352: 0/? over"),
        ([job(node_count=24)], "job 352: 0/24 over"),
        ([job("352", event(1), event(2, "node_failed", "b"))], "job 352: 1/2 over, 1 running, 1 failed"),
        (
            [
                job(
                    "352",
                    *[event(at, f"node_{kind}", kind) for at, kind in enumerate(("skipped", "finished", "errored"))],
                )
            ],
            "job 352: 3/3 over, 1 finished, 1 errored, 1 skipped",
        ),
        (
            [job("352", event(1), node_count=3), job("353", event(2), event(3, "node_finished"))],
            "2 jobs: 1/4 over, 1 running, 1 finished",
        ),
    ],
)
def test_nodes_are_told_by_state(jobs: list[Job], told: str) -> None:
    assert Facts(jobs, FakeClock()).nodes() == told


def test_before_anything_came_there_are_no_ages() -> None:
    assert Facts([job()], FakeClock()).ages() == "no event yet, no answer yet"


def test_ages_are_told_by_our_own_clock() -> None:
    clock, one, other = FakeClock(), job(), job("353")
    facts = Facts([one, other], clock)
    clock.sleep(5)
    one.answered_at = clock.monotonic()
    assert facts.ages() == "no event yet, answer 0s ago"
    facts.moved()
    clock.sleep(60)
    other.answered_at = clock.monotonic()
    clock.sleep(10)
    assert facts.ages() == "last event 1m 10s ago, answer 10s ago"
    assert facts.elapsed() == "1m 15s"


def test_the_live_line_shows_nodes_elapsed_time_and_ages() -> None:
    clock, stream = FakeClock(), io.StringIO()
    followed = job("352", event(1), node_count=2)
    line = LiveLine(stream, THEME, Facts([followed], clock))
    clock.sleep(8)
    followed.answered_at = clock.monotonic()
    line.moved()
    assert stream.getvalue() == f"{CLEAR}job 352: 0/2 over, 1 running; 8s elapsed; last event 0s ago, answer 0s ago"


def test_the_live_line_is_drawn_over_itself_and_stays_one_line() -> None:
    stream = io.StringIO()
    line = LiveLine(stream, THEME, Facts([job("352", *[event(at, node=f"n{at}") for at in range(99)])], FakeClock()))
    for _ in range(3):
        line.wait()
    before, *drawings = stream.getvalue().split(CLEAR)
    assert before == ""
    assert len(drawings) == 3
    assert all(0 < len(drawing) < 80 and "\n" not in drawing for drawing in drawings)


def test_the_live_line_is_gone_without_trace_when_cleared() -> None:
    stream = io.StringIO()
    line = LiveLine(stream, THEME, Facts([job()], FakeClock()))
    line.clear()
    assert stream.getvalue() == "", "nothing was there"
    line.wait()
    line.clear()
    assert stream.getvalue().endswith(CLEAR)
    drawn = stream.getvalue()
    line.clear()
    assert stream.getvalue() == drawn


@pytest.mark.parametrize(("columns", "length"), [(200, 59), (40, 39), (0, 59)])
def test_the_live_line_is_as_wide_as_the_terminal_that_it_is_on(columns: int, length: int) -> None:
    import fcntl
    import struct
    import termios

    reading, writing = os.openpty()
    fcntl.ioctl(writing, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with os.fdopen(writing, "w") as terminal, os.fdopen(reading, "rb", buffering=0) as screen:
        LiveLine(terminal, THEME, Facts([job(node_count=24)], FakeClock())).wait()
        shown = screen.read(4096).decode().removeprefix(CLEAR)
    assert "job 352: 0/24 over; 0s elapsed; no event yet, no answer yet".startswith(shown.removesuffix("…"))
    assert len(shown) == length


def test_a_heartbeat_comes_after_each_minute_of_silence() -> None:
    clock, stream = FakeClock(), io.StringIO()
    heartbeat = Heartbeat(stream, Facts([job("352", event(1), node_count=2)], clock), clock)
    heartbeat.moved()
    beats: list[int] = []
    for second in range(1, 200):
        clock.sleep(1)
        heartbeat.wait()
        beats += [second] * (len(stream.getvalue().splitlines()) - len(beats))
    assert beats == [60, 120, 180]
    assert stream.getvalue().splitlines()[1] == "job 352: 0/2 over, 1 running; last event 2m 00s ago, no answer yet"


def test_events_put_off_the_heartbeat() -> None:
    clock, stream = FakeClock(), io.StringIO()
    heartbeat = Heartbeat(stream, Facts([job()], clock), clock)
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
    clock = FakeClock()
    facts = Facts([job()], clock)
    progress: Progress = LiveLine(Broken(), THEME, facts) if kind == "live line" else Heartbeat(Broken(), facts, clock)
    clock.sleep(61)
    progress.wait()
    progress.clear()
    assert facts.ages() == "no event yet, no answer yet"
