"""How nodes fared, on the command line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.archives import DB, WEB, write_archive
from tests.cli.command import Done

Call = Callable[..., Done]


@pytest.fixture
def history(tmp_path: Path, call: Call) -> Call:
    archive = str(write_archive(tmp_path / "events"))
    return lambda *args: call("history", "--archive", archive, *args)


def test_nodes_are_shown_the_worst_first(history: Call) -> None:
    assert history("--time", "utc").lines == [
        "NODE               RUNS  FAILED  ERRORED  RATE  CHANGES  USUAL  LAST        WHEN",
        f"{WEB}     9       3        0   33%        5    20s  ✖ failed    2016-05-05 19:09:20",
        f"{DB}      9       0        1   11%        2     5s  ✔ finished  2016-05-05 19:09:05",
    ]


def test_the_runs_of_a_node_are_shown_by_its_first_label(history: Call) -> None:
    done = history("web-1", "--time", "utc", "-L", "3")
    assert done.lines == [
        "JOB  WHEN                 RUNS                STATE       DURATION  CAUSE",
        "10   2016-05-05 19:30:00  facts (production)  ▶ running   -",
        "9    2016-05-05 19:09:20  facts (production)  ✖ failed    20s       the disk is full",
        "8    2016-05-05 19:08:20  facts (production)  ✔ finished  20s",
    ]
    assert "\\x1b" in history("db-1").out
    assert "\x1b" not in history("db-1").out


def test_machines_get_objects_or_cells(history: Call) -> None:
    first, _ = map(json.loads, history("--json").lines)
    assert first == {
        "node": WEB, "runs": 9, "failed": 3, "errored": 0, "skipped": 0, "rate": 0.3333, "changes": 5,
        "last_state": "failed", "last_at": "2016-05-05T19:09:20Z", "usual_seconds": 20.0,
    }  # fmt: skip
    assert json.loads(history("-o", "json").out)[0] == first
    assert json.loads(history(WEB, "--json", "-L", "2").lines[1]) == {
        "node": WEB, "job": "9", "at": "2016-05-05T19:09:20Z", "type": "task", "runs": "facts",
        "environment": "production", "state": "failed", "seconds": 20, "cause": "the disk is full",
    }  # fmt: skip
    assert history("-o", "csv").lines[1] == f"{WEB},9,3,0,0,0.3333,5,failed,2016-05-05T19:09:20Z,20"
    assert (
        history(DB, "-o", "csv", "-L", "1").lines[1] == f"{DB},9,2016-05-05T19:09:05Z,task,facts,production,finished,5,"
    )


def test_filters_say_which_runs_count(history: Call) -> None:
    assert [json.loads(line)["node"] for line in history("--flaky", "--json", "-n", "db*").lines] == [DB]
    assert [json.loads(line)["runs"] for line in history("--json", "--since", "2016-05-05T19:08Z").lines] == [2, 2]
    done = history("--task", "none")
    assert (done.out, done.err) == ("", "no nodes match\n")
    assert history(WEB, "--environment", "none").err == "no runs match\n"


def test_a_node_that_is_not_there_is_an_error_with_what_may_be_meant(history: Call, call: Call) -> None:
    assert history("mail").err.splitlines() == [
        "error: the archive has no node mail", "hint: to see which nodes it has: orch-events history",
    ]  # fmt: skip
    assert history("mail").status == 2
    assert call("history").err.startswith("error: history needs an archive\n")


@pytest.mark.slow
def test_the_demo_has_something_to_show(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    done = call("history", "--demo", "--json")
    assert done.err == "demo data: these jobs are made up, by the built-in simulator\n"
    assert "web-03.example.com" in [json.loads(line)["node"] for line in done.lines]
    assert call("history", "--demo", "--archive", "x").status == 2
    assert list(tmp_path.iterdir()) == []
