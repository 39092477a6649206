"""The timeline as a picture."""

import re
from xml.etree import ElementTree as ET

import pytest

from orch_events.analysis.timeline import SORTS, ordered
from orch_events.job.state import JobState
from orch_events.render.timeline import svg
from tests.build import simulated, stamped_job
from tests.render.timeline.scenes import OVER, STRANGE, scene
from tests.table import each

_SVG = "{http://www.w3.org/2000/svg}"


def picture(state: JobState, *, time: str = "elapsed", sort: str = "start") -> ET.Element:
    """Draw a job, and read it as XML."""
    chart, heading, axis = scene(state, time)
    return ET.fromstring(svg.draw(chart, heading, axis, sort))  # noqa: S314 - it is ours


def rows(of: ET.Element) -> list[ET.Element]:
    return of.findall(f"{_SVG}g")


def texts(of: ET.Element) -> list[str]:
    return ["".join(text.itertext()) for text in of.iter(f"{_SVG}text")]


def test_the_head_says_what_the_job_is() -> None:
    found = picture(simulated(353))
    assert found.findtext(f"{_SVG}title") == "job 353 (restart nginx) failed after 43s"
    assert texts(found)[:4] == [
        "job 353 (restart nginx) failed after 43s",
        "14 nodes✔ 9 finished✖ 3 failed‼ 2 erroredstarted 2016-05-05 19:50:08 UTC",
        "running at once",
        "at most 14",
    ]
    assert texts(found)[4:10] == ["elapsed", "0s", "5s", "10s", "15s", "20s"]


def test_each_node_has_a_bar_where_it_ran_and_tells_all_that_is_known_of_it() -> None:
    (row,) = [row for row in rows(picture(simulated(353))) if "web-03" in "".join(row.itertext())]
    assert row.attrib == {"class": "failed"}
    assert (row.findtext(f"{_SVG}title") or "").split("\n") == [
        "web-03.example.com",
        "failed, started at 0s, took 30s",
        "Task failed on web-03.example.com: exited with 1",
        "nginx: [emerg] bind() to 0.0.0.0:80 failed",
    ]
    assert texts(row) == ["web-03.example.com", "✖ 30s"]


@pytest.mark.parametrize("job", [352, 354, None])
def test_bars_stand_on_one_scale_below_the_strip(job: int | None) -> None:
    state = simulated(job) if job else stamped_job(*STRANGE)
    found, chart = picture(state), scene(state).chart
    strip = next(path for path in found.iter(f"{_SVG}path") if path.get("class") == "strip")
    left, scale = map(float, re.findall(r"\(([\d.]+) ", strip.attrib["transform"]))
    bars = [bar for row in rows(found) for bar in row.findall(f"{_SVG}rect[@class='bar']")]
    drawn = [row for row in ordered(chart.rows, "start") if row.seconds is not None]
    assert drawn
    for row, bar in zip(drawn, bars, strict=True):
        per_second = scale * 240 / chart.seconds
        assert float(bar.attrib["x"]) == pytest.approx(left + (row.begin or 0) * per_second, abs=1.5)
        assert float(bar.attrib["width"]) == pytest.approx(max(2, (row.seconds or 0) * per_second), abs=1.5)


def test_nodes_that_never_ran_have_a_mark_and_no_bar() -> None:
    (row,) = [row for row in rows(picture(simulated(352))) if row.get("class") == "skipped"]
    assert row.find(f"{_SVG}rect[@class='bar']") is None
    assert texts(row)[1] == "↷ skipped"


@each("sort", SORTS)
@each("time", ["elapsed", "utc", "local"])
def test_whatever_a_server_says_it_is_xml_and_no_markup(sort: str, time: str) -> None:
    state = stamped_job(
        *STRANGE, ("running", "\ufffe\uffff\ud800</title>]]>.example.com", ""), description="<script>\x00&"
    )
    found = picture(state, sort=sort, time=time)
    assert {element.tag for element in found.iter()} <= {
        f"{_SVG}{name}" for name in ("svg", "title", "style", "rect", "text", "tspan", "path", "g")
    }
    assert any("<b>&amp;\"'.example.com" in text for text in texts(found))
    assert any("\\ufffe\\uffff\\ud800</title>]]>" in text for text in texts(found))
    assert all(character.isprintable() or character == "\n" for character in "".join(found.itertext()))


def test_it_asks_nobody_for_anything() -> None:
    chart, heading, axis = scene(simulated(353))
    drawn = svg.draw(chart, heading, axis, "start")
    assert re.findall(r"(?:https?|data):[^\"]*|url\(|href|@import", drawn) == ["http://www.w3.org/2000/svg"]


@pytest.mark.slow
def test_of_many_nodes_all_are_drawn() -> None:
    assert len(rows(picture(simulated(360)))) == 5000


def test_both_schemes_have_their_colours() -> None:
    style = picture(simulated(353, OVER)).findtext(f"{_SVG}style") or ""
    light, dark = style.split("@media screen and (prefers-color-scheme:dark)")
    for name in (".back", ".failed .bar", ".quiet", ".strip"):
        assert name in light
        assert name in dark


def test_a_job_without_events_is_a_picture_all_the_same() -> None:
    assert texts(picture(simulated(352, 0))) == ["job 352 (deploy production) new", "24 nodes24 not started"]
