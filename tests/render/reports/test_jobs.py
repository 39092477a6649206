"""Jobs for people and for spreadsheets."""

import csv
import io
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.render.reports.jobs import JOB_COLUMNS, jobs_csv, jobs_table
from orch_events.render.toolkit.text import width
from orch_events.render.toolkit.theme import Theme
from orch_events.render.toolkit.timestamps import TimeFormat
from orch_events.wire.records import JobRecord
from tests import GOLDEN
from tests.build import record_from
from tests.table import each

UTC = TimeFormat("utc")
GLYPHS = Theme.from_capabilities(color=False, ascii_only=False)
ASCII = Theme.from_capabilities(color=False, ascii_only=True)


JOBS = [
    record_from(name="360", state="running", type="task", node_count=5000,
                node_states={"running": 8, "finished": 16, "new": 2}, started_timestamp="2016-05-05T19:50:08Z",
                owner={"login": "admin"}, description="restart nginx everywhere"),
    record_from(name="353", state="failed", type="plan_task",
                node_states={"failed": 3, "errored": 2, "finished": 9, "lost": 1}, duration="43.4",
                started_timestamp="2016-05-05T19:50:08Z", owner={"login": "Zoë"}, description="漢字",
                options={"task": "facts"}),
    record_from(name="352", state="stopped", type="deploy", node_count=1, duration=7325, owner={"login": "admin"}),
    record_from(name="9", state="pondering"),
    record_from(),
]  # fmt: skip


def table(*jobs: JobRecord, theme: Theme = GLYPHS, cells: int | None = None) -> list[str]:
    return jobs_table(jobs, theme, UTC, cells=cells).splitlines()


@pytest.mark.parametrize("cells", [None, 200, 120, 80, 40, 12])
def test_the_table_is_as_it_was_looked_at(cells: int | None) -> None:
    name = f"jobs-{cells or 'pipe'}.txt"
    assert jobs_table(JOBS, GLYPHS, UTC, cells=cells) == (GOLDEN / name).read_text(encoding="utf-8")


def test_in_ascii_there_are_no_glyphs() -> None:
    lines = table(*JOBS[:1], theme=ASCII, cells=80)
    assert lines == [
        "ID   STATE    NODES            STARTED           RUNS",
        "360  running  5000: 8> 2. 16+  2016-05-05 19:50  restart nginx everywhere",
    ]


def test_without_jobs_there_is_nothing() -> None:
    assert table() == []


@pytest.mark.parametrize(
    ("states", "glyphs", "plain"),
    [
        ({"finished": 43, "errored": 3, "failed": 11}, "11✖ 3‼ 43✔", "11x 3! 43+"),
        ({"new": 5, "running": 8, "skipped": 2}, "2↷ 8▶ 5○", "2- 8> 5."),
        ({"finished": 9, "lost": 1, "failed": 3, "gone": 2}, "3✖ 2 gone 1 lost 9✔", "3x 2 gone 1 lost 9+"),
    ],
)
def test_nodes_are_short_and_failures_first(states: dict[str, int], glyphs: str, plain: str) -> None:
    for theme, text in ((GLYPHS, glyphs), (ASCII, plain)):
        assert re.split(" {2,}", table(record_from(name="1", node_states=states), theme=theme)[1])[3] == text


def test_how_many_nodes_there_are_is_told_where_their_states_do_not_tell_it() -> None:
    counts = [(5, {"running": 3, "new": 2}), (5, {"running": 3}), (5, {}), (0, {})]
    rows = table(*(record_from(name="1", node_count=total, node_states=states) for total, states in counts))
    assert [re.split(" {2,}", row)[3] for row in rows[1:]] == ["3▶ 2○", "5: 3▶", "5", "-"]


@each(
    ("options", "description", "runs"),
    [
        ({"task": "facts"}, "", "facts"),
        ({"task": "service"}, "restart nginx", "service: restart nginx"),
        ({"task": "facts", "plan_job": 197}, "", "facts (plan:197)"),
        ({"target": "web[demo]"}, "demo", "web[demo]: demo"),
        ({"plan_name": "fleet::drain"}, "", "fleet::drain"),
        ({"task": "x"}, "x", "x"),
        ({}, "deploy the web app", "deploy the web app"),
        ({"task": None, "plan_job": "x"}, "", None),
    ],
)
def test_what_a_job_runs_is_in_one_column(options: dict[str, Any], description: str, runs: str | None) -> None:
    row = table(record_from(name="1", state="new", options=options, description=description))[1]
    assert row.partition("  -        -         -      ")[2] == (runs or "")
    assert row.endswith(runs or "  -")


def test_a_terminal_tells_how_long_ago_a_job_started_and_a_pipe_when() -> None:
    job = record_from(name="1", created_timestamp="2016-05-05T19:50:00Z", owner={"login": "admin"})
    now = 1_462_477_800 + 3 * 86_400
    assert "  3 days ago" in jobs_table([job], GLYPHS, UTC, cells=80, now=now)
    assert "  2016-05-05 19:50\n" in jobs_table([job], GLYPHS, UTC, cells=80)
    assert "  2016-05-05 19:50:00  " in jobs_table([job], GLYPHS, UTC, cells=None)


