import json
import re
from collections.abc import Callable, Mapping
from contextlib import ExitStack

import pytest

from orch_events.simulator import Api, Fault, Simulator, scripts
from orch_events.simulator.api import Answer, Request
from tests.cli.command import SECONDS, Done, Ticking, run, start
from tests.fakes import StillApi, stand_still

_STATUSES = {"351": 0, "352": 0, "353": 1, "354": 3, "355": 3, "356": 0, "360": 0}
_FAST = ("--interval", "100ms")

Call = Callable[..., Done]


@pytest.mark.slow
def test_follow_ends_by_itself_with_the_job_s_status_and_prints_what_list_prints(call: Call) -> None:
    with ExitStack() as stack:
        urls, followed = {}, {}
        for job in _STATUSES:
            time = Ticking(max(1.0, scripts()[int(job)].ends_at))  # each job takes a second
            urls[job] = stack.enter_context(Simulator(Api(time.now))).url
            words = ["follow", job, "--service-url", urls[job], "--json", *_FAST, "--verbose"]
            followed[job] = stack.enter_context(start(words))
        done = {job: Done(-1, *process.communicate(timeout=SECONDS)) for job, process in followed.items()}
        listed = {job: call("list", job, "--service-url", url, "--json").lines for job, url in urls.items()}

    assert {job: process.returncode for job, process in followed.items()} == _STATUSES
    for job, lines in listed.items():
        assert done[job].lines == lines
        assert len(lines) == len(scripts()[int(job)].events)
        assert re.search(rf"^job {job} .* nodes?, ", done[job].err, re.MULTILINE)
        assert done[job].err.count("/events") >= (2 if job == "351" else 3)  # it was live


@pytest.mark.slow
@pytest.mark.parametrize(("job", "at"), [("352", 60.0), ("353", 40.0), ("354", 36.0), ("355", 35.0), ("356", 30.0)])
def test_follow_attached_in_the_middle_with_start_ends_with_the_same_status(job: str, at: float, call: Call) -> None:
    start = str(scripts()[int(job)].past(at)[-1].id + 1)
    with Simulator(Api(Ticking(begin=at).now)) as simulator:
        connect = ("--service-url", simulator.url, "--json", "--start", start)
        followed = call("follow", job, *connect, *_FAST)
        listed = call("list", job, *connect)

    assert followed.status == _STATUSES[job]
    assert followed.lines == listed.lines
    assert 0 < len(followed.lines) < len(scripts()[int(job)].events)


@pytest.mark.parametrize(
    ("job", "status"),
    [pytest.param(*pair, marks=[pytest.mark.slow] * (pair[0] == "360")) for pair in _STATUSES.items()],
)
def test_follow_of_a_job_that_is_over_ends_at_once_with_the_same_status(
    job: str, status: int, over: str, call: Call
) -> None:
    followed = call("follow", job, "--service-url", over, "--json", "--timeout", "20s")

    assert followed.status == status
    assert followed.lines == call("list", job, "--service-url", over, "--json").lines


@pytest.mark.parametrize(("job", "statuses"), [("352", {0}), ("353", {1}), ("354", {1, 3}), ("355", {3}), ("356", {0})])
def test_follow_started_behind_the_end_prints_nothing_and_ends_with_the_job_s_status(
    job: str, statuses: set[int], over: str, call: Call
) -> None:
    done = call("follow", job, "--service-url", over, "--start", "99999", "--timeout", "20s")

    assert done.out == ""
    assert done.status in statuses


@pytest.mark.parametrize(
    ("job", "fail_on", "status"),
    [
        ("353", "failed", 1),
        ("353", "errored", 1),
        ("353", "skipped,aborted", 0),
        ("353", "", 0),
        ("352", "failed,errored,aborted", 0),
        ("352", "skipped", 1),
        ("354", "aborted", 3),
        ("354", "failed", 0),
        ("355", "failed,errored", 0),
        ("355", "skipped", 1),
        ("355", "skipped, aborted", 3),
    ],
)
def test_fail_on_says_what_is_no_success(job: str, fail_on: str, status: int, over: str, call: Call) -> None:
    assert call("follow", job, "--service-url", over, "-q", "--fail-on", fail_on).status == status


