"""The README is true: each of its shell lines is run, its transcript, statuses and figures are compared."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from orch_events import __version__, errors
from orch_events.cli import exit_status
from orch_events.cli.main import cli, main
from orch_events.simulator import scripts
from tests import ROOT
from tests.build import event_from
from tests.cli.command import SECONDS, Done, needs
from tests.render.events.test_table import drawn

README = (ROOT / "README.md").read_text(encoding="utf-8")
BENCHMARKS = (ROOT / "src" / "docs" / "benchmarks.md").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Promise:
    """What the text promises of a line, in regular expressions.

    Attributes:
        out: something on stdout.
        err: something on stderr.
        every: each line of stdout, as a whole.
        never: nothing on stdout.
        status: the exit status.
        then: what is typed behind it in the same shell, to see what the line has done.
        stop: the line runs until Ctrl-C, which is pressed once `out` is there.
    """

    out: str = ""
    err: str = ""
    every: str = ".*"
    never: str = r"(?!)"
    status: int = 0
    then: str = ""
    stop: bool = False

    def check(self, line: str, done: Done) -> None:
        """Compare with what the line did."""
        told = f"{line}\nstatus {done.status}\n{done.out}\n{done.err}"
        assert done.status == self.status, told
        assert re.search(self.out, done.out, re.MULTILINE), told
        assert re.search(self.err, done.err, re.MULTILINE), told
        assert not re.search(self.never, done.out, re.MULTILINE), told
        assert [text for text in done.lines if not re.fullmatch(self.every, text)] == [], told


_RESUMABLE = "orch-events follow 352 --cursor-file 352.cursor --record 352.jsonl"
_ALL_OF_352 = r"^1267 [\s\S]*^1369 .* Finished job 352$"

PROMISES = {
    "orch-events doctor": Promise(r"answer +HTTP 200"),
    "orch-events jobs": Promise(r"^360 .* 5000✔ [\s\S]*^352 .* 1↷ 23✔ "),
    "orch-events jobs --state failed": Promise(r"^353 ", every=r"ID .*|(plan:)?\d+ +✖ failed .*"),
    "orch-events jobs --task service --since 2016-05-05": Promise(r"^360 ", every=r"ID .*|\d+ .*  service: .*"),
    "orch-events compare latest~2 latest~1": Promise(r"357[\s\S]*358"),
    "orch-events summary latest": Promise(r"^job 360 .*5000 nodes"),
    "orch-events list 352": Promise(_ALL_OF_352),
    "orch-events list 353 --failed": Promise(
        r"web-03\.example\.com +nginx: \[emerg\]", every=r"ID .*|.* (✖ failed|‼ errored) .*"
    ),
    "orch-events list 353 --node 'web*' --type finished --grep restarted": Promise(
        r"restarted", every=r"ID .*|.* ✔ finished +web-.* nginx restarted .*"
    ),
    "orch-events list 353 --since 2016-05-05T19:50:30Z": Promise(
        r"19:50:34", every=r"ID .*|.* 2016-05-05 19:50:[345]\d .*"
    ),
    "orch-events follow 352": Promise(_ALL_OF_352, r"^job 352 finished after 2m 07s"),
    "orch-events follow 352 353": Promise(
        r"^352 +1369 [\s\S]*^353 +20092 ", r"^job 352 finished [\s\S]*^job 353 failed ", status=1
    ),
    "orch-events follow plan:301": Promise(
        r"^plan:301 .* started job 341\n341 [\s\S]*^342 [\s\S]*^plan:301 .* ✖ plan failed ",
        r"^plan 301 failed after 53s",
        status=1,
    ),
    "orch-events jobs --tree": Promise(r"^plan:301 .*\n  341 .*\n  342 "),
    "orch-events timeline plan:302": Promise(r"^job 343 \(apply_prep\) .*22s"),
    "orch-events follow 352 --start 1312 --time elapsed": Promise(
        r"^1312 +00:00:48 ", every=r"ID +ELAPSED .*|13\d\d +00:0\d:\d\d .*"
    ),
    "orch-events follow 352 --slow 40s --demo": Promise(_ALL_OF_352, r"^slow: \S+\.example\.com .*4\ds"),
    _RESUMABLE: Promise(
        r"^1369 [\s\S]*^48$",
        "352 at event 1370",
        never=r"^1369 [\s\S]*^1369 ",
        then=f"{_RESUMABLE} && grep -vc record 352.jsonl",
    ),
    """orch-events follow 353 --json | jq -r 'select(.type == "node_failed") | .details.node'""": Promise(
        r"web-03", every=r"web-0[347]\.example\.com"
    ),
    "orch-events follow 353 --timeout 1h": Promise(r"19:50:51 .* Finished job 353", r"^job 353 failed ", status=1),
    "orch-events follow 353 --report junit:junit.xml --report html:353.html": Promise(
        r"Finished job 353", r"^junit report: junit\.xml\nhtml report: 353\.html$", status=1
    ),
    "orch-events nodes 353 -o junit > junit.xml": Promise(r'<testsuite name="job 353" ', then="cat junit.xml"),
    "orch-events summary 353 -o markdown": Promise(r"^## job 353 failed after 43s$"),
    "orch-events timeline 357 -o perfetto > trace.json": Promise(r'"traceEvents":', then="cat trace.json"),
    """orch-events follow 353 --exec 'echo "job $ORCH_EVENTS_JOB: $ORCH_EVENTS_OUTCOME, $ORCH_EVENTS_FAILED """
    """nodes failed"'""": Promise("✖ failed", r"^job 353: failed, 5 nodes failed$", status=1),
    "orch-events failures 357": Promise(r"^✖ 5 nodes failed: .*Could not find class[\s\S]*^‼ 3 nodes errored: "),
    "orch-events failures 357 --rerun": Promise("web-03", every=r"puppet job run --nodes web-03\.example\.com,\S+.*"),
    "orch-events failures 357 --names": Promise(r"web-03", every=r"[a-z]+-\d\d\.example\.com"),
    "orch-events nodes 353 --failed": Promise(
        r"^web-03\.example\.com +✖ failed .*nginx: \[emerg\]", every=r"NODE .*|web-.*"
    ),
    "orch-events output 353": Promise(r"✖ 1 node failed, exit code 1: web-03\.example\.com\n  nginx: \[emerg\]"),
    "orch-events output 353 --raw -n 'web-03*' > web-03.log": Promise(r"^nginx: \[emerg\]", then="cat web-03.log"),
    "orch-events summary 357": Promise(r"p90 21s[\s\S]*^  db-07\.example\.com .*1m 57s"),
    "orch-events summary 357 --json | jq .durations.p90": Promise(r"21\.2", every=r"[\d.]+"),
    "orch-events timeline 357 --sort duration": Promise(r"^db-07\.example\.com .*1m 57s\ndb-06\.example\.com .* 25s"),
    "orch-events timeline 357 -o html > 357.html": Promise(r"<!doctype html>", then="head -n 1 357.html"),
    "orch-events timeline 357 -o svg > 357.svg": Promise(r"<svg ", then="head -n 1 357.svg"),
    "orch-events compare 357 358": Promise(r"3 nodes newly failing"),
    "orch-events compare 357 358 --exit-status": Promise(r"3 nodes newly failing", status=1),
    "orch-events list 352 -q --record 352.jsonl": Promise(_ALL_OF_352, then="tail -1 352.jsonl | cut -c 1-24"),
    "orch-events list 352 --json | gzip > 352.jsonl.gz": Promise(r'"id":"1267"', then="gzip -cd 352.jsonl.gz"),
    "orch-events failures 352.jsonl.gz": Promise(r"1 node skipped: [\s\S]*db-04\.example\.com"),
    "orch-events follow 352.jsonl.gz --speed 60": Promise(_ALL_OF_352, r"^job 352 finished after 2m 07s"),
    "orch-events collect --archive events --demo --once && ls events": Promise(
        r"^\d{4}-\d\d-\d\d\.jsonl\nindex\.sqlite3$", r"^0 jobs being read, 10,\d+ events so far"
    ),
    "orch-events history --archive events": Promise(r"^NODE +RUNS [\s\S]*^web-03\.example\.com "),
    "orch-events history web-03 --archive events": Promise(r"^JOB +WHEN [\s\S]*✖ failed"),
    "orch-events summary archive:357 --archive events": Promise(r"^job 357 failed [\s\S]*p90 21s"),
    "orch-events simulate --estate 5000": Promise(r"orch-events follow latest", status=130, stop=True),
    "orch-events simulate": Promise(r"export ORCH_EVENTS_SERVICE_URL=http://127\.0\.0\.1:\d+", status=130, stop=True),
    "orch-events simulate --now": Promise(r"orch-events follow 352", status=130, stop=True),
    "orch-events simulate --fault status=503@0.2 --fault restart=20s+10s": Promise(
        r"orch-events follow 352", status=130, stop=True
    ),
    "source <(orch-events completion bash)": Promise(r"orch-events$", then="complete -p orch-events"),
    "autoload -Uz compinit && compinit && source <(orch-events completion zsh)": Promise(
        r"orch_events", then="echo $_comps[orch-events]"
    ),
    "orch-events completion fish | source": Promise(r"^follow\b", then="complete -C 'orch-events fol'"),
}
"""What each line of the README prints; a new line needs a promise, or a place in NOT_RUN."""

