"""`orch-events jobs`: recent jobs."""

import json
import os
import pty
import re
import subprocess
import termios
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from orch_events.simulator import Api, Fault, Faults, Simulator, plan_scripts, scripts
from tests import CASES
from tests.cli.command import COMMAND, SECONDS, Done, run
from tests.cli.conftest import Serve
from tests.simulator.documented import ALL_JOBS

Call = Callable[..., Done]

NEWEST_FIRST = sorted(ALL_JOBS, reverse=True)


def _numbers(done: Done) -> list[int]:
    return [int(json.loads(line)["name"]) for line in done.lines]


def test_jobs_are_shown_with_the_newest_first(over: str, call: Call) -> None:
    done = call("jobs", "--service-url", over)

    assert done.lines[0].split() == ["ID", "STATE", "TYPE", "NODES", "STARTED", "DURATION", "OWNER", "RUNS"]
    assert [int(name) for name in (line.split()[0] for line in done.lines[1:]) if name.isdigit()] == NEWEST_FIRST
    assert (done.status, done.err) == (0, "")


def test_how_long_ago_is_told_in_a_pipe_too_where_it_is_typed(
    over: str, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert " years ago " in call("jobs", "--service-url", over, "--time", "ago").out
    monkeypatch.setenv("ORCH_EVENTS_TIME", "ago")
    assert " ago " not in call("jobs", "--service-url", over).out


def test_a_row_tells_what_the_job_is_about(at_sixty: str, call: Call) -> None:
    (row,) = [line for line in call("jobs", "--service-url", at_sixty, "--time", "utc").lines if line[:3] == "352"]

    assert re.split(" {2,}", row) == [
        "352",
        "▶ running",
        "deploy",
        "8▶ 8○ 8✔",
        "2016-05-05 19:50:08",
        "-",
        "admin",
        "deploy production",
    ]


def test_jsonl_and_json_are_the_server_s_own_objects(over: str, call: Call) -> None:
    lines = call("jobs", "--service-url", over, "--json")
    array = call("jobs", "--service-url", over, "-o", "json")

    base = f"{over}/orchestrator/v1"
    jobs = [script.record(float("inf"), base) for script in scripts().values()][::-1]
    plans = [script.record(float("inf"), base) for script in plan_scripts().values()][::-1]
    records = [jobs[0], *plans, *jobs[1:]]  # the others have lower numbers, or started earlier
    assert lines.lines == [json.dumps(record, separators=(",", ":"), ensure_ascii=False) for record in records]
    assert json.loads(array.out) == records


def test_csv_has_a_header_and_a_line_a_job(over: str, call: Call) -> None:
    done = call("jobs", "--service-url", over, "-o", "csv", "--limit", "1")

    assert done.lines == [
        "id,state,type,node_count,node_states,started,duration,owner,description,runs",
        "360,finished,task,5000,5000 finished,2016-05-05T19:50:08Z,152,admin,restart nginx everywhere,service",
    ]


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("--limit 2", [360, 302]),
        ("-L 2", [360, 302]),
        ("--task service", [360, 353]),
        ("--task serv* --state failed", [353]),
        ("--owner admin --owner root -L 1", [360]),
        ("--environment prod* --environment x -L 1", [360]),
        ("--since 2016-05-05T19:20:00Z --until 2016-05-05T19:50:00Z", [302, 301, 358]),
        ("--until 2016-05-05", [351]),
        ("--state failed", [301, 358, 357, 353, 347, 342]),
        ("--state failed --state stopped", [301, 358, 357, 355, 353, 347, 342]),
        ("--type task", [360, 353]),
        ("--type task --type deploy --limit 3", [360, 358, 357]),
        ("--type task --state failed", [353]),
        ("--type plan_task --type task --state finished", [360, 346, 341]),
    ],
)
def test_limit_state_and_type_choose_the_jobs(words: str, numbers: list[int], over: str, call: Call) -> None:
    assert _numbers(call("jobs", "--service-url", over, "--json", *words.split())) == numbers


