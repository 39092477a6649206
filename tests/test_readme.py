"""The README is true: its statuses and its transcript are compared with the program."""

import re

import pytest

from orch_events import errors
from orch_events.cli import exit_status
from orch_events.cli.main import main
from tests import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_exit_statuses_are_those_of_the_program() -> None:
    listed = {int(number) for row in re.findall(r"^\| ([\d, ]+) \|", README, re.MULTILINE) for number in row.split(",")}
    of_errors = {
        kind.exit_status
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.OrchEventsError)
    }
    assert (
        listed == {0, 1, 3, *(status for status in vars(exit_status).values() if isinstance(status, int))} | of_errors
    )


def test_the_transcript_is_what_the_demo_shows(capfd: pytest.CaptureFixture[str]) -> None:
    transcript = re.search(r"<!-- transcript -->\n```text\n(.*?)```", README, re.DOTALL)
    assert transcript
    head, *rows, summary, following = [line for line in transcript[1].splitlines() if line != "[…]"]
    assert main(["list", "352", "--demo", "--time", "utc"]) == 0
    shown = [row.split(maxsplit=6) for row in capfd.readouterr().out.splitlines()[1:]]
    for row in rows:
        number, time, glyph, *rest = row.rstrip("…").split(maxsplit=5)
        (real,) = [cells for cells in shown if cells[0] == number]
        assert [time, glyph] == real[2:4]
        assert " ".join(real[4:]).startswith(" ".join(rest))
    assert head.startswith("ID     2016-05-05  EVENT")
    assert following == "next: orch-events failures 352 --demo"
    assert summary == "job 352 finished after 2m 07s: 24 nodes, 23 finished, 1 skipped"


def test_the_version_in_the_changelog_or_unreleased_comes_first() -> None:
    changes = (ROOT / "CHANGELOG.md").read_text()
    assert re.findall(r"^## (.*)$", changes, re.MULTILINE)[0] == "Unreleased"
