import json
import subprocess
import sys
from collections.abc import Callable
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from orch_events.simulator import scripts
from tests.cli.command import SECONDS, Done, needs, run
from tests.cli.conftest import Serve

Call = Callable[..., Done]

_EMPTY = b'{"next-events": {"id": "https://pe/orchestrator/v1/jobs/352/events?start=1", "event": "1"}, "items": []}'


def _asked(url: str, path: str) -> list[dict[str, object]]:
    """Ask the server without our client."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=SECONDS)
    connection.request("GET", f"/orchestrator/v1{path}")
    items: list[dict[str, object]] = json.loads(connection.getresponse().read())["items"]
    connection.close()
    return items


@pytest.mark.parametrize("job", ["351", "352", "353", "356"])
def test_jsonl_is_the_server_s_own_objects_one_a_line(job: str, over: str, call: Call) -> None:
    done = call("list", job, "--service-url", over, "--json")
    items = _asked(over, f"/jobs/{job}/events")

    assert [json.loads(line) for line in done.lines] == items
    assert done.lines == [json.dumps(item, separators=(",", ":"), ensure_ascii=False) for item in items]
    assert (done.status, done.err) == (0, "")


def test_json_is_one_array_of_the_same_objects(over: str, call: Call) -> None:
    array = call("list", "352", "--service-url", over, "-o", "json")
    lines = call("list", "352", "--service-url", over, "-o", "jsonl")

    assert json.loads(array.out) == [json.loads(line) for line in lines.lines]


@pytest.mark.slow
@needs("bash", "jq")
def test_what_list_prints_is_read_by_jq(over: str) -> None:
    line = f"{sys.executable} -m orch_events list 352 --json --service-url {over} | jq -r .details.node"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=SECONDS, check=True)  # noqa: S607

    assert done.stdout.splitlines() == [moment.node or "null" for moment in scripts()[352].events]
    assert done.stderr == ""


@pytest.mark.slow
def test_a_real_process_prints_the_same_as_a_call(over: str, call: Call) -> None:
    assert run("list", "352", "--service-url", over) == call("list", "352", "--service-url", over)


def test_the_table_has_a_line_an_event_and_a_head(over: str, call: Call) -> None:
    done = call("list", "352", "--service-url", over)

    assert done.lines[0].split() == ["ID", "TIME", "EVENT", "NODE", "MESSAGE"]
    assert [line.split()[0] for line in done.lines[1:]] == [str(moment.id) for moment in scripts()[352].events]
    assert "\x1b" not in done.out
    assert max(map(len, done.lines)) > 80


def test_list_tells_only_what_has_been_so_far_and_does_not_wait(at_sixty: str, call: Call) -> None:
    done = call("list", "352", "--service-url", at_sixty, "--json")

    assert len(done.lines) == len(scripts()[352].past(60.0))
    assert done.status == 0


@pytest.mark.parametrize(("start", "count"), [("0", 48), ("1267", 48), ("1268", 47), ("1269", 46), ("1369", 1)])
def test_start_is_the_first_id_that_is_wanted(start: str, count: int, over: str, call: Call) -> None:
    done = call("list", "352", "--service-url", over, "--json", "--start", start)

    assert len(done.lines) == count
    assert int(json.loads(done.lines[0])["id"]) >= int(start)


@pytest.mark.parametrize(("tail", "count"), [("0", 0), ("3", 3), ("1000", 48)])
def test_tail_shows_the_last_events_only(tail: str, count: int, over: str, call: Call) -> None:
    done = call("list", "352", "--service-url", over, "--json", "--tail", tail)

    assert done.lines == call("list", "352", "--service-url", over, "--json").lines[48 - count :]


def test_failed_shows_nodes_that_failed_or_errored(over: str, call: Call) -> None:
    done = call("list", "353", "--service-url", over, "--json", "--failed")

    assert sorted(json.loads(line)["type"] for line in done.lines) == ["node_errored"] * 2 + ["node_failed"] * 3


@pytest.mark.parametrize(
    "words",
    [
        ["--type", "failed", "--type", "node_errored"],
        ["--grep", "exited with", "--grep", "Could not run"],
        ["--failed", "--node", "web-*"],
        ["-t", "failed", "-t", "errored", "-n", "web-0*", "-n", "web-1*"],
    ],
)
def test_the_same_option_twice_is_or_and_different_ones_are_and(words: list[str], over: str, call: Call) -> None:
    done = call("list", "353", "--service-url", over, "--json", *words)

    assert done.lines == call("list", "353", "--service-url", over, "--json", "--failed").lines


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        (["--since", "2016-05-05T19:50:30Z"], "2016-05-05T19:50:30Z", "2016-05-05T19:50:51Z"),
        (["--until", "2016-05-05T19:50:30Z"], "2016-05-05T19:50:08Z", "2016-05-05T19:50:30Z"),
        (["--since", "1462477830", "--until", "1462477838"], "2016-05-05T19:50:30Z", "2016-05-05T19:50:38Z"),
    ],
)
def test_since_and_until_are_inclusive(words: list[str], first: str, last: str, over: str, call: Call) -> None:
    shown = call("list", "353", "--service-url", over, "--json", *words).lines
    every = call("list", "353", "--service-url", over, "--json").lines

    times = [json.loads(line)["timestamp"] for line in every]
    assert [json.loads(line)["timestamp"] for line in shown] == [time for time in times if first <= time <= last]
    assert shown


def test_an_empty_job_says_so_on_stderr_and_is_no_error(answering: Serve, call: Call) -> None:
    with answering(200, _EMPTY) as url:
        done = call("list", "352", "--service-url", url)

    assert (done.status, done.out) == (0, "")
    assert done.err == "job 352 has no events yet\n"


def test_a_start_behind_the_last_event_says_so_on_stderr(over: str, call: Call) -> None:
    done = call("list", "352", "--service-url", over, "--start", "1400")

    assert (done.status, done.out, done.err) == (0, "", "job 352 has no events from id 1400 on\n")


@pytest.mark.parametrize(
    ("output", "out"), [("jsonl", ""), ("json", "[]\n"), ("csv", "id,timestamp,type,node,message\n")]
)
def test_of_an_empty_job_there_is_still_a_whole_document(output: str, out: str, at_zero: str, call: Call) -> None:
    done = call("list", "352", "--service-url", at_zero, "-o", output, "-q")

    assert (done.status, done.out, done.err) == (0, out, "")


@pytest.mark.parametrize(("job", "status"), [("352", 0), ("353", 1), ("354", 3), ("355", 3), ("356", 0)])
def test_list_exits_with_the_outcome_only_where_that_is_asked_for(job: str, status: int, over: str, call: Call) -> None:
    assert call("list", job, "--service-url", over).status == 0
    assert call("list", job, "--service-url", over, "--exit-status").status == status
    assert call("list", job, "--service-url", over, "--exit-status", "--failed", "--tail", "0").status == status


@pytest.mark.parametrize(("job", "statuses"), [("352", {0}), ("353", {1}), ("354", {1, 3}), ("355", {3}), ("356", {0})])
def test_the_outcome_needs_no_event_to_be_read(job: str, statuses: set[int], over: str, call: Call) -> None:
    assert call("list", job, "--service-url", over, "--exit-status", "--start", "99999").status in statuses


def test_a_job_that_runs_has_no_outcome_yet(at_sixty: str, call: Call) -> None:
    assert call("list", "352", "--service-url", at_sixty, "--exit-status", "--fail-on", "skipped").status == 0


def test_an_answer_that_breaks_off_still_leaves_the_whole_events_and_a_whole_array(
    answering: Serve, call: Call
) -> None:
    body = b'{"items": [{"id": "1", "type": "a"}, {"id": "2", "type": "b"}, {"id": "3", "ty'
    with answering(200, body) as url:
        array = call("list", "352", "--service-url", url, "-o", "json", "--retry-for", "0")
        lines = call("list", "352", "--service-url", url, "--json", "--retry-for", "0")

    assert [event["id"] for event in json.loads(array.out)] == ["1", "2"]
    assert lines.lines == ['{"id":"1","type":"a"}', '{"id":"2","type":"b"}']
    assert (array.status, lines.status) == (6, 6)
    assert "was cut off" in lines.err


def test_why_the_status_is_6_is_said_where_no_record_tells_the_outcome(answering: Serve, call: Call) -> None:
    with answering(200, _EMPTY) as url:
        done = call("list", "352", "--service-url", url, "--exit-status")
    assert done.status == 6
    assert "the outcome of job 352 is unknown: no record tells it\n" in done.err


def test_text_of_a_server_never_acts_on_a_terminal(answering: Serve, call: Call) -> None:
    event = {"id": "1", "type": "node_\x1b[31m", "timestamp": "\x07", "message": "a\x1b]0;x\x07\nb\u202e [bold]c",
             "details": {"node": "n\r\x9b2J"}}  # fmt: skip
    with answering(200, json.dumps({"items": [event]}).encode()) as url:
        for output in ("table", "csv"):
            done = call("list", "352", "--service-url", url, "-o", output, "--color", "never")
            assert len(done.lines) == 2
            assert not set(done.out) & set("\x1b\x07\r\x9b\u202e")
            assert "[bold]c" in done.out
        assert json.loads(call("list", "352", "--service-url", url, "--json").out) == event


@pytest.mark.parametrize("words", [["--failed"], ["-n", "nosuch"], ["--since", "1h"], ["-g", "nosuch", "--tail", "5"]])
def test_where_nothing_is_selected_that_is_said(words: list[str], over: str, call: Call) -> None:
    done = call("list", "352", "--service-url", over, "--json", *words)
    assert (done.status, done.out) == (0, "")
    names = "; -n takes whole names, or a pattern such as 'web*'" * (words == ["-n", "nosuch"])
    assert done.err == f"no events match (48 in job 352){names}\n"
