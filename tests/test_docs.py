"""What is documented of the reports is what they write."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from orch_events.cli.main import main
from tests import ROOT

REPORTS = (ROOT / "src" / "docs" / "reports.md").read_text(encoding="utf-8")
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
