import pytest

from orch_events.render.cells import width
from tests.render.reports.golden import FOLDER, REPORTS, SHEETS, drawn


@pytest.mark.parametrize(("name", "text"), [pytest.param(*pair, id=pair[0]) for pair in drawn()])
def test_a_report_is_as_it_was_looked_at(name: str, text: str) -> None:
    assert text == (FOLDER / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("report", REPORTS)
def test_in_ascii_there_is_nothing_else(report: str) -> None:
    assert "\n".join(REPORTS[report](SHEETS["ascii"])).isascii()


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize("sheet", ["40", "80", "120"])
def test_no_line_is_wider_than_the_terminal_but_for_words_that_are(report: str, sheet: str) -> None:
    wide = [line for line in REPORTS[report](SHEETS[sheet]) if width(line) > int(sheet)]
    assert all(len(line.split()) <= 2 for line in wide)
