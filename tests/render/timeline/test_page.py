"""The timeline as a page: what is written. How it behaves is tried in a browser."""

import json
import re
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from typing import Any

import pytest

from orch_events.analysis.job_report import JobReport
from orch_events.analysis.output import NodeOutput, Printed
from orch_events.analysis.timeline import SORTS, ordered
from orch_events.job.state import JobState
from orch_events.render.timeline import page
from tests.build import ran, simulated, stamped_job
from tests.render.timeline.scenes import STRANGE, scene
from tests.table import each

_VOID = {"meta", "input"}
_INLINE = {"b", "i", "em", "span", "label", "button", "select", "option", "output", "svg", "path"}


class Reader(HTMLParser):
    """Reads a page strictly: every element is closed where it should be, and none is where it must not be.

    Attributes:
        elements: each with its attributes and its own text, in the order in which they begin.
    """

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None], list[str]]] = []
        self._open: list[tuple[str, list[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"an attribute of {tag} is there twice"
        assert not (self._open and self._open[-1][0] in _INLINE and tag in {"p", "li", "div", "ol", "ul"})
        text: list[str] = []
        self.elements.append((tag, dict(attrs), text))
        if tag not in _VOID:
            self._open.append((tag, text))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        raise AssertionError(f"<{tag}/> is not HTML")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        if self._open:
            self._open[-1][1].append(data)

    @classmethod
    def read(cls, text: str) -> "Reader":
        reader = cls()
        reader.feed(text)
        reader.close()
        assert reader._open == []
        return reader

    def all(self, tag: str, **attributes: str) -> list[str]:
        """Return the texts of the elements with such a name, and such attributes."""
        return [
            "".join(text)
            for name, found, text in self.elements
            if name == tag and all(found.get(key.rstrip("_")) == value for key, value in attributes.items())
        ]


def written(state: JobState, *, time: str = "elapsed", sort: str = "start") -> str:
    return page.draw([JobReport.from_state(state)], time, sort)


def orders(text: str) -> dict[str, list[int]]:
    found: dict[str, list[int]] = json.loads(Reader.read(text).all("script", id="orders")[0])
    return found


STATES: Mapping[str, Callable[[], JobState]] = {
    "failures": lambda: simulated(353),
    "over": lambda: simulated(352),
    "running": lambda: simulated(352, 60),
    "not begun": lambda: simulated(352, 0),
    "strange": lambda: stamped_job(*STRANGE),
}


@each("sort", SORTS)
@each("name", ["failures", "running", "not begun", "strange"])
def test_it_is_html_with_each_element_in_its_place(name: str, sort: str) -> None:
    state = STATES[name]()
    text = written(state, sort=sort)
    reader = Reader.read(text)
    ids = [attributes["id"] for _, attributes, _ in reader.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert text.startswith("<!doctype html>\n")
    assert "{{" not in text
    causes = len(reader.all("b")) - len(state.runs) - len(scene(state).heading.counts)
    assert causes == text.count("<li><b class")


def test_it_says_what_the_job_is() -> None:
    reader = Reader.read(written(simulated(353), time="utc"))
    assert reader.all("title") == reader.all("h1") == ["job 353 (restart nginx) failed after 43s"]
    assert reader.all("button") == ["9 finished", "3 failed", "2 errored"]
    assert reader.all("output") == ["14 nodes"]
    assert reader.all("span", class_="above most") == ["at most 14"]
    assert "started 2016-05-05 19:50:08 UTC" in reader.all("p")
    assert reader.all("option", selected="") == ["start"]


def test_it_tells_why_nodes_did_not_finish() -> None:
    reader = Reader.read(written(simulated(353)))
    begin = next(place for place, (_, found, _) in enumerate(reader.elements) if found.get("class") == "causes")
    assert ["".join(text) for tag, _, text in reader.elements[begin + 1 : begin + 9] if tag in ("b", "li")] == [
        "nginx: [emerg] bind() to <address>:80 failed", "✖ 2 nodes failed: ",
        "systemctl: command not found", "✖ 1 node failed: ",
        "The node is not connected", "‼ 1 node errored: ",
        "The task timed out", "‼ 1 node errored: ",
    ]  # fmt: skip


def test_it_tells_what_failed_nodes_printed_the_same_once() -> None:
    printed = Printed("line <one>\r\n\ttwo\x1b[2J\n", "bad")
    outputs = {name: NodeOutput(name, "failed", 1, "", printed) for name in ("web-03", "web-04")}
    reader = Reader.read(page.draw([JobReport.from_state(simulated(353), outputs=outputs)]))
    assert reader.all("summary", class_="failed") == ["web-[03-04]"]
    assert "✖ 2 nodes failed, exit code 1: " in reader.all("b")
    assert reader.all("pre") == ["line <one>\n        two\\x1b[2J", "bad"]


def test_many_outputs_fold_into_one() -> None:
    outputs = {str(place): NodeOutput(f"n{place}", "failed", 1, "", Printed(f"out {place}")) for place in range(11)}
    reader = Reader.read(page.draw([JobReport.from_state(simulated(353), outputs=outputs)]))
    assert reader.all("summary")[0] == "what 11 nodes printed, in 11 groups"
    assert len(reader.all("details")) == 12


def test_it_tells_how_long_nodes_took_and_that_it_is_partial() -> None:
    reader = Reader.read(page.draw([JobReport.from_state(simulated(352, 60), why="--timeout was reached")]))
    assert "this page is partial: --timeout was reached" in reader.all("p")
    assert any(text.startswith("durations of ") for text in reader.all("p"))


def test_of_several_jobs_the_rows_are_jobs_and_each_says_how_it_ended() -> None:
    reports = [
        JobReport.from_state(simulated(353)),
        JobReport.from_state(simulated(352, 60), why="--timeout was reached"),
    ]
    reader = Reader.read(page.draw(reports))
    assert reader.all("h1") == ["2 jobs (job 353, job 352)"]
    assert reader.all("output") == ["38 nodes"]
    names = [text for text in reader.all("b") if text.startswith("job ")]
    assert names == ["job 353 (task)", "job 352 (deploy)"]
    assert [text for text in reader.all("p") if text.startswith("job ")] == [
        "job 353 (restart nginx) failed after 43s",
        "job 353: durations of 14 nodes: p50 18s, p90 31s, p99 37s, maximum 38s",
        "job 352 (deploy production) running for 51s",
        "job 352: this page is partial: --timeout was reached",
        "job 352: durations of 8 nodes: p50 35s, p90 49s, p99 51s, maximum 51s",
    ]


def test_where_no_cause_is_known_there_is_no_list_of_causes() -> None:
    assert 'class="causes"' not in written(simulated(351))


def test_each_row_says_all_in_words() -> None:
    reader = Reader.read(written(simulated(353), time="utc", sort="state"))
    place = reader.elements.index(next(one for one in reader.elements if one[1].get("data-state") == "failed"))
    row, *parts = reader.elements[place : place + 7]
    assert row[1] == {"class": "failed", "data-state": "failed", "style": "--b:0;--w:69.77"}
    assert [(tag, "".join(text)) for tag, _, text in parts] == [
        ("b", "web-03.example.com"),
        ("i", ""),
        ("em", "✖ 30s"),
        ("p", "failed, started at 19:50:08, took 30s"),
        ("p", "Task failed on web-03.example.com: exited with 1"),
        ("p", "nginx: [emerg] bind() to 0.0.0.0:80 failed"),
    ]


@each("sort", SORTS)
@each("name", ["over", "strange"])
def test_the_orders_are_those_of_the_other_timelines(name: str, sort: str) -> None:
    state = STATES[name]()
    text = written(state, sort=sort)
    names = [name for name in Reader.read(text).all("b") if ".example.com" in name]
    chart = scene(state).chart
    for other, places in orders(text).items():
        wanted = [
            row.run.name.replace("\x1b", "\\x1b").replace("\u202e", "\\u202e") for row in ordered(chart.rows, other)
        ]
        assert [names[place] for place in places] == wanted
    assert orders(text)[sort] == list(range(len(names)))


def test_it_asks_nobody_for_anything() -> None:
    text = written(simulated(353))
    reader = Reader.read(text)
    policy = [attributes for tag, attributes, _ in reader.elements if attributes.get("http-equiv")]
    assert [one["content"] for one in policy] == [
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
    ]
    assert not re.search(r"https?:|url\(|@import|\bsrc=|\bhref=|fetch\(|XMLHttpRequest|import\(", text)


HOSTILE = "</script><script>alert(1)</script>\u202e\x1b<!--{{title}}"


def test_nothing_that_a_server_says_is_markup() -> None:
    state = stamped_job(*ran(f"{HOSTILE}.example.com", "10:00:00", "10:00:09", "failed"), description=HOSTILE)
    state.runs[f"{HOSTILE}.example.com"].message = HOSTILE
    state.runs[f"{HOSTILE}.example.com"].state = f'"{HOSTILE}'
    text = written(state)
    seen = HOSTILE.replace("\u202e", "\\u202e").replace("\x1b", "\\x1b")
    reader = Reader.read(text)
    assert reader.all("b")[-1] == f"{seen}.example.com"
    assert seen in reader.all("p")
    assert seen in reader.all("h1")[0]
    assert len(reader.all("script")) == 3
    assert text.isprintable() or all(line.isprintable() for line in text.splitlines())


def test_without_events_it_says_so() -> None:
    reader = Reader.read(written(simulated(352, 0)))
    assert "No events yet." in reader.all("p")
    assert reader.all("ol") == []


@pytest.mark.slow
def test_five_thousand_nodes_are_less_than_three_megabytes() -> None:
    assert len(written(simulated(360)).encode()) < 3_000_000


def test_a_state_without_rows_is_no_button() -> None:
    reader = Reader.read(written(simulated(352, 60)))
    spans: list[Any] = [text for text in reader.all("span") if "not started" in text]
    assert spans == ["8 not started"]
    assert reader.all("button") == ["8 finished", "8 running"]
