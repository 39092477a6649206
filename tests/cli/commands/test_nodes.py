"""A row for each node."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from orch_events.simulator import Api, Fault, Simulator
from orch_events.simulator.api import Answer, Request
from tests.cli.command import Done

Call = Callable[..., Done]


def _event(number: int, kind: str, node: str) -> dict[str, Any]:
    details = {"node": node, "detail": {"noop": False}}
    return {"id": str(number), "type": kind, "timestamp": "2016-05-05T19:50:08Z", "details": details, "message": ""}


def _node(name: str, state: str, latest: int, result: object = None) -> dict[str, Any]:
    return {"name": name, "state": state, "latest-event-id": latest, "details": {}, "result": result,
            "start_timestamp": "2016-05-05T19:50:08Z", "finish_timestamp": "2016-05-05T19:50:20Z"}  # fmt: skip


FORCED: Mapping[str, Any] = {
    "/events": {
        "items": [_event(1, "node_running", "a"), _event(2, "node_running", "b"), _event(3, "node_finished", "b")]
    },
    "/nodes": {
        "items": [
            _node("a", "errored", 1, {"kind": "x/y", "msg": "the job was stopped by force"}),
            _node("b", "finished", 3),
            _node("c", "skipped", 0),
            _node("d", "failed", 0, {"_output": "fatal: killed\n"}),
        ]
    },
    "": {"name": "7", "state": "stopped", "node_count": 4,
         "node_states": {"finished": 1, "errored": 1, "skipped": 1, "failed": 1}},
}  # fmt: skip
"""A job that was stopped by force: its events end in the middle, and only /nodes tells how its nodes ended."""


class _Answers(Api):
    """Gives these answers, by the end of the path."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        super().__init__(lambda: 0.0)
        self._answers = answers
        self.asked: list[str] = []

    def get(self, request: Request, picked: Mapping[str, Fault] | None = None) -> Answer:
        self.asked.append(request.target)
        path = request.target.partition("?")[0]
        found = next((body for end, body in self._answers.items() if path.endswith(f"/jobs/7{end}")), None)
        return super().get(request, picked) if found is None else Answer(200, json.dumps(found))


@contextmanager
def serving(answers: Mapping[str, Any]) -> Iterator[tuple[str, _Answers]]:
    api = _Answers(answers)
    with Simulator(api) as simulator:
        yield simulator.url, api


def test_each_node_has_a_row(over: str, call: Call) -> None:
    done = call("nodes", "353", "--service-url", over, "--time", "utc")
    assert (done.status, done.err, len(done.lines)) == (0, "", 15)
    assert done.lines[9] == "web-09.example.com  ‼ errored   2016-05-05 19:50:11  28s       The node is not connected"


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (["-n", "web-0[1-4]*"], ["web-01", "web-02", "web-03", "web-04"]),
        (["--failed"], ["web-03", "web-04", "web-07", "web-09", "web-13"]),
        (["--state", "errored"], ["web-09", "web-13"]),
        (
            ["--state", "errored", "--state", "failed", "--sort", "state"],
            ["web-03", "web-04", "web-07", "web-09", "web-13"],
        ),
        (["--failed", "--sort", "duration"], ["web-03", "web-09", "web-04", "web-07", "web-13"]),
        (["-n", "web-1[01]*", "-n", "web-0[12]*", "--sort", "name"], ["web-01", "web-02", "web-10", "web-11"]),
    ],
)
def test_nodes_are_chosen_and_sorted(words: list[str], names: list[str], over: str, call: Call) -> None:
    done = call("nodes", "353", "--service-url", over, "--json", *words)
    assert [json.loads(line)["node"] for line in done.lines] == [f"{name}.example.com" for name in names]


def test_json_is_one_array_and_csv_has_a_header(over: str, call: Call) -> None:
    lines = call("nodes", "353", "--service-url", over, "--json").lines
    assert json.loads(call("nodes", "353", "--service-url", over, "-o", "json").out) == list(map(json.loads, lines))
    assert len(call("nodes", "353", "--service-url", over, "-o", "csv").lines) == 15


