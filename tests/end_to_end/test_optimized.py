"""Under `python -OO`, which drops docstrings and asserts, help says all the same."""

import os
import subprocess
import sys

import pytest

from orch_events.cli.help.topics import TOPICS
from orch_events.cli.main import cli

pytestmark = pytest.mark.slow

_SCRIPTS = [["completion", shell] for shell in ("bash", "zsh", "fish")]
_HELP = [["--help"], ["help"], *([name, "--help"] for name in cli.commands), *(["help", name] for name in TOPICS)]
_COMPLETE = {"_ORCH_EVENTS_COMPLETE": "fish_complete", "COMP_WORDS": "orch-events ", "COMP_CWORD": ""}

_PROGRAM = """
import sys
from orch_events.cli.main import main
for words in {words!r}:
    print(words, main(words), flush=True)
"""


def _output(*python: str, **env: str) -> str:
    done = subprocess.run(
        [sys.executable, *python], env=os.environ | {"COLUMNS": "80"} | env, capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.mark.parametrize("words", [_HELP, _SCRIPTS], ids=["help", "scripts"])
def test_without_docstrings_all_help_is_as_with_them(words: list[list[str]]) -> None:
    program = _PROGRAM.format(words=words)
    plain = _output("-c", program)
    assert plain.count("orch-events") > len(words)
    assert _output("-OO", "-c", program) == plain


def test_without_docstrings_a_shell_is_offered_what_it_is_with_them() -> None:
    command = ("-m", "orch_events")
    plain = _output(*command, **_COMPLETE)
    assert "follow\tShow the events of JOB so far, then live until it ends." in plain
    assert _output("-OO", *command, **_COMPLETE) == plain
