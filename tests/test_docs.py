"""What is documented of the reports is what they write."""

import json
import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orch_events.cli.job_completion import JobCache
from orch_events.cli.main import cli, main
from orch_events.follow.checkpoint import Checkpoint, CheckpointFile
from tests import ROOT

REPORTS = (ROOT / "src" / "docs" / "reports.md").read_text(encoding="utf-8")
CI = (ROOT / "src" / "docs" / "ci.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"<!-- ([^>]+) -->\n\n```json\n(.*?)```", REPORTS, re.DOTALL)


def keys(content: Any) -> Iterator[str]:
    """Yield each key in a JSON value."""
    for inner in content.values() if isinstance(content, dict) else content if isinstance(content, list) else []:
        yield from keys(inner)
    if isinstance(content, dict):
        yield from content


@pytest.mark.parametrize(("words", "example"), [pytest.param(*pair, id=pair[0]) for pair in EXAMPLES])
def test_an_example_is_what_the_demo_writes(words: str, example: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main([*words.split(), "--demo", "--json"]) == 0
    assert json.loads(example) == json.loads(capfd.readouterr().out)


@pytest.mark.parametrize(("words", "example"), [pytest.param(*pair, id=pair[0]) for pair in EXAMPLES])
def test_each_key_is_explained(words: str, example: str) -> None:
    section = REPORTS.partition("Every report begins with")[2]
    assert {key for key in keys(json.loads(example)) if f"`{key}`" not in section} == set(), words


def test_every_report_has_an_example() -> None:
    assert [words.split()[0] for words, _ in EXAMPLES] == re.findall(r"^## (\w+)", REPORTS, re.MULTILINE)


def test_a_line_that_is_shown_for_ci_is_one_that_is_understood() -> None:
    lines = re.findall(r"^[ -]*(orch-events [^|\n]+)", re.sub(r"\\\n +", "", CI), re.MULTILINE)
    assert len(lines) >= 4
    for line in lines:
        name, *words = shlex.split(line.replace('"$JOB"', "352").replace('"$GITHUB_STEP_SUMMARY"', "summary.md"))[1:]
        cli.commands[name].make_context(name, words)


@pytest.mark.parametrize("page", sorted((ROOT / "src" / "docs").glob("*.md")), ids=lambda page: page.name)
def test_every_page_is_named_in_the_readme_and_every_link_in_it_leads_somewhere(page: Path) -> None:
    assert f"(src/docs/{page.name})" in (ROOT / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?://)([^)#]+)\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_what_is_said_to_be_written_has_the_mode_that_is_said(tmp_path: Path) -> None:
    text = (ROOT / "src" / "docs" / "security.md").read_text(encoding="utf-8")
    modes = dict(re.findall(r"^\| ([^|]+) \| [^|]+ \| (0[0-7]{3})\b", text, re.MULTILINE))
    previous = os.umask(0)
    try:
        CheckpointFile(tmp_path / "cursor").write("demo", "352", Checkpoint(1))
        JobCache(tmp_path / "cache" / "jobs.json").write("demo", 0.0, [])
    finally:
        os.umask(previous)
    assert (tmp_path / "cursor").stat().st_mode & 0o777 == int(modes["cursor file"], 8)
    assert (tmp_path / "cache" / "jobs.json").stat().st_mode & 0o777 == int(modes["cache of completion"], 8)
