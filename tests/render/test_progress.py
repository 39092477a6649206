"""The live line and the heartbeat."""

import errno
import io
import os
import re

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.analysis.progress import FollowProgress
from orch_events.render.progress import Heartbeat, LiveLine, NoProgress, Progress, live_line
from orch_events.render.toolkit.text import width
from orch_events.render.toolkit.theme import Theme
from tests.build import FollowedJob, event, followed
from tests.fakes import FakeClock
from tests.table import each

THEME = Theme.from_capabilities(color=False, ascii_only=False)


class Broken(io.StringIO):
    """A stderr on a full disk."""

    tried = 0

    def write(self, text: str, /) -> int:
        self.tried += 1
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), text)


@pytest.mark.parametrize(
    ("jobs", "told"),
    [
        ([followed()], "job 352: 0/? done; no events yet, no response yet"),
        ([followed(node_count=24)], "job 352: 0/24 done; no events yet, no response yet"),
        (
            [followed(event(1), event(2, "node_failed", "b"))],
            "job 352: 1/2 done, 1 running, 1 failed, a running for 1m 10s; last event 1m 00s ago, no response yet",
        ),
        (
            [followed(event(1, "node_skipped")), followed(event(2, "node_finished"), job="353", node_count=2)],
            "2 jobs: 2/3 done, 1 finished, 1 skipped; last event 1m 00s ago, no response yet",
        ),
        (
            [followed(event(1, node="\x1b[2J"))],
            "job 352: 0/1 done, 1 running, \\x1b[2J running for 1m 00s; last event 1m 00s ago, no response yet",
        ),
    ],
)
def test_a_heartbeat_tells_nodes_by_state_what_runs_longest_and_ages(jobs: list[FollowedJob], told: str) -> None:
    clock, stream = FakeClock(), io.StringIO()
    heartbeat = Heartbeat(stream, FollowProgress(jobs, clock), clock)
    clock.sleep(60)
    heartbeat.tick()
    assert stream.getvalue() == f"{told}\n"


def test_a_heartbeat_comes_after_each_minute_of_silence() -> None:
    clock, stream = FakeClock(), io.StringIO()
    heartbeat = Heartbeat(stream, FollowProgress([followed(event(1), node_count=2)], clock), clock)
    heartbeat.moved()
    beats: list[int] = []
    for second in range(1, 200):
        clock.sleep(1)
        heartbeat.tick()
        beats += [second] * (len(stream.getvalue().splitlines()) - len(beats))
    assert beats == [60, 120, 180]
    assert (
        stream.getvalue().splitlines()[1]
        == "job 352: 0/2 done, 1 running, a running for 2m 00s; last event 2m 00s ago, no response yet"
    )


def test_events_put_off_the_heartbeat() -> None:
    clock, stream = FakeClock(), io.StringIO()
    heartbeat = Heartbeat(stream, FollowProgress([followed()], clock), clock)
    for _ in range(20):
        clock.sleep(50)
        heartbeat.tick()
        heartbeat.moved()
    heartbeat.clear()
    assert stream.getvalue() == ""


def test_without_progress_nothing_is_told() -> None:
    progress: Progress = NoProgress()
    progress.moved()
    progress.tick()
    progress.clear()
    assert vars(progress) == {}


@pytest.mark.parametrize("kind", ["live line", "heartbeat"])
def test_a_stderr_that_is_full_is_no_reason_to_stop(kind: str) -> None:
    clock, full = FakeClock(), Broken()
    pace = FollowProgress([followed()], clock)
    live = LiveLine(full, THEME, pace, clock, lambda: 80, shared=False)
    progress: Progress = live if kind == "live line" else Heartbeat(full, pace, clock)
    clock.sleep(61)
    for _ in range(2):
        progress.tick()
        progress.clear()
    assert full.tried == 1


PLAIN = Theme.from_capabilities(color=False, ascii_only=False)
ASCII = Theme.from_capabilities(color=False, ascii_only=True)
COLOUR = Theme.from_capabilities(color=True, ascii_only=False)
CLEAR = "\r\x1b[J"


def busy() -> FollowedJob:
    """Return a job in the middle of its work."""
    events = [event(1, node=f"web-{number:02}.example.com") for number in range(1, 13)]
    events += [event(4, "node_finished", f"web-{number:02}.example.com") for number in range(1, 5)]
    events += [event(5, "node_failed", "web-05.example.com"), event(5, "node_errored", "web-06.example.com")]
    events += [event(5, "node_skipped", "web-07.example.com")]
    return followed(*events, node_count=24)


def line(cells: int, theme: Theme = PLAIN, *, slept: float = 12, job: FollowedJob | None = None) -> str:
    clock = FakeClock()
    pace = FollowProgress([job or busy()], clock)
    clock.sleep(slept)
    return live_line(pace, theme, cells)


BAR, TIMES = "━━━━━───────────────", "52s  about 1m left  longest: web-08 52s"
QUIET = "last event 12s ago"
WORDS = "7/24 done  5 running  4 finished  1 failed  1 errored  1 skipped"
NUMBERS = "7/24  ▶ 5  ✔ 4  ✖ 1  ‼ 1  ↷ 1"


