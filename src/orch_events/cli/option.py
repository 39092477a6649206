"""What an option is here, and how several of them make a group.

Each has an environment variable, `ORCH_EVENTS_` and its long name.
"""

import functools
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


class Option(click.Option):
    """An option.

    Its variable has a value a line, where it takes several: a regular expression may have spaces.

    Args:
        heading: of its group, in the help.
        also: what others call it, without dashes: who types that is told of it.
    """

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - click's own
        heading: str = "Options",
        also: Sequence[str] = (),
        **attributes: Any,  # noqa: ANN401 - click's own
    ) -> None:
        super().__init__(*args, **attributes)
        self.heading = heading
        self.also = also

    def value_from_envvar(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own
        """Return what the variable says."""
        value = self.resolve_envvar_value(ctx)
        return value.splitlines() if self.multiple and value else super().value_from_envvar(ctx)

    @property
    def written(self) -> str:
        """How it is written, as in `-t, --type TYPE` or `--[no-]exit-status`."""
        names = ", ".join(self.opts)
        if self.is_flag:
            return names.replace("--", "--[no-]") if self.secondary_opts else names
        return f"{names} {self.metavar or self.type.name.upper()}"

    @property
    def usual(self) -> str:
        """Its default, in words; "" where there is none to speak of."""
        return str(self.default if self.show_default is True else self.show_default or "")

    def told(self, usual: str) -> str:
        """Say what it is for, and that its default is `usual`."""
        more = [f"default: {usual}"] * bool(usual) + ["repeatable"] * self.multiple
        return f"{self.help} [{', '.join(more)}]" if more else f"{self.help}"

    def get_help_record(self, _: click.Context) -> tuple[str, str]:
        """Return how it is written and what it is for."""
        return self.written, self.told(self.usual)


def option(*names: str, envvar: str = "", **attributes: Any) -> Callable[[Command], Command]:  # noqa: ANN401 - click's
    """Define an option with its environment variable, which is named like it, unless that name means something else.

    Attributes as `Option` and click's own have them.
    """
    return click.option(*names, cls=Option, envvar=envvar or variable(names), **attributes)


def variable(names: tuple[str, ...]) -> str:
    """Return the environment variable of an option that is written so."""
    long = next(name for name in names if name.startswith("--"))
    return "ORCH_EVENTS_" + long.partition("/")[0].removeprefix("--").replace("-", "_").upper()


def grouped(name: str, kind: type[Any], *options: Callable[[Any], Any]) -> Callable[[Command], Command]:
    """Make a decorator of options whose values reach the command as one `kind`, in the argument `name`."""

    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def call(*args: object, **values: object) -> object:
            group = kind(**{field: values.pop(field) for field in kind._fields})
            return command(*args, **{name: group}, **values)

        return functools.reduce(lambda made, add: add(made), reversed(options), call)  # type: ignore[return-value]

    return decorate
