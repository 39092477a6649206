import io

import pytest

from orch_events.job.state import JobState
from orch_events.render.collecting import Figures, LiveLines, job_line, metrics_text, screen, status_line
from orch_events.render.toolkit.theme import Theme
from orch_events.wire.records import JobRecord
from tests.build import event_from

PLAIN = Theme.from_capabilities(color=False, ascii_only=False)
FIGURES = Figures(
    running=2, waiting=1500, events=123_456, a_second=41.7, requests=900, failed_requests=3, lag_seconds=6.2,
    answer_at=1_462_477_800.5, answer_age_seconds=1.0,
)  # fmt: skip


def running(number: int, nodes: int) -> JobState:
    state = JobState(str(number))
    state.record = JobRecord("running", node_count=nodes + 1, description="deploy \x1b[31m")
    for node in range(nodes):
        state.apply(event_from({"id": str(node + 1), "type": "node_running", "details": {"node": f"n{node}"}}))
    return state


@pytest.mark.parametrize(
    ("figures", "line"),
    [
        (
            FIGURES,
            "2 jobs being read, 1,500 waiting, 123,456 events so far, 42 a second, lag 6s, last response 1s ago",
        ),
        (
            Figures(1, 0, 0, 0, 0, 0, 0, None, None),
            "1 job being read, 0 events so far, 0 a second, lag 0s, no response yet",
        ),
    ],
)
def test_the_status_says_how_it_goes(figures: Figures, line: str) -> None:
    assert status_line(figures) == line


def test_a_job_tells_how_far_it_is_and_nothing_that_acts() -> None:
    assert job_line(running(352, 2), 7, PLAIN) == "job 352  0/3 done  ▶ 2  +7  deploy \\x1b[31m"


@pytest.mark.parametrize(("rows", "jobs"), [(24, 3), (4, 3), (3, 1), (2, 0), (1, 0), (0, 0)])
def test_the_busiest_jobs_are_shown_as_far_as_there_is_room(rows: int, jobs: int) -> None:
    states = [(running(350, 1), 0), (running(351, 1), 9), (running(352, 3), 0)]
    lines = screen(FIGURES, states, PLAIN, 200, rows)
    assert len(lines) <= max(1, rows)
    shown = [line.split()[1] for line in lines if line.startswith("job ")]
    assert shown == ["351", "352", "350"][:jobs]
    assert (f"and {3 - jobs} more jobs" in lines) is (jobs < 3 and rows > 1)


def test_no_line_is_wider_than_the_screen() -> None:
    assert max(map(len, screen(FIGURES, [(running(352, 2), 7)], PLAIN, 30, 9))) <= 30


def test_live_lines_are_drawn_in_place_of_those_before() -> None:
    stream = io.StringIO()
    live = LiveLines(stream, lambda: (80, 24))
    live.draw(lambda *_: ["one", "two"])
    live.draw(lambda *_: ["three"])
    live.clear()
    live.clear()
    assert stream.getvalue() == "\r\x1b[Jone\r\ntwo\r\n\r\x1b[2A\x1b[Jthree\r\n\r\x1b[1A\x1b[J"


def test_metrics_are_prometheus_s_text() -> None:
    text = metrics_text(FIGURES)
    values = dict(line.split() for line in text.splitlines() if not line.startswith("#"))
    assert {name.removeprefix("orch_events_collect_"): float(value) for name, value in values.items()} == {
        "lag_seconds": 6.2, "last_answer_timestamp_seconds": 1_462_477_800.5, "jobs_running": 2, "jobs_waiting": 1500,
        "events_total": 123_456, "requests_total": 900, "retries_total": 3,
    }  # fmt: skip
    assert text.count("# TYPE ") == text.count("# HELP ") == len(values)
    assert "last_answer" not in metrics_text(FIGURES._replace(answer_at=None))