def test_one_type_is_left_to_the_server_and_several_are_ours(over: str, call: Call) -> None:
    one = call("jobs", "--service-url", over, "--json", "-v", "--type", "task")
    several = call("jobs", "--service-url", over, "--json", "-v", "--type", "task", "--type", "plan_upload")

    assert "jobs?limit=100&offset=0&order_by=name&order=desc&type=task: 200" in one.err
    assert "jobs?limit=100&offset=0&order_by=name&order=desc: 200" in several.err
    assert one.out == several.out


def test_names_are_numbers_alone(over: str, call: Call) -> None:
    done = call("jobs", "--service-url", over, "-o", "name", "-L", "2")
    assert (done.status, done.out, done.err) == (0, "360\nplan:302\n", "")


@pytest.fixture
def of_2021(answering: Serve) -> Iterator[str]:
    """The service-url of a server whose answer to anything is one list of jobs."""
    with answering(200, (CASES / "jobs-2021.json").read_bytes()) as url:
        yield url


def test_each_job_of_2021_has_a_start_and_what_it_runs(of_2021: str, call: Call) -> None:
    rows = [re.split(" {2,}", line) for line in call("jobs", "--service-url", of_2021, "--time", "utc").lines[1:]]
    assert [(row[0], row[3], row[4], row[-1]) for row in rows] == [
        ("23", "1✔", "2024-03-05 10:02:07", "facts"),
        ("22", "1✔", "2024-03-05 10:01:03", "facts (plan:197)"),
        ("21", "1▶ 249○", "2024-03-05 10:02:07", "facts"),
        ("20", "1✖ 1‼ 1↷ 2✔", "2024-03-05 10:02:07", "deploy the web app"),
        ("19", "-", "2024-03-05 10:00:01", "facts"),
        ("18", "3↷ 1✔", "2024-03-05 10:02:07", "facts"),
    ]


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("--task facts", [23, 22, 21, 19, 18]),
        ("--owner deploy-bot", [18]),
        ("--environment production", [23, 21, 20, 19, 18]),
        ("--until 2024-03-05T10:01:30Z", [22, 19]),
        ("--task facts --limit 2", [23, 22]),
    ],
)
def test_what_a_server_ignores_is_filtered_here(words: str, numbers: list[int], of_2021: str, call: Call) -> None:
    done = call("jobs", "--service-url", of_2021, "--json", "-v", *words.split())
    assert _numbers(done) == numbers
    assert ("&task=facts: 200" in done.err) == ("--task" in words)


@pytest.mark.parametrize(("output", "out"), [("table", ""), ("name", ""), ("jsonl", ""),
                                             ("json", "[]\n"), ("csv", "id,state,type,")])  # fmt: skip
def test_without_jobs_there_is_a_note_and_no_error(output: str, out: str, over: str, call: Call) -> None:
    done = call("jobs", "--service-url", over, "--state", "new", "-o", output)

    assert (done.status, done.err) == (0, "no jobs match\n")
    assert done.out.startswith(out)
    assert len(done.lines) == len(out.splitlines())
    assert call("jobs", "--service-url", over, "--state", "new", "-q").err == ""


def test_a_server_without_jobs_has_none_of_any_kind(answering: Serve, call: Call) -> None:
    with answering(200, b'{"items": []}') as url:
        assert call("jobs", "--service-url", url).err == "the server has no jobs\n"


def test_a_server_of_2016_gives_them_all_the_oldest_first(answering: Serve, call: Call) -> None:
    items = [{"name": str(number), "state": "finished", "command": "deploy"} for number in range(1, 40)]
    with answering(200, json.dumps({"items": items}).encode()) as url:
        done = call("jobs", "--service-url", url, "--json", "--limit", "3", "--type", "deploy")

    assert _numbers(done) == [39, 38, 37]