NOT_RUN = {
    "python3 -m venv .venv && .venv/bin/pip install -q . && .venv/bin/orch-events follow 352 --demo": "`.ci/run` does",
    "python3 -m venv .venv && .venv/bin/pip install -q '.[test]' && .venv/bin/python -m pytest -q": "`.ci/run` does",
    "pipx install .": "installs for whoever runs the tests",
    "export ORCH_EVENTS_SERVICE_URL=https://pe.example.com:8143": "names a server that does not exist",
    "puppet access login": "Puppet's own command",
}
"""Lines that a test can't run, and why."""

_SHELLS = {"sh": ["bash", "-c"], "zsh": ["zsh", "-f", "-c"], "fish": ["fish", "--no-config", "-c"]}
_SLOW = pytest.mark.slow
_ASKS = re.compile(r"orch-events (?!simulate|completion)")


@dataclass(frozen=True)
class Block:
    """Lines that stand together; what one writes, the next may read."""

    shell: str
    lines: tuple[str, ...]

    @property
    def plain(self) -> bool:
        """Whether there are only commands of ours: no shell is needed to run them, nor Ctrl-C."""
        promises = [PROMISES[line] for line in self.lines]
        by_shell = any(re.search(r"[|&<>]|--exec", line) for line in self.lines)
        return not (by_shell or any(promise.then or promise.stop for promise in promises))

    @property
    def demonstrates(self) -> bool:
        """Whether it is a demo as it stands."""
        return "--demo" in "".join(self.lines)

    @property
    def tools(self) -> list[str]:
        """What must be installed to run them."""
        words = " ".join([_SHELLS[self.shell][0], *self.lines]).split()
        return [tool for tool in ("bash", "fish", "gzip", "jq", "zsh") if tool in words]


