import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from orch_events.simulator import Api, Simulator, plan_scripts, scripts
from tests.cli.command import SECONDS, Done, needs, run, start

pytestmark = pytest.mark.slow

_LAST = "# Ctrl-C here stops the simulator.\n"

_FAILING = "orch-events follow plan:301"
"""The line whose status is 1, since its plan fails."""


@contextmanager
def _simulate(*args: str) -> "Iterator[tuple[subprocess.Popen[str], list[str]]]":
    """Start a simulator that soon has played all its jobs; yield it and the lines that it printed."""
    with start(["simulate", "--port", "0", "--speed", "5000", *args]) as process:
        assert process.stdout is not None
        lines: list[str] = []
        while not lines or lines[-1] != _LAST:
            line = process.stdout.readline()
            assert line, process.communicate()
            lines.append(line)
        try:
            yield process, lines
        finally:
            process.terminate()  # it removes its token file


def _bash(script: str) -> Done:
    """Run a script in a real bash that finds our command, and stop at the first line that fails."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail"],  # noqa: S607
        input=script,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[str, str]:
    """A certificate's file with its CA behind it, in a folder with a space in its name; and its key's."""
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    folder = tmp_path / "with space"
    folder.mkdir()
    pems = [*issued.cert_chain_pems, authority.cert_pem]
    (folder / "cert.pem").write_bytes(b"".join(pem.bytes() for pem in pems))
    issued.private_key_pem.write_to_path(str(folder / "key.pem"))
    return str(folder / "cert.pem"), str(folder / "key.pem")


@needs("bash", "curl", "jq")
@pytest.mark.parametrize(
    ("tls", "demand"), [(False, []), (False, ["--token", "it's $HOME"]), (True, ["--token", "s3cret"])]
)
def test_the_printed_lines_work_in_a_real_bash(demand: list[str], tls: bool, certificate: tuple[str, str]) -> None:
    files = ["--tls-cert", certificate[0], "--tls-key", certificate[1]] if tls else []
    with _simulate(*demand, *files) as (_, lines):
        done = _bash("".join(lines).replace(_FAILING, f"{_FAILING} >/dev/null 2>&1 || test $? = 1"))

    assert done.status == 0
    assert done.err.splitlines() == [
        "job 352 finished after 2m 07s: 24 nodes, 23 finished, 1 skipped",
        "next: orch-events failures 352",
    ]
    followed, _, rest = done.out.partition("Finished job 352\n")
    assert followed.count("\n") == 48
    table, _, more = rest.partition("\npuppet-agent.example.com\n")
    assert [line.split()[4] for line in table.splitlines()[1:]] == ["errored", "failed", "failed", "failed", "errored"]
    assert more.startswith("web-01.example.com\n")
    assert json.loads(more[more.index("{\n") :])["items"][0]["id"] == "1303"


def test_each_job_is_named_with_its_nodes() -> None:
    with _simulate() as (_, lines):
        listed = [line.split()[1:4] for line in lines[lines.index("# its jobs:\n") + 1 : -1]]

    of_no_plan = [job for job in scripts().values() if "plan_job" not in job.options]
    jobs = [[str(job.number), job.type, str(len(job.nodes))] for job in of_no_plan]
    plans = [[f"plan:{plan.number}", plan.plan, str(len(plan.jobs))] for plan in plan_scripts().values()]
    assert listed == [*jobs, ["its", "plan", "jobs:"], *plans]


@pytest.mark.parametrize(("sent", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_in_silence(sent: signal.Signals, status: int) -> None:
    with _simulate() as (process, _):
        process.send_signal(sent)
        out, err = process.communicate(timeout=SECONDS)

    assert process.returncode in (status, -sent if sent == signal.SIGTERM else status)
    assert (out, err.strip()) == ("", "")


def test_a_port_that_is_taken_is_told_in_one_sentence() -> None:
    with Simulator(Api(lambda: 0.0)) as other:
        port = str(other.server_address[1])
        done = run("simulate", "--port", port)

    assert (done.status, done.out) == (8, "")
    assert done.err == f"error: the simulator can't listen on port {port}: Address already in use\nhint: try --port 0\n"


@pytest.mark.parametrize("wrong", ["missing.pem", "nonsense.pem"])
def test_a_certificate_that_is_none_is_told_in_one_sentence(wrong: str, tmp_path: Path) -> None:
    (tmp_path / "nonsense.pem").write_text("not PEM", encoding="utf-8")
    path = str(tmp_path / wrong)
    done = run("simulate", "--port", "0", "--tls-cert", path, "--tls-key", path)

    assert (done.status, done.out) == (8, "")
    assert path in done.err.splitlines()[0]
    assert "Traceback" not in done.err


def test_it_listens_where_it_says() -> None:
    with _simulate() as (_, lines):
        export = next(line for line in lines if line.startswith("export "))
        url = shlex.split(export)[1].partition("=")[2]
        done = run("list", "351", "--service-url", url, "--json")

    assert url.startswith("http://127.0.0.1:")
    assert len(done.lines) == 13


@pytest.mark.parametrize("by_variable", [True, False])
def test_a_token_is_in_a_private_file_and_is_not_printed(*, by_variable: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORCH_EVENTS_TOKEN", "n0t-this-0ne")  # a user may have a real one there
    if by_variable:
        monkeypatch.setenv("ORCH_EVENTS_SIMULATE_TOKEN", "s3cret")
    with _simulate(*([] if by_variable else ["--token", "s3cret"])) as (process, lines):
        export = next(line for line in lines if line.startswith("export ORCH_EVENTS_TOKEN_FILE="))
        file = Path(shlex.split(export)[1].partition("=")[2])
        held = file.read_text(encoding="utf-8"), file.stat().st_mode & 0o777
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=SECONDS)
    assert held == ("s3cret", 0o600)
    assert not file.parent.exists()
    assert "s3cret" not in "".join(lines)
    assert "n0t-this-0ne" not in "".join(lines)


def test_a_variable_of_a_real_token_is_not_the_simulator_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORCH_EVENTS_TOKEN", "n0t-this-0ne")
    with _simulate() as (_, lines):
        assert not any("TOKEN" in line for line in lines)
