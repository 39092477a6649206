"""The group of commands: its table says what they say themselves, and only the one that is meant is imported."""

import subprocess
import sys

import pytest

from orch_events.cli import commands
from orch_events.cli.help.command import Command, Group
from orch_events.cli.main import cli
from tests import ROOT

MODULES = {path.stem for path in (ROOT / "src/orch_events/cli/commands").glob("*.py")} - {"__init__"}


def test_the_table_has_every_command_and_what_its_help_begins_with() -> None:
    assert isinstance(cli, Group)
    assert set(cli.about) == MODULES
    assert {name: one.get_short_help_str() for name, one in cli.commands.items()} == cli.about
    assert all(isinstance(one, Command) and one.name == name for name, one in cli.commands.items())


def test_what_is_not_in_the_table_is_no_command() -> None:
    assert cli.commands.get("exit_status") is None
    assert "exit_status" not in cli.commands
    assert len(cli.commands) == len(MODULES)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "typed", "imported"),
    [
        (["--version"], None, set()),
        (["--help"], None, set()),
        (["list", "--help"], None, {"list"}),
        ([], "orch-events fo", {"completion"}),
        ([], "orch-events help fo", {"completion", "help"}),
        ([], "orch-events follow --out", {"completion", "follow"}),
    ],
)
def test_only_the_command_that_is_meant_is_imported(words: list[str], typed: str | None, imported: set[str]) -> None:
    program = (
        "import sys; from orch_events.cli.main import main; main(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"
    )
    asking = {"_ORCH_EVENTS_COMPLETE": "bash_complete", "COMP_WORDS": typed} if typed else {}
    done = subprocess.run(
        [sys.executable, "-c", program, *words], env=asking, capture_output=True, text=True, check=True
    )
    assert done.stdout
    assert {name for name in MODULES if f"{commands.__name__}.{name}" in done.stderr.split()} == imported
