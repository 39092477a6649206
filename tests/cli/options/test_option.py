"""What an option is, and how it is written in words."""

import re
from typing import Any, NamedTuple

import click
import pytest

from orch_events.cli.options.option import Option, grouped, option, origin, pass_typed, variable


class Corn(NamedTuple):
    """What the pigeons get."""

    corn: bool
    bread: float


@click.command("feed")
@pass_typed
@grouped(
    "food",
    Corn,
    option("--corn/--no-corn", default=True, help="Corn."),
    option("--bread", type=float, default=1.0, help="Bread."),
)
@option("-c", "--colour", multiple=True, metavar="NAME", help="Of this colour.")
@click.pass_context
def feed(ctx: click.Context, /, **values: Any) -> Any:
    """Feed the pigeons."""
    return values | {"origins": {name: origin(ctx, name) for name in ("corn", "bread", "colour")}}


def fed(*words: str) -> dict[str, Any]:
    found: dict[str, Any] = feed.main(list(words), standalone_mode=False)
    return found


def test_a_group_reaches_its_command_as_one_value() -> None:
    found = fed("--no-corn", "-c", "blue")
    assert (found["food"], found["colour"]) == (Corn(corn=False, bread=1.0), ("blue",))


def test_where_each_value_comes_from_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORCH_EVENTS_BREAD", "2")
    assert fed("-c", "blue")["origins"] == {"corn": "default", "bread": "ORCH_EVENTS_BREAD", "colour": "--colour"}


def test_only_what_was_typed_is_typed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORCH_EVENTS_COLOUR", "blue")
    typed = {"corn": ["--no-corn"], "bread": ["--bread", "2.5"]}
    assert fed("--no-corn", "--bread", "2.5")["typed"] == typed


def test_a_variable_of_an_option_that_is_repeatable_has_a_value_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORCH_EVENTS_COLOUR", "light blue\ngrey")
    assert fed()["colour"] == ("light blue", "grey")


@pytest.mark.parametrize(
    ("made", "usage"),
    [
        (Option(["-t", "--type"], metavar="TYPE"), "-t, --type TYPE"),
        (Option(["--start"], type=int), "--start INTEGER"),
        (Option(["--ascii"], is_flag=True), "--ascii"),
        (Option(["--exit-status/--no-exit-status"]), "--[no-]exit-status"),
    ],
)
def test_an_option_is_written_as_it_is_typed(made: Option, usage: str) -> None:
    assert made.usage == usage


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({}, "It helps."),
        ({"default": "10s"}, "It helps."),
        ({"default": "10s", "show_default": True}, "It helps. [default: 10s]"),
        ({"show_default": "on"}, "It helps. [default: on]"),
        ({"multiple": True}, "It helps. [repeatable]"),
        ({"multiple": True, "show_default": "all"}, "It helps. [default: all, repeatable]"),
    ],
)
def test_its_help_ends_with_its_default_and_whether_it_is_repeatable(more: dict[str, Any], text: str) -> None:
    assert Option(["--it"], help="It helps.", **more).get_help_record(click.Context(feed))[1] == text


@pytest.mark.parametrize(
    ("names", "value", "words"),
    [
        (["-g", "--grep"], (re.compile("a b"), re.compile("c")), ["--grep", "a b", "--grep", "c"]),
        (["--fail-on"], frozenset({"failed", "aborted"}), ["--fail-on", "aborted,failed"]),
        (["--interval"], 2.0, ["--interval", "2"]),
        (["--interval"], 0.25, ["--interval", "0.25"]),
        (["--ascii"], True, ["--ascii"]),
    ],
)
def test_a_value_is_typed_again_by_the_long_name(names: list[str], value: object, words: list[str]) -> None:
    assert list(Option(names).words(value)) == words


@pytest.mark.parametrize("names", [("-t", "--fail-on"), ("--fail-on/--no-fail-on",)])
def test_a_variable_is_named_like_the_long_name(names: tuple[str, ...]) -> None:
    assert variable(names) == "ORCH_EVENTS_FAIL_ON"
