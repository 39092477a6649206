"""Completion in the shells themselves: bash, zsh and fish, each on a terminal of its own."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.command import needs
from tests.cli.conftest import Serve
from tests.cli.shells import Shell, shell

pytestmark = pytest.mark.slow

SHELLS = [pytest.param(name, marks=needs(name)) for name in ("bash", "zsh", "fish")]

_TOLD = {"bash": "{}  ({})", "zsh": "{}  -- {}", "fish": "{}  ({})"}
_JOB_352 = ("352", "running: deploy production")


@pytest.fixture(params=SHELLS)
def name(request: pytest.FixtureRequest) -> str:
    """Each shell in turn."""
    return str(request.param)


@pytest.fixture
def started(name: str, at_sixty: str, tmp_path: Path) -> Iterator[Shell]:
    """A shell with the simulator as its server."""
    with shell(name, tmp_path, {"ORCH_EVENTS_SERVICE_URL": at_sixty}) as it:
        yield it


def test_commands_options_and_jobs_are_completed(started: Shell) -> None:
    started.begin("orch-events fol")
    started.complete("orch-events follow ")
    started.begin("352 --out")
    started.complete("--output ")
    started.begin("csv --fail-on failed,ab")
    started.complete("failed,aborted")


def test_several_jobs_are_shown_with_what_they_are_about(name: str, started: Shell) -> None:
    started.begin("orch-events follow 35")
    shown = started.complete(_TOLD[name].format(*_JOB_352), "353", "357", "358", "354", "355", "356", "351")
    assert "360" not in shown
    assert "(task: " not in shown


def test_a_job_alone_is_inserted_bare(name: str, started: Shell) -> None:
    started.begin("orch-events list 36")
    assert "(" not in started.complete("orch-events list 360").partition("360")[2], name


def test_the_server_that_was_typed_is_the_one_that_is_asked(started: Shell, answering: Serve) -> None:
    with answering(200, json.dumps({"items": [{"name": "4711", "state": "failed"}]}).encode()) as url:
        started.begin(f"orch-events list --service-url {url} 4")
        started.complete("4711")


def test_an_option_s_value_is_completed_behind_an_equals_sign(started: Shell) -> None:
    started.begin("orch-events list --color=al")
    started.complete("orch-events list --color=always")


def test_files_are_completed_for_an_option_and_where_no_job_matches(started: Shell, tmp_path: Path) -> None:
    (tmp_path / "recording.jsonl").write_text("")
    started.begin("orch-events list rec")
    started.complete("recording.jsonl")
    started.begin("--record ./rec")
    started.complete("./recording.jsonl")


def test_without_a_server_nothing_is_said_and_latest_is_offered(name: str, tmp_path: Path) -> None:
    with shell(name, tmp_path, {"ORCH_EVENTS_SERVICE_URL": "http://127.0.0.1:1"}) as it:
        it.begin("orch-events list la")
        shown = it.complete("orch-events list latest")
    assert "error" not in shown
    assert "Traceback" not in shown


HOSTILE = "\x1b]0;x\x07b\nplain,999\tc: d, $(touch made)"
HARMLESS = r"\x1b]0;x\x07b\nplain,999\tc: d, $(touch made)"


def test_what_is_told_of_a_job_does_nothing_but_stand_there(name: str, tmp_path: Path, answering: Serve) -> None:
    items = [{"name": number, "state": "running", "description": number + HOSTILE} for number in ("71", "72")]
    with (
        answering(200, json.dumps({"items": items}).encode()) as url,
        shell(name, tmp_path, {"ORCH_EVENTS_SERVICE_URL": url}) as it,
    ):
        it.begin("orch-events list 7")
        shown = it.complete(*(_TOLD[name].format(number, f"running: {number}{HARMLESS}") for number in ("71", "72")))
        assert "\x1b]0;x" not in it.raw
        it.begin("2\t")
        it.run(" --verbose", "/jobs/72/events: 200")
    assert "999 " not in shown
    assert not (tmp_path / "made").exists()


@needs("bash")
def test_in_bash_menu_complete_inserts_bare_jobs(at_sixty: str, tmp_path: Path) -> None:
    with shell("bash", tmp_path, {"ORCH_EVENTS_SERVICE_URL": at_sixty}) as it:
        it.run("bind 'TAB: menu-complete'; echo bou''nd", "bound")
        it.begin("orch-events list 35")
        assert "(" not in it.complete("orch-events list 358", "357")


@needs("bash")
def test_in_bash_the_second_tab_shows_the_list_where_nothing_else_is_set(at_sixty: str, tmp_path: Path) -> None:
    with shell("bash", tmp_path, {"ORCH_EVENTS_SERVICE_URL": at_sixty}) as it:
        it.run("bind 'set show-all-if-ambiguous off'; echo bou''nd", "bound")
        it.begin("orch-events follow 3")
        it.complete(_TOLD["bash"].format(*_JOB_352), "360  (running: ")


def test_a_plan_is_completed_behind_its_colon(name: str, over: str, tmp_path: Path) -> None:
    with shell(name, tmp_path, {"ORCH_EVENTS_SERVICE_URL": over}) as it:
        it.begin("orch-events list plan:302")
        it.complete("orch-events list plan:302 ")
