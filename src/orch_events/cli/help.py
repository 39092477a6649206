"""`orch-events help`: the help of the program, of a command, or on a topic."""

import inspect
from collections.abc import Mapping

import click
from click.shell_completion import CompletionItem

from orch_events.cli import exits
from orch_events.cli.command import command
from orch_events.cli.formatter import write_paragraphs
from orch_events.cli.option import Option
from orch_events.errors import UsageError


def _complete(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(word, help=about) for word, about in _words().items() if word.startswith(incomplete)]


@command("help", also=("man", "manual", "topics", "usage"))
@click.argument("word", metavar="[TOPIC|COMMAND]", required=False, shell_complete=_complete)
@click.pass_context
def help_(ctx: click.Context, word: str | None) -> None:
    """Show the help of a command, or on a topic.

    \b
    orch-events help                  what there is
    orch-events help follow           the same as orch-events follow --help
    orch-events help exit-status      what the exit status says
    """
    from orch_events.cli import cli
    from orch_events.cli.topics import TOPICS
    from orch_events.cli.usage import nearest, see

    program = ctx.find_root()
    if word is None:
        click.echo(program.get_help())
    elif word in cli.commands:
        named = cli.commands[word]
        click.echo(named.context_class(named, info_name=word, parent=program).get_help())
    elif word in TOPICS:
        formatter = ctx.make_formatter()
        write_paragraphs(formatter, topic(word))
        click.echo(formatter.getvalue().strip("\n"))
    else:
        raise UsageError(f"there is no help on {word!r}", see(program, nearest(word, _words())))


def _words() -> Mapping[str, str]:
    """Return what there is help on, commands and topics, and what that is about."""
    from orch_events.cli import cli
    from orch_events.cli.topics import TOPICS

    commands = {name: one.get_short_help_str() for name, one in cli.commands.items()}
    return commands | {name: topic.about for name, topic in TOPICS.items()}


def topic(name: str) -> str:
    """Return the text of a topic, with the tables that the program's definitions make."""
    from orch_events.cli.topics import TOPICS

    tables: Mapping[str, Mapping[str, str]] = {
        "{exit statuses}": {str(status): meaning for status, meaning in exits.MEANINGS.items()},
        "{variables}": _variables(),
    }
    text = inspect.cleandoc(TOPICS[name].text)
    for place, rows in tables.items():
        text = text.replace(place, "\n".join(f"{term}  {meaning}" for term, meaning in rows.items()))
    return text


def _variables() -> Mapping[str, str]:
    """Return the variable of each option, and the option, with its command if it is of one alone."""
    from orch_events.cli import cli

    found: dict[str, list[str]] = {}
    for named in cli.commands.values():
        for one in named.params:
            if isinstance(one, Option):
                found.setdefault(str(one.envvar), [one.written.rpartition(", ")[2]]).append(str(named.name))
    return {variable: option if rest else f"{option}, of {first}" for variable, (option, first, *rest) in found.items()}
