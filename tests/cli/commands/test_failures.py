import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import pytest

from orch_events.simulator import Api, Fault, Simulator
from orch_events.simulator.api import Answer, Request
from orch_events.simulator.script import Script, ScriptedEvent
from tests.cli.command import SECONDS, Done, needs, run
from tests.cli.conftest import Serve

Call = Callable[..., Done]

_NAMES = ["web-03", "web-04", "web-07", "web-09", "web-13"]


@contextmanager
def _serving(kind: str, nodes: int | Sequence[str], **options: object) -> Iterator[str]:
    """Serve job 7, of which every node failed; yield the service-url."""
    names = [f"n{number}" for number in range(1, nodes + 1)] if isinstance(nodes, int) else nodes
    moments = [ScriptedEvent(1.0, number, "node_failed", "no", name) for number, name in enumerate(names, 1)]
    states = (("new", 0.0), ("running", 0.0), ("failed", 2.0))
    script = Script(7, kind, "", tuple(names), tuple(moments), states, options)
    with Simulator(Api(lambda: float("inf"), jobs={7: script})) as simulator:
        yield simulator.url


def test_failures_are_grouped_by_cause(over: str, call: Call) -> None:
    done = call("failures", "353", "--service-url", over)

    assert (done.status, done.err) == (0, "")
    assert done.lines[0] == "job 353 failed after 43s: 14 nodes, 9 finished, 3 failed, 2 errored"
    assert [line for line in done.lines if not line.startswith("  ")][2::2] == [
        "✖ 2 nodes failed: nginx: [emerg] bind() to <address>:80 failed",
        "✖ 1 node failed: systemctl: command not found",
        "‼ 1 node errored: The node is not connected",
        "‼ 1 node errored: The task timed out",
    ]


@pytest.mark.slow
def test_a_real_process_prints_the_same_as_a_call(over: str, call: Call) -> None:
    assert run("failures", "357", "--service-url", over) == call("failures", "357", "--service-url", over)


def test_the_demo_needs_no_server(call: Call) -> None:
    assert call("failures", "357", "--demo").lines[2].startswith("✖ 5 nodes failed: ")


@pytest.mark.parametrize("words", [["--json"], ["-o", "json"]])
def test_json_is_one_object_in_one_line(words: list[str], over: str, call: Call) -> None:
    done = call("failures", "353", "--service-url", over, *words)

    assert [len(group["nodes"]) for group in json.loads(done.out)["groups"]] == [2, 1, 1, 1]
    assert len(done.lines) == 1


def test_names_are_bare_and_in_the_order_of_the_job(over: str, call: Call) -> None:
    done = call("failures", "353", "--service-url", over, "--names")

    assert done == Done(0, "".join(f"{name}.example.com\n" for name in _NAMES), "")


@pytest.mark.parametrize("word", ["--names", "--rerun"])
def test_where_nothing_failed_there_is_nothing(word: str, over: str, call: Call) -> None:
    done = call("failures", "351", "--service-url", over, word)
    assert done == Done(0, "", "job 351 has no unfinished nodes\n")


@pytest.mark.parametrize("word", ["--names", "--rerun"])
def test_while_a_job_goes_on_what_still_runs_is_not_to_run_again(word: str, call: Call) -> None:
    with Simulator(Api(lambda: 40.0)) as simulator:
        done = call("failures", "353", "--service-url", simulator.url, word)
        shown = call("failures", "353", "--service-url", simulator.url).out
    assert "web-04.example.com" in done.out
    assert "web-11.example.com" not in done.out
    assert "web-11.example.com" in shown


def test_the_command_that_runs_a_task_again_has_its_parameters(over: str, call: Call) -> None:
    nodes = ",".join(f"{name}.example.com" for name in _NAMES)

    assert call("failures", "353", "--service-url", over, "--rerun") == Done(
        0, f"puppet task run service --nodes {nodes} name=nginx\n", ""
    )


def test_the_command_that_runs_puppet_again_has_its_options(over: str, call: Call) -> None:
    done = call("failures", "358", "--service-url", over, "--rerun")

    assert done.out.startswith("puppet job run --nodes web-")
    assert done.out.endswith(".example.com --environment production --concurrency 8\n")


def test_what_the_command_lacks_is_told_on_stderr(call: Call) -> None:
    params = {"user": "root", "password": "[REDACTED]"}
    with _serving("task", 1, task="service", params=params, timeout=5) as url:
        done = call("failures", "7", "--service-url", url, "--rerun", "-q")

    assert done.out == "puppet task run service --nodes n1 user=root\n"
    assert done.err == (
        "warning: the command leaves out part of what job 7 was given: the secret parameter password, timeout\n"
    )


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("plan_task", "it is a plan_task that a plan started"),
        ("upgrade", "its type is upgrade"),
        ("", "its record, which has its type, is not known"),
    ],
)
def test_a_job_that_no_command_runs_again_is_told(kind: str, why: str, call: Call) -> None:
    with _serving(kind, 1) as url:
        done = call("failures", "7", "--service-url", url, "--rerun")

    assert (done.status, done.out) == (2, "")
    assert done.err == f"error: no command can rerun job 7: {why}\nhint: use --names to print the nodes\n"


