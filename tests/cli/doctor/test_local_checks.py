"""The whole report of `doctor`, as a person sees it, and how it is left."""

import json
import os
import pty
import re
import signal
import subprocess
import termios
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import GOLDEN
from tests.certificates import TOKEN, Authority, serving
from tests.cli.command import COMMAND, SECONDS, Done, needs, run, start
from tests.cli.examined import home, write_conf, write_token

Call = Callable[..., Done]


def _golden(name: str) -> str:
    return (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


def _anywhere(out: str, authority: Authority) -> str:
    """Take out of a report what is another on each machine and in each run."""
    out = out.replace(os.environ["HOME"], "/home/ann").replace(str(authority.pem.parent), "/srv")
    out = re.sub(r"(?m)(versions +).*$", r"\1orch-events and all the others", out)
    return re.sub(r"\d+ ms", "7 ms", re.sub(r"(127\.0\.0\.1:|port )\d+", r"\g<1>8143", out))


def test_the_report_of_what_is_well(authority: Authority, call: Call) -> None:
    write_token(TOKEN)
    with serving(authority.issue("127.0.0.1", days=90.1)) as simulator:
        write_conf(service_url=simulator.url, cacert=str(authority.pem))
        done = call("doctor")

    assert _anywhere(done.out, authority) == _golden("doctor-well")
    assert (done.status, done.err) == (0, "")


def test_the_report_of_what_is_broken(authority: Authority, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    home("client-tools", "orchestrator.conf").write_text("service-url: pe.example.com", encoding="utf-8")
    write_token(TOKEN, mode=0o644, seconds=10_980)
    monkeypatch.setenv("ORCH_EVENTS_CA_CERT", str(authority.pem))
    with serving(authority.issue("pe.example.com")) as simulator:
        monkeypatch.setenv("ORCH_EVENTS_SERVICE_URL", simulator.url)
        done = call("doctor", "--cacert", str(authority.pem))

    assert _anywhere(done.out, authority) == _golden("doctor-broken")
    assert (done.status, done.err) == (8, "")


def test_quiet_is_the_same_without_what_is_well(authority: Authority, call: Call) -> None:
    write_token(TOKEN, mode=0o644)
    with serving(authority.issue()) as simulator:
        words = ("doctor", "--service-url", simulator.url, "--cacert", str(authority.pem))
        loud, quiet = call(*words), call(*words, "--quiet")
        Path(os.environ["HOME"], ".puppetlabs", "token").chmod(0o600)
        silent = call(*words, "--quiet")

    wanted = [line for line in loud.lines if line.startswith(("‼", " "))]
    assert (quiet.status, quiet.lines) == (0, wanted)
    assert len(wanted) == 2
    assert silent == Done(0, "", "")


def test_ascii_is_the_same_without_glyphs(over: str, call: Call) -> None:
    done = call("doctor", "--service-url", over, "--ascii")
    assert done.out.isascii()
    assert done.lines[0].startswith("ok           versions  ")


def test_the_next_command_is_told_with_what_was_typed(over: str, call: Call, tmp_path: Path) -> None:
    (tmp_path / "it's one").write_text("{}")
    done = call("doctor", "--service-url", over, "--config-file", str(tmp_path / "it's one"))
    assert done.lines[-1] == f"next: orch-events jobs --service-url {over} --config-file '{tmp_path}/it'\"'\"'s one'"
    assert call("doctor", "--demo").lines[-1] == "next: orch-events jobs --demo"


def test_what_the_environment_says_need_not_be_typed_next(
    over: str, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORCH_EVENTS_SERVICE_URL", over)
    assert call("doctor").lines[-1] == "next: orch-events jobs"


@pytest.mark.parametrize(
    ("environ", "words", "coloured"),
    [
        ({}, (), False),
        ({"FORCE_COLOR": "1"}, (), True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, (), False),
        ({"NO_COLOR": "1"}, ("--color", "always"), True),
        ({"FORCE_COLOR": "1"}, ("--json",), False),
    ],
)
def test_colour_is_a_matter_of_option_and_environment(
    environ: dict[str, str], words: tuple[str, ...], *, coloured: bool, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert ("\x1b[" in call("doctor", *words).out) is coloured


def _on_terminal(*words: str, columns: int) -> str:
    """Run the command with a terminal as its standard output, and return what that got."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, columns))
    env = os.environ | {"TERM": "xterm-256color"}
    with subprocess.Popen([*COMMAND, *words], env=env, stdin=subprocess.DEVNULL, stdout=theirs) as process:
        os.close(theirs)
        shown = b""
        try:
            while piece := os.read(ours, 65_536):
                shown += piece
        except OSError:  # nobody writes any more
            process.wait(timeout=SECONDS)
    os.close(ours)
    return shown.decode()


@pytest.mark.slow
def test_on_a_terminal_the_report_is_coloured_and_wrapped() -> None:
    shown = _on_terminal("doctor", "--demo", columns=90)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown).replace("\r", "").splitlines()

    assert "\x1b[32m✔ ok" in shown
    assert max(map(len, plain)) <= 90
    assert plain[1].startswith(" " * 32)
    assert plain[-1] == "next: orch-events jobs --demo"


@pytest.mark.slow
@needs("bash", "jq")
def test_what_is_wrong_is_read_by_jq() -> None:
    line = f"{' '.join(COMMAND)} doctor --json | jq -r '.checks[] | select(.status == \"failure\") | .name'"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=SECONDS, check=True)  # noqa: S607
    assert (done.stdout, done.stderr) == ("service-url\n", "")


@pytest.mark.slow
@needs("bash")
@pytest.mark.parametrize("words", ["--demo", "--demo --json"])
def test_a_reader_that_goes_away_is_no_trouble(words: str) -> None:
    line = f"{{ {' '.join(COMMAND)} doctor {words}; echo $? >&2; }} | true"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=SECONDS, check=True)  # noqa: S607
    assert (done.stdout, done.stderr) == ("", "141\n")


@pytest.mark.slow
@pytest.mark.parametrize(("sent", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_at_once_while_a_name_is_resolved(sent: signal.Signals, status: int, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import socket, sys, time\n"
        "def getaddrinfo(*_, **__):\n"
        "    print('resolving', file=sys.stderr, flush=True)\n"
        "    time.sleep(3600)\n"
        "socket.getaddrinfo = getaddrinfo\n"
    )
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    words = ["doctor", "--service-url", "pe.example.com", "--connect-timeout", "1h"]
    with start(words, PYTHONPATH=path) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "resolving\n"
        process.send_signal(sent)
        out, err = process.communicate(timeout=SECONDS)

    assert (process.returncode, err.strip()) == (status, "")
    assert out.splitlines()[-1].split()[2] == "proxy", "what was found before is there"


@pytest.mark.slow
def test_the_token_is_nowhere(authority: Authority, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    write_token(TOKEN, mode=0o644, seconds=10_980)
    write_conf(token=TOKEN)
    monkeypatch.setenv("ORCH_EVENTS_TOKEN", TOKEN)
    with serving(authority.issue(), token="another") as simulator:
        there = ("doctor", "--cacert", str(authority.pem), "--service-url", simulator.url)
        every = [call(*there, word) for word in ("--json", "--verbose", "--quiet")]
        every += [call("doctor", "--service-url", f"https://{TOKEN}@pe.example.com"), call("doctor", "--cacert", "x")]
        every += [run(*there, "--token-file", "-", stdin=TOKEN)]

    assert {done.status for done in every} == {4, 8}
    assert TOKEN not in "".join(done.out + done.err for done in every)


def test_json_comes_whole_also_where_everything_is_wrong(call: Call) -> None:
    done = call("doctor", "--json", "--service-url", "ftp://x", "--cacert", "/nowhere", "--token-file", "/nowhere")
    failed = [check["name"] for check in json.loads(done.out)["checks"] if check["status"] == "failure"]
    assert failed == ["service-url", "cacert", "token-file"]
    assert done.out.count("\n") == 1
