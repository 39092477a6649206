"""The program's options as its definitions have them, each once, for all that is generated of them."""

from typing import NamedTuple

from orch_events.cli import cli
from orch_events.cli.option import Option


class Shared(NamedTuple):
    """An option, and the commands that have it."""

    option: Option
    of: dict[str, Option]

    @property
    def text(self) -> str:
        """What it is for; where the commands' defaults differ, whose is which."""
        usual: dict[str, list[str]] = {}
        for command, option in self.of.items():
            usual.setdefault(option.usual, []).append(command)
        each = [f"{', '.join(commands)} {value}" for value, commands in usual.items()]
        return self.option.told(self.option.usual if len(usual) == 1 else "; ".join(each))


def shared_options() -> list[Shared]:
    """Return every option once for each thing that it says, in the order of the commands and of their help."""
    found: dict[tuple[str, str | None], Shared] = {}
    for name, command in cli.commands.items():
        for option in command.params:
            if isinstance(option, Option):
                found.setdefault((option.written, option.help), Shared(option, {})).of[name] = option
    return list(found.values())
