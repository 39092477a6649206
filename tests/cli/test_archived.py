"""Jobs that are read from an archive: named as such, or since the server does not know them any more."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.archives import write_archive
from tests.cli.command import Done

Call = Callable[..., Done]


@pytest.fixture
def archive(tmp_path: Path) -> str:
    return str(write_archive(tmp_path / "events"))


@pytest.mark.parametrize("command", ["list", "follow", "nodes", "output", "summary", "failures", "timeline"])
def test_every_command_reads_a_job_of_an_archive_without_a_server(command: str, archive: str, call: Call) -> None:
    done = call(command, "archive:3", "--archive", archive, "--no-exit-status")
    assert done.status == 0
    assert "demo data" not in done.err
    assert done.out


def test_a_job_of_an_archive_is_as_the_server_told_it(archive: str, call: Call) -> None:
    done = call("list", "archive:3", "--archive", archive, "--json")
    events = [json.loads(line) for line in done.lines]
    assert [event["id"] for event in events] == ["30", "31", "32", "33"]
    assert all("job" not in event for event in events)


def test_two_jobs_of_an_archive_are_compared(archive: str, call: Call) -> None:
    done = call("compare", "archive:2", "archive:3", "--archive", archive, "--json")
    assert [node["node"] for node in json.loads(done.out)["newly_failing"]] == ["web-1.example.com"]


def test_a_plan_of_an_archive_has_the_nodes_of_its_jobs(archive: str, call: Call) -> None:
    done = call("list", "archive:plan:9", "--archive", archive, "--json")
    assert [json.loads(line)["plan"] for line in done.lines if '"plan"' in line] == ["9", "9"]


def test_a_number_that_the_server_does_not_know_is_looked_up_and_that_is_told(archive: str, call: Call) -> None:
    done = call("summary", "3", "--demo", "--archive", archive, "--json")
    assert json.loads(done.out)["nodes"]["states"] == {"finished": 1, "failed": 1}
    assert done.err.splitlines()[1:] == [
        f"the server does not know job 3 any more; it is read from the archive {archive}"
    ]


def test_what_the_server_knows_is_not_looked_up(archive: str, call: Call) -> None:
    done = call("list", "352", "--demo", "--archive", archive, "--json")
    assert done == call("list", "352", "--demo", "--json")


def test_what_neither_knows_is_unknown(archive: str, call: Call) -> None:
    assert call("list", "777", "--demo", "--archive", archive).status == 5
    done = call("list", "archive:777", "--archive", archive)
    assert (done.status, done.err.splitlines()[0]) == (5, f"error: the archive {archive} has no job 777")


def test_an_archive_of_another_orchestrator_is_not_asked(tmp_path: Path, call: Call) -> None:
    archive = str(write_archive(tmp_path / "other", "https://pe.example.com:8143/orchestrator/v1"))
    done = call("list", "3", "--demo", "--archive", archive)
    assert done.status == 5
    assert "has the jobs of https://pe.example.com:8143/orchestrator/v1, not of demo" in done.err


def test_an_archive_that_is_not_there_matters_only_where_it_is_needed(tmp_path: Path, call: Call) -> None:
    none = str(tmp_path / "none")
    assert call("list", "352", "--demo", "--archive", none).status == 0
    done = call("list", "3", "--demo", "--archive", none)
    assert (done.status, f"warning: there is no archive {none}" in done.err) == (5, True)
    assert call("list", "archive:3", "--archive", none).status == 8


def test_the_environment_names_an_archive(archive: str, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    assert call("list", "archive:3").err.splitlines() == [
        "error: archive:3 needs an archive", "hint: add --archive DIR, or set ORCH_EVENTS_ARCHIVE"
    ]  # fmt: skip
    monkeypatch.setenv("ORCH_EVENTS_ARCHIVE", archive)
    assert call("list", "archive:3").status == 0


def test_a_job_that_goes_on_says_where_the_rest_is(archive: str, call: Call) -> None:
    done = call("summary", "archive:10", "--archive", archive)
    assert done.err == "archive:10 ends before the job does; on the server: orch-events follow 10\n"


def test_jobs_of_an_archive_are_listed_and_filtered_as_those_of_a_server(archive: str, call: Call) -> None:
    assert call("jobs", "--archive", archive, "-o", "name", "-L", "2").lines == ["10", "plan:9"]
    assert call("jobs", "--archive", archive, "-o", "name", "--state", "running").lines == ["10"]
    assert call("jobs", "--archive", archive, "-o", "name", "--tree").lines == ["plan:9", "9"]
    assert call("jobs", "--archive", archive, "--task", "x").err == "no jobs match\n"
    first = json.loads(call("jobs", "--archive", archive, "--json").lines[0])
    assert (first["name"], first["owner"]) == ("10", {"login": "ops"})


def test_an_archive_of_the_environment_does_not_stand_for_the_server(
    archive: str, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORCH_EVENTS_ARCHIVE", archive)
    assert "352" in call("jobs", "--demo", "-o", "name").lines
