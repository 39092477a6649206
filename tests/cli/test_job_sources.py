"""JOB on the command line: a number, `latest`, an URL."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from orch_events.cli.connection import retry_policy
from orch_events.cli.options.groups import RetryOptions
from tests.certificates import Authority, serving
from tests.cli.command import Done
from tests.cli.conftest import Serve

Call = Callable[..., Done]

_CONSOLE = "https://console.example.com/#/orchestration/jobs"


@pytest.fixture
def api(over: str) -> str:
    """The URL of the jobs of a simulator."""
    return f"{over}/orchestrator/v1/jobs"


@pytest.mark.parametrize("command", ["list", "follow"])
@pytest.mark.parametrize("path", ["352", "352/events?start=1272", "352/nodes"])
def test_an_url_of_the_api_is_the_job(command: str, path: str, api: str, over: str, call: Call) -> None:
    by_url = call(command, f"{api}/{path}", "--service-url", over, "--json")

    assert by_url == call(command, "352", "--service-url", over, "--json")
    assert by_url.status == 0


def test_an_url_of_the_console_is_the_job_and_another_host_is_told(over: str, call: Call) -> None:
    done = call("list", f"{_CONSOLE}/353", "--service-url", over, "--json")

    assert done.out == call("list", "353", "--service-url", over, "--json").out
    assert done.err == (f"warning: https://console.example.com is a different host; showing job 353 from {over}\n")
    assert call("list", "https://127.0.0.1/#/run/jobs/353", "--service-url", over).err == ""


@pytest.mark.parametrize("command", ["list", "follow"])
def test_an_url_of_another_server_is_never_asked(command: str, over: str, call: Call) -> None:
    url = "https://user:s3cret@other.example.com:8143/orchestrator/v1/jobs/352/events?start=5"
    done = call(command, url, "--service-url", over)

    assert (done.status, done.out) == (2, "")
    assert done.err.splitlines() == [
        f"error: job 352 is on https://other.example.com:8143, but the configured orchestrator is {over}",
        "hint: use --service-url https://other.example.com:8143",
    ]


@pytest.mark.parametrize("url", ["https://pe.example.com:8143/orchestrator/v1/jobs/352", f"{_CONSOLE}/352"])
def test_the_demo_is_not_shown_for_the_job_of_a_server(url: str, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    typed = call("list", url, "--demo")
    assert (typed.status, typed.out) == (2, "")
    assert typed.err.startswith("error: job 352 is on https://")
    assert "but --demo shows the built-in simulator\nhint: leave out --demo, or give the job's number\n" in typed.err

    monkeypatch.setenv("ORCH_EVENTS_DEMO", "1")
    of_a_variable = call("list", url)
    assert (of_a_variable.status, of_a_variable.out) == (8, "")
    assert of_a_variable.err.startswith("error: no orchestrator is configured\n")


def test_a_job_of_a_recording_is_ignored_where_there_is_none_and_that_is_told(over: str, call: Call) -> None:
    done = call("list", "352", "--service-url", over, "--tail", "0", "--job", "7")
    assert (done.status, done.err) == (0, "--job is ignored: only a recording can have several jobs\n")


@pytest.mark.parametrize("command", ["list", "follow"])
def test_latest_is_the_newest_job_and_that_is_told(command: str, answering: Serve, call: Call) -> None:
    answer = {
        "items": [{"name": "9", "state": "finished"}, {"name": "10", "state": "finished"}],
        "state": "finished",
    }
    with answering(200, json.dumps(answer).encode()) as url:
        settle = ["--settle", "0.3"] if command == "follow" else []  # no record proves that all of it was seen
        done = call(command, "latest", "--service-url", url, "-v", "-o", "jsonl", *settle)

    asked = [line.partition("/v1")[2].partition(":")[0] for line in done.err.splitlines() if line.startswith("GET")]
    assert asked[0] == "/jobs?limit=1&offset=0&order_by=name&order=desc"
    assert set(asked[1:]) <= {"/jobs/10", "/jobs/10/events", "/jobs/10/nodes"}
    assert "latest is job 10\n" in done.err


@pytest.mark.slow
def test_a_job_before_the_latest_is_a_job_too(over: str, call: Call) -> None:
    done = call("list", "latest~8", "--service-url", over, "--json")
    assert done.out == call("list", "351", "--service-url", over, "--json").out
    assert done.err == "latest~8 is job 351\n"

    before, after = "358", "360"
    both = call("compare", "latest~1", "latest~0", "--service-url", over, "--json")
    assert both.out == call("compare", before, after, "--service-url", over, "--json").out


def test_before_the_first_job_there_is_none(over: str, call: Call) -> None:
    done = call("follow", "latest~16", "--service-url", over)
    assert (done.status, done.out) == (5, "")
    assert done.err.startswith("error: there is no latest~16: the server has only 16 jobs\nhint: ")


@pytest.mark.slow
def test_what_latest_is_is_not_told_where_quiet_is_wanted(over: str, call: Call) -> None:
    loud = call("list", "latest", "--service-url", over, "--tail", "2")
    quiet = call("list", "latest", "--service-url", over, "--tail", "2", "-q")

    assert (loud.err, quiet.err) == ("latest is job 360\n", "")
    assert loud.out == quiet.out
    assert "Finished job 360" in loud.out


@pytest.mark.parametrize("items", [[], [{"name": None}]])
def test_where_there_is_no_latest_job_that_is_5(items: list[object], answering: Serve, call: Call) -> None:
    with answering(200, json.dumps({"items": items}).encode()) as url:
        done = call("follow", "latest", "--service-url", url)

    assert (done.status, done.out) == (5, "")
    assert done.err.startswith("error: the server has no jobs\nhint: run a job first; ")


def test_a_job_that_is_named_twice_is_followed_once(api: str, over: str, call: Call) -> None:
    names = ["353", f"{api}/353", "0353", "https://127.0.0.1/#/jobs/353"]
    done = call("follow", *names, "--service-url", over, "--json")

    assert done == call("follow", "353", "--service-url", over, "--json")
    assert len(done.lines) == 29


def test_latest_is_asked_for_once_and_is_the_number_that_it_is(over: str, call: Call) -> None:
    done = call("follow", "latest", "360", "latest", "--service-url", over, "-v", "--tail", "1", "--json")

    assert done.err.count("jobs?limit=1&") == 1
    assert done.err.count("latest is job 360") == 1
    assert [json.loads(line)["message"] for line in done.lines] == ["Finished job 360"]
    assert "job" not in json.loads(done.lines[0])


def test_words_that_make_no_sense_are_told_before_anything_is_asked(call: Call) -> None:
    done = call("follow", "latest", "--since", "soon", "--service-url", "http://127.0.0.1:1")

    assert done.status == 2
    assert "soon" in done.err


def test_contact_is_sought_for_latest_as_long_as_for_anything(call: Call) -> None:
    done = call("list", "latest", "--service-url", "http://127.0.0.1:1", "--retry-for", "100ms", "-v")

    *asked, error, _ = done.err.splitlines()
    assert (done.status, error) == (6, "error: can't reach http://127.0.0.1:1: Connection refused")
    assert len(asked) > 1
    assert all("/jobs?limit=1&" in line for line in asked)


def test_a_job_in_two_sources_is_refused_and_both_are_named(over: str, tmp_path: Path, call: Call) -> None:
    path, copy = tmp_path / "352.jsonl", tmp_path / "352.json"
    path.write_text(call("list", "352", "--service-url", over, "--json").out, encoding="utf-8")
    copy.write_bytes(path.read_bytes())
    for one, other in (("352", path), (path, "352"), (path, copy), (copy, f"{over}/orchestrator/v1/jobs/352")):
        done = call("follow", str(one), str(other), "--service-url", over)
        assert (done.status, done.out) == (2, "")
        for place in (one, other):
            assert (str(place) if isinstance(place, Path) else over) in done.err


def test_a_recording_that_is_named_twice_is_followed_once(over: str, tmp_path: Path, call: Call) -> None:
    path = tmp_path / "352.jsonl"
    path.write_text(call("list", "352", "--service-url", over, "--json").out, encoding="utf-8")
    done = call("follow", str(path), str(tmp_path / ".." / tmp_path.name / "352.jsonl"), "--json")
    assert (done.status, done.out) == (0, path.read_text(encoding="utf-8"))


def test_one_shot_commands_retry_for_ten_seconds_and_follow_for_as_long_as_it_says() -> None:
    assert retry_policy(RetryOptions(None, None)).retry_seconds == 10.0
    assert retry_policy(RetryOptions(None, None), retry_seconds=600.0).retry_seconds == 600.0
    assert retry_policy(RetryOptions(0.0, None)).retry_seconds == 0.0


_NO_JSON = b"<html>Welcome</html>"


@pytest.mark.parametrize(
    "words", [["list", "352"], ["summary", "352"], ["jobs"], ["list", "latest"], ["follow", "352"]]
)
@pytest.mark.parametrize(("answer", "status"), [(400, 7), (401, 4), (403, 4), (404, None), (200, 7)])
def test_what_a_retry_can_t_mend_at_the_start_is_told_at_once(
    words: list[str], answer: int, status: int | None, answering: Serve, call: Call
) -> None:
    began_at = time.monotonic()
    with answering(answer, _NO_JSON if answer == 200 else b"{}") as url:
        done = call(*words, "--service-url", url)
    assert time.monotonic() - began_at < 5
    assert done.out == ""
    assert done.status == (status or done.status) != 0
    assert "retrying" not in done.err


def test_a_ca_that_is_not_the_server_s_is_told_at_once(authority: Authority, tmp_path: Path, call: Call) -> None:
    other = Authority(tmp_path, "Another CA")
    began_at = time.monotonic()
    with serving(authority.issue()) as server:
        done = call("list", "352", "--service-url", server.url, "--cacert", str(other.pem))
    assert time.monotonic() - began_at < 5
    assert (done.status, "retrying" in done.err) == (8, False)
