import os
import re
import socket
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from threading import Thread

import pytest

from orch_events.cli.main import main
from tests.cli.command import Done, run
from tests.cli.conftest import Serve

Call = Callable[..., Done]

_HTML = b"<html><body>Welcome</body></html>"


def _refused(done: Done, status: int, *words: str) -> None:
    """Check what every failure has in common: nothing on stdout, one sentence and a hint on stderr."""
    assert done.status == status
    assert done.out == ""
    errors = [line for line in done.err.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1, done.err
    assert not errors[0].endswith(".")
    assert "Traceback" not in done.err
    for word in words:
        assert word in done.err


@pytest.mark.parametrize("command", ["list", "follow"])
@pytest.mark.parametrize(
    ("words", "status", "named"),
    [
        (["999"], 5, "999"),
        (["abc"], 2, "'abc'"),
        (["-5"], 2, "-5"),
        (["352x"], 2, "'352x'"),
        (["1" * 19], 2, "job"),
        ([], 2, "JOB"),
        (["352", "--nonsense"], 2, "--nonsense"),
        (["352", "--start", "x"], 2, "--start"),
        (["352", "--start", "-1"], 2, "--start"),
        (["352", "--tail", "-1"], 2, "--tail"),
        (["352", "-o", "xml"], 2, "xml"),
        (["352", "--type", "Nonsense!"], 2, "Nonsense!"),
        (["352", "--grep", "("], 2, "regular expression"),
        (["352", "--since", "soon"], 2, "soon"),
        (["352", "--until", "never"], 2, "never"),
        (["352", "--fail-on", "bored"], 2, "bored"),
        (["352", "--read-timeout", "fast"], 2, "fast"),
        (["352", "--connect-timeout", "0"], 2, "too short"),
        (["352", "--color", "blue"], 2, "blue"),
        (["352", "--service-url", "ftp://x"], 8, "ftp://x"),
        (["352", "--service-url", "https://user:secret@pe"], 8, "service-url"),
        (["352", "--config-file", "/nowhere/x.conf"], 8, "/nowhere/x.conf"),
        (["352", "--token-file", "/nowhere/token"], 8, "/nowhere/token"),
        (["352", "--cacert", "/nowhere/ca.pem"], 8, "/nowhere/ca.pem"),
    ],
)
def test_a_failure_puts_nothing_on_stdout_and_one_sentence_on_stderr(
    command: str, words: list[str], status: int, named: str, over: str, call: Call
) -> None:
    url = [] if "--service-url" in words else ["--service-url", over]

    done = call(command, *words, *url)

    _refused(done, status, named)
    assert "secret" not in done.err


@pytest.mark.parametrize("words", [["nonsense"], ["--nonsense"], ["simulate", "--speed", "0"], ["completion", "tcsh"],
                                   ["simulate", "--tls-cert", "x"], ["simulate", "--port", "70000"]])  # fmt: skip
def test_a_command_line_that_makes_no_sense_is_2_with_a_hint(words: list[str], call: Call) -> None:
    _refused(call(*words), 2)


@pytest.mark.parametrize("command", ["list", "follow"])
def test_without_a_service_url_it_says_where_to_put_one(command: str, call: Call) -> None:
    done = call(command, "352")

    _refused(done, 8, "no orchestrator is configured", "--service-url", "orchestrator.conf")


@pytest.mark.parametrize("command", ["list", "follow"])
def test_a_name_that_no_host_can_have_is_8(command: str, call: Call) -> None:
    _refused(call(command, "352", "--service-url", "https://xn--0.invalid"), 8, "https://xn--0.invalid", "hint: ")


@pytest.mark.parametrize("command", ["list", "follow"])
@pytest.mark.parametrize(("number", "known"), [(socket.EAI_NONAME, "can't find the host pe"), (-3, "can't reach ")])
def test_a_host_that_nobody_knows_is_6_at_once_and_a_resolver_that_can_t_tell_is_an_outage(
    command: str, number: int, known: str, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def unknown(*words: object, **_: object) -> None:
        asked.append(words)
        raise socket.gaierror(number, "Who is that")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    words = [] if number == socket.EAI_NONAME else ["--retry-for", "300ms"]
    done = call(command, "352", "--service-url", "pe", *words)

    _refused(done, 6, known, "Who is that", "hint: ")
    assert len(asked) <= 2 or number != socket.EAI_NONAME


@pytest.mark.parametrize("command", ["list", "follow"])
def test_a_server_that_is_gone_is_6(command: str, over: str, call: Call) -> None:
    done = call(command, "352", "--service-url", over.rpartition(":")[0] + ":1", "--quiet", "--retry-for", "0")

    _refused(done, 6, "http://127.0.0.1:1", "Connection refused", "hint: ")


@pytest.mark.parametrize("command", ["list", "follow"])
@pytest.mark.parametrize(
    ("status", "body", "named"),
    [
        (200, _HTML, "HTML"),
        (200, b"[]", "not a list of events"),
        (200, b'{"error": "no"}', "no items"),
        (200, b"OK", "not"),
        (404, _HTML, "404"),
        (302, b"", "redirects"),
        (204, b"", "204"),
    ],
)
def test_what_is_no_orchestrator_is_7(
    command: str, status: int, body: bytes, named: str, answering: Serve, call: Call
) -> None:
    with answering(status, body, Location="https://elsewhere.example.com/") as url:
        _refused(call(command, "352", "--service-url", url, "--quiet"), 7, named, url, "hint: ")


@pytest.mark.parametrize("command", ["list", "follow"])
@pytest.mark.parametrize(("status", "exit_status"), [(500, 6), (503, 6), (429, 6), (401, 4), (403, 4)])
def test_a_server_s_refusal_has_its_status(
    command: str, status: int, exit_status: int, answering: Serve, call: Call
) -> None:
    with answering(status, b"") as url:
        words = (command, "352", "--service-url", url, "--quiet", "--retry-for", "0")
        _refused(call(*words), exit_status, f"HTTP {status}", "hint: ")


@pytest.mark.parametrize("command", ["list", "follow"])
def test_a_token_that_is_missing_or_wrong_is_4_and_a_right_one_is_well(
    command: str, demanding: str, token_file: Callable[[str], str], call: Call
) -> None:
    connect = ("--service-url", demanding)
    _refused(call(command, "352", *connect), 4, "requires a token", "hint: run: puppet access login")

    wrong = call(command, "352", *connect, "--token-file", token_file("not-the-0ne"))
    _refused(wrong, 4, "rejected the token", "hint: run: puppet access login")
    assert "not-the-0ne" not in wrong.err

    right = call(command, "352", *connect, "--token-file", token_file("s3cret"), "--verbose")
    assert right.status == 0
    assert len(right.lines) == 49
    assert "s3cret" not in right.err


def test_the_default_token_file_is_below_home(demanding: str, call: Call) -> None:
    place = Path(os.environ["HOME"]) / ".puppetlabs"
    place.mkdir()
    (place / "token").write_text(" s3cret\n", encoding="utf-8")

    assert call("list", "352", "--service-url", demanding).status == 0


@pytest.mark.slow
def test_a_token_can_come_from_standard_input(demanding: str) -> None:
    done = run("follow", "351", "--json", "--service-url", demanding, "--token-file", "-", stdin="s3cret\n")

    assert (done.status, len(done.lines)) == (0, 13)


@pytest.mark.parametrize("token", ["", "a\x07b", "two\nlines"])
def test_a_token_file_that_holds_no_token_is_8(
    token: str, over: str, token_file: Callable[[str], str], call: Call
) -> None:
    path = token_file(token)

    _refused(call("list", "352", "--service-url", over, "--token-file", path), 8, path)


def test_the_configuration_file_of_the_user_is_read(over: str, call: Call) -> None:
    place = Path(os.environ["HOME"]) / ".puppetlabs" / "client-tools"
    place.mkdir(parents=True)
    (place / "orchestrator.conf").write_text(f'{{"options": {{"service-url": "{over}"}}}}', encoding="utf-8")

    assert len(call("list", "352", "--json").lines) == 48


@pytest.mark.slow
def test_without_a_home_everything_else_still_works(over: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOME")
    done = run("list", "352", "--json", "--service-url", over)
    assert (done.status, len(done.lines), done.err) == (0, 48, "")

    _refused(run("list", "352"), 8, "no orchestrator is configured")


def test_a_hint_follows_every_usage_error(over: str, call: Call) -> None:
    assert call("list", "abc", "--service-url", over).err.splitlines()[1] == "hint: see: orch-events list --help"
    assert call("nonsense").err.splitlines()[1] == "hint: see: orch-events --help"


def test_verbose_tells_each_request_on_stderr(over: str, call: Call) -> None:
    done = call("list", "352", "--service-url", over, "--json", "--verbose")

    assert re.fullmatch(rf"GET {over}/orchestrator/v1/jobs/352/events: 200, \d+ ms, \d+ bytes\n", done.err)
    assert len(done.lines) == 48


def test_verbose_tells_requests_that_fail_too(call: Call) -> None:
    done = call("list", "352", "--service-url", "http://127.0.0.1:1", "--retry-for", "0", "--verbose")

    assert done.err.startswith("GET http://127.0.0.1:1/orchestrator/v1/jobs/352/events: no response, ")
    assert (done.status, done.out) == (6, "")


@pytest.mark.slow
def test_a_token_is_not_sent_in_the_clear_and_that_is_said(token_file: Callable[[str], str]) -> None:
    words = ("list", "352", "--service-url", "http://0.0.0.0:1", "--retry-for", "0")
    done = run(*words, "--token-file", token_file("s3cret"))

    assert done.err.startswith("warning: the token is not sent, because http://0.0.0.0:1 is not encrypted\n")
    assert done.status == 6


def test_the_version_is_the_package_s(call: Call) -> None:
    done = call("--version")

    assert (done.status, done.out, done.err) == (0, f"orch-events {version('orch-events')}\n", "")


@pytest.mark.parametrize("words", [[], ["--help"], ["-h"], ["list", "-h"], ["follow", "--help"], ["simulate", "-h"]])
def test_help_goes_to_stdout_and_is_no_error(words: list[str], call: Call) -> None:
    done = call(*words)

    assert (done.status, done.err) == (0, "")
    assert "orch-events" in done.out
    assert max(map(len, done.lines)) <= 100


def test_a_bug_is_70_with_a_traceback(monkeypatch: pytest.MonkeyPatch, call: Call) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("orch_events.cli.options.types.parse_instant", broken)
    done = call("list", "352", "--service-url", "http://127.0.0.1:1", "--since", "1h")

    assert (done.status, done.out) == (70, "")
    assert "Traceback" in done.err


def test_a_ctrl_c_anywhere_else_is_130_and_silent(monkeypatch: pytest.MonkeyPatch, call: Call) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("orch_events.cli.options.types.parse_instant", interrupted)
    done = call("list", "352", "--service-url", "http://127.0.0.1:1", "--since", "1h")

    assert (done.status, done.out, done.err.strip()) == (130, "", "")


def test_main_returns_its_status_and_never_exits(over: str) -> None:
    assert main(["follow", "353", "--service-url", over, "--quiet"]) == 1


@pytest.mark.parametrize("words", [["list", "352", "--demo"], ["simulate", "--port", "0"]])
def test_a_system_without_a_thread_to_spare_is_named_and_no_bug(
    words: list[str], call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(Thread, "start", refuse)
    done = call(*words)
    assert done.status == 8
    assert "error: this system can't start another thread\nhint: " in done.err
    assert "Traceback" not in done.err
