import json
import statistics
from collections.abc import Callable

import pytest

from orch_events.simulator import Api, Simulator
from tests.cli.command import Done, run
from tests.cli.conftest import Serve

Call = Callable[..., Done]


def test_a_summary_tells_what_a_job_amounts_to(over: str, call: Call) -> None:
    done = call("summary", "357", "--service-url", over, "--time", "utc")

    assert (done.status, done.err) == (0, "")
    assert done.lines[0] == "job 357 failed after 3m 01s: 60 nodes, 43 finished, 11 failed, 3 errored, 3 skipped"
    assert "  started  2016-05-05 18:50:08" in done.lines
    assert done.lines[-10].startswith("  db-07.example.com   █")


@pytest.mark.slow
def test_a_real_process_prints_the_same_as_a_call(over: str, call: Call) -> None:
    assert run("summary", "353", "--service-url", over) == call("summary", "353", "--service-url", over)


def test_the_percentiles_are_those_of_the_nodes(over: str, call: Call) -> None:
    listed = call("list", "353", "--service-url", over, "--json").lines
    content = json.loads(call("summary", "353", "--service-url", over, "--json").out)

    seconds: dict[str, list[int]] = {}
    for event in map(json.loads, listed):
        if node := event["details"].get("node"):
            seconds.setdefault(node, []).append(int(event["timestamp"][-6:-4]) * 60 + int(event["timestamp"][-3:-1]))
    took = [last - first for first, last in seconds.values()]
    assert content["durations"]["p90"] == pytest.approx(statistics.quantiles(took, n=10, method="inclusive")[-1])
    assert (content["durations"]["minimum"], content["durations"]["maximum"]) == (min(took), max(took))


@pytest.mark.parametrize("words", [["--json"], ["-o", "json"]])
def test_json_is_one_object_in_one_line(words: list[str], over: str, call: Call) -> None:
    done = call("summary", "352", "--service-url", over, *words)

    assert json.loads(done.out)["most_at_once"] == 8
    assert len(done.lines) == 1


def test_ascii_is_ascii(over: str, call: Call) -> None:
    assert call("summary", "357", "--service-url", over, "--ascii").out.isascii()


@pytest.mark.parametrize(("job", "status"), [("351", 0), ("353", 1), ("355", 3)])
def test_summary_exits_with_the_outcome_only_where_that_is_asked_for(
    job: str, status: int, over: str, call: Call
) -> None:
    assert call("summary", job, "--service-url", over).status == 0
    assert call("summary", job, "--service-url", over, "--exit-status").status == status


def test_a_job_that_goes_on_says_so_and_has_no_outcome(at_sixty: str, call: Call) -> None:
    done = call("summary", "352", "--service-url", at_sixty, "--exit-status", "--fail-on", "skipped")

    assert (done.status, done.lines[0]) == (0, "job 352 is still running: 8 of 24 nodes done, 8 running")


def test_a_job_without_events_says_so_on_stderr(call: Call) -> None:
    with Simulator(Api(lambda: 0.0)) as simulator:
        done = call("summary", "352", "--service-url", simulator.url)

    assert (done.status, done.err) == (0, "job 352 has no events yet\n")
    assert "  waiting  24 nodes not started yet" in done.lines


def test_an_unknown_job_is_told(over: str, call: Call) -> None:
    done = call("summary", "999", "--service-url", over)

    assert (done.status, done.out) == (5, "")


@pytest.mark.slow
def test_the_large_job_is_summed_up(over: str, call: Call) -> None:
    content = json.loads(call("summary", "360", "--service-url", over, "--json").out)

    assert (content["durations"]["count"], content["nodes"]["states"]) == (5000, {"finished": 5000})


def test_text_of_a_server_never_acts(answering: Serve, call: Call) -> None:
    kinds = {"1": "node_running", "2": "node_failed"}
    events = [
        {"id": number, "type": kind, "timestamp": "2016-05-05T19:50:08Z", "details": {"node": "n\x1b]0;x\x07\n\x9b"}}
        for number, kind in kinds.items()
    ]
    with answering(200, json.dumps({"items": events}).encode()) as url:
        done = call("summary", "352", "--service-url", url)

    assert not set(done.out) & set("\x1b\x07\x9b")
    assert "n\\x1b]0;x\\x07\\n\\x9b" in done.out


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["summary", "352"], "  showing 8 of 24 nodes (web-0*)"),
        (["timeline", "352"], "job 352 (deploy production) finished after 2m 07s - showing 8 of 24 nodes (web-0*)"),
        (["compare", "352", "352"], "  showing 8 of 24 nodes (web-0*)"),
        (["failures", "352"], "  showing 8 of 24 nodes (web-0*)"),
        (["output", "352"], "  showing 8 of 24 nodes (web-0*)"),
    ],
)
def test_every_report_says_that_it_speaks_of_a_part(words: list[str], text: str, over: str, call: Call) -> None:
    done = call(*words, "--service-url", over, "-n", "web-0*")
    assert text in done.lines
    assert "mail-01" not in done.out
    assert "showing" not in call(*words, "--service-url", over).out


def test_a_report_of_failed_nodes_alone_is_of_these(over: str, call: Call) -> None:
    done = call("summary", "353", "--service-url", over, "--failed", "--json")
    content = json.loads(done.out)
    assert content["part"] == {"node": [], "failed": True, "nodes": 5}
    assert (content["durations"]["count"], content["nodes"]["total"]) == (5, 14)