def test_a_plan_is_not_run_again_on_some_nodes(over: str, call: Call) -> None:
    done = call("failures", "plan:301", "--service-url", over, "--rerun")
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("error: no command can rerun plan 301: a plan runs as a whole\n")


def test_of_a_plan_each_node_has_its_job(over: str, call: Call) -> None:
    text = call("failures", "plan:301", "--service-url", over)
    assert text.lines[-1] == "  nodes    rack-03.example.com (job 342), rack-05.example.com (job 342)"
    (group,) = json.loads(call("failures", "plan:301", "--service-url", over, "--json").out)["groups"]
    assert (group["nodes"], group["jobs"]) == (["rack-03.example.com", "rack-05.example.com"], ["342", "342"])


@needs("bash")
def test_very_many_nodes_go_through_a_file(call: Call) -> None:
    with _serving("deploy", 150) as url:
        done = call("failures", "7", "--service-url", url, "--rerun")
        make, command = done.lines
        names = call(*make.split(" > ")[0].split()[1:], "--service-url", url).lines

    assert make == f"orch-events failures 7 --names --service-url {url} > 7.nodes"
    assert command == "puppet job run --nodes @7.nodes"
    assert names == [f"n{number}" for number in range(1, 151)]


def test_a_hundred_nodes_are_still_named(call: Call) -> None:
    with _serving("deploy", 100) as url:
        assert call("failures", "7", "--service-url", url, "--rerun").out.count(",") == 99


def test_all_names_all(call: Call) -> None:
    with _serving("deploy", 12) as url:
        assert call("failures", "7", "--service-url", url).lines[-1].endswith(", n10 and 2 more; --all shows all")
        assert call("failures", "7", "--service-url", url, "--all").lines[-1].endswith(", n10, n11, n12")


@pytest.mark.parametrize("words", [["--names", "--rerun"], ["--names", "--json"], ["--rerun", "-o", "json"]])
def test_what_is_only_one_thing_can_not_be_another(words: list[str], over: str, call: Call) -> None:
    done = call("failures", "353", "--service-url", over, *words)

    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("error: --names, --rerun and --json can't be combined\n")


@pytest.mark.parametrize(("job", "status"), [("351", 0), ("353", 1), ("355", 3)])
def test_failures_exits_with_the_outcome_only_where_that_is_asked_for(
    job: str, status: int, over: str, call: Call
) -> None:
    assert call("failures", job, "--service-url", over).status == 0
    assert call("failures", job, "--service-url", over, "--exit-status").status == status


def test_fail_on_says_what_is_no_success(over: str, call: Call) -> None:
    words = ("failures", "352", "--service-url", over, "--exit-status")

    assert (call(*words).status, call(*words, "--fail-on", "skipped").status) == (0, 1)


def test_a_job_that_goes_on_says_so_and_has_no_outcome(at_sixty: str, call: Call) -> None:
    done = call("failures", "352", "--service-url", at_sixty, "--exit-status", "--fail-on", "skipped")

    assert done.status == 0
    assert done.lines[0] == "job 352 is still running: 8 of 24 nodes done, 8 running"


@pytest.mark.parametrize("command", ["failures", "summary"])
def test_what_failed_in_a_job_that_goes_on_is_no_outcome(command: str, call: Call) -> None:
    with Simulator(Api(lambda: 40.0)) as simulator:
        done = call(command, "353", "--service-url", simulator.url, "--exit-status")

    assert (done.status, done.lines[0]) == (0, "job 353 is still running: 12 of 14 nodes done, 2 running")


@pytest.mark.parametrize("words", [[], ["--names"], ["--rerun"]])
def test_a_job_without_events_says_so_on_stderr(words: list[str], call: Call) -> None:
    with Simulator(Api(lambda: 0.0)) as simulator:
        done = call("failures", "352", "--service-url", simulator.url, *words)

    assert (done.status, done.err) == (0, "job 352 has no events yet\n")
    assert done.lines == (
        [] if words else ["job 352 has not started yet: 0 of 24 nodes done", "", "24 nodes not started yet"]
    )


class _Shaky(Api):
    """Fails at first, and has no record of any job."""

    asked = 0

    def get(self, request: Request, picked: Mapping[str, Fault] | None = None) -> Answer:
        self.asked += 1
        fails = self.asked == 1 or not request.target.endswith("/events")
        return super().get(request, {"status": Fault("status", "503", 1)} if fails else picked)


