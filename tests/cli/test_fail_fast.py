"""--fail-fast: following ends while the job goes on, and 9 says so."""

from collections.abc import Callable

import pytest

from orch_events.cli.fail_fast import FailFast
from orch_events.library.followed import FollowedJobs
from orch_events.library.jobs import OpenJob, retry_policy
from orch_events.simulator import Simulator
from orch_events.wire.event import Event
from tests.build import event
from tests.cli.command import Done
from tests.fakes import FakeClock, ScriptedSource, StillApi

Call = Callable[..., Done]

RUNS = [event(1, node="a"), event(2, "node_failed", "a"), event(3, node="b"), event(4, "node_errored", "b")]


def followed(*jobs: list[Event], recorded: bool = False) -> FollowedJobs:
    """Return followers of some jobs, each of which has had these events."""
    clock, policy = FakeClock(), retry_policy(0.0, 0.0)
    opened = [
        OpenJob(str(number), ScriptedSource(clock, []), policy, "", "", recorded=recorded)
        for number, _ in enumerate(jobs, 7)
    ]
    made = FollowedJobs(clock, opened, lambda job: job.follower(clock))
    for follower, events in zip(made.followers, jobs, strict=True):
        for one in events:
            follower.state.apply(one)
    return made


@pytest.mark.parametrize(
    ("most", "fail_on", "reached"),
    [
        (None, {"failed", "errored"}, False),
        (1, {"failed", "errored", "aborted"}, True),
        (2, {"failed", "errored"}, True),
        (3, {"failed", "errored"}, False),
        (2, {"failed"}, False),
        (1, {"skipped"}, False),
    ],
)
def test_it_is_reached_when_so_many_nodes_are_in_a_state_that_fails(
    most: int | None, fail_on: set[str], reached: bool
) -> None:
    assert FailFast(followed(RUNS), most, fail_on).reached([]) is reached


@pytest.mark.parametrize(("concluded", "reached"), [([], False), (["7"], True), (["7", "8"], False)])
def test_a_job_that_is_over_tells_its_outcome_first_and_one_must_go_on(concluded: list[str], reached: bool) -> None:
    jobs = followed([*RUNS, event(9, "job_finished", None)], [event(1, node="c")])
    assert FailFast(jobs, 1, {"failed"}).reached(concluded) is reached


def test_the_nodes_of_all_jobs_count_together() -> None:
    jobs = followed(RUNS[:2], RUNS[2:])
    limit = FailFast(jobs, 2, {"failed", "errored"})
    assert limit.reached([])
    assert (limit.failed, [state.job for state in limit.jobs]) == (2, ["7", "8"])


def test_a_recorded_job_whose_nodes_are_all_over_does_not_go_on() -> None:
    assert not FailFast(followed(RUNS, recorded=True), 1, {"failed"}).reached([])
    assert FailFast(followed(RUNS[:3], recorded=True), 1, {"failed"}).reached([])


def test_it_ends_with_nine_the_nodes_and_the_command_that_resumes_without_it(call: Call) -> None:
    with Simulator(StillApi(37.0)) as simulator:
        done = call("follow", "353", "--service-url", simulator.url, "--fail-fast=3", "-o", "csv", "--timeout", "1m")
    assert done.status == 9
    lines = done.err.splitlines()
    begin = next(place for place, line in enumerate(lines) if line.startswith("--fail-fast: "))
    assert lines[begin].endswith("nodes failed")
    assert any("web-04.example.com" in line and "bind()" in line for line in lines[begin:])
    assert lines[-1].startswith("job 353 is still running: ")
    assert "resume with: orch-events follow 353 --start 200" in lines[-1]
    assert "--fail-fast" not in lines[-1]
    assert "--timeout" not in lines[-1]


def test_of_a_job_that_is_over_the_outcome_counts(over: str, call: Call) -> None:
    done = call("follow", "353", "--service-url", over, "--fail-fast", "-o", "csv")
    assert (done.status, "--fail-fast" in done.err) == (1, False)


def test_no_argument_is_taken_for_its_number(at_sixty: str, over: str, call: Call) -> None:
    done = call("follow", "--fail-fast", "353", "352", "--service-url", at_sixty, "-o", "csv", "--settle", "300ms")
    assert done.status == 1  # 353 is over, and worse than that 352 goes on
    assert "job 352 is still running" in done.err
    assert done.err.count("web-04.example.com") == 1
    assert call("follow", "--fail-fast=1", "353", "--service-url", over, "-o", "csv").status == 1


@pytest.mark.parametrize("value", ["0", "x", "-1", ""])
def test_what_is_no_number_of_nodes_is_a_usage_error(value: str, over: str, call: Call) -> None:
    assert call("follow", f"--fail-fast={value}", "353", "--service-url", over).status == 2


def test_a_variable_that_is_no_number_is_ignored_and_told(
    over: str, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORCH_EVENTS_FAIL_FAST", "nonsense")
    done = call("follow", "352", "--service-url", over, "-o", "csv")
    assert (done.status, "ORCH_EVENTS_FAIL_FAST is ignored" in done.err) == (0, True)
