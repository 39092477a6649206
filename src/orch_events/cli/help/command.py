"""The classes of commands and of their group: they write their own help, and suggest what was meant."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from orch_events.cli.help.formatter import Formatter, Rows, paragraphs, write_paragraphs, write_sections
from orch_events.cli.options.option import WORDS, with_bare_values

if TYPE_CHECKING:  # imported on TAB
    from click.shell_completion import CompletionItem


class _Context(click.Context):
    def make_formatter(self) -> click.HelpFormatter:
        """Return a formatter that is as wide as the terminal, or of the default width without an app."""
        app = self.find_root().obj
        return Formatter(app.help_columns if app is not None else None, self.max_content_width)


def _show_help(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 - click's order
    if wanted and not ctx.resilient_parsing:
        ctx.obj.output.write_text(ctx.get_help() + "\n")
        ctx.exit()


class _CommandWithHelp(click.Command):
    """A click command whose help has a description, examples, and sections under headings."""

    context_class = _Context

    def sections(self, ctx: click.Context) -> dict[str, Rows]:
        """Return the sections of the help, by heading: the options in their groups, in the order of the groups."""
        found: dict[str, Rows] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx) if isinstance(parameter, click.Option) else None
            if record is not None:
                found.setdefault(getattr(parameter, "heading", "Options"), []).append(record)
        return found

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return the option that shows the help, by our way to stdout."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.callback = _show_help
        return option

    def get_help_option_names(self, _: click.Context) -> list[str]:
        """Return the options that show the help."""
        return ["-h", "--help"]

    def format_help_text(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the description."""
        write_paragraphs(formatter, self.help or "")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the sections."""
        write_sections(formatter, self.sections(ctx))

    def get_short_help_str(self, limit: int = 0) -> str:  # noqa: ARG002 - click cuts at it; ours are short
        """Return the first sentence of the help."""
        return str(paragraphs(self.help or "")[0])


class Command(_CommandWithHelp):
    """A command.

    Args:
        also: what others call it, and, with their dashes, options by which others look for it: who types one is told of
            it.
    """

    allow_extra_args = True  # for click; they are rejected with our own message

    def __init__(self, *args: Any, also: Sequence[str] = (), **attributes: Any) -> None:  # noqa: ANN401 - click's own
        super().__init__(*args, **attributes)
        self.also = also

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the command's arguments; raises click.UsageError."""
        ctx.meta[WORDS] = tuple(args)
        try:
            rest = super().parse_args(ctx, with_bare_values(self.params, args))
        except click.UsageError as error:
            error.ctx = error.ctx or ctx  # click does not always set it
            raise
        if rest and not ctx.resilient_parsing:
            from orch_events.cli.help.usage import too_many

            raise too_many(ctx, rest)
        return rest


def command(name: str | None = None, **attributes: Any) -> Callable[[Callable[..., Any]], Command]:  # noqa: ANN401
    """Define a command; the attributes are those of `Command` and of click's commands."""
    return click.command(name, cls=Command, **attributes)


class _Commands(Mapping[str, click.Command]):
    """The commands by name: the module of one is imported when the command is looked up."""

    def __init__(self, names: Collection[str]) -> None:
        self._names = names

    def __getitem__(self, name: str) -> click.Command:
        if name not in self._names:
            raise KeyError(name)
        module = import_module(f"orch_events.cli.commands.{name}")
        found: click.Command = getattr(module, name, None) or getattr(module, f"{name}_")  # as `list_`
        return found

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class Group(_CommandWithHelp, click.Group):
    """The commands, in their order, under headings; each is imported only where it is needed itself.

    Args:
        named: under each heading the commands' names, each with the first sentence of its help.

    Attributes:
        about: the commands' names, each with the first sentence of its help.
    """

    def __init__(self, *args: Any, named: Mapping[str, Mapping[str, str]], **attributes: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **attributes)
        self._named = named
        self.about = {name: about for commands in named.values() for name, about in commands.items()}
        self.commands = _Commands(self.about)  # type: ignore[assignment] # nothing is added to it

    def list_commands(self, _: click.Context) -> list[str]:
        """Return the commands' names, in their order."""
        return list(self.about)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem[str]]":
        """Complete a command, or one of the program's own options."""
        from click.shell_completion import CompletionItem

        named = [CompletionItem(name, help=about) for name, about in self.about.items() if name.startswith(incomplete)]
        return named + click.Command.shell_complete(self, ctx, incomplete)

    def sections(self, ctx: click.Context) -> dict[str, Rows]:
        """Return the sections of the help, by heading: commands, options, topics."""
        from orch_events.cli.help.topics import TOPICS

        commands = {heading: list(commands.items()) for heading, commands in self._named.items()}
        topics = [(name, topic.about) for name, topic in TOPICS.items()]
        return commands | super().sections(ctx) | {"Topics (orch-events help TOPIC)": topics}

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; raises UsageError if there is none of this name."""
        if args[0] not in self.commands and not args[0].startswith("-") and not ctx.resilient_parsing:
            from orch_events.cli.help.usage import unknown_command

            raise unknown_command(ctx, args[0], args[1:])
        return super().resolve_command(ctx, args)