@each(
    ("cells", "shown"),
    [
        (160, f"job 352  {BAR}  7/24 done  5 running  4 finished  1 failed  1 errored  1 skipped  {TIMES}  {QUIET}"),
        (124, f"{BAR}  {WORDS}  52s  about 1m left"),
        (104, f"{BAR}  {WORDS}  52s"),
        (79, f"━━━─────────  {NUMBERS}  52s  about 1m left"),
        (59, f"━━──────  {NUMBERS}  52s  about 1m left"),
        (40, f"{NUMBERS}  52s"),
        (30, "7/24  ▶ 5  ✔ 4  ✖ 1  ‼ 1  ↷ 1"),
        (20, "7/24  ▶ 5  ✖ 1  ‼ 1"),
        (5, "7/24"),
        (3, "7/…"),
    ],
)  # fmt: skip
def test_what_matters_less_is_left_out_as_the_terminal_gets_narrower(cells: int, shown: str) -> None:
    assert line(cells) == shown


def test_without_utf_8_the_bar_is_ascii() -> None:
    drawn = line(79, ASCII)
    assert drawn.isascii()
    assert drawn.startswith("###---------  7/24  5 running  4 finished")


@pytest.mark.parametrize("theme", [PLAIN, ASCII, COLOUR])
@given(cells=st.integers(0, 200))
def test_it_is_never_wider_than_it_may_be(theme: Theme, cells: int) -> None:
    assert width(re.sub(r"\x1b\[[0-9;]*m", "", line(cells, theme))) <= cells


def test_colour_tells_states_and_how_nodes_fared() -> None:
    drawn = line(119, COLOUR)
    assert COLOUR.paint("5 running", "running") in drawn
    assert COLOUR.paint("━━━━", "finished") + COLOUR.paint("━", "failed") in drawn


@pytest.mark.parametrize(
    ("over", "bad", "bar"),
    [(0, 0, "--------"), (1, 0, "--------"), (99, 0, "#######-"), (50, 50, "####----")],
)  # fmt: skip
def test_the_bar_is_full_only_at_the_end(over: int, bad: int, bar: str) -> None:
    kinds = ["node_failed"] * bad + ["node_finished"] * (over - bad)
    job = followed(event(1), *[event(2, kind, f"n{at}") for at, kind in enumerate(kinds)], node_count=100)
    assert bar in line(50, ASCII, job=job)


def test_the_bar_is_full_at_the_end() -> None:
    assert "########  1/1" in line(50, ASCII, job=followed(event(1, "node_finished")))


def test_where_nobody_knows_how_many_nodes_there_are_there_is_no_bar() -> None:
    assert line(79, job=followed()) == "job 352  0/? done  12s  no events yet"


def test_without_a_good_answer_its_age_is_told_instead_of_the_silence() -> None:
    job = busy()
    job.last_answer_at, job.unanswered_request_at = 1.0, 2.0
    drawn = line(60, COLOUR, job=job)
    assert COLOUR.paint("no response for 11s", "warning") in drawn
    assert "last event" not in drawn


def test_a_straggler_stands_first() -> None:
    job = busy()
    job.state.runs["web-08.example.com"].slow = True
    assert line(79, COLOUR, job=job).startswith(COLOUR.paint("web-08 slow: 52s", "warning"))
    assert line(30, job=job) == "web-08 slow: 52s  7/24  ✖ 1"


def test_a_node_that_is_named_by_its_address_is_not_shortened() -> None:
    job = followed(event(1, node="10.20.30.40"))
    assert "longest: 10.20.30.40 12s" in line(120, job=job)


def test_in_the_background_nothing_is_drawn_or_erased(monkeypatch: pytest.MonkeyPatch) -> None:
    stream, foreground = io.StringIO(), [True]
    monkeypatch.setattr("orch_events.render.progress.may_draw", lambda _: foreground[0])
    one, _ = live(stream)
    one.tick()
    drawn = stream.getvalue()
    foreground[0] = False
    one.tick()
    one.clear()
    assert stream.getvalue() == drawn


def test_a_state_that_nobody_knows_is_told_and_does_not_act() -> None:
    job = followed(event(1))
    job.state.nodes["x\x1b[2J"] = 2
    assert "2 x\\x1b[2J" in line(120, job=job)


def live(stream: io.StringIO, columns: int = 80, *, shared: bool = False) -> tuple[LiveLine, FakeClock]:
    clock = FakeClock()
    return LiveLine(stream, PLAIN, FollowProgress([busy()], clock), clock, lambda: columns, shared=shared), clock


def test_it_is_drawn_over_itself_and_leaves_no_trace() -> None:
    stream = io.StringIO()
    screen, (one, _) = pyte.Screen(80, 5), live(stream)
    one.tick()
    one.moved()
    pyte.Stream(screen).feed(stream.getvalue())
    assert screen.display[0].startswith(f"━━━─────────  {NUMBERS}")
    assert (screen.display[1].strip(), screen.cursor.x, screen.cursor.y) == ("", 0, 0)
    one.clear()
    pyte.Stream(screen).feed(stream.getvalue())
    assert "".join(screen.display).strip() == ""


def test_where_nothing_is_drawn_nothing_is_cleared() -> None:
    stream = io.StringIO()
    one, _ = live(stream)
    one.clear()
    assert stream.getvalue() == ""
    one.tick()
    one.clear()
    one.clear()
    assert stream.getvalue().endswith(f"{CLEAR}")
    assert stream.getvalue().count(CLEAR) == 2


def test_it_gives_way_for_a_moment_to_a_reader_that_may_write_to_the_same_terminal() -> None:
    stream = io.StringIO()
    one, clock = live(stream, shared=True)
    one.moved()
    one.tick()
    assert stream.getvalue() == ""
    clock.sleep(0.4)
    one.tick()
    assert "7/24" in stream.getvalue()
