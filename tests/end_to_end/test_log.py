"""What a log shows that nobody watches: of GitHub Actions, GitLab or Jenkins, where both streams go into one pipe."""

import os
import subprocess

import pytest

from orch_events.simulator import Api, Simulator
from tests import GOLDEN
from tests.cli.command import COMMAND, SECONDS

pytestmark = pytest.mark.slow


def logged(*words: str, **env: str) -> str:
    done = subprocess.run(
        [*COMMAND, *words],
        env=os.environ | {"CI": "true"} | env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )
    return done.stdout


@pytest.mark.parametrize("ci", ["GITHUB_ACTIONS", "GITLAB_CI", "JENKINS_URL"])
def test_the_log_of_a_follow_has_a_time_in_each_line_and_the_summary_at_its_end(ci: str, over: str) -> None:
    log = logged("follow", "353", **{ci: "true", "ORCH_EVENTS_SERVICE_URL": over})
    assert log == (GOLDEN / "follow-log.txt").read_text(encoding="utf-8")
    assert "\x1b" not in log
    assert "\r" not in log


def test_colour_that_is_forced_changes_no_word_of_the_log(over: str) -> None:
    import re

    log = logged("follow", "353", ORCH_EVENTS_SERVICE_URL=over, FORCE_COLOR="1")
    assert re.sub(r"\x1b\[[0-9;]*m", "", log) == (GOLDEN / "follow-log.txt").read_text(encoding="utf-8")


def test_a_log_tells_at_once_what_is_lost_and_what_goes_on() -> None:
    with Simulator(Api(lambda: 60.0)) as simulator:
        log = logged("follow", "352", "--timeout", "1s", ORCH_EVENTS_SERVICE_URL=simulator.url).splitlines()
    assert log[-2:] == [
        "stopped following after 1s: --timeout was reached",
        "job 352 is still running: 8 of 24 nodes done, 8 running; resume with: orch-events follow 352 --start 1320",
    ]
    assert len(log) == 3 + 24