def test_where_none_matches_it_is_said_what_there_is(over: str, call: Call) -> None:
    done = call("nodes", "353", "--service-url", over, "--state", "skipped", "--json")
    assert done == Done(0, "", "no nodes match (9 finished, 3 failed, 2 errored in job 353)\n")


def test_a_state_is_one_of_a_node(over: str, call: Call) -> None:
    done = call("nodes", "353", "--service-url", over, "--state", "stopped")
    assert (done.status, done.out) == (2, "")
    assert "'stopped' is not one of" in done.err


def test_nodes_that_have_not_started_are_there_too(call: Call) -> None:
    with Simulator(Api(lambda: 30.0)) as simulator:
        done = call("nodes", "352", "--service-url", simulator.url, "--sort", "state")
    assert len(done.lines) == 25
    assert all("○ new" in line for line in done.lines[-9:])


def test_how_nodes_of_a_job_stopped_by_force_ended_is_asked_of_the_server(call: Call) -> None:
    with serving(FORCED) as (url, api):
        rows = [json.loads(line) for line in call("nodes", "7", "--service-url", url, "--json").lines]
    assert [(row["node"], row["state"], row["cause"]) for row in rows] == [
        ("a", "errored", "the job was stopped by force"),
        ("b", "finished", None),
        ("c", "skipped", None),
        ("d", "failed", "fatal: killed"),
    ]
    assert sum(target.endswith("/nodes") for target in api.asked) == 1


def test_header_and_body_of_failures_agree_about_a_job_stopped_by_force(call: Call) -> None:
    with serving(FORCED) as (url, _):
        done = call("failures", "7", "--service-url", url)
    assert done.lines[0].endswith(": 4 nodes, 1 finished, 1 failed, 1 errored, 1 skipped")
    titles = [line for line in done.lines[1:] if line and not line.startswith(" ")]
    assert sorted(titles) == ["‼ 1 node errored: the job was stopped by force", "↷ 1 node skipped",
                              "✖ 1 node failed: fatal: killed"]  # fmt: skip


def test_without_the_nodes_what_is_known_is_shown_with_a_warning(call: Call) -> None:
    with serving({end: body for end, body in FORCED.items() if end != "/nodes"}) as (url, _):
        done = call("nodes", "7", "--service-url", url, "--json", "--retry-for", "0")
    assert [json.loads(line)["state"] for line in done.lines] == ["running", "finished"]
    assert done.err.startswith("warning: not all nodes of job 7 are known: ")


def test_a_job_whose_events_are_gone_still_has_its_nodes(call: Call) -> None:
    with serving({**FORCED, "/events": {"items": []}}) as (url, _):
        done = call("nodes", "7", "--service-url", url, "--json")
    assert (len(done.lines), done.err) == (4, "")


def test_nodes_exits_with_the_outcome_only_where_that_is_asked_for(over: str, call: Call) -> None:
    assert call("nodes", "353", "--service-url", over).status == 0
    assert call("nodes", "353", "--service-url", over, "--exit-status", "-n", "web-01*").status == 1


@pytest.mark.parametrize(
    ("state", "events", "said"),
    [
        ("new", [], "job 7 has no events"),
        ("finished", [], "job 7 has no events"),
        ("finished", [{"id": "1", "type": "job_finished"}], "job 7 has no nodes"),
    ],
)
def test_a_job_without_nodes_is_told_as_it_is(
    state: str, events: list[Any], said: str, tmp_path: Path, call: Call
) -> None:
    lines = [{"job": "7", "record": {"name": "7", "state": state}}, *({"job": "7", **one} for one in events)]
    path = tmp_path / "7.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    done = call("nodes", str(path))
    assert (done.status, done.out) == (0, "")
    assert done.err == f"{said}\n"
