"""Other systems, as far as Linux can stand for them: what only POSIX has is taken away, and the encoding is cp1252."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from orch_events.cli.app import App
from orch_events.cli.main import main
from tests.cli.command import SECONDS

CAUSE = "Größe → zu groß 日本"
TEXT = CAUSE.encode("cp1252", "backslashreplace")
EVENTS = (
    {"id": "1", "type": "node_running", "timestamp": "2016-05-05T19:50:08Z", "details": {"node": "a.example.com"}},
    {"id": "2", "type": "node_failed", "timestamp": "2016-05-05T19:50:18Z", "message": "m",
     "details": {"node": "a.example.com", "detail": {"_error": {"msg": CAUSE}, "_output": CAUSE}}},
    {"id": "3", "type": "job_finished", "timestamp": "2016-05-05T19:50:19Z", "message": CAUSE},
)  # fmt: skip


def written(args: list[str], folder: Path) -> bytes:
    """Return what a command writes where stdout is redirected, and has the encoding that it has there on Windows."""
    recording = folder / "5.jsonl"
    recording.write_text("".join(f"{json.dumps(event)}\n" for event in EVENTS), encoding="utf-8")
    with (folder / "out").open("w", encoding="cp1252") as out, (folder / "err").open("w", encoding="cp1252") as err:
        assert main([args[0], str(recording), *args[1:]], App(None, out, err, os.environ, "win32")) in {0, 1}
    return (folder / "out").read_bytes()


@pytest.mark.parametrize("words", ["list", "follow --settle 0", "failures", "nodes", "output", "summary", "timeline"])
def test_text_for_people_is_in_the_encoding_of_the_stream_and_what_that_lacks_is_escaped(
    words: str, tmp_path: Path
) -> None:
    out = written(words.split(), tmp_path)
    assert out.decode("cp1252")
    assert TEXT in out or words in ("summary", "timeline")


@pytest.mark.parametrize(
    "words",
    ["list --json", "list -o json", "list -o csv", "nodes --json", "nodes -o csv", "nodes -o junit", "failures --json",
     "output --json", "output --raw -n a*", "summary -o markdown", "timeline -o html"],
)  # fmt: skip
def test_what_programs_read_is_utf_8_whatever_the_stream_is(words: str, tmp_path: Path) -> None:
    out = written(words.split(), tmp_path).decode("utf-8")
    assert "zu groß" in out or "zu gro\\u00df" in out


_TAKEN_AWAY = """
import os, select, signal, sys
for module, names in (
    (os, "killpg getuid geteuid tcgetpgrp getpgrp O_NONBLOCK O_NOFOLLOW fchmod"),
    (select, "poll"),
    (signal, "setitimer getitimer SIGHUP SIGALRM SIGVTALRM ITIMER_REAL ITIMER_VIRTUAL"),
):
    for name in names.split():
        delattr(module, name)
sys.modules["termios"] = sys.modules["fcntl"] = None
from orch_events.__main__ import run
run()
"""


@pytest.mark.slow
def test_what_only_posix_has_is_not_needed(tmp_path: Path) -> None:
    hook = ["--exec", "echo $ORCH_EVENTS_OUTCOME; exec sleep 60", "--exec-timeout", "1s"]
    args = "follow 353 --demo --speed 1000 -o csv --cursor-file c --record r.jsonl --grep nginx"
    done = subprocess.run(
        [sys.executable, "-c", _TAKEN_AWAY, *shlex.split(args), *hook],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("id,timestamp,")
    assert done.stderr.splitlines()[-2:] == ["failed", "warning: the command of --exec was ended after 1s"]
    assert (tmp_path / "r.jsonl").exists()
    assert (tmp_path / "c").exists()