def test_text_of_a_server_never_acts_on_a_terminal(answering: Serve, call: Call) -> None:
    job: dict[str, Any] = {"name": "7", "state": "\x1b[31m", "description": "a\x1b]0;x\x07\nb\u202e [bold]c"}
    with answering(200, json.dumps({"items": [job]}).encode()) as url:
        for output in ("table", "csv"):
            done = call("jobs", "--service-url", url, "-o", output, "--color", "never")
            assert len(done.lines) == 2
            assert not set(done.out) & set("\x1b\x07\u202e")
            assert "[bold]c" in done.out
        assert json.loads(call("jobs", "--service-url", url, "--json").out) == job


@pytest.mark.parametrize(
    ("words", "status", "named"),
    [
        ("--limit 0", 2, "--limit"),
        ("--since soon", 2, "soon"),
        ("--limit x", 2, "--limit"),
        ("--state bored", 2, "bored"),
        ("--type Nonsense", 2, "deploy, task"),
        ("--record file", 2, "--record"),
        ("352", 2, "352"),
        ("--service-url ftp://x", 8, "ftp://x"),
        ("--service-url http://127.0.0.1:1 --retry-for 0", 6, "Connection refused"),
    ],
)
def test_a_failure_puts_nothing_on_stdout_and_one_sentence_on_stderr(
    words: str, status: int, named: str, call: Call
) -> None:
    done = call("jobs", *words.split())

    assert (done.status, done.out) == (status, "")
    assert named in done.err
    assert [line.partition(":")[0] for line in done.err.splitlines()] == ["error", "hint"]


@pytest.mark.parametrize(
    ("status", "body", "exit_status"),
    [(200, b"<html>", 7), (200, b"[]", 7), (200, b'{"items": [', 6), (401, b"", 4), (403, b"", 4), (503, b"", 6)],
)
def test_what_is_no_list_of_jobs_has_its_status(
    status: int, body: bytes, exit_status: int, answering: Serve, call: Call
) -> None:
    with answering(status, body) as url:
        done = call("jobs", "--service-url", url, "--retry-for", "0")

    assert (done.status, done.out) == (exit_status, "")
    assert url in done.err


@pytest.fixture
def failing_at_first() -> Iterator[str]:
    """The service-url of a simulator that fails once, and then no more."""
    api = Api(lambda: float("inf"), faults=Faults([Fault.parse("status=503")]))
    picks = iter([api.faults.pick()])
    api.faults.pick = lambda: next(picks, {})  # type: ignore[method-assign] # it happens to the first request alone
    with Simulator(api) as simulator:
        yield simulator.url


@pytest.mark.slow
def test_a_failure_is_retried_and_what_is_over_at_once_is_not_told(failing_at_first: str, call: Call) -> None:
    done = call("jobs", "--service-url", failing_at_first, "--json", "--retry-for", "20s")

    assert set(_numbers(done)) > set(NEWEST_FIRST)  # and the plan jobs
    assert done.err == ""


@pytest.mark.slow
def test_a_new_token_is_waited_for_as_long_as_the_option_says(demanding: str, token_file: Callable[[str], str]) -> None:
    done = run("jobs", "--service-url", demanding, "--token-file", token_file("wr0ng"), "--auth-wait", "4s")
    assert (done.status, done.out) == (4, "")
    assert "waiting 1s for a new token" in done.err
    assert "wr0ng" not in done.err

    done = run("jobs", "--service-url", demanding, "--token-file", token_file("s3cret"), "--json")
    assert set(_numbers(done)) > set(NEWEST_FIRST)  # and the plan jobs