def blocks() -> list[Block]:
    """Return the README's shell lines, block by block, without comments."""
    found = re.findall(rf"^```({'|'.join(_SHELLS)})\n(.*?)```", README, re.MULTILINE | re.DOTALL)
    return [Block(shell, tuple(re.sub(r"\s+# .*", "", line) for line in text.splitlines())) for shell, text in found]


def runs() -> list[tuple[Block, bool]]:
    """Return each block that can be run, as it stands, and where it asks a server with `--demo` too."""
    run = [block for block in blocks() if set(block.lines) & set(PROMISES)]
    asking = [block for block in run if any(map(_ASKS.match, block.lines)) and not block.demonstrates]
    return [*((block, False) for block in run), *((block, True) for block in asking)]


def _params(*, plain: bool) -> list[ParameterSet]:
    """Return what is run, in this process or by a shell; a demo is slow."""
    return [
        pytest.param(
            block,
            demo,
            id=block.lines[0] + " --demo" * demo,
            marks=[needs(*block.tools), *[_SLOW] * (demo or block.demonstrates)],
        )
        for block, demo in runs()
        if block.plain is plain
        and not (demo and _RESUMABLE in block.lines)  # each demo is a new server: its job can't be resumed
    ]


@pytest.fixture
def environment(over: str, demo: bool, block: Block, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Put orch-events on PATH, name a server, and let a demo be over soon; there is a folder to write to."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    names = {"ORCH_EVENTS_PORT": "0", "ORCH_EVENTS_SETTLE": "300ms"}
    if demo:
        names |= {"ORCH_EVENTS_DEMO": "1", "ORCH_EVENTS_SPEED": "100000"}
    elif block.demonstrates:  # as it runs
        names |= {"ORCH_EVENTS_SPEED": "30", "ORCH_EVENTS_INTERVAL": "100ms"}
    else:
        names |= {"ORCH_EVENTS_SERVICE_URL": over}
    for name, value in {"PATH": path, "LC_ALL": "C.UTF-8", **names}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize(("block", "demo"), _params(plain=True))
def test_a_line_does_what_the_text_promises(block: Block, capfd: pytest.CaptureFixture[str]) -> None:
    for line in block.lines:
        status = main(shlex.split(line)[1:])
        PROMISES[line].check(line, Done(status, *capfd.readouterr()))


@_SLOW
@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize(("block", "demo"), _params(plain=False))
def test_a_line_of_a_shell_does_what_the_text_promises(block: Block) -> None:
    for line in block.lines:
        promise = PROMISES[line]
        typed = f"{line} && {promise.then}" if promise.then else line
        done = _run([*_SHELLS[block.shell], typed], promise.out if promise.stop else "")
        promise.check(line, done)


def _run(words: list[str], until: str) -> Done:
    """Run a shell to its end, or press Ctrl-C as soon as it has printed what is looked for."""
    with subprocess.Popen(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    ) as shell:
        shown = _read(shell, until)
        out, err = shell.communicate(timeout=SECONDS)
    return Done(shell.returncode, shown + out, err)


def _read(shell: "subprocess.Popen[str]", until: str) -> str:
    """Read until something is printed, then press Ctrl-C; without anything to look for do neither."""
    shown = ""
    while until and not re.search(until, shown) and (line := shell.stdout.readline() if shell.stdout else ""):
        shown += line
    if until:
        os.killpg(shell.pid, signal.SIGINT)
    return shown


def test_every_line_has_a_promise_or_a_reason_not_to_be_run() -> None:
    lines = [line for block in blocks() for line in block.lines]
    assert sorted(lines) == sorted([*PROMISES, *NOT_RUN])


def test_every_promise_says_what_is_printed() -> None:
    assert [line for line, promise in PROMISES.items() if not promise.out + promise.err] == []


def test_every_command_is_in_a_line() -> None:
    lines = "\n".join(line for block in blocks() for line in block.lines)
    assert set(re.findall(r"orch-events (\w+)", lines)) == set(cli.commands) - {"help"}


def test_the_exit_statuses_are_those_of_the_program() -> None:
    listed = {int(number) for number in re.findall(r"^\| (\d+) \|", README, re.MULTILINE)}
    of_errors = {
        kind.exit_status
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.OrchEventsError)
    }
    assert (
        listed == {0, 1, 3, *(status for status in vars(exit_status).values() if isinstance(status, int))} | of_errors
    )


