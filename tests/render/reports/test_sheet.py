"""What a report is written on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.render.cells import width
from orch_events.render.reports.sheet import Sheet, counted, listed
from orch_events.render.theme import Theme
from orch_events.standing import Standing
from tests.fakes import record
from tests.reporting import job_of, told

PLAIN = Theme.of(color=False, ascii_only=False)
COLOR = Theme.of(color=True, ascii_only=False)


@given(st.text("ab 漢", max_size=60), st.none() | st.integers(1, 30), st.integers(0, 8))
def test_broken_lines_lose_nothing_and_are_wide_only_where_a_word_is(text: str, cells: int | None, indent: int) -> None:
    lines = Sheet(PLAIN, cells).broken(text.split(" "), indent)
    assert " ".join(lines).split() == text.split()
    if cells is None:
        assert lines == [text.rstrip()]
    else:
        assert all(width(line) <= cells or len(line.split()) == 1 for line in lines)


def test_lines_that_go_on_are_indented() -> None:
    assert Sheet(PLAIN, 12).broken(["nodes  aaa,", "bbb,", "ccc"], 7) == ["nodes  aaa,", "       bbb,", "       ccc"]


def test_paint_takes_no_room() -> None:
    painted = COLOR.paint("3 nodes failed", "failed")
    assert Sheet(COLOR, 20).broken([f"{painted}:", "lost"]) == [f"{painted}: lost"]
    assert len(Sheet(COLOR, 19).broken([f"{painted}:", "lost"])) == 2


URL = "https://pe.example.com/#/cm/report/5bd6f2"


def test_a_url_is_whole_where_nobody_can_click() -> None:
    assert Sheet(PLAIN, 20).link(URL, 10) == Sheet(COLOR).link(URL, 10) == URL


def test_where_one_can_click_a_url_is_cut_and_leads_to_the_whole() -> None:
    assert Sheet(COLOR, 20).link(URL, 10) == f"\x1b]8;;{URL}\x1b\\https://p…\x1b]8;;\x1b\\"


@pytest.mark.parametrize("url", ["https://pe/\x1b]8;;x\x07", "https://pe/\u202e", "https://pe/\x9c"])
def test_a_url_can_not_act(url: str) -> None:
    link = Sheet(COLOR, 200).link(url, 190)
    assert not set(link.replace("\x1b]8;;", "").replace("\x1b\\", "")) & set("\x1b\x07\x9c\u202e")


def test_a_url_that_is_not_ascii_is_no_link() -> None:
    assert Sheet(COLOR, 200).link("https://pé/", 190) == "https://pé/"


@pytest.mark.parametrize(
    ("names", "whole", "text"),
    [
        (["a"], False, "a"),
        (list("abcdefghij"), False, "a, b, c, d, e, f, g, h, i, j"),
        (list("abcdefghijkl"), False, "a, b, c, d, e, f, g, h, i, j and 2 more"),
        (list("abcdefghijkl"), True, "a, b, c, d, e, f, g, h, i, j, k, l"),
        (["a\x1b"], False, "a\\x1b"),
    ],
)
def test_the_first_ten_are_listed_and_how_many_more(names: list[str], whole: bool, text: str) -> None:
    assert " ".join(listed(names, whole=whole)) == text


def test_one_is_counted_as_one() -> None:
    assert [counted(number, "node") for number in (0, 1, 2)] == ["0 nodes", "1 node", "2 nodes"]


def test_a_heading_tells_how_a_job_ended_or_how_far_it_is() -> None:
    running = told(1, "node_running"), told(2, "node_finished", "b")
    sheet = Sheet(PLAIN)
    assert sheet.heading(Standing.of(job_of(*running))) == ["job 7 goes on: 1 of 2 nodes over, 1 running"]
    assert sheet.heading(Standing.of(job_of())) == ["job 7 goes on: 0 of ? nodes over"]
    assert sheet.heading(Standing.of(job_of(running[1], record=record("finished", 1)))) == [
        "job 7 finished after 0s: 1 node, 1 finished"
    ]
