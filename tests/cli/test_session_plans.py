"""Plan jobs on the command line: their own events and those of the jobs that they start, in one stream."""

import json
import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from orch_events.cli.main import main
from orch_events.simulator import Api, Fault, Faults, Simulator
from orch_events.simulator.api import Answer, Request
from orch_events.simulator.plans import plan_scripts
from tests import ROOT
from tests.cli.command import Done, Ticking, run

Call = Callable[..., Done]

CASE = str(ROOT / "tests" / "cases" / "plan-events.json")
QUICK = ("--settle", "300ms", "--interval", "100ms", "--no-progress")


def told(lines: list[str]) -> list[tuple[str, str, int]]:
    """Return the first key, its value, and the id of each line."""
    found = []
    for line in lines:
        content: dict[str, Any] = json.loads(line)
        key = next(iter(content))
        found.append((key, content[key], int(content["id"])))
    return found


def whole(plan: int) -> set[tuple[str, str, int]]:
    """Return all events of a plan and its jobs."""
    script = plan_scripts()[plan]
    own = {("plan", str(plan), event.id) for event in script.events}
    return own | {("job", str(job.number), event.id) for job in script.jobs.values() for event in job.events}


@pytest.mark.parametrize("command", ["list", "follow"])
@pytest.mark.parametrize("plan", [301, 302])
def test_a_plan_and_its_jobs_are_one_stream(command: str, plan: int, over: str, call: Call) -> None:
    lines = told(call(command, f"plan:{plan}", "--service-url", over, "--json").lines)

    assert len(lines) == len(set(lines))
    assert set(lines) == whole(plan)
    assert lines[0][0] == lines[-1][0] == "plan"


@pytest.mark.parametrize(
    ("plan", "status", "last"),
    [
        ("plan:301", 1, "plan 301 failed after 53s: 2 jobs, 12 nodes, 10 finished, 2 failed"),
        ("plan:302", 0, "plan 302 finished after 1m 52s: 5 jobs, 26 nodes, 25 finished, 1 failed"),
        ("plan:latest", 0, "plan 302 finished after 1m 52s: 5 jobs, 26 nodes, 25 finished, 1 failed"),
        ("plan:303", 4, "hint: ask an administrator for permission to view orchestrator jobs"),
        ("plan:9", 5, "hint: check the job number; the server deletes jobs after 30 days"),
    ],
)
def test_the_plans_own_word_is_the_exit_status(plan: str, status: int, last: str, over: str, call: Call) -> None:
    done = call("follow", plan, "--service-url", over)

    assert done.status == status
    assert last in done.err.splitlines()[-3:]


@pytest.mark.parametrize(("options", "status"), [(("--fail-on", "errored"), 0), (("--no-exit-status",), 0), ((), 1)])
def test_what_counts_as_a_failure_is_chosen_as_for_jobs(
    options: tuple[str, ...], status: int, over: str, call: Call
) -> None:
    assert call("follow", "plan:301", "--service-url", over, *options).status == status
    assert call("list", "plan:301", "--service-url", over, "--exit-status", *options[:2]).status == status


def test_a_job_and_a_plan_job_of_one_number_are_two(over: str, call: Call) -> None:
    assert call("list", "302", "--service-url", over).status == 5
    assert call("list", "plan:352", "--service-url", over).status == 5


@pytest.mark.parametrize("place", ["/orchestrator/v1/plan_jobs/301/events?start=3", "/#/orchestration/plans/plan/301"])
def test_an_url_of_a_plan_job_is_the_plan_job(place: str, over: str, call: Call) -> None:
    assert call("list", over + place, "--service-url", over).out == call("list", "plan:301", "--service-url", over).out


def test_a_long_message_is_whole_in_every_format(over: str, call: Call) -> None:
    for output in ("jsonl", "json", "csv", "table"):
        done = call("list", "plan:302", "--service-url", over, "-t", "message", "-o", output)
        assert "This is the last line." in done.out
        assert done.err == ""


def test_a_json_array_says_whose_each_event_is(over: str, call: Call) -> None:
    events = json.loads(call("list", "plan:301", "--service-url", over, "-o", "json").out)

    assert {next(iter(event)) for event in events} == {"plan", "job"}


def test_sub_plans_are_indented_by_depth(over: str, call: Call) -> None:
    words = ("-t", "message", "-t", "plan_start", "-t", "plan_end", "-t", "wait_start")
    header, *rows = call("list", "plan:302", "--service-url", over, *words).lines

    assert [row[header.index("MESSAGE") :] for row in rows][:7] == [
        "Rolling out shop 4.2 to eight servers",
        "fleet::drain",
        "  Draining the load balancer",
        "  fleet::wait_for_idle",
        "    started job 345",
        "  fleet::wait_for_idle after 14s",
        "fleet::drain after 42s",
    ]


