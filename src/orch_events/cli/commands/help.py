"""`orch-events help`: help of the program, of a command, or on a topic."""

from collections.abc import Mapping

import click
from click.shell_completion import CompletionItem

from orch_events.cli import exit_status
from orch_events.cli.app import App
from orch_events.cli.help.command import Group, command
from orch_events.cli.help.formatter import unindented, write_paragraphs
from orch_events.cli.options.option import Option
from orch_events.errors import UsageError


def _complete(ctx: click.Context, _: click.Parameter, incomplete: str) -> "list[CompletionItem[str]]":
    return [CompletionItem(word, help=about) for word, about in _words(ctx).items() if word.startswith(incomplete)]


_HELP = """
    Show help for a command or a topic.

    \b
    orch-events help                  all commands and topics
    orch-events help follow           the same as orch-events follow --help
    orch-events help exit-status      what each exit status means

    Help that is longer than the terminal goes through $PAGER; that of --help does not.
"""


@command("help", help=_HELP, also=("man", "manual", "topics", "usage"))
@click.argument("word", metavar="[TOPIC|COMMAND]", required=False, shell_complete=_complete)
@click.pass_context
def help_(ctx: click.Context, word: str | None) -> None:
    """Run `orch-events help`."""
    app: App = ctx.obj
    with app.paging(wanted=True):
        app.output.write_text(_text(ctx, word) + "\n")


def _text(ctx: click.Context, word: str | None) -> str:
    """Return the help for a word, or of the program. Raises UsageError if there is none."""
    from orch_events.cli.help.topics import TOPICS
    from orch_events.cli.help.usage import nearest, see

    program, commands = ctx.find_root(), _commands(ctx)
    if word is None:
        return program.get_help()
    if word in commands:
        named = commands[word]
        return named.context_class(named, info_name=word, parent=program).get_help()
    if word in TOPICS:
        formatter = ctx.make_formatter()
        write_paragraphs(formatter, topic(word, commands))
        return formatter.getvalue().strip("\n")
    raise UsageError(f"there is no help for {word!r}", see(program, nearest(word, _words(ctx))))


def _commands(ctx: click.Context) -> Mapping[str, click.Command]:
    program = ctx.find_root().command
    return program.commands if isinstance(program, click.Group) else {}


def _words(ctx: click.Context) -> Mapping[str, str]:
    """Return all commands and topics, each with its description."""
    from orch_events.cli.help.topics import TOPICS

    program = ctx.find_root().command
    commands = program.about if isinstance(program, Group) else {}
    return {**commands, **{name: topic.about for name, topic in TOPICS.items()}}


def topic(name: str, commands: Mapping[str, click.Command]) -> str:
    """Return the text of a topic, with its tables filled in."""
    from orch_events.cli.help.topics import TOPICS

    tables: Mapping[str, Mapping[str, str]] = {
        "{exit statuses}": {str(status): meaning for status, meaning in exit_status.MEANINGS.items()},
        "{variables}": _variables(commands),
    }
    text = unindented(TOPICS[name].text)
    for place, rows in tables.items():
        text = text.replace(place, "\n".join(f"{term}  {meaning}" for term, meaning in rows.items()))
    return text


def _variables(commands: Mapping[str, click.Command]) -> Mapping[str, str]:
    """Return each environment variable and its option, with the command if only one has it."""
    found: dict[str, list[str]] = {}
    for named in commands.values():
        for one in named.params:
            if isinstance(one, Option):
                found.setdefault(str(one.envvar), [one.usage.rpartition(", ")[2]]).append(str(named.name))
    return {
        variable: option if rest else f"{option} ({first} only)" for variable, (option, first, *rest) in found.items()
    }
