"""What `orch_events` exports, and what the documentation says of it: each example is run."""

import io
import os
import re
import signal
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

import orch_events
from orch_events.cli.main import main
from tests import ROOT
from tests.table import each

PAGE = (ROOT / "src" / "docs" / "library.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE + README, re.DOTALL)


@pytest.fixture
def _configured(over: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Configure a server as a user does, and let a recording lie in the current directory."""
    ca = tmp_path / "ca.pem"
    ca.write_bytes(Path(os.environ["SSL_CERT_FILE"]).read_bytes())
    monkeypatch.setenv("ORCH_EVENTS_SERVICE_URL", over)
    monkeypatch.chdir(tmp_path)
    assert main(["list", "352", "-q", "-o", "csv", "--record", "352.jsonl"]) == 0


@pytest.mark.usefixtures("_configured")
@pytest.mark.parametrize("example", EXAMPLES, ids=[example.splitlines()[-1].strip() for example in EXAMPLES])
def test_an_example_of_the_documentation_runs(example: str, tmp_path: Path) -> None:
    own_ca = example.replace("/etc/puppetlabs/puppet/ssl/certs/ca.pem", str(tmp_path / "ca.pem"))
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        exec(compile(own_ca, "library.md", "exec"), {"__name__": "example"})  # noqa: S102 - our own page
    assert bool(out.getvalue()) == ("print" in example)
    assert err.getvalue() == ""
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == handlers


def test_there_are_examples_of_what_there_is() -> None:
    assert all(name in PAGE for name in orch_events.__all__ if name != "__version__")


@each("name", orch_events.__all__)
def test_a_public_name_is_there_and_is_its_own(name: str) -> None:
    found = getattr(orch_events, name)
    assert name in dir(orch_events)
    assert name == "__version__" or (found.__name__ == name and found.__doc__)


def test_another_name_is_not_there() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Follower'"):
        _ = orch_events.Follower


def test_its_types_are_for_others_too() -> None:
    assert (Path(orch_events.__file__).parent / "py.typed").exists()


PROGRAM = """
import signal, sys, threading
before = signal.getsignal(signal.SIGINT), sys.getrecursionlimit(), sys.excepthook
import orch_events
import httpcore
size = httpcore.HTTP11Connection.READ_NUM_BYTES
with orch_events.connect(demo=True) as orchestrator:
    for _ in orchestrator.follow(352):
        break
    assert len(list(orchestrator.follow("plan:301"))) > 20
assert before == (signal.getsignal(signal.SIGINT), sys.getrecursionlimit(), sys.excepthook)
assert size == httpcore.HTTP11Connection.READ_NUM_BYTES
"""


@pytest.mark.slow
def test_a_program_sees_no_warning_no_output_and_no_patch() -> None:
    done = subprocess.run([sys.executable, "-W", "error", "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