def test_a_narrow_terminal_does_without_other_columns_before_what_runs_is_cut() -> None:
    job = record_from(name="360", state="failed", type="task", node_states={"failed": 3}, owner={"login": "admin"},
                      started_timestamp="2016-05-05T19:50:08Z", duration=43,
                      description="restart nginx everywhere")  # fmt: skip
    shown = {cells: table(job, cells=cells) for cells in range(30, 120)}
    heads = [shown[cells][0].split() for cells in range(119, 29, -1)]
    assert list(map(" ".join, dict.fromkeys(map(tuple, heads)))) == [
        "ID STATE TYPE NODES STARTED DURATION OWNER RUNS",
        "ID STATE TYPE NODES STARTED DURATION RUNS",
        "ID STATE NODES STARTED DURATION RUNS",
        "ID STATE NODES STARTED RUNS",
        "ID STATE NODES RUNS",
    ]
    assert all(("restart nginx everywhere" in row[1]) or row[0].split() == ["ID", "STATE", "NODES", "RUNS"]
               for row in shown.values())  # fmt: skip


def test_the_state_is_in_its_colour_and_the_head_is_quiet() -> None:
    head, row = table(
        record_from(name="7", state="failed"), theme=Theme.from_capabilities(color=True, ascii_only=False)
    )
    assert head.startswith("\x1b[2mID")
    assert row.startswith("7   \x1b[1;31m✖ failed\x1b[0m  -")


def test_colour_changes_nothing_but_colour() -> None:
    for cells in (None, 80, 40, 7, 3):
        painted = jobs_table(JOBS[:3], Theme.from_capabilities(color=True, ascii_only=False), UTC, cells=cells)
        for code in ("\x1b[2m", "\x1b[36m", "\x1b[1;31m", "\x1b[1;33m", "\x1b[0m"):
            painted = painted.replace(code, "")
        assert painted == jobs_table(JOBS[:3], GLYPHS, UTC, cells=cells)


def test_a_time_is_in_the_zone_that_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setenv("TZ", "XXX-3")
    time.tzset()
    try:
        assert "2016-05-05 22:50:08" in jobs_table(JOBS[:1], GLYPHS, TimeFormat("local"), cells=None)
    finally:
        monkeypatch.setenv("TZ", "UTC")
        time.tzset()


HOSTILE = "a\x1b[31mb\r\n\u202ec\td [bold]e"


def hostile() -> JobRecord:
    return record_from(name="1", state=HOSTILE, type=HOSTILE, owner={"login": HOSTILE}, description=HOSTILE,
               node_states={HOSTILE: 1})  # fmt: skip


def test_text_of_a_server_never_acts() -> None:
    for text in (jobs_table([hostile()], GLYPHS, UTC, cells=None), jobs_csv([hostile()])):
        assert len(text.splitlines()) == 2
        assert not set(text) & set("\x1b\r\u202e\t")
        assert text.count("a\\x1b[31mb\\r\\n\\u202ec\\td [bold]e") == 5


def test_no_cell_is_a_formula_if_that_is_wanted() -> None:
    job = record_from(name="1", state="=x", type="+x", owner={"login": "-x"}, description="@x")
    row = next(csv.reader([jobs_csv([job], safe=True).splitlines()[1]]))
    assert [cell for cell in row if cell.endswith("x")] == ["'=x", "'+x", "'-x", "'@x"]


ANY = st.none() | st.integers() | st.text(max_size=12)
ANY_JOB = st.fixed_dictionaries(
    {}, optional={"name": st.integers(0, 9999), "state": ANY | st.just("failed"), "type": ANY, "duration": ANY,
                  "node_states": st.dictionaries(st.text(max_size=9), st.integers(0, 99), max_size=3),
                  "owner": st.fixed_dictionaries({"login": ANY}), "description": ANY}
)  # fmt: skip


@given(st.lists(ANY_JOB, max_size=5), st.none() | st.integers(1, 150))
def test_a_job_is_one_line_and_no_line_is_wider_than_the_terminal(
    jobs: list[dict[str, Any]], cells: int | None
) -> None:
    lines = jobs_table([record_from(**one) for one in jobs], GLYPHS, UTC, cells=cells).split("\n")
    assert len(lines) == (len(jobs) + 2 if jobs else 1)
    assert all(width(line) <= (cells or 10_000) for line in lines)


@given(st.lists(ANY_JOB, max_size=5))
def test_csv_has_a_header_and_a_line_a_job(jobs: list[dict[str, Any]]) -> None:
    text = jobs_csv([record_from(**one) for one in jobs])
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[0] == list(JOB_COLUMNS)
    assert [len(row) for row in rows] == [len(JOB_COLUMNS)] * (len(jobs) + 1)
    assert len(text.splitlines()) == len(rows)


def test_csv_has_plain_numbers_and_times_in_utc() -> None:
    assert jobs_csv(JOBS).splitlines() == [
        "id,state,type,node_count,node_states,started,duration,owner,description,runs",
        '360,running,task,5000,"16 finished, 8 running, 2 new",2016-05-05T19:50:08Z,,admin,restart nginx everywhere,',
        '353,failed,plan_task,,"9 finished, 3 failed, 2 errored, 1 lost",2016-05-05T19:50:08Z,43.4,Zoë,漢字,facts',
        "352,stopped,deploy,1,,,7325,admin,,",
        "9,pondering,,,,,,,,",
        ",,,,,,,,,",
    ]
