"""What is kept beside what is shown, and what is waited for: records, cursor files, tokens."""

import json
import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from orch_events.simulator import Api, Fault, Faults, Simulator, scripts
from orch_events.simulator.api import Answer, Request
from tests.cli.command import SECONDS, Done, Held, Ticking, run, start

Call = Callable[..., Done]

_FAST = ("--interval", "100ms", "--timeout", str(SECONDS))


def _ids(lines: list[str]) -> list[int]:
    return [int(json.loads(line)["id"]) for line in lines]


def _whole() -> list[int]:
    return [moment.id for moment in scripts()[352].events]


@pytest.mark.parametrize("command", ["list", "follow"])
def test_a_record_holds_what_json_shows_beside_any_view_and_any_selection(
    command: str, over: str, tmp_path: Path, call: Call
) -> None:
    record = tmp_path / "record.jsonl"
    done = call(command, "352", "--service-url", over, "--failed", "--record", str(record))

    assert done.status == 0
    assert done.out == ""
    assert record.read_text() == call("list", "352", "--service-url", over, "--json").out


def test_a_record_is_appended_to_and_a_broken_line_in_it_is_closed(over: str, tmp_path: Path, call: Call) -> None:
    record = tmp_path / "record.jsonl"
    record.write_text('{"id":"1"}\n{"id":')
    call("list", "351", "--service-url", over, "--record", str(record))

    before, broken, *rest = record.read_text().splitlines()
    assert (before, broken) == ('{"id":"1"}', '{"id":')
    assert _ids(rest) == [moment.id for moment in scripts()[351].events]


def test_a_full_disk_is_said_once_and_makes_8_and_the_watch_goes_on(over: str, call: Call) -> None:
    done = call("follow", "352", "--service-url", over, "--json", "--record", "/dev/full")

    assert done.status == 8
    assert _ids(done.lines) == _whole()
    assert done.err.count("warning: ") == 1
    assert "/dev/full" in done.err
    assert "continuing without it" in done.err


def test_a_record_that_can_t_be_opened_is_8_at_once(over: str, tmp_path: Path, call: Call) -> None:
    done = call("follow", "352", "--service-url", over, "--record", str(tmp_path / "no" / "such"))

    assert done.status == 8
    assert done.out == ""


