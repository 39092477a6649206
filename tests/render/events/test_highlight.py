"""Matches of --grep, highlighted, and brought into sight."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.render.events.filters import EventFilter
from orch_events.render.events.highlight import Highlighter
from orch_events.render.toolkit.text import width
from orch_events.render.toolkit.theme import Theme
from tests.build import event

COLOUR = Theme.from_capabilities(color=True, ascii_only=False)
BEFORE, AFTER = COLOUR.paint("|", "match").split("|")


def highlighter(*patterns: str) -> Highlighter:
    return Highlighter([re.compile(pattern) for pattern in patterns], COLOUR)


def marked(text: str, *patterns: str) -> str:
    """Return a text with brackets around what is highlighted."""
    return highlighter(*patterns).highlight(text).replace(BEFORE, "<").replace(AFTER, ">")


@pytest.mark.parametrize(
    ("patterns", "shown"),
    [
        (["b"], "a<b>cdefa<b>c"),
        (["bc", "cd"], "a<bc><d>efa<bc>"),
        (["bcd", "c"], "a<bcd>efab<c>"),
        (["a.*f", "c"], "<abcdef>ab<c>"),
        (["^", "$", "(?=c)", "x"], "abcdefabc"),
        ([], "abcdefabc"),
    ],
)
def test_all_that_is_found_is_highlighted_once(patterns: list[str], shown: str) -> None:
    assert marked("abcdefabc", *patterns) == shown


@given(st.text("ab "), st.lists(st.sampled_from(["a", "b+", "ab", "b a", "^a*", "(?=b)", " $"])))
def test_highlighting_changes_no_character(text: str, patterns: list[str]) -> None:
    assert highlighter(*patterns).highlight(text).replace(BEFORE, "").replace(AFTER, "") == text


LONG = "x" * 50 + " needle " + "y" * 50


def test_a_text_whose_match_would_be_cut_off_loses_its_beginning() -> None:
    assert highlighter("needle").within(LONG, 40, "…") == "…xxxxx needle " + "y" * 50


@pytest.mark.parametrize(("text", "cells"), [(LONG, 120), (LONG, 70), ("needle " + LONG, 40), ("x" * 90, 40), ("", 0)])
def test_a_text_whose_match_is_in_sight_or_that_has_none_stays_as_it_is(text: str, cells: int) -> None:
    assert highlighter("needle").within(text, cells, "…") == text


@given(st.integers(0, 60), st.integers(0, 60), st.integers(30, 90))
def test_whatever_stands_around_a_match_it_begins_in_sight(before: int, after: int, cells: int) -> None:
    shown = highlighter("needle").within("x" * before + "needle" + "y" * after, cells, "…")
    assert width(shown.partition("needle")[0]) < cells


def test_what_was_found_in_the_details_alone_is_evidence() -> None:
    found = event(1, "node_failed", "web", "Failed", {"_output": "fine\n  disk \x07 full\nfull too"})
    with_evidence = highlighter("full").with_evidence
    assert with_evidence([found], ["Failed"]) == ["disk \\x07 full; Failed"]
    assert with_evidence([found], ["It is full"]) == ["It is full"]


def test_a_match_in_the_node_s_name_needs_no_evidence() -> None:
    found = event(1, "node_failed", "web", "Failed", {"_output": "web is full"})
    assert highlighter("web").with_evidence([found], ["Failed"]) == ["Failed"]
    assert highlighter("nowhere").with_evidence([found], ["Failed"]) == ["Failed"]


def test_every_search_is_guarded() -> None:
    entered: list[str] = []

    @contextmanager
    def guard() -> Iterator[None]:
        entered.append("in")
        yield
        entered.append("out")

    marks = Highlighter([re.compile("a")], COLOUR, guard)
    marks.highlight("a")
    marks.within("a", 1, "...")
    marks.with_evidence([event(1)], ["a"])
    assert EventFilter(grep=[re.compile("a")], guard=guard).apply([event(1, node="a")])
    assert entered == ["in", "out"] * 4