@pytest.mark.slow
def test_a_table_is_cut_to_the_width_of_a_terminal(over: str) -> None:
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 40))
    command = [*COMMAND, "jobs", "--service-url", over]
    done = subprocess.run(command, env=os.environ | {"TERM": "xterm"}, stdout=theirs, timeout=SECONDS, check=True)
    shown = os.read(ours, 65_536).decode()
    os.close(theirs)
    os.close(ours)

    assert done.returncode == 0
    assert "\x1b[1;31m✖ failed  \x1b[0m" in shown
    lines = re.sub(r"\x1b\[[0-9;]*m", "", shown).splitlines()
    assert len(lines) == len(ALL_JOBS) + 3
    assert max(map(len, lines)) == 40
    assert [line for line in lines if line.endswith("…")]


def test_plan_jobs_are_a_list_of_their_own(over: str, call: Call) -> None:
    done = call("jobs", "--service-url", over, "--type", "plan")

    assert [line.split()[0] for line in done.lines[1:]] == ["plan:302", "plan:301"]
    assert "5 jobs" in done.lines[1]
    assert [
        json.loads(line)["name"] for line in call("jobs", "--service-url", over, "--type", "plan", "--json").lines
    ] == [
        "302",
        "301",
    ]
    assert call("jobs", "--service-url", over, "--type", "plan", "--state", "failure", "--json").out.count("\n") == 1


def test_a_tree_has_the_jobs_of_a_plan_under_it(over: str, call: Call) -> None:
    done = call("jobs", "--service-url", over, "--tree")

    assert [line.partition(" ✔")[0].partition(" ✖")[0].rstrip() for line in done.lines[1:]] == [
        "plan:302", "  343", "  344", "  345", "  346", "  347", "plan:301", "  341", "  342",
    ]  # fmt: skip


def test_a_job_of_a_plan_that_is_gone_is_left_out_of_the_tree_and_told_of(call: Call) -> None:
    with Simulator(Api(lambda: float("inf"), forbidden={"jobs/342"})) as simulator:
        done = call("jobs", "--service-url", simulator.url, "--tree", "--limit", "2", "-o", "csv")

    assert [line.partition(",")[0] for line in done.lines][-2:] == ["plan:301", "341"]
    assert done.err.startswith("warning: job 342 of plan 301 is left out: http://127.0.0.1:")


def test_of_a_tree_a_plan_is_kept_for_a_job_that_matches(over: str, call: Call) -> None:
    def listed(*words: str) -> list[str]:
        return call("jobs", "--service-url", over, "--tree", "-o", "name", *words).lines

    assert listed("--state", "failed") == ["plan:302", "347", "plan:301", "341", "342"]  # all of a plan that failed
    assert listed("--type", "plan_wait") == ["plan:302", "345"]
    assert listed("--task", "package") == ["plan:301", "341"]
    assert listed("--owner", "nobody") == []


def test_plan_jobs_stand_among_the_jobs_by_when_they_started(over: str, call: Call) -> None:
    names = call("jobs", "--service-url", over, "-o", "name").lines
    assert names[:5] == ["360", "plan:302", "plan:301", "358", "357"]
    assert len(names) == len(ALL_JOBS) + 2
    assert call("jobs", "--service-url", over, "-o", "name", "--type", "plan", "--type", "task").lines == [
        "360", "353", "plan:302", "plan:301",
    ]  # fmt: skip
    assert not any("plan" in name for name in call("jobs", "--service-url", over, "-o", "name", "--task", "*").lines)


def test_a_server_without_plan_jobs_has_jobs(call: Call) -> None:
    with Simulator(Api(lambda: float("inf"), forbidden={"plan_jobs"})) as simulator:
        done = call("jobs", "--service-url", simulator.url, "-o", "name")
    assert (done.lines, done.err) == ([str(number) for number in NEWEST_FIRST], "")


def test_states_are_told_as_by_every_command(over: str, call: Call) -> None:
    rows = {line.split()[0]: line.split()[2] for line in call("jobs", "--service-url", over).lines[1:]}
    words = ("354", "355", "353", "plan:301", "plan:302")
    assert [rows[name] for name in words] == ["aborted", "stopped", "failed", "failed", "finished"]
    assert call("jobs", "--service-url", over, "-o", "name", "--state", "aborted").lines == ["354"]
