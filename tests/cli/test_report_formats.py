"""One table of formats: what can be typed is what can be written, and -o of a command writes the same."""

import csv
import io
import json
import xml.etree.ElementTree as ET

import pytest

from orch_events.analysis.job_report import JobReport
from orch_events.cli.main import cli
from orch_events.cli.options.formats import FILE_FORMATS
from orch_events.cli.report_formats import WRITERS
from tests.build import simulated
from tests.cli.conftest import Call

REPORTS = [JobReport.from_state(simulated(job)) for job in (352, 353)]


def test_what_can_be_typed_can_be_written() -> None:
    assert list(WRITERS) == list(FILE_FORMATS)


@pytest.mark.parametrize("name", FILE_FORMATS)
def test_the_command_of_a_format_has_it(name: str) -> None:
    (option,) = [one for one in cli.commands[FILE_FORMATS[name].command].params if one.name == "output"]
    assert name in getattr(option.type, "choices", ())


@pytest.mark.parametrize("name", ["junit", "markdown", "html", "perfetto", "otlp"])
def test_a_command_writes_what_a_report_is(name: str, over: str, call: Call) -> None:
    done = call(FILE_FORMATS[name].command, "353", "--service-url", over, "-o", name)
    assert (done.status, done.err) == (0, "")
    expected = WRITERS[name]([JobReport.from_state(simulated(353), server=f"{over}/orchestrator/v1")])
    if name in ("junit", "html"):  # these have what nodes printed
        assert "nginx: [emerg]" in done.out
        assert len(done.lines) >= len(expected.splitlines())
    else:
        assert done.out == expected


def test_csv_and_json_are_of_several_jobs() -> None:
    header, *rows = csv.reader(io.StringIO(WRITERS["csv"](REPORTS)))
    assert header[:2] == ["job", "node"]
    assert {row[0] for row in rows} == {"352", "353"}
    assert [json.loads(line)["job"] for line in WRITERS["json"](REPORTS).splitlines()] == ["352", "353"]


def test_json_says_whether_it_is_partial() -> None:
    partial = [JobReport.from_state(simulated(352, 60), why="--timeout was reached")]
    assert json.loads(WRITERS["json"](partial))["partial"] == "--timeout was reached"
    assert json.loads(WRITERS["json"](REPORTS[:1]))["partial"] is None


def test_nodes_in_junit_are_those_that_are_chosen(over: str, call: Call) -> None:
    done = call("nodes", "353", "--service-url", over, "-o", "junit", "--failed", "--state", "failed")
    root = ET.fromstring(done.out)  # noqa: S314 - it is ours
    assert [case.get("name") for case in root.iter("testcase")] == [
        "web-03.example.com", "web-04.example.com", "web-07.example.com",
    ]  # fmt: skip
    assert [one.get("value") for one in root.iter("property") if one.get("name") == "showing"] == [
        "3 of 14 nodes (failed)"
    ]
