"""Annotations of GitHub Actions: one for each cause, and nothing that a node can forge."""

import re

from hypothesis import given

from orch_events.analysis.job_report import JobReport
from orch_events.render.reports.annotations import annotations, group_begin, group_end
from orch_events.render.toolkit.text import escape_control
from tests.build import event_at, job_of, record, simulated
from tests.render.reports.hostile import NASTY_REPORTS, REPORTS

_COMMAND = re.compile(r"::(error|warning) title=([^:,\r\n]*)::([^\r\n]*)")


def test_a_cause_is_an_annotation() -> None:
    assert annotations([JobReport.from_state(simulated(353))]) == [
        "::error title=job 353%3A 2 nodes failed::nginx: [emerg] bind() to <address>:80 failed: web-03.example.com, web-04.example.com",  # noqa: E501 - one line
        "::error title=job 353%3A 1 node failed::systemctl: command not found: web-07.example.com",
        "::error title=job 353%3A 1 node errored::The node is not connected: web-09.example.com",
        "::error title=job 353%3A 1 node errored::The task timed out: web-13.example.com",
    ]


def test_what_is_no_failure_is_a_warning() -> None:
    (found,) = annotations([JobReport.from_state(simulated(352))])
    assert found.startswith("::warning title=job 352%3A 1 node skipped::Skipped db-04.example.com: ")


def test_a_partial_report_is_a_warning() -> None:
    found = annotations([JobReport.from_state(simulated(352, 60), why="--timeout was reached")])
    assert found == ["::warning title=job 352::the report is partial: --timeout was reached"]


def test_a_node_that_was_running_when_its_job_ended_is_a_warning() -> None:
    job = job_of(event_at(1, "node_running"), event_at(2, "job_finished", None), record=record("finished", 1))
    job.record = record("finished", 1, running=1)
    assert annotations([JobReport.from_state(job)]) == ["::warning title=job 7%3A 1 node running::a"]


def test_a_job_that_was_stopped_is_an_error_even_if_no_node_failed() -> None:
    job = job_of(event_at(1, "node_finished"), event_at(2, "job_stopping", None), record=record("stopped", 1))
    assert annotations([JobReport.from_state(job)]) == ["::error title=job 7::job 7 stopped"]


def test_github_shows_ten_of_a_kind_so_the_tenth_says_how_many_there_are() -> None:
    events = [event_at(number, "node_failed", f"n{number}", detail={"_error": "x" * number}) for number in range(1, 40)]
    found = annotations([JobReport.from_state(job_of(*events))])
    assert sum(one.startswith("::error") for one in found) == 10
    assert found[9] == "::error title=more causes::30 more causes are not shown"


def test_the_names_of_many_nodes_are_cut() -> None:
    events = [event_at(number, "node_failed", f"n{number}", detail={"_error": "no disk"}) for number in range(1, 40)]
    found = [one for one in annotations([JobReport.from_state(job_of(*events))]) if one.startswith("::error")]
    assert found == [
        "::error title=job 7%3A 39 nodes failed::no disk: n1, n2, n3, n4, n5, n6, n7, n8, n9, n10, and 29 more"
    ]


def test_the_log_is_a_group_in_which_nothing_is_a_command() -> None:
    assert group_begin("job 352", "token") == "::group::job 352\n::stop-commands::token\n"
    assert group_end("token") == "::token::\n::endgroup::\n"


@given(REPORTS)
def test_a_line_is_one_command_whatever_a_node_printed(report: JobReport) -> None:
    check(report)


def test_a_line_is_one_command_where_something_nasty_is_printed() -> None:
    for report in NASTY_REPORTS:
        check(report)


def check(report: JobReport) -> None:
    for line in annotations([report]):
        assert _COMMAND.fullmatch(line), line
        assert escape_control(line) == line