@pytest.mark.parametrize("job", ["353", "354", "355"])
def test_without_exit_status_the_job_s_outcome_does_not_count(job: str, over: str, call: Call) -> None:
    assert call("follow", job, "--service-url", over, "--no-exit-status").status == 0


def test_without_exit_status_what_could_not_be_found_out_still_counts(over: str, call: Call) -> None:
    assert call("follow", "999", "--service-url", over, "--no-exit-status").status == 5


@pytest.mark.parametrize(
    ("jobs", "status"),
    [
        (("352", "351"), 0),
        (("352", "353"), 1),
        (("353", "355", "352"), 3),
        (("353", "999"), 5),
        (("999", "355"), 5),
    ],
)
def test_of_several_jobs_the_worst_status_counts(jobs: tuple[str, ...], status: int, over: str, call: Call) -> None:
    assert call("follow", *jobs, "--service-url", over, "-q").status == status


@pytest.mark.slow
def test_two_jobs_are_one_stream_and_job_is_each_object_s_first_key(call: Call) -> None:
    with Simulator(Api(Ticking().now)) as simulator:
        connect = ("--service-url", simulator.url, "--json")
        followed = run("follow", "352", "353", *connect, *_FAST)
        listed = {job: call("list", job, *connect).lines for job in ("352", "353")}

    assert followed.status == 1
    for job, lines in listed.items():
        own = [line for line in followed.lines if line.startswith(f'{{"job":"{job}",')]
        assert [line.replace(f'"job":"{job}",', "", 1) for line in own] == lines
    assert len(followed.lines) == sum(map(len, listed.values()))


def test_a_job_that_is_named_twice_is_followed_once(over: str, call: Call) -> None:
    done = call("follow", "352", "0352", "--service-url", over, "--json")

    assert done.lines == call("list", "352", "--service-url", over, "--json").lines


def test_a_job_that_is_unknown_keeps_no_other_from_being_followed(over: str, call: Call) -> None:
    done = call("follow", "999", "352", "--service-url", over, "--json")

    assert len(done.lines) == 48
    assert "999" in next(line for line in done.err.splitlines() if line.startswith("error:"))


def test_one_json_array_is_refused_with_a_hint_to_json(over: str, call: Call) -> None:
    done = call("follow", "352", "--service-url", over, "-o", "json")

    assert (done.status, done.out) == (2, "")
    assert re.search(r"^hint: .*--json", done.err, re.MULTILINE)


def test_what_is_selected_is_shown_and_the_status_stays(over: str, call: Call) -> None:
    done = call("follow", "353", "--service-url", over, "--json", "--type", "finished", "--node", "web-01*")

    assert [json.loads(line)["details"]["node"] for line in done.lines] == ["web-01.example.com"]
    assert done.status == 1
    assert "14 nodes, 9 finished, 3 failed, 2 errored" in done.err


def test_tail_shows_the_last_events_so_far_and_all_that_follow(call: Call) -> None:
    so_far = len(scripts()[353].past(20.0))
    with Simulator(Api(Ticking(begin=20.0).now)) as simulator:
        connect = ("--service-url", simulator.url, "--json")
        followed = call("follow", "353", *connect, *_FAST, "--tail", "2")
        listed = call("list", "353", *connect)

    assert followed.lines == listed.lines[-len(followed.lines) :]
    assert 2 < len(followed.lines) <= len(listed.lines) - so_far + 2


def test_csv_has_one_header_over_all_polls(call: Call) -> None:
    with Simulator(Api(Ticking().now)) as simulator:
        connect = ("--service-url", simulator.url, "-o", "csv")
        followed = call("follow", "353", *connect, *_FAST)
        listed = call("list", "353", *connect)

    assert followed.out == listed.out
    assert followed.out.count("id,timestamp") == 1