@pytest.fixture
def forbidden() -> Iterator[str]:
    """The service-url of a simulator that lets nobody see job 342."""
    with Simulator(Api(lambda: math.inf, forbidden={"jobs/342"})) as simulator:
        yield simulator.url


def test_a_job_that_may_not_be_seen_is_told_of_and_the_plan_goes_on(forbidden: str, call: Call) -> None:
    done = call("follow", "plan:301", "--service-url", forbidden, "--json")

    assert {job for key, job, _ in told(done.lines) if key == "job"} == {"341"}
    assert "warning: job 342 can't be followed, plan 301 goes on: http://127.0.0.1:" in done.err
    assert done.status == 1
    assert "plan 301 failed" in done.err


def test_a_report_of_a_plan_leaves_out_a_job_that_may_not_be_seen_and_says_so(forbidden: str, call: Call) -> None:
    done = call("summary", "plan:301", "--service-url", forbidden, "--json")

    assert json.loads(done.out)["jobs"] == [{"job": "341", "over": True, "outcome": "finished", "record": True}]
    assert "warning: job 342 of plan 301 is left out: http://127.0.0.1:" in done.err


class Appearing(Api):
    """A server that does not know job 342 before it was asked for it some times."""

    def __init__(self, now: Callable[[], float], times: int) -> None:
        """Begin with nothing asked."""
        super().__init__(now)
        self._left = times

    def get(self, request: Request, picked: Mapping[str, Fault] | None = None) -> Answer:
        if "/jobs/342" in request.target and self._left:
            self._left -= 1
            return super().get(Request("/orchestrator/v1/jobs/9", request.origin), picked)
        return super().get(request, picked)


@pytest.mark.slow
def test_a_job_that_is_not_found_at_once_is_asked_for_again_while_the_plan_runs(call: Call) -> None:
    with Simulator(Appearing(Ticking(speed=4, begin=26.0).now, 3)) as simulator:
        done = call("follow", "plan:301", "--service-url", simulator.url, "--json", *QUICK)

    assert set(told(done.lines)) == whole(301)
    assert "warning" not in done.err


def test_a_job_that_is_gone_is_not_waited_for_where_the_plan_is_over(call: Call) -> None:
    with Simulator(Appearing(lambda: math.inf, 9)) as simulator:
        done = call("follow", "plan:301", "--service-url", simulator.url, "--json", *QUICK)

    assert "warning: job 342 can't be followed, plan 301 goes on: http://127.0.0.1:" in done.err
    assert " has no job 342 (HTTP 404" in done.err
    assert done.status == 1


@pytest.mark.slow
def test_a_saved_answer_in_a_pipe_is_the_plan_alone() -> None:
    done = run("follow", "-", "--no-progress", stdin=Path(CASE).read_text(encoding="utf-8"))

    assert done.status == 0
    assert "warning" not in done.err


FAULTS = {  # what is late comes within the LATE_COMMIT_SECONDS of the `call` fixture, at 60 times the real speed
    "cut": ["cut@0.3"],
    "unavailable": ["status=503@0.3"],
    "late": ["late=2s@0.4"],
    "everything again": ["repeat"],
    "all of these": ["cut@0.2", "status=502@0.1", "drop@0.1", "late=2s@0.3", "repeat@0.5"],
}


@pytest.mark.slow
@pytest.mark.parametrize("faults", FAULTS.values(), ids=FAULTS.keys())
@pytest.mark.parametrize(("plan", "status"), [(301, 1), (302, 0)])
def test_whatever_goes_wrong_each_event_comes_once_and_the_status_is_the_plans(
    plan: int, status: int, faults: list[str], call: Call
) -> None:
    api = Api(Ticking(speed=60).now, faults=Faults(map(Fault.parse, faults), seed=plan))
    with Simulator(api) as simulator:
        done = call("follow", f"plan:{plan}", "--service-url", simulator.url, "--json", *QUICK, "--settle", "2s")

    lines = told(done.lines)
    assert len(lines) == len(set(lines))
    assert set(lines) == whole(plan)
    assert done.status == status


