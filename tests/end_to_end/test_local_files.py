"""Every file that the command touches: what is wrong with one is said with its path, and is never a job's outcome."""

import os
import re
import resource
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.cli.command import COMMAND, SECONDS, Done, events_of, run

Call = Callable[..., Done]

_LIST = ("list", "352", "--demo")
_SERVER = ("list", "352", "--service-url", "https://127.0.0.1:1", "--retry-for", "0")
_USES = {
    "--record": (*_LIST, "--record"),
    "--token-file": (*_SERVER, "--token-file"),
    "--config-file": (*_SERVER, "--config-file"),
    "--cacert": (*_SERVER, "--cacert"),
    "a recording": ("list",),
    "--tls-cert": ("simulate", "--port", "0", "--tls-key", os.devnull, "--tls-cert"),
}
"""The words before a path, for each way to name one; what --cursor-file says is in `test_session`."""

_FAULTS = {
    "a folder that is gone": "gone/x.jsonl",
    "a loop of links": "loop/x.jsonl",
    "a directory": "folder/",
    "too long a name": f"{'x' * 300}.jsonl",
    "a file as a folder": "file/x.jsonl",
    "NUL in the name": "a\0b.jsonl",
}


@pytest.fixture
def places(tmp_path: Path) -> Path:
    """Make what the faults are about."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to("loop")
    return tmp_path


@pytest.mark.parametrize("fault", _FAULTS)
@pytest.mark.parametrize("use", _USES)
def test_a_file_that_can_t_be_used_is_named_and_ends_with_8(use: str, fault: str, places: Path, call: Call) -> None:
    path = f"{places}/{_FAULTS[fault]}"
    done = call(*_USES[use], path)
    assert (done.status, done.out) == (8, "")
    assert re.search(rf"^error: .*{re.escape(str(places))}", done.err, re.MULTILINE), done.err
    assert "standard output" not in done.err
    assert "Traceback" not in done.err


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [("--version",), ("--help",), (), ("help",), ("help", "job"), ("follow", "--help"), ("completion", "bash"), _LIST,
     (*_LIST, "--json"), (*_LIST, "-o", "csv"), ("list", "352", "--demo", "-o", "json"), ("jobs", "--demo"),
     ("summary", "352", "--demo"), ("failures", "353", "--demo"), ("failures", "353", "--demo", "--names"),
     ("timeline", "352", "--demo"), ("compare", "352", "353", "--demo"), ("doctor", "--demo"),
     ("follow", "352", "--demo")],
    ids=" ".join,
)  # fmt: skip
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_full_standard_output_is_said_and_ends_with_8(words: tuple[str, ...]) -> None:
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - a device
        done = subprocess.run(
            [*COMMAND, *words], stdout=full, stderr=subprocess.PIPE, text=True, timeout=SECONDS, check=False
        )
    assert done.returncode == 8
    assert "error: can't write to standard output: No space left on device\n" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_closed_standard_output_is_said_and_ends_with_8() -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", '"$0" -m orch_events --version >&-', sys.executable],
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr.splitlines()[0]) == (8, "error: standard output is closed")


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_full_place_for_temporary_files_is_not_blamed_on_what_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
    line = '{"id":"1","type":"node_running","message":"%s"}\n' % ("x" * 1000)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    done = subprocess.run([*COMMAND, "list", "-", "--json"], input=line * 10_000, preexec_fn=limit,
                          capture_output=True, text=True, timeout=SECONDS, check=False)  # fmt: skip
    assert done.returncode == 8
    assert len(done.stdout) < len(line) * 10_000
    assert done.stderr.startswith("error: can't write a temporary copy of standard input: ")


@pytest.mark.slow
@pytest.mark.parametrize("files", range(3, 12))
def test_too_many_open_files_is_never_a_job_s_outcome_nor_blamed_on_standard_output(files: int) -> None:
    limit = partial(resource.setrlimit, resource.RLIMIT_NOFILE, (files, files))
    words = ["list", "351", "--demo", "--exit-status", "--retry-for", "0", "--read-timeout", "1s", "--quiet"]
    done = subprocess.run([*COMMAND, *words], preexec_fn=limit,
                          capture_output=True, text=True, timeout=SECONDS, check=False)  # fmt: skip
    assert done.returncode != 1 or "orch_events" not in done.stderr, done.stderr
    assert "standard output" not in done.stderr


@pytest.mark.slow
def test_a_recording_that_may_be_written_and_not_read_is_appended_to(tmp_path: Path) -> None:
    path = tmp_path / "record.jsonl"
    path.touch(mode=0o200)
    assert run(*_LIST, "--record", str(path), "--quiet").status == 0
    path.chmod(0o600)
    assert events_of(path.read_text(encoding="utf-8")) == run(*_LIST, "--json").out
