"""The program's options as its definitions have them, each once, for all that is generated of them."""

from typing import NamedTuple

from orch_events.cli.main import cli
from orch_events.cli.options.option import Option


class Shared(NamedTuple):
    """An option, and the commands that have it."""

    option: Option
    of: dict[str, Option]

    @property
    def text(self) -> str:
        """What it is for; where the commands' defaults differ, that of most of them, and whose is another."""
        usual: dict[str, list[str]] = {}
        for command, option in self.of.items():
            usual.setdefault(option.default_text, []).append(command)
        most, *others = sorted(usual, key=lambda value: -len(usual[value]))
        return self.option.description("; ".join([most, *(f"{', '.join(usual[value])} {value}" for value in others)]))


def shared_options() -> list[Shared]:
    """Return every option once for each thing that it says, in the order of the commands and of their help."""
    found: dict[tuple[str, str | None], Shared] = {}
    for name, command in cli.commands.items():
        for option in command.params:
            if isinstance(option, Option):
                found.setdefault((option.usage, option.help), Shared(option, {})).of[name] = option
    return list(found.values())
