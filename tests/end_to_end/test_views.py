"""The table as people see it at several widths, word for word; each golden text was looked at."""

import os
import pty
import subprocess
import termios

import pytest

from tests import GOLDEN
from tests.cli.command import COMMAND, SECONDS, read_terminal

pytestmark = pytest.mark.slow

VIEWS = [
    ("list-40", 40, "list 353 --color never"),
    ("list-80", 80, "list 353 --color never"),
    ("list-100", 100, "list 353 --color never"),
    ("list-120", 120, "list 353 --color never"),
    ("list-200", 200, "list 353 --color never"),
    ("list-ascii-80", 80, "list 353 --color never --ascii"),
    ("list-elapsed-80", 80, "list 352 --color never --time elapsed --tail 6"),
    ("list-grep-80", 80, "list 353 --color always --grep emerg"),
]


def seen(words: str, columns: int, url: str) -> str:
    """Return what a command writes to a terminal."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (50, columns))
    environment = os.environ | {"TERM": "xterm-256color", "ORCH_EVENTS_SERVICE_URL": url}
    with subprocess.Popen([*COMMAND, *words.split()], stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        text = b""
        while piece := read_terminal(ours):
            text += piece
        process.wait(timeout=SECONDS)
    os.close(ours)
    return text.decode().replace("\r\n", "\n")


@pytest.mark.parametrize(("name", "columns", "words"), VIEWS, ids=[name for name, *_ in VIEWS])
def test_a_view_is_as_it_was_looked_at(name: str, columns: int, words: str, over: str) -> None:
    assert seen(words, columns, over) == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")
