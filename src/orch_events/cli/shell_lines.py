"""Lines that a user can type into a shell next: they ask the same server as the present command."""

import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

import click
from click.core import ParameterSource

_OF_THE_PLACE = ("demo", "service_url", "cacert", "token_file", "config_file", "recorded_job")
_OF_ONE_RUN = ("start", "tail", "timeout")


class ShellLines:
    """Writes commands, with the words that were typed; the environment is still there.

    Args:
        ctx: of the present command.
        names: how jobs are called in commands, by their number.
    """

    def __init__(self, ctx: click.Context, names: Mapping[str, str]) -> None:
        self._names = names
        self._typed = {
            option.name: list(_words(option, ctx.params[option.name]))
            for option in ctx.command.params
            if isinstance(option, click.Option)
            and option.name
            and ctx.get_parameter_source(option.name) is ParameterSource.COMMANDLINE
        }

    def line(self, name: str, job: str, *options: str) -> str:
        """Return the line that runs another command on a job, where the present one found it."""
        words = (word for name in _OF_THE_PLACE for word in self._typed.get(name, ()))
        return shlex.join(["orch-events", name, self._names[job], *options, *words])

    def resume(self, job: str, start: int | None) -> str:
        """Return the line that goes on with the present command, from the event `start` on."""
        begin = [] if start is None or "cursor_file" in self._typed else ["--start", str(start)]
        words = (word for name, words in self._typed.items() if name not in _OF_ONE_RUN for word in words)
        return shlex.join(["orch-events", "follow", self._names[job], *begin, *words])


def _words(option: click.Option, value: Any) -> Iterator[str]:  # noqa: ANN401 - any option's
    """Write an option's value as it could have been typed."""
    name = max(option.opts, key=len)
    for one in value if isinstance(value, tuple) else (value,):
        if isinstance(one, bool):
            yield name if one else max(option.secondary_opts, key=len, default=name)
        else:
            yield from (name, _written(one))


def _written(value: Any) -> str:  # noqa: ANN401 - any option's
    if isinstance(value, re.Pattern):
        return str(value.pattern)
    if isinstance(value, frozenset):
        return ",".join(sorted(value))
    return f"{value:g}" if isinstance(value, float) else str(value)
