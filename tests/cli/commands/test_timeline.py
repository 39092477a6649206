"""`orch-events timeline`, as it is typed."""

import os
import pty
import subprocess
import termios
from collections.abc import Callable
from xml.etree import ElementTree as ET

import click
import pytest

from orch_events.analysis.timeline import SORTS
from orch_events.cli.commands.timeline import timeline
from orch_events.cli.options.formats import PICTURE_FORMATS
from tests import GOLDEN
from tests.cli.command import COMMAND, SECONDS, Done, run
from tests.cli.conftest import Serve

Call = Callable[..., Done]

DRAWN = [name for name in PICTURE_FORMATS if name not in {"perfetto", "otlp"}]
"""The formats that people look at as they are."""


def on_terminal(url: str, *words: str, size: tuple[int, int] = (24, 80), **env: str) -> str:
    """Run the command on a terminal of so many lines and columns; return what it shows."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, size)
    environment = os.environ | {"TERM": "xterm-256color"} | env
    command = [*COMMAND, "timeline", *words, "--service-url", url]
    with subprocess.Popen(command, env=environment, stdout=theirs, stderr=subprocess.PIPE) as process:
        os.close(theirs)
        shown = b""
        try:
            while piece := os.read(ours, 65_536):
                shown += piece
        except OSError:  # how a terminal ends
            os.close(ours)
        assert process.wait(timeout=SECONDS) == 0
    return shown.decode().replace("\r\n", "\n")


def test_in_a_pipe_it_is_a_hundred_columns_wide_and_plain(over: str, call: Call) -> None:
    done = call("timeline", "354", "--service-url", over, "--time", "utc")

    assert done.out == (GOLDEN / "timeline-aborted-pipe.txt").read_text(encoding="utf-8")
    assert (done.status, done.err) == (0, "")


def test_a_job_that_runs_is_drawn_as_far_as_it_is(at_sixty: str, call: Call) -> None:
    done = call("timeline", "352", "--service-url", at_sixty)

    assert done.lines[0] == "job 352 (deploy production) running for 51s"
    assert sum("▶" in line for line in done.lines[2:]) == 8


@pytest.mark.slow
@pytest.mark.parametrize(("columns", "kept"), [(40, "failures-40"), (80, "failures-80")])
def test_on_a_terminal_it_is_as_wide_as_that(columns: int, kept: str, over: str) -> None:
    shown = on_terminal(over, "353", size=(24, columns), NO_COLOR="1")

    assert shown == (GOLDEN / f"timeline-{kept}.txt").read_text(encoding="utf-8")


@pytest.mark.slow
def test_on_a_terminal_it_has_as_many_rows_as_fit_and_colour(over: str) -> None:
    shown = on_terminal(over, "360", size=(20, 80))

    assert shown.count("\n") == 19
    assert "\x1b[32m" in shown
    assert [line.split()[0] for line in shown.splitlines()[4:6]] == ["node-0003.example.com", "node-0018.example.com"]


@pytest.mark.parametrize("sort", SORTS)
def test_rows_are_sorted(sort: str, over: str, call: Call) -> None:
    done = call("timeline", "353", "--service-url", over, "--sort", sort)

    first = {"start": "web-01", "duration": "web-11", "name": "web-01", "state": "web-03"}
    assert done.lines[4].startswith(first[sort])


def test_the_orders_that_can_be_typed_are_those_that_there_are() -> None:
    (option,) = [one for one in timeline.params if one.name == "sort"]
    assert isinstance(option.type, click.Choice)
    assert tuple(option.type.choices) == SORTS


@pytest.mark.slow
def test_all_nodes_are_drawn_on_request(over: str, call: Call) -> None:
    assert len(call("timeline", "360", "--service-url", over, "--all").lines) == 5004
    assert len(call("timeline", "360", "--service-url", over).lines) == 45


def test_ascii_is_ascii(over: str, call: Call) -> None:
    done = call("timeline", "353", "--service-url", over, "--ascii")

    assert done.out.isascii()
    assert "failed 30s" in done.out


@pytest.mark.slow
def test_a_stream_without_the_glyphs_gets_ascii(over: str) -> None:
    assert run("timeline", "353", "--service-url", over, PYTHONIOENCODING="latin-1").out.isascii()


@pytest.mark.parametrize("job", ["352", "353", pytest.param("360", marks=pytest.mark.slow)])
def test_a_picture_is_xml_and_a_page_is_html(job: str, over: str, call: Call) -> None:
    picture = call("timeline", job, "--service-url", over, "-o", "svg")
    page = call("timeline", job, "--service-url", over, "-o", "html")

    assert ET.fromstring(picture.out).tag.endswith("svg")  # noqa: S314 - it is ours
    assert page.out.startswith("<!doctype html>")
    assert page.out.endswith("</html>\n")
    assert (picture.status, picture.err, page.status, page.err) == (0, "", 0, "")


@pytest.mark.parametrize("output", DRAWN)
def test_a_job_without_events_is_no_error(output: str, at_zero: str, call: Call) -> None:
    done = call("timeline", "352", "--service-url", at_zero, "-o", output)

    assert done.status == 0
    assert "job 352 (deploy production) new" in done.out
    assert done.err == "job 352 has no events yet\n"


@pytest.mark.parametrize(
    ("job", "words", "status"),
    [("353", "", 0), ("353", "--exit-status", 1), ("354", "--exit-status", 3), ("352", "--exit-status", 0),
     ("352", "--exit-status --fail-on skipped", 1), ("999", "", 5)],
)  # fmt: skip
def test_the_exit_status_is_that_of_list(job: str, words: str, status: int, over: str, call: Call) -> None:
    assert call("timeline", job, "--service-url", over, *words.split()).status == status
    assert call("list", job, "--service-url", over, *words.split()).status == status


def test_a_job_that_runs_has_no_outcome_yet(at_sixty: str, call: Call) -> None:
    assert call("timeline", "352", "--service-url", at_sixty, "--exit-status").status == 0


def test_the_demo_needs_no_server(call: Call) -> None:
    assert call("timeline", "352", "--demo").lines[0] == "job 352 (deploy production) finished after 2m 07s"


_PAGE = b"""{"next-events": {}, "items": [
  {"id": "1", "type": "node_running", "timestamp": "2016-05-05T19:50:08Z", "details": {"node": "a\\u001b[2J\\ud800"}},
  {"id": "2", "type": "node_failed", "timestamp": null, "details": {"node": "a\\u001b[2J\\ud800", "detail": [1]}},
  {"id": "3", "type": "node_finished", "timestamp": "0001-01-01T00:00:00Z", "details": {"node": 7}},
  {"id": "4", "type": "node_finished", "timestamp": "9999-12-31T23:59:59Z", "details": {"node": "</script>"}},
  null, 7, {"id": "5"}]}"""


@pytest.mark.parametrize("output", PICTURE_FORMATS)
@pytest.mark.parametrize("time", ["elapsed", "local", "utc"])
def test_whatever_a_server_says_is_drawn_and_does_not_act(output: str, time: str, answering: Serve, call: Call) -> None:
    with answering(200, _PAGE) as url:
        done = call("timeline", "352", "--service-url", url, "-o", output, "--time", time)

    assert done.status == 0
    assert all(line.isprintable() for line in done.lines)
    assert ("a\\x1b[2J" in done.out.replace("\\\\", "\\")) == (output in (*DRAWN, "perfetto"))


@pytest.mark.slow
def test_a_reader_that_goes_away_is_no_error(over: str) -> None:
    command = [*COMMAND, "timeline", "360", "--all", "--service-url", over]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.stdout.close()
        assert (process.wait(timeout=SECONDS), process.stderr.read()) == (141, "")