@pytest.mark.slow
def test_a_lost_connection_is_reported_on_stderr_and_spoils_no_report(over: str, call: Call) -> None:
    with Simulator(_Shaky(lambda: float("inf"))) as simulator:
        done = call("failures", "353", "--service-url", simulator.url, "--retry-for", "2s")

    assert done.err.splitlines()[-1].startswith("warning: the record of job 353 is unavailable: ")
    assert done.lines[1:] == call("failures", "353", "--service-url", over).lines[1:]


def test_an_unknown_job_is_told(over: str, call: Call) -> None:
    done = call("failures", "999", "--service-url", over)

    assert (done.status, done.out) == (5, "")


def test_text_of_a_server_never_acts(answering: Serve, call: Call) -> None:
    event = {
        "id": "1",
        "type": "node_failed",
        "message": "a\x1b]0;x\x07\nb\u202e [bold]c",
        "details": {"node": "n\r\n\x9b"},
    }
    with answering(200, json.dumps({"items": [event]}).encode()) as url:
        for words in ([], ["--names"]):
            done = call("failures", "352", "--service-url", url, *words)
            assert not set(done.out) & set("\x1b\x07\r\x9b\u202e")
            assert "n\\r\\n\\x9b" in done.out + done.err


@pytest.mark.slow
@needs("bash")
def test_a_reader_that_leaves_is_no_error(over: str) -> None:
    line = f"{sys.executable} -m orch_events failures 357 --service-url {over} | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=SECONDS, check=True)  # noqa: S607

    assert done.stdout.splitlines()[1] in ("0", "141")
    assert done.stderr == ""


def test_skipped_nodes_can_be_left_out(over: str, call: Call) -> None:
    done = call("failures", "352", "--service-url", over, "--no-skipped")
    assert done.lines[1:] == ["no failures; 1 node skipped"]
    assert call("failures", "352", "--service-url", over, "--no-skipped", "--names").out == ""
    assert call("failures", "352", "--service-url", over, "--names").out == "db-04.example.com\n"


def test_failures_of_a_part_are_those_of_its_nodes(over: str, call: Call) -> None:
    words = ("failures", "353", "--service-url", over, "-n", "web-0*")
    done = call(*words)
    assert done.lines[1] == "  showing 9 of 14 nodes (web-0*)"
    assert "web-13" not in done.out
    assert call(*words, "--names").out == "".join(f"{name}.example.com\n" for name in _NAMES[:4])
    assert json.loads(call(*words, "--failed", "--json").out)["part"] == {
        "node": ["web-0*"],
        "failed": True,
        "nodes": 4,
    }
    assert call("failures", "353", "--service-url", over, "-n", "x").lines[2:] == ["no nodes match"]
    well = call("failures", "353", "--service-url", over, "-n", "web-01*")
    assert well.lines[2:] == ["every one of these nodes finished"]


@needs("bash")
def test_the_file_of_very_many_nodes_holds_the_same_ones(call: Call) -> None:
    with _serving("deploy", 250) as url:
        done = call("failures", "7", "--service-url", url, "--rerun", "-n", "n1*", "--no-skipped")
        names = call(*done.lines[0].replace("'", "").split(" > ")[0].split()[1:], "--service-url", url).lines
    assert len(names) == 111


_STRANGE = ["@/etc/passwd", "--noop", "a,prod-db-01", "two words", "line\nbreak", "-", "$(reboot)", "n\u200d1", "nöde"]


@pytest.mark.parametrize(
    ("word", "expected"),
    [("--names", "web-1.example.com\nDB_2\n"), ("--rerun", "puppet job run --nodes web-1.example.com,DB_2\n")],
)
def test_what_would_mean_something_else_to_puppet_is_left_out_and_named(word: str, expected: str, call: Call) -> None:
    with _serving("deploy", ["web-1.example.com", *_STRANGE, "DB_2"]) as url:
        done = call("failures", "7", "--service-url", url, word)

    assert done == Done(
        0,
        expected,
        "warning: left out what is not the name of a node: '@/etc/passwd', '--noop', 'a,prod-db-01', 'two words', "
        "'line\\nbreak', '-', '$(reboot)', 'n\\u200d1', 'nöde'\n",
    )


@pytest.mark.parametrize("word", ["--names", "--rerun"])
def test_where_no_name_is_one_nothing_is_printed_and_no_success_claimed(word: str, call: Call) -> None:
    with _serving("deploy", [f"@{number}" for number in range(12)]) as url:
        done = call("failures", "7", "--service-url", url, word)

    assert (done.status, done.out) == (0, "")
    assert done.err.endswith("'@8', '@9' and 2 more\n")
    assert len(done.err.splitlines()) == 1