@pytest.mark.slow
def test_a_plan_is_resumed_from_a_cursor_file_as_often_as_it_takes(tmp_path: Path, call: Call) -> None:
    lines, statuses, said = list[str](), list[int](), ""
    with Simulator(Api(Ticking(speed=40).now)) as simulator:
        words = ("plan:302", "--service-url", simulator.url, "--json", "--cursor-file", str(tmp_path / "cursor"))
        while len(statuses) < 30:
            done = call("follow", *words, *QUICK, "--timeout", "700ms")
            lines += done.lines
            said += done.err
            statuses.append(done.status)
            if done.status != 124:
                break

    assert statuses[-1] == 0
    assert len(statuses) > 2
    assert set(told(lines)) == whole(302)
    assert len(lines) == len(whole(302)) or "the last events before it stopped may be repeated" in said


@pytest.mark.slow
@pytest.mark.parametrize("plan", [301, 302])
def test_a_plan_is_resumed_by_the_command_that_is_told_and_shows_each_event_once(plan: int, call: Call) -> None:
    lines, statuses = list[str](), list[int]()
    with Simulator(Api(Ticking(speed=40).now)) as simulator:
        words = [f"plan:{plan}"]
        while len(statuses) < 30:
            done = call("follow", *words, "--service-url", simulator.url, "--json", *QUICK, "--timeout", "700ms")
            lines += done.lines
            statuses.append(done.status)
            if done.status != 124:
                break
            words = done.err.splitlines()[-1].partition("orch-events follow ")[2].partition(" --json")[0].split()

    assert len(statuses) > 2
    assert set(told(lines)) == whole(plan)
    assert len(lines) == len(whole(plan))


def test_what_is_left_tells_where_to_go_on(call: Call) -> None:
    with Simulator(Api(lambda: 30.0)) as simulator:
        url = simulator.url
        done = call("follow", "plan:302", "--service-url", url, "--since", "2016-05-01", *QUICK, "--timeout", "300ms")

    assert done.status == 124
    assert done.err.splitlines()[-1] == (
        "plan 302 is still running: job 343: 7 of 8 nodes done, 1 running; resume with: "
        "orch-events follow plan:302 --start 80003,343=90159 --since 2016-05-01T00:00:00Z --no-progress "
        "--interval 100ms --settle 300ms "
        f"--service-url {url}"
    )


@pytest.mark.parametrize(("plan", "status"), [(301, 1), (302, 0)])
def test_a_recording_of_a_plan_is_the_plan(plan: int, status: int, over: str, tmp_path: Path, call: Call) -> None:
    path = str(tmp_path / "recorded.jsonl")
    live = call("follow", f"plan:{plan}", "--service-url", over, "--json", "--record", path)
    recorded = call("follow", path, "--json")

    assert sorted(recorded.lines) == sorted(live.lines)
    assert recorded.status == live.status == status
    assert call("list", path, "--job", f"plan:{plan}").status == 0
    assert call("summary", path, "--json").out == call("summary", path, "--json", "--job", f"plan:{plan}").out


def test_the_case_of_a_plan_ends_well_and_tells_all_of_it(call: Call) -> None:
    done = call("follow", CASE)

    assert done.status == 0
    assert "plan 9 finished after 2s: 4 jobs, no nodes" in done.err
    assert "warning" not in done.err
    for text in (
        "Draining the second rack",
        "fleet::drain",
        "24 hosts drained",
        *(f"job {job}" for job in range(69, 73)),
    ):
        assert text in done.out


def test_nothing_of_the_case_pushes_a_column(call: Call) -> None:
    header, *rows = call("list", CASE).lines

    assert len(rows) == 8
    for name in ("ID", "TIME", "EVENT", "NODE", "MESSAGE"):
        place = header.index(name)
        assert {row[place - 1 : place] for row in rows} == {" "}
        assert all(row[place : place + 1].strip() or name in ("EVENT", "MESSAGE") for row in rows)


def test_the_jobs_of_a_plan_can_be_followed_beside_it_without_being_shown_twice(over: str, call: Call) -> None:
    lines = told(call("follow", "plan:301", "342", "--service-url", over, "--json").lines)

    assert sorted(lines) == sorted(whole(301))


@pytest.mark.slow
def test_the_demo_has_a_plan(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["follow", "plan:301", "--demo", "--speed", "400", "--no-progress"]) == 1
    assert "plan 301 failed after 53s" in capfd.readouterr().err


def test_the_tail_of_a_plan_is_that_of_the_whole_stream(over: str, call: Call) -> None:
    whole_stream = call("list", "plan:301", "--service-url", over, "--json").lines
    assert call("list", "plan:301", "--service-url", over, "--json", "--tail", "3").lines == whole_stream[-3:]
