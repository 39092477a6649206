"""What is kept beside what is shown, and what is waited for: records, cursor files, tokens."""

import io
import json
import os
import stat
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from orch_events.cli.persisting import Recorder
from orch_events.cli.stderr import Stderr
from orch_events.render.events.structured import JsonLines
from orch_events.render.toolkit.streams import Output
from orch_events.simulator import Api, Fault, Faults, Simulator, scripts
from orch_events.simulator.api import Answer, Request
from tests.build import event_from, record, record_from
from tests.cli.command import COMMAND, SECONDS, Done, Held, Ticking, run, start
from tests.fakes import FakeClock, ScriptedSource
from tests.follow.following import follower

Call = Callable[..., Done]

_FAST = ("--interval", "100ms", "--timeout", str(SECONDS))


def _ids(lines: list[str]) -> list[int]:
    return [int(json.loads(line)["id"]) for line in lines]


def _whole() -> list[int]:
    return [moment.id for moment in scripts()[352].events]


def _recorded(path: Path) -> tuple[list[str], list[tuple[str, dict[str, Any]]]]:
    """Return a recording's lines of events, and its records, each with its job."""
    events, records = [], []
    for line in path.read_text().splitlines():
        content = json.loads(line)
        if "record" in content:
            assert list(content) == ["job", "record"]
            records.append((content["job"], content["record"]))
        else:
            events.append(line)
    return events, records


@pytest.mark.parametrize("command", ["list", "follow"])
def test_a_record_holds_what_json_shows_and_the_job_s_record_beside_any_view_and_any_selection(
    command: str, over: str, tmp_path: Path, call: Call
) -> None:
    record = tmp_path / "record.jsonl"
    done = call(command, "352", "--service-url", over, "--failed", "--record", str(record))

    assert done.status == 0
    assert done.out == ""
    events, records = _recorded(record)
    shown = call("list", "352", "--service-url", over, "--json").lines
    assert events == [f'{{"job":"352",{line[1:]}' for line in shown]
    is_now = scripts()[352].record(float("inf"), f"{over}/orchestrator/v1")
    assert records == [("352", is_now)] * (1 if command == "list" else 2)
    assert json.loads(record.read_text().splitlines()[-1])["record"] == is_now


def test_several_jobs_are_recorded_each_with_its_record(over: str, tmp_path: Path, call: Call) -> None:
    record = tmp_path / "record.jsonl"
    call("follow", "352", "353", "--service-url", over, "--json", "--record", str(record))

    _, records = _recorded(record)
    assert {(job, content["name"], content["state"]) for job, content in records} == {
        ("352", "352", "finished"),
        ("353", "353", "failed"),
    }
    last = record.read_text().splitlines()[-2:]
    assert sorted(json.loads(line)["job"] for line in last if "record" in json.loads(line)) == ["352", "353"]


def test_a_record_is_recorded_whenever_it_has_changed_and_after_the_last_event() -> None:
    written, clock = io.BytesIO(), FakeClock()
    one = follower("352", ScriptedSource(clock, ()), clock)
    lines = JsonLines(Output(written), name_job=True)
    recorder = Recorder(lines, {"352": one}, JsonLines(Output(io.BytesIO())), Stderr(None))
    recorder.write("352", [event_from({"id": "1"})])
    for state in ("new", "running", "running"):
        one.state.record = record_from(state=state)
        recorder.flush()
        recorder.write("352", [])
    one.state.record = record("made up")
    recorder.write("352", [event_from({"id": "2"})])
    one.state.record = record_from(state="finished")
    recorder.write("352", [event_from({"id": "3"})])
    recorder.flush()
    recorder.close(complete=False)

    states = [json.loads(line).get("record", {}).get("state") for line in written.getvalue().splitlines()]
    assert states == [None, "new", "running", None, "finished", None, "finished"]


def test_a_job_that_was_recorded_twice_is_one(over: str, tmp_path: Path, call: Call) -> None:
    record = tmp_path / "record.jsonl"
    for _ in range(2):
        call("follow", "352", "--service-url", over, "--json", "--record", str(record))
    assert call("list", str(record), "--json").out == call("list", "352", "--service-url", over, "--json").out


def test_a_record_is_appended_to_and_a_broken_line_in_it_is_closed(over: str, tmp_path: Path, call: Call) -> None:
    record = tmp_path / "record.jsonl"
    record.write_text('{"id":"1"}\n{"id":')
    call("list", "351", "--service-url", over, "--record", str(record))

    before, broken, *rest, job = record.read_text().splitlines()
    assert (before, broken) == ('{"id":"1"}', '{"id":')
    assert _ids(rest) == [moment.id for moment in scripts()[351].events]
    assert json.loads(job)["record"]["state"] == "finished"


@pytest.mark.parametrize("command", ["list", "follow"])
def test_a_recording_is_never_recorded_into_itself(command: str, over: str, tmp_path: Path, call: Call) -> None:
    record, link = tmp_path / "record.jsonl", tmp_path / "link.jsonl"
    call("list", "351", "--service-url", over, "--record", str(record))
    link.symlink_to(record)
    before = record.read_bytes()
    for read, written in ((record, record), (link, record), (record, link)):
        done = call(command, str(read), "--record", str(written))
        assert (done.status, done.out) == (2, "")
        assert done.err.startswith(f"error: {written} can't be recorded into itself\nhint: ")
    assert record.read_bytes() == before


@pytest.mark.slow
def test_standard_input_is_not_recorded_into_itself_either(over: str, tmp_path: Path) -> None:
    record = tmp_path / "record.jsonl"
    run("list", "351", "--service-url", over, "--record", str(record))
    before = record.read_bytes()
    with record.open("rb") as stdin:
        command = [*COMMAND, "list", "-", "--record", str(record)]
        done = subprocess.run(command, stdin=stdin, capture_output=True, timeout=SECONDS, check=False)
    assert (done.returncode, done.stdout, record.read_bytes()) == (2, b"", before)


def test_a_recording_of_a_recording_is_the_same(over: str, tmp_path: Path, call: Call) -> None:
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    call("list", "354", "--service-url", over, "--record", str(first))
    call("follow", str(first), "--quiet", "--record", str(second))
    assert second.read_text() == first.read_text()


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
def test_events_that_are_left_out_are_told_and_make_6(
    words: list[str], call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orch_events.follow.seen_ids._FEW", 100)
    with Simulator(_Sparse(lambda: float("inf"))) as simulator:
        done = call(*words, "352", "--service-url", simulator.url, "--json")
    assert (done.status, len(done.lines)) == (6, 129)
    assert done.err.count("events of job 352 were left out") == 1
