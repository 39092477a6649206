"""What each node printed, on the command line."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from orch_events.cli.commands import output as command_module
from tests import ROOT
from tests.cli.command import COMMAND, SECONDS, Done
from tests.cli.commands.test_nodes import FORCED, serving

Call = Callable[..., Done]
COMMANDS = str(ROOT / "tests" / "cases" / "command-results.json")


def _recording(directory: Path, **printed: str) -> str:
    """Write a recording of a job in which each node printed something."""
    events = [
        {"id": str(number), "type": "node_finished", "details": {"node": node, "detail": {"_output": text}}}
        for number, (node, text) in enumerate(printed.items(), 1)
    ]
    path = directory / "7.jsonl"
    path.write_text("".join(json.dumps(event) + "\n" for event in events), encoding="utf-8")
    return str(path)


def test_each_output_is_shown_once(call: Call) -> None:
    commands = call("output", COMMANDS)
    assert commands.lines[2:5] == ["✖ 2 nodes failed: cmd-[3-4].example.net", "  error:", "    the volume is read-only"]
    assert commands.lines[-2:] == ["↷ 1 node skipped: cmd-6.example.net", "  nothing printed"]


def test_node_by_node_is_in_the_order_of_finishing(over: str, call: Call) -> None:
    done = call("output", "353", "--service-url", over, "--each", "--failed")
    titles = [line for line in done.lines[1:] if line and not line.startswith(" ")]
    names = ["13", "04", "07", "03", "09"]
    assert [title.split()[1] for title in titles] == [f"web-{name}.example.com" for name in names]
    assert done.lines[1] == "  showing 5 of 14 nodes (failed)"


def test_json_is_a_line_a_node(call: Call) -> None:
    rows = [json.loads(line) for line in call("output", COMMANDS, "--json").lines]
    keys = ["job", "node", "state", "exit_code", "output", "stderr", "error", "value"]
    assert [list(row) for row in rows] == [keys] * 6
    assert (rows[1]["output"], rows[1]["stderr"], rows[1]["exit_code"]) == ("collecting\n", "disk full\n", 1)


def test_a_puppet_run_is_told_in_words_and_as_json(over: str, call: Call) -> None:
    assert call("output", "352", "--service-url", over, "-n", "web-01*").lines[-1] == "  unchanged, 0 changed of 318"
    done = call("output", "352", "--service-url", over, "-n", "web-01*", "--json")
    assert json.loads(done.out)["value"]["metrics"]["total"] == 318


def test_raw_is_what_one_node_printed(tmp_path: Path, call: Call) -> None:
    recording = _recording(tmp_path, a="\x1b[1mx\r\n\0", b="y")
    assert call("output", recording, "--raw", "-n", "a") == Done(0, "\x1b[1mx\r\n\0", "")
    apart = call("output", COMMANDS, "--raw", "-n", "cmd-2*")
    assert apart == Done(0, "collecting\n", "stderr: disk full\n")
    nothing = call("output", COMMANDS, "--raw", "-n", "cmd-6*")
    assert nothing == Done(0, "", "cmd-6.example.net printed nothing: it is skipped\n")


@pytest.mark.slow
def test_bytes_that_are_not_utf_8_reach_a_pipe_as_they_were(tmp_path: Path) -> None:
    data = bytes(range(256)) * 300
    recording = _recording(tmp_path, a=data.decode("utf-8", "surrogateescape"))
    done = subprocess.run([*COMMAND, "output", recording, "--raw"], capture_output=True, timeout=SECONDS, check=True)
    assert (done.stdout, done.stderr) == (data, b"")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["-n", "x"], "--raw needs a node, and none of job 45 matches"),
        (["-n", "cmd-[12]*"], "--raw needs one node, and 2 of job 45 match: cmd-1.example.net, cmd-2.example.net"),
        (
            [],
            (
                "--raw needs one node, and 6 of job 45 match: cmd-1.example.net, cmd-2.example.net, cmd-3.example.net "
                "and 3 more"
            ),
        ),
    ],
)
def test_raw_is_of_one_node(words: list[str], sentence: str, call: Call) -> None:
    assert call("output", COMMANDS, "--raw", *words) == Done(2, "", f"error: {sentence}\nhint: name it with -n NODE\n")


def test_raw_is_not_for_a_terminal(monkeypatch: pytest.MonkeyPatch, call: Call) -> None:
    monkeypatch.setattr(command_module, "is_terminal", lambda _: True)
    done = call("output", COMMANDS, "--raw", "-n", "cmd-2*")
    assert (done.status, done.out) == (2, "")
    assert "redirect it: > FILE" in done.err


@pytest.mark.parametrize("words", [["--raw", "--each"], ["--raw", "--json"], ["--each", "-o", "jsonl"]])
def test_only_one_view_is_shown(words: list[str], call: Call) -> None:
    done = call("output", COMMANDS, *words)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("error: --each, --raw and --json can't be combined\n")


@pytest.mark.parametrize("words", [[], ["--each"]])
def test_github_actions_obeys_no_line_of_a_node(
    words: list[str], tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = _recording(tmp_path, a="::error::x\n::stop-commands::y\n")
    plain = call("output", recording, *words)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    first, *lines, last = call("output", recording, *words).lines
    assert lines == plain.lines
    assert first.startswith("::stop-commands::")
    token = first.removeprefix("::stop-commands::")
    assert len(token) >= 32
    assert last == f"::{token}::"
    assert call("output", recording, *words).lines[-1] != last


def test_where_none_matches_that_is_said(call: Call) -> None:
    done = call("output", COMMANDS, "--json", "-g", "no such text")
    assert done == Done(0, "", "no nodes match (6 in job 45)\n")


def test_what_nodes_of_a_job_stopped_by_force_printed_is_asked_of_the_server(call: Call) -> None:
    with serving(FORCED) as (url, _):
        rows = [json.loads(line) for line in call("output", "7", "--service-url", url, "--json").lines]
    assert [(row["node"], row["state"], row["output"], row["error"]) for row in rows] == [
        ("b", "finished", None, None),
        ("a", "errored", None, "the job was stopped by force"),
        ("c", "skipped", None, None),
        ("d", "failed", "fatal: killed\n", None),
    ]


def test_output_exits_with_the_outcome_only_where_that_is_asked_for(over: str, call: Call) -> None:
    assert call("output", "353", "--service-url", over, "-n", "web-01*").status == 0
    assert call("output", "353", "--service-url", over, "-n", "web-01*", "--exit-status").status == 1


def test_of_a_plan_the_title_has_the_job(over: str, call: Call) -> None:
    done = call("output", "plan:301", "--service-url", over)
    assert "✖ 2 nodes failed in job 342, exit code 1: rack-[03,05].example.com" in done.lines
    rows = map(json.loads, call("output", "plan:301", "--service-url", over, "--json").lines)
    assert {row["job"] for row in rows} == {"341", "342"}


def test_what_only_the_server_tells_of_a_failure_is_told_as_in_failures(over: str, call: Call) -> None:
    done = call("output", "357", "--service-url", over, "-n", "web-03*")
    assert "Puppet run failed on web-03.example.com: Could not retrieve catalog" in done.out
    stopped = call("output", "354", "--service-url", over)
    assert "▶ 4 nodes still running when the job ended: app-[02,04,07,09].example.com" in stopped.lines
    assert "the job was aborted" in stopped.out


def test_a_result_that_is_the_reason_is_told_once(tmp_path: Path, call: Call) -> None:
    path = tmp_path / "7.jsonl"
    event = {"id": "1", "type": "node_failed", "details": {"node": "a", "detail": {"errors": ["x"]}}}
    path.write_text(json.dumps(event) + "\n")
    assert call("output", str(path)).lines[2:] == ["✖ 1 node failed: a", '  {"errors":["x"]}']
