"""The timeline for a terminal. `python -m tests.render.timeline.test_text` writes the drawings, to be looked at."""

import os
import re
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.analysis.timeline import SORTS
from orch_events.job.state import JobState
from orch_events.render.timeline.text import TextTimeline
from orch_events.render.toolkit.text import width
from orch_events.render.toolkit.theme import Theme
from tests import GOLDEN
from tests.build import ran, simulated, stamped_job
from tests.render.timeline.scenes import OVER, STRANGE, scene
from tests.table import each

PLAIN = Theme.from_capabilities(color=False, ascii_only=False)
ASCII = Theme.from_capabilities(color=False, ascii_only=True)
COLOUR = Theme.from_capabilities(color=True, ascii_only=False)


def drawn(state: JobState, size: tuple[int, int] | None, *, theme: Theme = PLAIN, time: str = "elapsed",
          sort: str = "start", whole: bool = False) -> str:  # fmt: skip
    chart, heading, axis = scene(state, time)
    of = os.terminal_size(size) if size else None
    return TextTimeline(theme, of, whole=whole).draw(chart, heading, axis, sort)


class Drawing(NamedTuple):
    """A drawing that is kept: of which job, at which moment, and how."""

    job: int
    now: float
    size: tuple[int, int] | None
    theme: Theme = PLAIN
    time: str = "elapsed"
    sort: str = "start"

    def draw(self) -> str:
        state = simulated(self.job, self.now) if self.job else stamped_job(*STRANGE, description="as strange as can be")
        return drawn(state, self.size, theme=self.theme, time=self.time, sort=self.sort)


DRAWINGS = {
    "failures-40": Drawing(353, OVER, (40, 24)),
    "failures-80": Drawing(353, OVER, (80, 24)),
    "failures-120": Drawing(353, OVER, (120, 40)),
    "failures-ascii-80": Drawing(353, OVER, (80, 24), ASCII, "utc", "state"),
    "live-80": Drawing(352, 60, (80, 40), sort="duration"),
    "aborted-pipe": Drawing(354, OVER, None, time="utc"),
    "large-40": Drawing(360, OVER, (40, 20)),
    "large-80": Drawing(360, OVER, (80, 24)),
    "strange-80": Drawing(0, OVER, (80, 40)),
    "strange-ascii-120": Drawing(0, OVER, (120, 40), ASCII, sort="name"),
    "nothing-80": Drawing(352, 0, (80, 24)),
}


@each("name", DRAWINGS)
def test_a_job_is_drawn(name: str) -> None:
    assert DRAWINGS[name].draw() == (GOLDEN / f"timeline-{name}.txt").read_text(encoding="utf-8")


def test_colour_changes_the_look_and_not_the_text() -> None:
    coloured = drawn(simulated(353), (80, 24), theme=COLOUR)
    assert "\x1b[1;31m✖ 30s\x1b[0m" in coloured
    assert "\x1b[32m████████▊\x1b[0m 7s\n" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == drawn(simulated(353), (80, 24))


STATES = st.lists(
    st.tuples(
        st.sampled_from(["running", "finished", "failed", "errored", "skipped"]),
        st.text(st.sampled_from("ab.漢-\x1b"), min_size=1, max_size=30)
        | st.sampled_from(["n" * 300, "db.example.com"]),
        st.sampled_from(["", "soon", *(f"2016-05-0{day}T1{hour}:50:08Z" for day in (5, 6) for hour in (0, 1, 9))]),
    ),
    max_size=12,
)


@given(STATES, st.integers(40, 200), st.integers(10, 60), st.sampled_from(SORTS), st.sampled_from([PLAIN, ASCII]),
       st.sampled_from(["elapsed", "utc"]))  # fmt: skip
def test_whatever_there_is_to_draw_it_fits_a_terminal(
    events: list[tuple[str, str, str]], columns: int, lines: int, sort: str, theme: Theme, time: str
) -> None:
    state = stamped_job(*events, description="what the owner says")
    text = drawn(state, (columns, lines), sort=sort, theme=theme, time=time)
    rows = text.splitlines()
    assert all(width(row) <= columns for row in rows)
    assert all(row.isprintable() for row in rows)
    assert len(rows) < max(lines, 16)  # three nodes at least, whatever stands around them
    assert theme is PLAIN or text.replace("漢", "").isascii()


@pytest.mark.parametrize("lines", [0, 1, 24, 50])
def test_a_terminal_has_as_many_rows_as_it_has_room_for(lines: int) -> None:
    text = drawn(simulated(360), (100, lines)).splitlines()
    rows = [line for line in text if line.startswith("node-")]
    assert len(rows) == {0: 40, 1: 3, 24: 18, 50: 44}[lines]
    assert text[-1] == f"showing the {len(rows)} slowest of 5,000 nodes; --all shows all"


def test_all_nodes_are_drawn_where_they_are_asked_for() -> None:
    text = drawn(simulated(360), (100, 24), whole=True)
    assert text.count("\nnode-") == 5000
    assert "--all" not in text


def test_those_that_failed_are_drawn_among_the_slowest() -> None:
    many = [one for node in range(50) for one in ran(f"node-{node:02}.example.com", "10:00:00", f"10:01:{node:02}")]
    bad = [one for node in "ab" for one in ran(f"bad-{node}.example.com", "10:00:00", "10:00:01", "failed")]
    text = drawn(stamped_job(*many, *bad), (80, 14))
    assert re.findall(r"^\S+", text, re.MULTILINE)[4:-1] == [
        *(f"node-{node}.example.com" for node in range(44, 50)), "bad-a.example.com", "bad-b.example.com"]  # fmt: skip
    assert text.splitlines()[-1] == "showing the 6 slowest and all 2 that failed of 52 nodes; --all shows all"


def test_a_name_is_not_cut_before_its_first_label_ends() -> None:
    text = drawn(stamped_job(*ran(f"{'n' * 30}.example.com", "10:00:00", "10:00:09")), (60, 24))
    assert f"{'n' * 30}…  " in text


def test_in_a_pipe_the_head_is_not_cut() -> None:
    state = stamped_job(*ran("a", "10:00:00", "10:00:09"), description="d" * 300)
    assert f"({'d' * 300})" in drawn(state, None)
    assert f"({'d' * 40}" not in drawn(state, (60, 24))
    assert all(len(line) <= 100 for line in drawn(simulated(360), None).splitlines())


if __name__ == "__main__":
    for kept, drawing in DRAWINGS.items():
        (GOLDEN / f"timeline-{kept}.txt").write_text(drawing.draw(), encoding="utf-8")
