"""Markdown: what a reader finds, and that nothing of a node's becomes markup."""

import html
import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from markdown_it import MarkdownIt
from markdown_it.token import Token

from orch_events.analysis.job_report import JobReport
from orch_events.job.state import JobState
from orch_events.render.reports.markdown import LIMIT, code, markdown
from orch_events.render.toolkit.text import escape_control
from tests.build import event_at, job_of, simulated
from tests.render.reports.hostile import NASTY, NASTY_REPORTS, REPORTS, TEXTS

_OURS = {
    "heading_open", "heading_close", "inline", "paragraph_open", "paragraph_close", "fence", "html_block", "text",
    "code_inline", "strong_open", "strong_close", "em_open", "em_close", "softbreak", "bullet_list_open",
    "bullet_list_close", "list_item_open", "list_item_close", "blockquote_open", "blockquote_close",
}  # fmt: skip
_BLOCK = re.compile(
    r"<details><summary><b>[\w ]+(<code>[^<>]*</code>)?</b>(: <code>[^<>]*</code>)?</summary>\n|</details>\n"
)
_PLAIN = re.compile(r"[A-Za-z0-9 ,.:&-]*")


def shown(state: JobState) -> str:
    return markdown([JobReport.from_state(state)])


def tokens(text: str) -> Iterator[Token]:
    """Yield what CommonMark makes of a text."""
    for token in MarkdownIt("commonmark").parse(text):
        yield token
        yield from token.children or []


def test_it_tells_the_outcome_the_counts_the_causes_and_what_was_slow() -> None:
    text = shown(simulated(353))

    assert text.startswith("## job 353 failed after 43s\n\n`restart nginx`, `task`, `service`, `production`, `admin`, ")
    assert "\n14 nodes, **9** finished, **3** failed, **2** errored\n" in text
    assert (
        "<details><summary><b>2 nodes failed</b>: <code>nginx: [emerg] bind() to &lt;address&gt;:80 failed</code>"
        "</summary>\n\n```text\nweb-03.example.com: nginx: [emerg] bind() to 0.0.0.0:80 failed\n"
        "web-04.example.com: nginx: [emerg] bind() to 127.0.0.1:80 failed\n```\n\n</details>\n"
    ) in text
    assert "<code>systemctl: command not found</code></summary>\n\n```text\nweb-07.example.com\n```\n" in text
    assert "Half of the nodes took 18s at most, nine in ten 31s.\n\n```text\nweb-11.example.com  38s\n" in text


def test_a_partial_report_says_so() -> None:
    text = markdown([JobReport.from_state(simulated(352, 60), why="--timeout was reached")])
    assert text.startswith(
        "## job 352 is still running for 51s\n\n> **This report is partial:** `--timeout was reached`\n"
    )


def test_several_jobs_are_sections() -> None:
    text = markdown([JobReport.from_state(simulated(job)) for job in (352, 353)])
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        "## job 352 finished after 2m 07s",
        "## job 353 failed after 43s",
    ]


def test_it_fits_into_what_github_shows_and_says_that_it_was_cut() -> None:
    words = ["".join(chr(ord("a") + int(digit)) for digit in str(number)) for number in range(2000)]
    events = [event_at(1, "node_failed", f"n-{word}", detail={"_error": f"{word} {'é' * 400}"}) for word in words]
    text = shown(job_of(*events))

    assert LIMIT - 3000 < len(text.encode()) <= LIMIT
    assert text.endswith("\n_The rest is left out: GitHub shows no more than 1 MiB._\n")
    assert text.count("<details>") == text.count("</details>")
    assert markdown([JobReport.from_state(simulated(353))], 500).endswith("1 MiB._\n")


@pytest.mark.parametrize("limit", [0, 100, 400, 700, 1500, 10_000])
def test_no_limit_is_exceeded(limit: int) -> None:
    assert len(markdown([JobReport.from_state(simulated(357))], limit).encode()) <= max(limit, 100)


def check_span(text: str) -> None:
    found = list(tokens(f"x {code(text)} y"))
    (span,) = [token for token in found if token.type == "code_inline"]
    assert span.content.strip() == escape_control(text).strip()
    assert {token.type for token in found} == {"paragraph_open", "paragraph_close", "inline", "text", "code_inline"}


@given(TEXTS)
def test_a_code_span_is_one_whatever_is_in_it(text: str) -> None:
    check_span(text)


def test_a_code_span_holds_what_would_break_out_of_it() -> None:
    for text in NASTY:
        check_span(text)


def check(report: JobReport) -> None:
    """See that nothing in the Markdown is markup but what we made."""
    for token in tokens(markdown([report])):
        assert token.type in _OURS
        assert token.type != "fence" or token.info == "text", "a fence ended early"
        if token.type == "html_block":
            assert _BLOCK.fullmatch(token.content), token.content
        if token.type == "text":
            assert _PLAIN.fullmatch(token.content), token.content


@given(REPORTS)
def test_nothing_that_a_server_or_a_node_sends_becomes_markup(report: JobReport) -> None:
    check(report)


def test_nothing_nasty_becomes_markup() -> None:
    for report in NASTY_REPORTS:
        check(report)


@given(TEXTS)
def test_a_cause_is_shown_whole_between_tags(cause: str) -> None:
    job = job_of(event_at(1, "node_failed", detail={"_error": {"msg": cause}}), event_at(2, "job_finished", None))
    found = job.runs["a"].why
    if found:
        (title,) = re.findall(r": <code>(.*)</code></summary>", shown(job))
        assert html.unescape(title) == escape_control(found)