def test_a_cursor_file_says_where_to_go_on_for_each_job(over: str, tmp_path: Path, call: Call) -> None:
    cursor = tmp_path / "cursor"
    words = ("--service-url", over, "--json", "--settle", "300ms", "--cursor-file", str(cursor))
    first = call("follow", "352", "351", *words)
    again = call("follow", "352", "353", *words)

    assert len(first.lines) == len(_whole()) + len(scripts()[351].events)
    assert {json.loads(line)["job"] for line in again.lines} == {"353"}
    assert again.status == 1
    assert "resuming job 352 at event 1370\n" in again.err
    assert set(json.loads(cursor.read_text())["jobs"]) == {f"{over}/orchestrator/v1 {job}" for job in (351, 352, 353)}
    assert stat.S_IMODE(cursor.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [cursor]


def test_what_may_have_been_shown_stays_so_until_more_was_shown(tmp_path: Path, call: Call) -> None:
    cursor = tmp_path / "cursor"
    cursor.write_text('{"jobs":{"352":{"start":1300,"showing":true}}}')
    done = call(
        "follow", "352", "--service-url", "http://127.0.0.1:1", "--retry-for", "300ms", "--cursor-file", str(cursor)
    )

    assert done.status == 6
    assert "resuming job 352 at event 1300; the last events before it stopped may be repeated" in done.err
    assert json.loads(cursor.read_text())["jobs"]["352"]["showing"] is True


@pytest.mark.parametrize("content", ["[]", "{}", '{"options":{"service-url":"x"}}', '{"jobs":{},"options":{}}',
                                     '{"jobs":{"352":{"start":-7}}}', '{"jobs":{"352":{"start":1e30}}}'])  # fmt: skip
def test_a_cursor_file_that_is_none_is_8_and_stays_as_it_is(
    content: str, over: str, tmp_path: Path, call: Call
) -> None:
    cursor = tmp_path / "cursor"
    cursor.write_text(content)
    done = call("follow", "352", "--service-url", over, "--cursor-file", str(cursor))

    assert (done.status, done.out) == (8, "")
    assert f"{cursor} is not a cursor file" in done.err
    assert cursor.read_text() == content


def test_a_cursor_file_that_is_a_link_stays_one_and_one_that_is_a_pipe_is_8(
    over: str, tmp_path: Path, call: Call
) -> None:
    link, pipe = tmp_path / "link", tmp_path / "pipe"
    link.symlink_to(tmp_path / "real")
    os.mkfifo(pipe)

    assert call("follow", "352", "--service-url", over, "--cursor-file", str(link)).status == 0
    assert link.is_symlink()
    assert (tmp_path / "real").exists()
    assert call("follow", "352", "--service-url", over, "--cursor-file", str(pipe)).status == 8


@pytest.mark.slow
def test_an_expired_token_is_waited_for_and_the_new_one_used(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("s3cret")
    token.chmod(0o600)
    api = Api(Ticking(40).now, "s3cret", Faults([Fault.parse("expire=0s")]))
    clock = Held()
    with Simulator(api, clock=clock) as simulator:
        words = ["follow", "352", "--service-url", simulator.url, "--token-file", str(token), "--json", *_FAST]
        with start(words) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            first = process.stdout.readline()
            clock.let_go()
            said = process.stderr.readline()
            token.write_text("s3cret.new\n")
            out, err = process.stdout.read(), process.stderr.read()

    assert "waiting 4m 57s for a new token: run puppet access login" in said
    assert "requests succeed again after" in err
    assert process.returncode == 0
    assert _ids([first, *out.splitlines()]) == _whole()
    assert "s3cret" not in said + err + out


def test_a_token_file_that_others_can_read_gets_one_warning(tmp_path: Path, over: str, call: Call) -> None:
    token = tmp_path / "token"
    token.write_text("s3cret")
    for mode, warnings in ((0o644, 1), (0o640, 1), (0o600, 0)):
        token.chmod(mode)
        done = call("follow", "352", "--service-url", over, "--token-file", str(token))
        assert done.err.count("is readable by other users") == warnings
        assert "s3cret" not in done.err


@pytest.mark.slow
def test_no_proxy_of_the_environment_sees_a_token(tmp_path: Path, over: str) -> None:
    token = tmp_path / "token"
    token.write_text("s3cret")
    proxies = dict.fromkeys(("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"), "http://127.0.0.1:1")
    done = run("list", "352", "--service-url", over, "--token-file", str(token), "--verbose", **proxies)

    assert done.status == 0
    assert "s3cret" not in done.err


@pytest.mark.slow
def test_a_server_that_restarts_is_waited_for() -> None:
    clock = Held()
    api = Api(Ticking(40).now, faults=Faults([Fault.parse("restart=0s+1s")]))
    with (
        Simulator(api, clock=clock) as simulator,
        start(["follow", "352", "--service-url", simulator.url, "--json", *_FAST]) as process,
    ):
        assert process.stdout is not None
        assert process.stderr is not None
        first = process.stdout.readline()
        clock.let_go()
        out, err = process.stdout.read(), process.stderr.read()

    assert process.returncode == 0
    assert _ids([first, *out.splitlines()]) == _whole()
    assert "error" not in err


class CutOnce(Faults):
    """The first answer of events is cut in its middle: that is the second request."""

    def __init__(self) -> None:
        """Begin with nothing asked."""
        super().__init__()
        self._asked = 0

    def pick(self) -> dict[str, Fault]:
        self._asked += 1
        return {"cut": Fault.parse("cut=1500")} if self._asked == 2 else {}


@pytest.mark.parametrize("command", ["list", "follow"])
def test_a_tail_shows_no_more_where_the_first_answer_was_cut(command: str, call: Call) -> None:
    with Simulator(Api(lambda: float("inf"), faults=CutOnce())) as simulator:
        words = [command, "352", "--service-url", simulator.url, "--json", "--tail", "3", "--exit-status", "-v"]
        done = call(*words, *(["--start", "0", "--time", "elapsed"] if command == "list" else []))

    assert done.status == 0
    assert _ids(done.lines) == _whole()[-3:]
    assert done.err.count("/352/events") > 1


class _Sparse(Api):
    """An API whose ids are in descending order, and far apart."""

    def get(self, request: Request, picked: Mapping[str, Fault] | None = None) -> Answer:
        if "/events" not in request.target:
            return super().get(request, picked)
        events = [{"id": str(number << 16), "type": "node_running", "details": {}} for number in range(200, 0, -1)]
        return Answer(200, json.dumps({"items": events}))


@pytest.mark.parametrize(
    "words",
    [["list"], ["list", "--exit-status"], ["follow", "--settle=0"], ["follow", "--settle=0", "--no-exit-status"]],
)
def test_events_that_are_left_out_are_told_and_make_6(words: list[str], call: Call) -> None:
    with Simulator(_Sparse(lambda: float("inf"))) as simulator:
        done = call(*words, "352", "--service-url", simulator.url, "--json")
    assert (done.status, len(done.lines)) == (6, 129)
    assert done.err.count("events of job 352 were left out") == 1
