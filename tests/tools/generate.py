"""All that is generated of the program's definitions; `python -m tests.tools.generate` writes it."""

import re
from datetime import UTC, datetime
from pathlib import Path

import click

from orch_events.cli import exit_status
from orch_events.cli.commands.completion import script
from orch_events.cli.main import cli
from tests import ROOT
from tests.tools.definitions import shared_options
from tests.tools.manual import page

COMPLETIONS = {"bash": "orch-events.bash", "zsh": "_orch-events", "fish": "orch-events.fish"}
MANUAL = ROOT / "src" / "man" / "orch-events.1"
README = ROOT / "README.md"
OPTIONS = ROOT / "src" / "docs" / "options.md"
DOCUMENTS = {README, OPTIONS}
"""Written by hand but for the tables, each behind a mark such as `<!-- commands -->`."""


def generated() -> dict[Path, str]:
    """Return every file that is generated, or is in part, and what it should hold."""
    completions = {ROOT / "completions" / name: f"{script(cli, shell)}\n" for shell, name in COMPLETIONS.items()}
    return completions | {MANUAL: manual(), README: readme(), OPTIONS: options_page()}


def manual() -> str:
    """Write the man page; its date is that of its last change."""
    old = MANUAL.read_text(encoding="utf-8") if MANUAL.exists() else ""
    dated = re.match(r"\.TH \S+ 1 (\S+)", old)
    return old if page(dated[1] if dated else "") == old else page(f"{datetime.now(UTC):%Y-%m-%d}")


def readme() -> str:
    """Write the README with its tables of commands and of exit statuses."""
    text = README.read_text(encoding="utf-8")
    return with_table(with_table(text, "commands", commands()), "exit statuses", exit_statuses())


def options_page() -> str:
    """Write the page of all options with its table."""
    return with_table(OPTIONS.read_text(encoding="utf-8"), "options", options())


def with_table(text: str, name: str, rows: list[str]) -> str:
    """Replace the table behind the mark `<!-- NAME -->`.

    Raises:
        ValueError: the mark is not there, or is there twice.
    """
    mark = f"<!-- {name} -->\n\n"
    before, rest = text.split(mark)
    return "".join([before, mark, "\n".join(rows), "\n\n", rest.partition("\n\n")[2]])


def commands() -> list[str]:
    """Write the rows of the table of commands."""
    rows = [(_usage(name, command), command.get_short_help_str(200)) for name, command in cli.commands.items()]
    return ["| command | |", "|---|---|", *(f"| `{usage}` | {_code(text)} |" for usage, text in rows)]


def _usage(name: str, command: click.Command) -> str:
    """Return what is typed, without options; in a table a bar must be escaped."""
    _options, *arguments = command.collect_usage_pieces(click.Context(command, info_name=name))
    return " ".join([name, *arguments]).replace("|", r"\|")


def exit_statuses() -> list[str]:
    """Write the rows of the table of exit statuses."""
    return ["| | |", "|---|---|", *(f"| {status} | {_code(text)} |" for status, text in exit_status.MEANINGS.items())]


def options() -> list[str]:
    """Write the rows of the table of options."""
    rows = [(shared.option.usage, ", ".join(shared.of), shared.text) for shared in shared_options()]
    return ["| option | commands | |", "|---|---|---|", *(f"| `{name}` | {of} | {text} |" for name, of, text in rows)]


def _code(text: str) -> str:
    """Mark options as code."""
    return re.sub(r"--[a-z-]+", r"`\g<0>`", text)


def main() -> None:
    """Write every file that is not as it should be."""
    for path, text in generated().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
