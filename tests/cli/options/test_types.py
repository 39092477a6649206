"""What an option's text can be."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from orch_events.cli.options import types
from orch_events.cli.options.groups import Start
from tests.table import each

CONTEXT = click.Context(click.Command("x"))


@each(
    ("read", "text", "value"),
    [
        (types.whole, "0", 0),
        (types.whole, "9" * 19, int("9" * 19)),
        (types.count, "1", 1),
        (types.port, "0", 0),
        (types.port, "65535", 65535),
        (types.above_zero, "0.5", 0.5),
        (types.duration(), "0", 0.0),
        (types.duration(0.1), "100ms", 0.1),
        (types.duration(), "1h30m", 5400.0),
        (types.regex, "a+", re.compile("a+")),
    ],
)
def test_a_text_is_read(read: Callable[[str], Any], text: str, value: object) -> None:
    assert read(text) == value


@each(
    ("read", "text"),
    [
        *[(types.whole, text) for text in ("", "-1", "1.5", "+1", "x", "9" * 20, "٣", "1\n")],
        *[(types.count, text) for text in ("0", "-1")],
        *[(types.port, text) for text in ("65536", "-1", "http", "٣")],
        *[(types.above_zero, text) for text in ("0", "-1", "nan", "x", "", "٣", "1_0")],
        *[(types.duration(0.1), text) for text in ("0", "50ms", "-1s", "soon")],
        *[
            (types.regex, text)
            for text in ("(", "(" * 5000 + ")" * 5000, "a{1,99999999999}", "(?:" * 3000 + ")" * 3000)
        ],
        *[(types.duration(), text) for text in ("٣", "٣s", "1_0")],
        (types.job, "٣"),
        *[(types.fault, text) for text in ("nonsense", "cut@.٣", "delay=٣")],
    ],
)
def test_what_can_t_be_read_is_told_in_a_sentence(read: Callable[[str], Any], text: str) -> None:
    with pytest.raises(click.BadParameter) as raised:
        read(text)
    assert raised.value.message
    assert len(raised.value.message) < 250
    assert not raised.value.message.endswith(".")


def test_a_type_that_is_not_known_must_look_like_one() -> None:
    for text in ("failed", "node_failed", "node_pondering"):
        assert types.event_type.convert(text, None, None) == text
    for text in ("pondering", "Node_failed", "node failed", ""):
        with pytest.raises(click.BadParameter, match="is not a known event type"):
            types.event_type.convert(text, None, None)


@pytest.mark.parametrize(
    ("text", "states"),
    [
        ("failed,errored", {"failed", "errored"}),
        (" failed , ", {"failed"}),
        ("", set()),
        ("aborted,aborted", {"aborted"}),
    ],
)
def test_outcomes_stand_between_commas(text: str, states: set[str]) -> None:
    assert types.fail_on.convert(text, None, None) == states


def test_an_outcome_that_is_none_is_named() -> None:
    with pytest.raises(click.BadParameter, match="'bored' is not one of failed, errored, skipped, aborted"):
        types.fail_on.convert("failed,bored", None, None)


def test_what_was_read_stays_as_it_is() -> None:
    read = types.fail_on.convert("failed", None, None)
    assert types.fail_on.convert(read, None, None) is read


@pytest.mark.parametrize(
    ("begun", "offered"),
    [
        ("", ["failed", "errored", "skipped", "aborted"]),
        ("a", ["aborted"]),
        ("failed,", ["failed,errored", "failed,skipped", "failed,aborted"]),
        ("failed,s", ["failed,skipped"]),
        ("x", []),
    ],
)
def test_outcomes_that_were_not_typed_are_offered(begun: str, offered: list[str]) -> None:
    items = types.fail_on.shell_complete(CONTEXT, click.Option(["--x"]), begun)
    assert [item.value for item in items] == offered


def test_a_file_that_is_there_is_a_job_whatever_it_is_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(click.BadParameter):
        types.job("events")
    (tmp_path / "events").touch()
    assert types.job("events").place == "events"


@pytest.mark.parametrize(
    ("text", "read"),
    [("0", Start(0)), ("70016", Start(70016)), ("70016,342=1312,343=0", Start(70016, {"342": 1312, "343": 0}))],
)
def test_a_start_may_have_the_starts_of_a_plan_s_jobs(text: str, read: Start) -> None:
    assert types.start(text) == read


@pytest.mark.parametrize("text", ["", "x", "-1", "1,", "1,342", "1,x=2", "1,342=", "1,342=-2", "342=1", "1, 342=2"])
def test_any_other_start_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter):
        types.start(text)
