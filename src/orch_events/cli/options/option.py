"""Options, and groups of them. Each option has an environment variable: `ORCH_EVENTS_` and its long name."""

import functools
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from orch_events.cli.options.facts import PREFIX, is_fact
from orch_events.errors import UsageError
from orch_events.times import Instant, write_duration

Command = TypeVar("Command", bound=Callable[..., Any])

Read = Callable[[click.Context, dict[str, Any]], Any]
"""Makes the value of a group from the options' values by name, and removes those that it uses."""


WORDS = "orch_events.words"
"""The key of the context's meta under which the command's arguments are, as they were typed."""


class Option(click.Option):
    """An option.

    If it is repeatable, its variable has one value on each line, since a regular expression may have spaces.

    Args:
        heading: the heading of its group in the help.
        also: names that other programs have for it, without dashes: whoever types one gets it as a suggestion.
        bare: its value where it is typed without one; any other then needs an equals sign, so that no argument is taken
            for it. "" if it can't be typed so.
    """

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - click's own
        heading: str = "Options",
        also: Sequence[str] = (),
        bare: str = "",
        **attributes: Any,  # noqa: ANN401 - click's own
    ) -> None:
        super().__init__(*args, **attributes)
        self.heading = heading
        self.also = also
        self.bare = bare

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:
        """Return the text of its variable; None if that is not set, or is a fact that `--exec` tells its command."""
        return None if is_fact(str(self.envvar), os.environ) else super().resolve_envvar_value(ctx)

    def value_from_envvar(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own
        """Return the variable's value; None for one that this command can't use, with a warning if none can."""
        error = self._variable_error(ctx)
        if error is None:
            return self._variable_value(ctx)
        usable = any(one.can_use_variable(ctx) for one in namesakes(ctx, self.envvar))
        if not usable and ctx.obj is not None and not ctx.resilient_parsing:
            ctx.obj.stderr.warn(f"{self.envvar} is ignored: {self.what_is_wrong(error)}")
        return None

    def can_use_variable(self, ctx: click.Context) -> bool:
        """Whether the value of its variable, if that is set, is one that it takes."""
        return self._variable_error(ctx) is None

    def what_is_wrong(self, error: click.BadParameter | UsageError) -> str:
        """Return what an error says of a value; click lists every word for yes and no."""
        message = sentence(error.message)
        return f"{message.partition(' is not')[0]} is neither 1 nor 0" if self.is_flag else message

    def _variable_error(self, ctx: click.Context) -> click.BadParameter | UsageError | None:
        try:
            self.type_cast_value(ctx, self._variable_value(ctx))
        except (click.BadParameter, UsageError) as error:
            return error
        return None

    def _variable_value(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own
        text = self.resolve_envvar_value(ctx)
        return text.splitlines() if self.multiple and text else super().value_from_envvar(ctx)

    @property
    def usage(self) -> str:
        """Its usage, as in `-t, --type TYPE` or `--[no-]exit-status`."""
        names = ", ".join(self.opts)
        if self.is_flag:
            return names.replace("--", "--[no-]") if self.secondary_opts else names
        value = self.metavar or self.type.name.upper()
        return f"{names}[={value}]" if self.bare else f"{names} {value}"

    @property
    def default_text(self) -> str:
        """Its default, as the help shows it; "" if it is not shown."""
        return str(self.default if self.show_default is True else self.show_default or "")

    def description(self, default: str) -> str:
        """Return its help, with its default."""
        more = [f"default: {default}"] * bool(default) + ["repeatable"] * self.multiple
        return f"{self.help} [{', '.join(more)}]" if more else f"{self.help}"

    def get_help_record(self, _: click.Context) -> tuple[str, str]:
        """Return its usage and its help."""
        return self.usage, self.description(self.default_text)

    def words(self, value: Any) -> Iterator[str]:  # noqa: ANN401 - any option's
        """Yield the words to type for a value."""
        name = max(self.opts, key=len)
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, bool):
                yield name if one else max(self.secondary_opts, key=len, default=name)
            else:
                yield from (name, self._word(one))

    def _word(self, value: Any) -> str:  # noqa: ANN401 - any option's
        if isinstance(value, float) and self.metavar == "DURATION":
            return write_duration(value)
        return _word(value)


def sentence(text: str) -> str:
    """Return what click says in our way: without a full stop, and without quotes around each word of a choice."""
    text = " ".join(text.split()).rstrip(".")
    value, one_of, choices = text.partition(" is not one of ")
    return value[:1].lower() + value[1:] + one_of + choices.replace("'", "")


def with_bare_values(params: Sequence[click.Parameter], args: Sequence[str]) -> list[str]:
    """Return arguments in which options that were typed without a value have their bare one."""
    bare = {name: one.bare for one in params if isinstance(one, Option) and one.bare for name in one.opts}
    end = args.index("--") if "--" in args else len(args)
    return [f"{arg}={bare[arg]}" if arg in bare else arg for arg in args[:end]] + list(args[end:])


def namesakes(ctx: click.Context, envvar: object) -> Iterator[Option]:
    """Yield the options of all commands that read an environment variable."""
    return (option for _, option in all_options(ctx) if option.envvar == envvar)


def all_options(ctx: click.Context) -> Iterator[tuple[str, Option]]:
    """Yield every option of every command, with the command's name."""
    program = ctx.find_root().command
    for name, command in program.commands.items() if isinstance(program, click.Group) else []:
        yield from ((name, one) for one in command.params if isinstance(one, Option))


def is_typed(ctx: click.Context, name: str) -> bool:
    """Whether an option was typed, and does not come from its variable or its default."""
    return ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE


def _word(value: Any) -> str:  # noqa: ANN401 - any option's
    if isinstance(value, re.Pattern):
        return str(value.pattern)
    if isinstance(value, Instant):
        return str(value)
    if isinstance(value, frozenset):
        return ",".join(sorted(value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def option(*names: str, envvar: str = "", **attributes: Any) -> Callable[[Command], Command]:  # noqa: ANN401 - click's
    """Define an option and its environment variable, whose name is made from the option's unless `envvar` is given.

    The attributes are those of `Option` and of click's options.
    """
    return click.option(*names, cls=Option, envvar=envvar or variable(names), **attributes)


range_option = functools.partial(option, heading="Range")
filter_option = functools.partial(option, heading="Filter")
output_option = functools.partial(option, heading="Output")
display_option = functools.partial(option, heading="Display")
outcome_option = functools.partial(option, heading="Outcome")
connect_option = functools.partial(option, heading="Connect")
report_option = functools.partial(option, heading="Report")
retry_option = functools.partial(option, heading="Retries")
afterwards_option = functools.partial(option, heading="Afterwards")


def variable(names: Sequence[str]) -> str:
    """Return the environment variable of an option with these names."""
    long = next(name for name in names if name.startswith("--"))
    return PREFIX + long.partition("/")[0].removeprefix("--").replace("-", "_").upper()


def composed(*decorators: Callable[[Any], Any]) -> Callable[[Command], Command]:
    """Compose decorators, which add their options in this order."""
    return lambda command: functools.reduce(lambda made, add: add(made), reversed(decorators), command)


def grouped(
    name: str, kind: type[Any], *options: Callable[[Any], Any], read: Read | None = None
) -> Callable[[Command], Command]:
    """Make a decorator that adds options and passes their values to the command as one value of `kind`.

    Args:
        name: the command's argument for it.
        kind: a NamedTuple whose fields are named like the options.
        options: the decorators that add the options; none if other decorators do.
        read: makes the value if it is not just the options' values.
    """

    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def call(*args: object, **values: object) -> object:
            group = (read or _values_of(kind))(click.get_current_context(), values)
            return command(*args, **{name: group}, **values)

        return functools.reduce(lambda made, add: add(made), reversed(options), call)  # type: ignore[return-value]

    return decorate


def _values_of(kind: type[Any]) -> Read:
    return lambda _, values: kind(**{field: values.pop(field) for field in kind._fields})


def one_of(given: Mapping[str, bool], typed: Mapping[str, Sequence[str]]) -> str:
    """Return which of the options that exclude each other is given; "" for none. A typed one overrides variables.

    Args:
        given: whether each is given, by its parameter's name; `json` also stands for --output.
        typed: the options that were typed, by the same names.

    Raises:
        UsageError: several were typed.
    """
    words = typed.keys() | ({"json"} if "output" in typed else set())
    names = [name for name, on in given.items() if on]
    typed_names = [name for name in names if name in words]
    if len(typed_names) > 1:
        *others, last = (f"--{name}" for name in given)
        raise UsageError(f"{', '.join(others)} and {last} can't be combined", "use one of them")
    return next(iter(typed_names or names), "")


def either(words: Sequence[str]) -> str:
    """Return words as a choice: `table, json or csv`."""
    return f"{', '.join(words[:-1])} or {words[-1]}"


def origin(ctx: click.Context, name: str) -> str:
    """Return the origin of an option's value: `--cacert`, `ORCH_EVENTS_CACERT` or `default`."""
    match ctx.get_parameter_source(name.replace("-", "_")):
        case ParameterSource.COMMANDLINE:
            return f"--{name}"
        case ParameterSource.ENVIRONMENT:
            return variable((f"--{name}",))
        case _:
            return "default"


def pass_typed(command: Command) -> Command:
    """Pass the options that were typed to a command, in its argument `typed`, for the commands that it suggests.

    A point in time counts as typed even if it comes from an environment variable: later, that would mean another one.
    """

    @functools.wraps(command)
    def call(*args: object, **values: object) -> object:
        return command(*args, typed=_typed(click.get_current_context()), **values)

    return call  # type: ignore[return-value]


def _typed(ctx: click.Context) -> Mapping[str, Sequence[str]]:
    return {
        one.name: list(one.words(ctx.params[one.name]))
        for one in ctx.command.params
        if isinstance(one, Option) and one.name
        and (is_typed(ctx, one.name) or isinstance(ctx.params.get(one.name), Instant))
    }  # fmt: skip
