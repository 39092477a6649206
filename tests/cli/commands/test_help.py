"""Help: the program's, a command's, and on a topic. What holds of every command holds of new ones too."""

import re
import shlex

import click
import pytest

from orch_events.cli import exit_status
from orch_events.cli.commands.help import topic
from orch_events.cli.help.command import Command
from orch_events.cli.help.formatter import Rows, examples, paragraphs
from orch_events.cli.help.topics import TOPICS
from orch_events.cli.main import cli
from orch_events.cli.options.option import Option
from orch_events.errors import OrchEventsError
from tests.cli.command import run
from tests.cli.conftest import Call
from tests.table import each

_COMMANDS = list(cli.commands)
_HELPS = [["--help"], *([name, "--help"] for name in _COMMANDS), *(["help", name] for name in TOPICS)]
_WORDS = [pytest.param(words, id=" ".join(words)) for words in _HELPS]


def _is_alone(line: str, after: str) -> bool:
    """Whether a line is a short word and nothing more, and no term with its meaning in the next line."""
    indent, next_indent = (len(text) - len(text.lstrip()) for text in (line, after))
    return bool(re.fullmatch(r" +[^ -][^ ]{0,9}", line)) and (not after or next_indent <= indent)


@pytest.mark.parametrize("columns", [60, 80, 100])
@pytest.mark.parametrize("words", _WORDS)
def test_help_looks_good_at_any_width(
    words: list[str], columns: int, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    widest = call(*words)
    monkeypatch.setenv("COLUMNS", str(columns))
    done = call(*words)

    assert (done.status, done.err) == (0, "")
    assert max(map(len, done.lines)) <= columns
    assert done.out.split() == widest.out.split()  # no word is broken
    assert [line for line, after in zip(done.lines, [*done.lines[1:], ""], strict=True) if _is_alone(line, after)] == []
    assert not done.out.startswith("\n")
    assert not done.out.endswith("\n\n")


@each("name", _COMMANDS)
def test_a_command_tells_what_it_is_for_and_shows_two_to_four_examples(name: str) -> None:
    command = cli.commands[name]
    first, second, *_ = paragraphs(command.help or "")

    assert isinstance(command, Command)
    assert isinstance(first, str)
    assert first == command.get_short_help_str()
    assert re.fullmatch(r"[A-Z][^.]+\.", first)
    assert second == examples(command.help or "")
    assert 2 <= len(second) <= 4
    assert second[0][0].startswith(f"orch-events {name}")


def _all_examples() -> Rows:
    texts = [
        cli.help or "",
        *(command.help or "" for command in cli.commands.values()),
        *(topic(name, cli.commands) for name in TOPICS),
    ]
    lists = [paragraph for text in texts for paragraph in paragraphs(text) if isinstance(paragraph, list)]
    return [row for rows in lists for row in rows if row[0].startswith("orch-events ")]


def test_every_example_is_a_command_line_that_can_be_read() -> None:
    found = _all_examples()

    assert len(found) > 2 * len(_COMMANDS)
    for example, meaning in found:
        _, name, *words = shlex.split(re.split(r" [|>]", example)[0])
        with cli.commands[name].make_context(name, words) as ctx:
            assert ctx.command.name == name
        assert meaning, example


@pytest.mark.parametrize("name", _COMMANDS)
def test_each_option_stands_once_and_the_groups_have_their_headings(name: str, call: Call) -> None:
    shown = call(name, "--help").out
    options = [option for option in cli.commands[name].params if isinstance(option, Option)]
    sections = dict(re.findall(r"^(\S.*):\n((?:  .*\n)+)", shown, re.MULTILINE))

    for option in options:
        assert shown.count(f"  {option.usage} ") == 1
        assert f"  {option.usage} " in sections[option.heading]
    assert list(sections) == list(dict.fromkeys([*(option.heading for option in options), "Options"]))
    assert "  -h, --help " in sections["Options"]


def test_an_option_that_a_command_adds_to_a_group_stands_in_that_group(call: Call) -> None:
    assert re.search(r"\nDisplay:\n(  .*\n)*  --no-progress ", call("follow", "-h").out)


def test_the_groups_come_in_one_order_everywhere(call: Call) -> None:
    order = ["Report", "Range", "Filter", "Output", "Display", "Follow", "Outcome", "Connect", "Retries", "Options"]
    for name in _COMMANDS:
        headings = [heading for heading in re.findall(r"^(\S.*):$", call(name, "-h").out, re.MULTILINE)
                    if heading in order]  # fmt: skip
        assert headings == sorted(headings, key=order.index)


def test_the_program_s_help_lists_commands_in_their_order_and_at_its_end_the_topics(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = [line.strip() for line in call("--help").lines]
    commands = [f"{name} {command.get_short_help_str()}" for name, command in cli.commands.items()]
    listed = [re.sub("  +", " ", line) for line in lines]

    assert [line for line in listed if line in commands] == commands
    assert listed[-len(TOPICS) :] == [f"{name} {about.about}" for name, about in TOPICS.items()]
    assert _COMMANDS[:2] == ["list", "follow"]
    assert _COMMANDS[-1] == "help"


@pytest.mark.parametrize("words", [["help"], ["-h"], []])
def test_help_without_a_word_is_that_of_the_program(words: list[str], call: Call) -> None:
    assert call(*words) == call("--help")


@pytest.mark.parametrize("name", _COMMANDS)
def test_help_on_a_command_is_that_command_s(name: str, call: Call) -> None:
    assert call("help", name) == call(name, "--help") == call(name, "-h")


@pytest.mark.parametrize(
    ("word", "meant"),
    [("exit", "exit-status"), ("env", "environment"), ("folow", "follow"), ("exit-staus", "exit-status")],
)
def test_help_on_what_there_is_none_on_suggests_a_topic_or_a_command(word: str, meant: str, call: Call) -> None:
    done = call("help", word)

    assert (done.status, done.out) == (2, "")
    assert done.err == f"error: there is no help for '{word}'\nhint: did you mean {meant}? see: orch-events --help\n"


@pytest.mark.slow
def test_the_shell_completes_commands_and_topics_behind_help() -> None:
    done = run(_ORCH_EVENTS_COMPLETE="bash_complete", COMP_WORDS="orch-events help f", COMP_CWORD="2")

    assert [line.partition("\t")[0] for line in done.lines] == [
        "plain,follow",
        "plain,failures",
        "plain,following",
        "plain,formats",
    ]


def test_no_topic_is_called_like_a_command() -> None:
    assert set(TOPICS).isdisjoint(cli.commands)


def test_every_exit_status_has_a_meaning_and_the_topic_tells_them_all(call: Call) -> None:
    pending, statuses = [OrchEventsError], {0, 1, 3}
    while pending:
        kind = pending.pop()
        pending += kind.__subclasses__()
        statuses.add(kind.exit_status)
    statuses |= {number for number in vars(exit_status).values() if isinstance(number, int)}

    assert set(exit_status.MEANINGS) == statuses
    told = re.findall(r"^  (\d+)  ", call("help", "exit-status").out, re.MULTILINE)
    assert list(map(int, told)) == sorted(statuses)


def test_the_topic_of_the_environment_names_the_variable_of_every_option(call: Call) -> None:
    told = dict(re.findall(r"^  (ORCH_EVENTS_\S+) +(--[^ ,\n]+)", call("help", "environment").out, re.MULTILINE))

    assert told == {
        option.envvar: option.usage.split(", ")[-1].split()[0]
        for command in cli.commands.values()
        for option in command.params
        if isinstance(option, Option)
    }


@pytest.mark.parametrize("name", TOPICS)
def test_a_topic_names_only_options_and_commands_that_there_are(name: str) -> None:
    options = {
        long for command in (cli, *cli.commands.values()) for one in command.params
        if isinstance(one, click.Option) for long in (*one.opts, *one.secondary_opts)
    }  # fmt: skip

    assert set(re.findall(r"(?<!\S)--[a-z][a-z-]+", topic(name, cli.commands))) <= options
    assert "{" not in topic(name, cli.commands).replace("${", "")


@pytest.mark.slow
def test_the_shell_completes_commands_in_their_order() -> None:
    done = run(_ORCH_EVENTS_COMPLETE="bash_complete", COMP_WORDS="orch-events ", COMP_CWORD="1")

    names = [line.removeprefix("plain,").partition("\t")[0] for line in done.lines]
    assert names[: len(_COMMANDS)] == _COMMANDS
