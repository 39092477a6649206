"""Reports of the simulator's jobs, word for word; each golden text was looked at."""

import pytest

from orch_events.render.toolkit.text import width
from tests import GOLDEN
from tests.table import each
from tests.tools.golden import LAYOUTS, NAMES, REPORTS, draw


@each("name", NAMES)
def test_a_report_is_as_it_was_looked_at(name: str) -> None:
    assert draw(name) == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("report", REPORTS)
def test_in_ascii_there_is_nothing_else(report: str) -> None:
    assert "\n".join(REPORTS[report](LAYOUTS["ascii"])).isascii()


@each("report", REPORTS)
@each("layout", ["40", "80", "100", "120", "200"])
def test_no_line_is_wider_than_the_terminal_but_for_words_that_are(report: str, layout: str) -> None:
    wide = [line for line in REPORTS[report](LAYOUTS[layout]) if width(line) > int(layout)]
    assert all(len(line.split()) <= 2 for line in wide)
