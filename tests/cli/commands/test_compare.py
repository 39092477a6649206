import json
from collections.abc import Callable

import pytest

from orch_events.simulator import Api, Simulator
from tests.cli.command import Done, run

Call = Callable[..., Done]


def test_two_runs_are_compared(over: str, call: Call) -> None:
    done = call("compare", "357", "358", "--service-url", over)

    assert (done.status, done.err) == (0, "")
    assert [line[2:] for line in done.lines if " nodes " in line and not line.startswith("job")] == [
        "3 nodes newly failing",
        "3 nodes still failing",
        "11 nodes fixed",
        "2 nodes missing",
        "3 nodes new",
        "4 nodes slower (at least 1.5x and 5s)",
        "3 nodes faster (at least 1.5x and 5s)",
    ]
    assert "  and 1 more; --all shows all" in done.lines


@pytest.mark.slow
def test_a_real_process_prints_the_same_as_a_call(over: str, call: Call) -> None:
    words = ("compare", "358", "357", "--service-url", over)

    assert run(*words) == call(*words)


def test_the_demo_needs_no_server(call: Call) -> None:
    assert call("compare", "357", "358", "--demo").status == 0


def test_all_shows_all(over: str, call: Call) -> None:
    assert "more" not in call("compare", "357", "358", "--service-url", over, "--all").out


@pytest.mark.parametrize("words", [["--json"], ["-o", "json"]])
def test_json_is_one_object_in_one_line(words: list[str], over: str, call: Call) -> None:
    done = call("compare", "357", "358", "--service-url", over, *words)

    assert [node["node"] for node in json.loads(done.out)["missing"]] == ["cache-06.example.com", "ldap-02.example.com"]
    assert len(done.lines) == 1


@pytest.mark.parametrize(("jobs", "status"), [(("357", "358"), 1), (("351", "351"), 0), (("351", "352"), 0)])
def test_the_exit_status_tells_of_what_newly_fails_only_where_that_is_asked_for(
    jobs: tuple[str, str], status: int, over: str, call: Call
) -> None:
    assert call("compare", *jobs, "--service-url", over).status == 0
    assert call("compare", *jobs, "--service-url", over, "--exit-status").status == status


def test_a_job_that_goes_on_is_compared_so_far(at_sixty: str, call: Call) -> None:
    done = call("compare", "351", "352", "--service-url", at_sixty)

    assert done.lines[1] == "job 352 is still running: 8 of 24 nodes done, 8 running"


def test_a_job_without_events_says_so_on_stderr(call: Call) -> None:
    with Simulator(Api(lambda: 0.0)) as simulator:
        done = call("compare", "351", "352", "--service-url", simulator.url)

    assert (done.status, done.err) == (0, "job 352 has no events yet\n")


@pytest.mark.parametrize("jobs", [("999", "351"), ("351", "999")])
def test_an_unknown_job_is_told(jobs: tuple[str, str], over: str, call: Call) -> None:
    done = call("compare", *jobs, "--service-url", over)

    assert (done.status, done.out) == (5, "")
    assert "999" in done.err


def test_two_jobs_must_be_named(call: Call) -> None:
    assert call("compare", "351").status == 2
