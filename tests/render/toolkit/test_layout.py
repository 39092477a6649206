"""Lines of text within a width."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.render.toolkit.layout import Layout, fold
from orch_events.render.toolkit.text import width
from orch_events.render.toolkit.theme import Theme

PLAIN = Theme.from_capabilities(color=False, ascii_only=False)
COLOR = Theme.from_capabilities(color=True, ascii_only=False)


@given(st.text("ab 漢", max_size=60), st.none() | st.integers(1, 30), st.integers(0, 8))
def test_broken_lines_lose_nothing_and_are_wide_only_where_a_word_is(text: str, cells: int | None, indent: int) -> None:
    lines = Layout(PLAIN, cells).wrap(text.split(" "), indent)
    assert " ".join(lines).split() == text.split()
    if cells is None:
        assert lines == [text.rstrip()]
    else:
        assert all(width(line) <= cells or len(line.split()) == 1 for line in lines)


def test_lines_that_go_on_are_indented() -> None:
    assert Layout(PLAIN, 12).wrap(["nodes  aaa,", "bbb,", "ccc"], 7) == ["nodes  aaa,", "       bbb,", "       ccc"]


def test_paint_takes_no_room() -> None:
    painted = COLOR.paint("3 nodes failed", "failed")
    assert Layout(COLOR, 20).wrap([f"{painted}:", "lost"]) == [f"{painted}: lost"]
    assert len(Layout(COLOR, 19).wrap([f"{painted}:", "lost"])) == 2


URL = "https://pe.example.com/#/cm/report/5bd6f2"


def test_a_url_is_whole_where_nobody_can_click() -> None:
    assert Layout(PLAIN, 20).link(URL, 10) == Layout(COLOR).link(URL, 10) == URL


def test_where_one_can_click_a_url_is_cut_and_leads_to_the_whole() -> None:
    assert Layout(COLOR, 20).link(URL, 10) == f"\x1b]8;;{URL}\x1b\\https://p…\x1b]8;;\x1b\\"


@pytest.mark.parametrize("url", ["https://pe/\x1b]8;;x\x07", "https://pe/\u202e", "https://pe/\x9c"])
def test_a_url_can_not_act(url: str) -> None:
    link = Layout(COLOR, 200).link(url, 190)
    assert not set(link.replace("\x1b]8;;", "").replace("\x1b\\", "")) & set("\x1b\x07\x9c\u202e")


def test_a_url_that_is_not_ascii_is_no_link() -> None:
    assert Layout(COLOR, 200).link("https://pé/", 190) == "https://pé/"


RESUME = "orch-events follow 352 --start 1312 --service-url https://pe.example.com:8143"


@pytest.mark.parametrize(
    ("cells", "lines"),
    [
        (None, [f"the state is unknown; resume with: {RESUME}"]),
        (120, [f"the state is unknown; resume with: {RESUME}"]),
        (80, ["the state is unknown; resume with:", f"  {RESUME}"]),
        (
            50,
            [
                "the state is unknown; resume with:",
                "  orch-events follow 352 --start 1312 \\",
                "  --service-url https://pe.example.com:8143",
            ],
        ),
    ],
)
def test_a_command_that_does_not_fit_behind_the_words_can_still_be_copied(cells: int | None, lines: list[str]) -> None:
    assert fold(f"the state is unknown; resume with: {RESUME}", cells) == lines


COMMAND = st.lists(st.text("ab 'x\"\\$", max_size=9), min_size=1, max_size=12)


@given(COMMAND, st.integers(12, 40))
def test_a_folded_command_means_what_it_meant(words: list[str], cells: int) -> None:
    command = shlex.join(["orch-events", "follow", *words])
    lines = fold(f"resume with: {command}", cells)
    begin = next(place for place, line in enumerate(lines) if "orch-events" in line)
    copied = "\n".join(lines[begin:]).replace("resume with: ", "").replace(" \\\n", " ")  # as a shell goes on
    assert shlex.split(copied) == ["orch-events", "follow", *words]


def test_a_message_is_wrapped_between_its_words_and_a_path_in_it_is_whole() -> None:
    path = "/home/ann/.puppetlabs/client-tools/orchestrator.conf"
    assert fold(f"error: the file {path} is not valid", 40) == ["error: the file", f"  {path}", "  is not valid"]


WORDS = st.lists(
    st.sampled_from(["a", "bb:", "orch-events", "/very/long/path", "漢字", "--x"]), min_size=1, max_size=30
)


@given(WORDS, st.integers(25, 60))
def test_a_folded_message_loses_no_word_and_is_no_wider_than_it_may_be(words: list[str], cells: int) -> None:
    lines = fold(" ".join(words), cells)
    assert " ".join(lines).replace("\\", "").split() == words
    assert max(map(width, lines)) <= cells