def test_the_table_is_the_same_live_as_listed(call: Call) -> None:
    with Simulator(Api(Ticking().now)) as simulator:
        followed = call("follow", "352", "--service-url", simulator.url, *_FAST)
        listed = call("list", "352", "--service-url", simulator.url)

    assert followed.out == listed.out


def test_the_closing_line_is_on_stderr_and_quiet_keeps_it_back(over: str, call: Call) -> None:
    done = call("follow", "352", "--service-url", over)
    assert done.err.splitlines() == [
        "job 352 finished after 2m 07s: 24 nodes, 23 finished, 1 skipped",
        f"next: orch-events failures 352 --service-url {over}",
    ]
    assert "after" not in done.out

    assert call("follow", "352", "--service-url", over, "--quiet").err == ""


class _WithoutRecord(Api):
    """Tells of events and nodes, and not of jobs."""

    def get(self, request: Request, picked: Mapping[str, Fault] | None = None) -> Answer:
        if re.search(r"/jobs/\d+$", request.target):
            return Answer(403, '{"kind": "puppetlabs.orchestrator/not-permitted", "msg": "No."}')
        return super().get(request, picked)


@pytest.mark.slow
@pytest.mark.parametrize(("job", "status"), [("356", 6), ("353", 1), ("354", 3)])
def test_a_job_whose_record_can_t_be_had_still_ends_and_that_is_said(job: str, status: int, call: Call) -> None:
    with Simulator(_WithoutRecord(Ticking().now)) as simulator:
        done = call("follow", job, "--service-url", simulator.url, "--json", *_FAST, "--settle", "300ms")

    assert done.status == status
    assert len(done.lines) == len(scripts()[int(job)].events)
    assert re.search(rf"^warning: .*record of job {job}", done.err, re.MULTILINE)


_MANY = "job 360 has 5000 nodes; --failed shows only what goes wrong\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], True),
        (["--tail", "1"], True),
        (["--failed"], False),
        (["-n", "*"], False),
        (["--json"], False),
        (["-q"], False),
    ],
)
def test_of_many_nodes_a_shorter_view_is_named_once_to_who_reads_all(
    words: list[str], call: Call, monkeypatch: pytest.MonkeyPatch, *, told: bool
) -> None:
    stand_still(monkeypatch)
    with Simulator(StillApi(12.0)) as simulator:
        done = call("follow", "360", "--service-url", simulator.url, "--timeout", "100ms", *words)
        few = call("follow", "352", "--service-url", simulator.url, "--timeout", "100ms", *words)
    assert done.err.count(_MANY) == told
    assert "--failed shows" not in few.err


def test_an_interval_that_is_too_short_is_refused(over: str, call: Call) -> None:
    assert call("follow", "352", "--service-url", over, "--interval", "10ms").status == 2


@pytest.mark.slow
def test_the_demo_needs_no_configuration() -> None:
    done = run("follow", "351", "--demo", "--json")

    assert done.status == 0
    assert len(done.lines) == 13


@pytest.mark.slow
def test_what_nobody_asked_for_breaks_no_silence(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orch_events.render.progress._HEARTBEAT_SECONDS", 0.2)
    with Simulator(Api(Ticking(20).now)) as simulator:
        words = ("--service-url", simulator.url, "--node", "nosuch", "--timeout", "1s", *_FAST)
        done = call("follow", "352", *words)

    assert done.out == ""
    assert re.search(r"^job 352: \d+/24 done, .*; last event ", done.err, re.MULTILINE)


@pytest.mark.slow
def test_a_node_that_takes_long_is_named_once(at_sixty: str, call: Call) -> None:
    done = call("follow", "352", "--service-url", at_sixty, "--json", "--slow", "23s", "--timeout", "800ms", *_FAST)

    slow = re.findall(r"^slow: (\S+) has been running for \d+s$", done.err, re.MULTILINE)
    assert sorted(slow) == ["app-01.example.com", "web-08.example.com"]
    assert "slow" not in done.out
