"""Lines that a user can type into a shell next: they ask the same server as the present command."""

import shlex
from collections.abc import Mapping

import click
from click.core import ParameterSource

_WORDS = ("demo", "service_url", "cacert", "token_file", "config_file", "recorded_job")


class ShellLines:
    """Writes commands, with the present one's words that choose a server; its environment is still there.

    Args:
        ctx: of the present command.
        names: how jobs are called in commands, by their number.
    """

    def __init__(self, ctx: click.Context, names: Mapping[str, str]) -> None:
        self._names = names
        self._words = [word for option in ctx.command.params for word in _typed(ctx, option)]

    def line(self, name: str, job: str, *options: str) -> str:
        """Return a shell's line that runs the command `name` on a job."""
        return shlex.join(["orch-events", name, self._names[job], *options, *self._words])

    def resume(self, job: str, start: int | None) -> str:
        """Return the line that shows what was not shown yet, from the event `start` on."""
        return self.line("follow", job, *(["--start", str(start)] if start is not None else []))


def _typed(ctx: click.Context, option: click.Parameter) -> list[str]:
    name = option.name or ""
    if name not in _WORDS or ctx.get_parameter_source(name) is not ParameterSource.COMMANDLINE:
        return []
    value = ctx.params[name]
    return [option.opts[0]] if value is True else [option.opts[0], str(value)]