@pytest.mark.slow
def test_the_transcript_is_what_the_demo_shows(capfd: pytest.CaptureFixture[str]) -> None:
    transcript = re.search(r"<!-- transcript -->\n```text\n(.*?)```", README, re.DOTALL)
    assert transcript
    demo, head, *rows, summary, following = [line for line in transcript[1].splitlines() if line != "[…]"]
    assert main(["follow", "352", "--demo", "--speed", "1000", "--time", "utc"]) == 0
    err = capfd.readouterr().err
    script = scripts()[352]
    shown = drawn([event_from(json.loads(one.text)) for one in script.events], cells=100, expected=script.nodes)
    assert {head, *rows} <= {line.rstrip() for line in shown}
    assert err.splitlines()[:1] == [demo]
    assert err.splitlines()[-2:] == [summary, following]


def test_the_figures_are_those_of_the_benchmarks() -> None:
    rows = [_cells(line) for line in README.partition("| work |")[2].partition("\n\n")[0].splitlines()[2:]]
    measured = [_cells(line) for line in BENCHMARKS.splitlines() if line.startswith("| ")]
    assert len(rows) == 5
    for work, against, cpu, values, peak in rows:
        (real,) = [cells for cells in measured if cells[:2] == [work, against]]
        assert real[3] == cpu or not cpu
        assert real[-2] == values
        assert real[-1].removesuffix(" (at most 60)") == peak


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip("|").split("|")]


def test_every_link_leads_to_a_file() -> None:
    links = re.findall(r"\]\((?!#|https?:)([^)]+)\)", README)
    assert [link for link in links if not (ROOT / link).is_file()] == []


def test_in_the_changelog_what_is_unreleased_comes_first_and_then_this_version() -> None:
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    unreleased, newest, *_ = re.findall(r"^## (.*)$", changes, re.MULTILINE)
    assert unreleased == "Unreleased"
    assert re.fullmatch(rf"{re.escape(__version__)} - \d{{4}}-\d\d-\d\d", newest)
