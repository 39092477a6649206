"""The page in a browser: it is searched, sorted, read by keyboard and by pointer, and asks nobody for anything."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.build import job_of, ran, simulated, stamped_job
from tests.chromium import Page, chromium
from tests.cli.command import needs
from tests.render.timeline.test_page import HOSTILE, written

pytestmark = [pytest.mark.slow, needs("chromium")]

Show = Callable[[str], None]

_NAMES = "[...document.querySelectorAll('ol > li')].filter(row => row.checkVisibility()).map(row => row.firstChild.textContent)"  # noqa: E501
_FOCUSED = "document.activeElement.querySelector('b')?.textContent ?? document.activeElement.tagName"
_TIP = "(tip => tip.checkVisibility() ? tip.innerText.replaceAll('\\n\\n', '\\n') : '')(document.getElementById('tip'))"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A browser, for all tests of this module."""
    with chromium(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture
def show(page: Page, tmp_path: Path) -> Show:
    """Open a page that is written so."""

    def shown(text: str) -> None:
        path = tmp_path / "page.html"
        path.write_text(text, encoding="utf-8")
        page.resize(1200, 700)
        page.emulate(prefers_color_scheme="light")
        page.open(path)

    return shown


def names(page: Page) -> list[str]:
    """Return the nodes whose rows are shown, without their domain."""
    return [str(name).partition(".")[0] for name in page.run(_NAMES)]


def choose(page: Page, sort: str) -> None:
    page.run(f"document.querySelector('select').value = '{sort}'; "
             "document.querySelector('select').dispatchEvent(new Event('change'))")  # fmt: skip


def told_by_itself(page: Page, *methods: str) -> list[dict[str, Any]]:
    return [params for method, params in page.events if method in methods]


def test_typing_shows_the_nodes_whose_names_have_it(page: Page, show: Show) -> None:
    show(written(simulated(353)))
    page.press("/", "/")
    assert page.run(_FOCUSED) == "INPUT"
    page.type("WEB-0")
    assert names(page) == [f"web-0{number}" for number in range(1, 10)]
    assert page.run("document.querySelector('output').value") == "9 of 14 nodes"
    page.type(" 3.ex")
    assert names(page) == ["web-03"]
    page.run("document.querySelector('input').select()")
    page.type("x")
    assert len(names(page)) == 14
    page.type("yz")
    assert names(page) == []
    assert page.run("document.querySelector('output').value") == "0 of 14 nodes"


def test_the_states_choose_and_can_be_combined(page: Page, show: Show) -> None:
    show(written(simulated(353)))
    page.click("button[value=failed]")
    assert names(page) == ["web-03", "web-04", "web-07"]
    assert page.run("document.querySelector('button[value=failed]').ariaPressed") == "true"
    page.click("button[value=errored]")
    assert names(page) == ["web-03", "web-04", "web-07", "web-09", "web-13"]
    page.click("button[value=failed]")
    page.click("button[value=errored]")
    assert len(names(page)) == 14


def test_rows_are_sorted_as_asked_for(page: Page, show: Show) -> None:
    show(written(simulated(353)))
    choose(page, "duration")
    assert names(page)[:3] == ["web-11", "web-10", "web-03"]
    choose(page, "state")
    assert names(page)[:5] == ["web-03", "web-04", "web-07", "web-09", "web-13"]
    page.click("button[value=finished]")
    choose(page, "name")
    assert names(page)[:3] == ["web-01", "web-02", "web-05"]


def test_the_keyboard_walks_through_the_rows_and_shows_what_is_known(page: Page, show: Show) -> None:
    show(written(simulated(353)))
    page.run("document.querySelector('select').focus()")
    page.press("Tab")
    assert page.run(_FOCUSED) == "web-01.example.com"
    page.press("ArrowDown")
    page.press("ArrowDown")
    assert page.run(_TIP).split("\n") == [
        "web-03.example.com",
        "failed, started at 0s, took 30s",
        "Task failed on web-03.example.com: exited with 1",
        "nginx: [emerg] bind() to 0.0.0.0:80 failed",
    ]
    assert page.run("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.press("Escape")
    assert page.run(_TIP) == ""
    for key, node in (("End", "web-14"), ("ArrowDown", "web-14"), ("Home", "web-01"), ("PageDown", "web-14"),
                      ("ArrowUp", "web-13"), ("PageUp", "web-01")):  # fmt: skip
        page.press(key)
        assert page.run(_FOCUSED) == f"{node}.example.com"
    assert page.run("document.querySelectorAll('ol [tabindex]').length") == 1


def test_the_keyboard_leaves_out_what_is_not_shown(page: Page, show: Show) -> None:
    show(written(simulated(353)))
    page.click("button[value=errored]")
    page.run("document.querySelector('select').focus()")
    page.press("Tab")
    assert page.run(_FOCUSED) == "web-09.example.com"
    page.press("ArrowDown")
    assert page.run(_FOCUSED) == "web-13.example.com"


def test_the_pointer_shows_what_is_known_and_can_go_there(page: Page, show: Show) -> None:
    show(written(simulated(353)))
    page.point_at("ol > li:nth-child(4) i")
    assert page.run(_TIP).startswith("web-04.example.com\nfailed")
    page.point_at("#tip")
    assert page.run(_TIP).startswith("web-04.example.com\nfailed")
    page.point_at("h1")
    assert page.run(_TIP) == ""


@pytest.mark.parametrize("row", ["first-child", "last-child"])
def test_the_tip_is_within_the_window(row: str, page: Page, show: Show) -> None:
    show(written(simulated(353)))
    page.resize(700, 480)
    page.run(f"document.querySelector('ol > li:{row}').scrollIntoView()")
    page.point_at(f"ol > li:{row} em")
    box = page.run("(({left, right, top, bottom}) => [left, innerWidth - right, top, innerHeight - bottom])"
                   "(document.getElementById('tip').getBoundingClientRect())")  # fmt: skip
    assert page.run(_TIP)
    assert min(box) >= 0


def test_bars_stand_below_their_ticks(page: Page, show: Show) -> None:
    show(written(simulated(353)))
    left = "document.querySelector('{}').getBoundingClientRect().left"
    tick = page.run("[...document.querySelectorAll('.head .at')].find(tick => tick.textContent === '5s')"
                    ".getBoundingClientRect().left")  # fmt: skip
    assert page.run(left.format("ol > li:last-child i")) == pytest.approx(tick, abs=1.5)
    strip = page.run(left.format(".head svg"))
    assert page.run(left.format("ol > li:first-child i")) == pytest.approx(strip, abs=1.5)


@pytest.mark.parametrize(("scheme", "back"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(13, 17, 23)")])
def test_it_has_the_colours_of_the_reader_s_scheme(scheme: str, back: str, page: Page, show: Show) -> None:
    show(written(simulated(353)))
    page.emulate(prefers_color_scheme=scheme)
    assert page.run("getComputedStyle(document.body).backgroundColor") == back


@pytest.mark.parametrize(("wish", "moves"), [("reduce", False), ("no-preference", True)])
def test_nothing_moves_for_who_wants_no_motion(wish: str, moves: bool, page: Page, show: Show) -> None:
    show(written(simulated(353)))
    page.emulate(prefers_reduced_motion=wish)
    assert (page.run("getComputedStyle(document.querySelector('ol > li')).transitionDuration") != "0s") is moves


def test_no_request_leaves_and_the_policy_forbids_nothing_of_its_own(page: Page, show: Show) -> None:
    show(written(simulated(353)))
    choose(page, "name")
    page.point_at("ol > li:nth-child(3) i")
    asked = [params["request"]["url"] for params in told_by_itself(page, "Network.requestWillBeSent")]
    assert [url.partition(":")[0] for url in asked] == ["file"]
    assert told_by_itself(page, "Log.entryAdded", "Runtime.exceptionThrown") == []


def test_nothing_that_a_server_says_acts(page: Page, show: Show) -> None:
    state = stamped_job(
        *ran(f"{HOSTILE}<img src=x onerror=alert(1)>", "10:00:00", "10:00:09", "failed"), description=HOSTILE
    )
    show(written(state))
    page.point_at("ol > li i")
    assert "<img src=x onerror=alert(1)>" in page.run(_TIP)
    assert page.run("document.querySelectorAll('img').length") == 0
    assert told_by_itself(page, "Page.javascriptDialogOpening", "Runtime.exceptionThrown", "Log.entryAdded") == []


def test_without_its_script_it_is_a_chart_all_the_same(page: Page, show: Show) -> None:
    page.ask("Emulation.setScriptExecutionDisabled", value=True)
    try:
        show(written(simulated(360)))
    finally:
        page.ask("Emulation.setScriptExecutionDisabled", value=False)
    assert len(names(page)) == 5000
    assert not page.run("document.querySelector('input').checkVisibility()")


def tree(page: Page) -> list[tuple[str, str]]:
    """Return what a screen reader is told: roles and names."""
    nodes = page.ask("Accessibility.getFullAXTree")["nodes"]
    return [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if not node["ignored"]]


def test_a_screen_reader_is_told_all_in_words(page: Page, show: Show) -> None:
    show(written(simulated(353)))
    told_to = tree(page)
    assert ("heading", "job 353 (restart nginx) failed after 43s") in told_to
    assert ("searchbox", "Node") in told_to
    assert ("combobox", "Sort by") in told_to
    assert ("button", "✖ 3 failed") in told_to
    assert [role for role, _ in told_to].count("listitem") == 14 + 3 + 4
    words = [name for role, name in told_to if role == "StaticText"]
    place = words.index("web-03.example.com")
    assert words[place + 1 : place + 3] == [
        "failed, started at 0s, took 30s",
        "Task failed on web-03.example.com: exited with 1",
    ]


def test_on_paper_every_row_is_there_and_no_control(page: Page, show: Show) -> None:
    show(written(simulated(360)))
    page.run("dispatchEvent(new Event('beforeprint'))")
    page.ask("Emulation.setEmulatedMedia", media="print")
    try:
        assert len(names(page)) == 5000
        assert not page.run("document.querySelector('input').checkVisibility()")
        assert page.run("document.querySelector('.states').checkVisibility()")
    finally:
        page.ask("Emulation.setEmulatedMedia", media="")


def test_of_five_thousand_nodes_some_are_shown_and_more_as_one_scrolls(page: Page, show: Show) -> None:
    show(written(simulated(360)))
    assert len(names(page)) == 250
    page.run("scrollTo(0, document.documentElement.scrollHeight)")
    page.wait_for(f"{_NAMES}.length === 500")
    page.press("/", "/")
    page.type("4999")
    assert names(page) == ["node-4999"]
    assert page.run("document.querySelector('output').value") == "1 of 5,000 nodes"


def test_twenty_thousand_nodes_open(page: Page, show: Show) -> None:
    many = [one for node in range(20_000) for one in ran(f"n{node}.example.com", "10:00:00", f"11:{node % 60:02}:00")]
    show(written(stamped_job(*many)))
    assert len(names(page)) == 250
    page.press("/", "/")
    page.type("n19999.")
    assert names(page) == ["n19999"]


def test_a_job_that_runs_without_events_shows_a_page(page: Page, show: Show) -> None:
    show(written(job_of()))
    assert "No events yet." in page.run("document.body.innerText")
    assert told_by_itself(page, "Runtime.exceptionThrown") == []
