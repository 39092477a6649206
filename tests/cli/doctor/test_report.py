"""What `doctor` found, for people and for programs."""

import json
from collections.abc import Iterator

import pytest

from orch_events.cli.doctor import report
from orch_events.cli.doctor.checks import NAMES, Check, complete, failure, not_checked, ok, warning
from orch_events.errors import NotUnderstood
from orch_events.render.toolkit.theme import Theme
from tests.table import each

_PLAIN = Theme.from_capabilities(color=False, ascii_only=False)
_MADE = [
    ok("versions", "orch-events 1"),
    warning("token-file", "others can read it", "run: chmod 600 token"),
    not_checked("proxy", "why"),
    not_checked("resolution", "why"),
    not_checked("connection", "because"),
    failure("answer", NotUnderstood("HTML", "is it a proxy?")),
]


def test_a_check_is_a_line_and_a_hint_another() -> None:
    assert list(report.lines(_MADE, _PLAIN)) == [
        "✔ ok           versions         orch-events 1",
        "‼ warning      token-file       others can read it",
        "               hint: run: chmod 600 token",
        "↷ not checked  proxy            also resolution: why",
        "↷ not checked  connection       because",
        "✖ failure      answer           HTML",
        "               hint: is it a proxy?",
    ]


def test_in_ascii_the_word_alone_says_how_it_went() -> None:
    drawn = list(report.lines(_MADE, Theme.from_capabilities(color=False, ascii_only=True)))
    assert drawn[0] == "ok           versions         orch-events 1"
    assert "\n".join(drawn).isascii()


def test_colour_is_around_the_status_and_the_hint() -> None:
    drawn = list(report.lines(_MADE, Theme.from_capabilities(color=True, ascii_only=False)))
    assert drawn[0] == "\x1b[32m✔ ok         \x1b[0m  versions         orch-events 1"
    assert drawn[2] == "               \x1b[36mhint:\x1b[0m run: chmod 600 token"
    assert drawn[5].startswith("\x1b[1;31m✖ failure")


def test_quiet_leaves_only_what_is_wrong() -> None:
    drawn = list(report.lines(_MADE, _PLAIN, quiet=True))
    assert [line.split()[1] for line in drawn] == ["warning", "run:", "failure", "is"]
    assert list(report.lines(_MADE[:1], _PLAIN, quiet=True)) == []


def test_on_a_terminal_lines_are_wrapped_under_themselves_and_no_command_is_cut() -> None:
    told = warning("tls", " ".join(["word"] * 20), "run: chmod 600 /home/" + "x" * 30)
    *drawn, hint, command = report.lines([told], _PLAIN, cells=70)
    assert {len(line) <= 70 for line in drawn} == {True}
    assert [line[:32].strip() for line in drawn] == ["‼ warning      tls", "", ""]
    assert " ".join(line[32:] for line in drawn) == told.found
    assert [hint.strip(), command.strip()] == ["hint: run:", told.hint.removeprefix("run: ")]


def test_nothing_is_wrapped_where_there_is_no_terminal() -> None:
    told = "word " * 50 + "end"
    assert list(report.lines([ok("tls", told)], _PLAIN)) == [f"✔ ok           tls              {told}"]


def test_on_a_narrow_terminal_there_are_no_columns() -> None:
    assert list(report.lines([warning("tls", "some words that are many", "mend it")], _PLAIN, cells=20)) == [
        "‼ warning      tls",
        "  some words that",
        "  are many",
        "  hint: mend it",
    ]


@each("cells", [1, 2, 3, 55, 56, 1000])
@each("found", ["", "a", "one two " * 30, "x" * 100])
def test_no_width_loses_a_word(found: str, cells: int) -> None:
    drawn = " ".join(report.lines([ok("tls", found)], _PLAIN, cells=cells)).split()
    assert drawn == ["✔", "ok", "tls", *found.split()]


@pytest.mark.parametrize("found", ["", " ", "a\x1b[2Jb\nc\u202e", "\udcff"])
def test_what_a_server_says_is_seen_and_never_acts(found: str) -> None:
    (line,) = report.lines([ok("answer", found)], _PLAIN, cells=80)
    told = json.loads(report.json([ok("answer", found)]))["checks"][0]["found"]
    for text in (line, told):
        assert not set(text) & set("\x1b\n\u202e\udcff")


def test_each_line_is_drawn_before_the_next_check_is_made() -> None:
    def one_and_no_more() -> Iterator[Check]:
        yield _MADE[1]
        pytest.fail("nobody asked for more")

    drawn = report.lines(one_and_no_more(), _PLAIN)
    assert "others" in next(drawn)
    assert "hint" in next(drawn)


def test_json_is_one_object_of_a_documented_shape() -> None:
    assert json.loads(report.json(_MADE)) == {
        "version": 1,
        "ok": False,
        "exit_status": 7,
        "checks": [
            {"name": "versions", "status": "ok", "found": "orch-events 1", "hint": "", "exit_status": 0},
            {
                "name": "token-file",
                "status": "warning",
                "found": "others can read it",
                "hint": "run: chmod 600 token",
                "exit_status": 0,
            },
            {"name": "proxy", "status": "not checked", "found": "why", "hint": "", "exit_status": 0},
            {"name": "resolution", "status": "not checked", "found": "why", "hint": "", "exit_status": 0},
            {"name": "connection", "status": "not checked", "found": "because", "hint": "", "exit_status": 0},
            {"name": "answer", "status": "failure", "found": "HTML", "hint": "is it a proxy?", "exit_status": 7},
        ],
    }


def test_warnings_alone_are_well() -> None:
    told = json.loads(report.json(_MADE[:2]))
    assert (told["ok"], told["exit_status"]) == (True, 0)


def test_every_check_fits_its_column() -> None:
    drawn = list(report.lines(complete([failure(NAMES[0], NotUnderstood("no"))]), _PLAIN))
    assert {line[30:32] for line in report.lines([ok(name, "x") for name in NAMES], _PLAIN)} == {"  "}
    assert len(drawn) == 3
