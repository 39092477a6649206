"""The README is true: its tables and its transcript are compared with the program."""

import re
from pathlib import Path

import click
import pytest

from orch_events import errors
from orch_events.cli import cli, exits, main

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def options_table() -> str:
    """Write the README's tables of options, as `python -m tests.test_readme` puts them there."""
    commands = {name: cli.commands[name] for name in ("list", "follow", "timeline", "simulate")}
    seen: dict[str, tuple[str, list[str]]] = {}
    for name, command in commands.items():
        ctx = click.Context(command)
        for parameter in command.params:
            shown = parameter.get_help_record(ctx)
            if shown is not None and isinstance(parameter, click.Option):
                text = re.sub(r"\s+", " ", shown[1]).replace("|", "\\|")
                text = re.sub(r"default: (no-)?exit-status", "default: as the command has it", text)
                seen.setdefault(shown[0].replace("|", "\\|"), (text, []))[1].append(name)
    rows = [f"| `{option}` | {', '.join(names)} | {text} |" for option, (text, names) in seen.items()]
    return "\n".join(["| option | of | |", "|---|---|---|", *rows])


def test_the_options_table_is_that_of_the_program() -> None:
    table = README.partition("<!-- options -->\n\n")[2].partition("\n\n## ")[0]
    assert table == options_table()


def test_the_exit_statuses_are_those_of_the_program() -> None:
    listed = {int(number) for row in re.findall(r"^\| ([\d, ]+) \|", README, re.MULTILINE) for number in row.split(",")}
    of_errors = {
        kind.exit_status
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.OrchEventsError)
    }
    assert listed == {0, 1, 3, *(status for status in vars(exits).values() if isinstance(status, int))} | of_errors


def test_the_transcript_is_what_the_demo_shows(capfd: pytest.CaptureFixture[str]) -> None:
    transcript = re.search(r"<!-- transcript -->\n```text\n(.*?)```", README, re.DOTALL)
    assert transcript
    head, *rows, summary = [line for line in transcript[1].splitlines() if line != "[…]"]
    assert main(["list", "352", "--demo", "--time", "utc"]) == 0
    shown = [row.split(maxsplit=6) for row in capfd.readouterr().out.splitlines()[1:]]
    for row in rows:
        number, time, glyph, *rest = row.rstrip("…").split(maxsplit=5)
        (real,) = [cells for cells in shown if cells[0] == number]
        assert [time, glyph] == real[2:4]
        assert " ".join(real[4:]).startswith(" ".join(rest))
    assert head.startswith("ID     2016-05-05  EVENT")
    assert summary == "job 352 finished after 2m 07s: 24 nodes, 23 finished, 1 skipped"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completions_are_fresh(shell: str, capfd: pytest.CaptureFixture[str]) -> None:
    name = {"bash": "orch-events.bash", "zsh": "_orch-events", "fish": "orch-events.fish"}[shell]
    assert main(["completion", shell]) == 0
    assert capfd.readouterr().out == (ROOT / "completions" / name).read_text()


def test_the_version_in_the_changelog_or_unreleased_comes_first() -> None:
    changes = (ROOT / "CHANGELOG.md").read_text()
    assert re.findall(r"^## (.*)$", changes, re.MULTILINE)[0] == "Unreleased"


if __name__ == "__main__":
    path = ROOT / "README.md"
    before, rest = README.split("<!-- options -->\n")
    path.write_text(f"{before}<!-- options -->\n\n{options_table()}\n\n## {rest.partition('## ')[2]}", encoding="utf-8")
