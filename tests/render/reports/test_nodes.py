"""Nodes for people, for scripts and for spreadsheets."""

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.analysis.timeline import Chart, Row
from orch_events.job.plan import PlanState
from orch_events.render.reports.nodes import NODE_COLUMNS, nodes_csv, nodes_json, nodes_table
from orch_events.render.toolkit.layout import Layout
from orch_events.render.toolkit.text import width
from orch_events.render.toolkit.theme import Theme
from orch_events.render.toolkit.timestamps import TimeFormat
from tests.build import event_at, job_of

UTC = TimeFormat("utc")
GLYPHS = Theme.from_capabilities(color=False, ascii_only=False)
COLOR = Theme.from_capabilities(color=True, ascii_only=False)
REPORT = {"metrics": {"total": 9, "changed": 2}, "report-url": "https://pe/#/report/1"}
ROWS = Chart.from_state(
    job_of(
        event_at(1, "node_running", "web-1.example.com"),
        event_at(2, "node_running", "web-2.example.com", at=5),
        event_at(3, "node_finished", "web-1.example.com", at=30, detail=REPORT),
        event_at(4, "node_failed", "web-3.example.com", at=40, detail={"_error": "the disk of this node is full"}),
        event_at(5, "node_skipped", "web-4.example.com", at=41, message="Failed on node web-4.example.com"),
    )
).rows


def table(rows: list[Row], cells: int | None = None, theme: Theme = GLYPHS) -> list[str]:
    return nodes_table(rows, Layout(theme, cells), UTC, "7")


def test_off_a_terminal_nothing_is_cut() -> None:
    assert table(list(ROWS)) == [
        "NODE               STATE       STARTED              DURATION    RESULT                         REPORT",
        "web-1.example.com  ✔ finished  2016-05-05 19:00:00  30s         2 changed of 9                 https://pe/#/report/1",
        "web-2.example.com  ▶ running   2016-05-05 19:00:05  36s so far",
        "web-3.example.com  ✖ failed    -                    -           the disk of this node is full",
        "web-4.example.com  ↷ skipped   -                    -",
    ]


@pytest.mark.parametrize(
    ("cells", "row"),
    [
        (82, "web-3.example.com  ✖ failed    -         -           the disk of this node is full"),
        (80, "web-3.example.…  ✖ failed    -         -           the disk of this node is full"),
        (72, "web-3.…  ✖ failed    -         -           the disk of this node is full"),
        (70, "web-3.example.…  ✖ failed    -           the disk of this node is full"),
        (60, "web-3.example.com  ✖ failed    the disk of this node is full"),
        (40, "web-3…  ✖  the disk of this node is full"),
        (30, "web-3…  ✖  the disk of this n…"),
    ],
)
def test_on_a_terminal_names_are_cut_and_columns_left_out_before_results(cells: int, row: str) -> None:
    assert table(list(ROWS), cells)[3] == row


def of_plan(text: str) -> list[Row]:
    states = []
    for number in ("341", "342"):
        state = job_of(event_at(1, "node_failed", "rack-03.example.com", detail={"_error": text}), job=number)
        states.append(state)
    plan = PlanState("plan:301")
    plan.adopt(states)
    return list(Chart.from_state(plan).rows)


@pytest.mark.parametrize(
    ("cells", "row"),
    [
        (None, "rack-03.example.com  ✖ failed  342  -        -         nginx: [emerg] bind() to 0.0.0.0:443 failed"),
        (80, "rack-03.e…  ✖ failed  342  -         nginx: [emerg] bind() to 0.0.0.0:443 failed"),
        (70, "rack-03.e…  ✖ failed  342  nginx: [emerg] bind() to 0.0.0.0:443 failed"),
        (62, "rack-03.…  ✖  342  nginx: [emerg] bind() to 0.0.0.0:443 failed"),
    ],
)
def test_of_a_plan_each_row_has_the_job_and_the_cause_is_cut_last(cells: int | None, row: str) -> None:
    assert table(of_plan("nginx: [emerg] bind() to 0.0.0.0:443 failed"), cells)[2] == row


def test_a_node_that_runs_when_its_job_is_over_has_no_end() -> None:
    line = nodes_table(ROWS, Layout(GLYPHS), UTC, "7", over=True)[2]
    assert line.endswith("  36s       still running when the job ended")


def test_on_a_terminal_a_name_is_a_link_to_its_report() -> None:
    line = table(list(ROWS), 90, COLOR)[1]
    assert line.startswith(
        "\x1b]8;;https://pe/#/report/1\x1b\\web-1.example.com\x1b]8;;\x1b\\  \x1b[32m✔ finished\x1b[0m  "
    )


def test_without_nodes_there_is_nothing() -> None:
    assert table([]) == []


def test_csv_has_a_header_and_a_line_a_node() -> None:
    header, *rows = csv.reader(io.StringIO("\n".join(nodes_csv([("7", ROWS)]))))
    assert header == list(NODE_COLUMNS)
    assert rows[0] == [
        "web-1.example.com",
        "finished",
        "2016-05-05T19:00:00Z",
        "30",
        "2 changed of 9",
        "",
        "https://pe/#/report/1",
    ]
    assert rows[2] == ["web-3.example.com", "failed", "", "", "", "the disk of this node is full", ""]


def test_csv_of_several_jobs_names_the_job_of_each_node() -> None:
    header, *rows = csv.reader(io.StringIO("\n".join(nodes_csv([("7", ROWS[:1]), ("plan:9", ROWS[1:2])]))))
    assert header == ["job", *NODE_COLUMNS]
    assert [row[:2] for row in rows] == [["7", ROWS[0].run.name], ["plan:9", ROWS[1].run.name]]


def test_json_has_an_object_a_node() -> None:
    finished, _, failed, skipped = map(json.loads, nodes_json(ROWS, "7"))
    assert finished == {
        "job": "7", "node": "web-1.example.com", "state": "finished", "started_at": "2016-05-05T19:00:00Z",
        "ended_at": "2016-05-05T19:00:30Z", "seconds": 30.0, "cause": None, "message": None,
        "changes": {"total": 9, "changed": 2, "failed": 0, "corrective": 0, "out_of_sync": 0, "text": "2 changed of 9"},
        "report_url": "https://pe/#/report/1",
    }  # fmt: skip
    assert (failed["cause"], failed["seconds"], failed["changes"]) == ("the disk of this node is full", None, None)
    assert (skipped["cause"], skipped["message"]) == (None, "Failed on node web-4.example.com")


NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
KINDS = st.sampled_from(["node_running", "node_finished", "node_failed", "node_skipped"])


@given(st.lists(st.tuples(KINDS, NAMES, st.text(max_size=90)), max_size=5), st.sampled_from([None, 12, 40, 80]))
def test_a_node_is_one_line_that_acts_nowhere_and_fits(nodes: list[tuple[str, str, str]], cells: int | None) -> None:
    events = [event_at(number, kind, name, detail={"_error": text}) for number, (kind, name, text) in enumerate(nodes)]
    rows: Any = Chart.from_state(job_of(*events)).rows
    lines = table(rows, cells)
    assert len(lines) == (len(rows) + 1 if rows else 0)
    assert all(line.isprintable() for line in lines if line.isascii())
    assert cells is None or max(map(width, lines), default=0) <= cells
