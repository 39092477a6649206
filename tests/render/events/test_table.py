"""The table: one event a line, for people."""

import io
import re
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise

import pytest
import rich.console
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from orch_events.render.events.highlight import Highlighter
from orch_events.render.events.table import Table
from orch_events.render.toolkit.streams import Output
from orch_events.render.toolkit.text import escape_control, width
from orch_events.render.toolkit.theme import Theme
from orch_events.render.toolkit.timestamps import TimeFormat
from orch_events.wire.event import Event
from tests.build import event, event_from, run_event
from tests.table import each

PLAIN = Theme.from_capabilities(color=False, ascii_only=False)
ASCII = Theme.from_capabilities(color=False, ascii_only=True)
COLOUR = Theme.from_capabilities(color=True, ascii_only=False)


def drawn(
    *batches: Sequence[Event], cells: int | None = None, theme: Theme = PLAIN, name_job: bool = False,
    end: bool = False, grep: Sequence[str] = (), stamp: TimeFormat | None = None,
    expected: Sequence[str] = (),
) -> list[str]:  # fmt: skip
    stream = io.BytesIO()
    marks = Highlighter([re.compile(pattern) for pattern in grep], theme) if grep else None
    stamp = stamp or TimeFormat("utc")
    table = Table(Output(stream), theme, stamp, terminal=lambda: cells, name_job=name_job, highlighter=marks)
    table.expect(expected)
    for batch in batches:
        table.write("352", batch)
    if end:
        table.close()
    text = stream.getvalue().decode()
    assert text == "" or text.endswith("\n")
    return text.split("\n")[:-1]


JOB = [
    run_event("1267"),
    run_event("1268", "node_failed", "db-1.example.com", "Failed puppet run: disk is full", "2016-05-05T19:51:00Z"),
    run_event("1270", "job_finished", None, "", "2016-05-05T19:52:15Z"),
]


def test_where_there_is_no_terminal_nothing_is_cut_and_each_row_has_its_date() -> None:
    long = "Failed puppet run: " + "x" * 300
    assert drawn([*JOB, run_event("1271", message=long)]) == [
        "ID     TIME                 EVENT           NODE                      MESSAGE",
        "1267   2016-05-05 19:50:08  ▶ running       web-1.example.com         Started puppet run",
        "1268   2016-05-05 19:51:00  ✖ failed        db-1.example.com          Failed puppet run: disk is full",
        "1270   2016-05-05 19:52:15  ● job finished  -",
        f"1271   2016-05-05 19:50:08  ▶ running       web-1.example.com         {long}",
    ]


def test_a_wide_terminal_shows_all_of_it_below_the_date() -> None:
    assert drawn(JOB, cells=140) == [
        "ID     2016-05-05  EVENT           NODE                      MESSAGE",
        "1267   19:50:08    ▶ running       web-1.example.com         Started puppet run",
        "1268   19:51:00    ✖ failed        db-1.example.com          Failed puppet run: disk is full",
        "1270   19:52:15    ● job finished  -",
    ]


def test_on_a_narrower_terminal_the_label_and_then_the_message_are_shorter() -> None:
    assert drawn(JOB, cells=100)[2:] == [
        "1268   19:51:00    ✖ failed    db-1.example.com     Failed puppet run: disk is full",
        "1270   19:52:15    ● finished  -",
    ]
    assert drawn(JOB, cells=80)[2] == "1268   19:51:00    ✖ failed    db-1.…  Failed puppet run: disk is full"
    assert drawn(JOB, cells=65)[2] == "1268   19:51:00    ✖ failed    db-1.…  Failed puppet run: disk i…"


def test_on_a_narrow_terminal_there_are_glyphs_without_words() -> None:
    assert drawn(JOB, cells=58)[1:] == [
        "1267   19:50:08    ▶  web-1…  Started puppet run",
        "1268   19:51:00    ✖  db-1.…  Failed puppet run: disk is…",
        "1270   19:52:15    ●  -",
    ]


def test_without_glyphs_it_is_ascii() -> None:
    assert drawn(JOB, cells=80, theme=ASCII) == [
        "ID     2016-05-05  EVENT     NODE      MESSAGE",
        "1267   19:50:08    running   web-1...  Started puppet run",
        "1268   19:51:00    failed    db-1....  Failed puppet run: disk is full",
        "1270   19:52:15    finished  -",
    ]


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("Started puppet run on web-1.example.com ...", "Started puppet run"),
        ("Finished task on web-1.example.com - Success!", "Finished task"),
        ("Started task on web-1.example.com.au", "Started task on web-1.example.com.au"),
        ("Started task on web-1.example.com-b", "Started task on web-1.example.com-b"),
        ("Skipped on web-1.example.com: no", "Skipped: no"),
        ("Skipped web-1.example.com: the agent is disabled", "the agent is disabled"),
        ("Skipped web-10.example.com: no", "Skipped web-10.example.com: no"),
        ("Waiting on web-2.example.com", "Waiting on web-2.example.com"),
    ],
)
def test_a_message_does_not_repeat_the_node_on_a_terminal(message: str, shown: str) -> None:
    assert drawn([run_event(message=message)], cells=120)[1].endswith(f"  {shown}")
    assert drawn([run_event(message=message)])[1].endswith(f"  {message}")


def test_of_several_jobs_each_row_says_first_which() -> None:
    head, row, *_ = drawn(JOB, cells=150, name_job=True)
    assert head.startswith("JOB     ID     2016-05-05  EVENT")
    assert row.startswith("352     1267   19:50:08    ▶ running")


def test_on_a_terminal_a_new_date_has_a_head_of_its_own() -> None:
    days = [run_event(number, timestamp=f"2016-05-0{day}T00:00:00Z") for number, day in enumerate((5, 5, 6, 6, 7))]
    heads = [line.split()[1] for line in drawn(days, cells=80) if line.startswith("ID")]
    assert heads == ["2016-05-05", "2016-05-06", "2016-05-07"]
    assert len(drawn(days)) == 1 + len(days)


def test_colour_changes_the_look_and_not_the_text() -> None:
    coloured = drawn(JOB, cells=80, theme=COLOUR)
    assert "\x1b[1;31m✖ failed  \x1b[0m" in coloured[2]
    assert "  ● finished  " in coloured[3], "the job's end is not green: it says nothing of the nodes"
    assert [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in coloured] == drawn(JOB, cells=80)


def test_without_events_there_is_no_head() -> None:
    assert drawn([], [], end=True) == []


@each("theme", [PLAIN, ASCII, COLOUR])
@each("text", ["File[/etc/motd]", "[bold]x[/bold]", "[/]", "\\[x]", ":smile:"])
def test_brackets_and_colons_are_text(text: str, theme: Theme) -> None:
    (_, row) = drawn([run_event(node=text, message=text)], theme=theme)
    assert row.count(text) == 2


@each("acting", ["\x1b[2J", "\r", "\n", "\x9b31m", "\u202e", "\x07", "\t", "\x00"])
@each("cells", [None, 80])
def test_nothing_that_a_server_or_node_says_acts(acting: str, cells: int | None) -> None:
    lines = drawn([run_event("1", f"node_{acting}", f"a{acting}", f"b{acting}", f"{acting}")], cells=cells)
    assert len(lines) == 2
    assert all(line.isprintable() for line in lines)


def test_wide_characters_take_two_cells() -> None:
    first, second = drawn([run_event(node="漢字", message="m"), run_event(node="node", message="m")])[1:]
    assert width(first) == width(second)
    assert drawn([run_event(message="漢" * 30)], cells=80)[1].endswith("  " + "漢" * 20 + "…")


@pytest.mark.parametrize(("kind", "label"), [("node_pondering", "node_pondering"), ("job_x", "job_x"), ("", "?")])
def test_an_unknown_type_is_shown_whole(kind: str, label: str) -> None:
    assert drawn([run_event(kind=kind, node="web-1")])[1].split()[3:5] == [label, "web-1"]


@pytest.mark.parametrize("number", [None, "", "x", -1, {}, "9" * 30])
def test_an_event_without_an_id_has_a_question_mark_for_one_and_is_noted(number: object) -> None:
    *_, row, note = drawn([run_event(), run_event(number, message="m")], end=True)
    assert row.split()[0] == "?"
    assert row.endswith(" m")
    assert note == "1 of these events could not be fully parsed; --json shows them unchanged"


def test_without_strange_events_nothing_is_noted() -> None:
    assert len(drawn([run_event(), run_event(kind="node_pondering")], end=True)) == 3


@pytest.mark.parametrize("cells", [None, 80])
def test_a_time_that_is_none_is_shown_as_it_is(cells: int | None) -> None:
    assert "  soon  " in drawn([run_event(), run_event(timestamp="soon")], cells=cells)[2]


EVENTS = st.builds(
    run_event,
    st.none() | st.integers(1, 10**18 - 1),
    st.sampled_from(["node_running", "node_failed", "job_finished", "node_pondering", ""]),
    st.none() | st.text(st.sampled_from("ab.漢\x1b"), max_size=40),
    st.text(st.characters(exclude_characters="N"), max_size=60),  # so that only the head has NODE
    st.sampled_from(["2016-05-05T19:50:08Z", "2016-05-06T00:00:00Z", "soon", ""]),
)


@given(st.lists(EVENTS, max_size=6), st.lists(st.integers(0, 6)), st.sampled_from([None, 61, 80, 200]))
def test_a_table_depends_on_how_events_came_for_the_place_of_its_columns_alone(
    events: list[Event], cuts: list[int], cells: int | None
) -> None:
    places = sorted([0, *cuts, len(events)])
    batches = [events[begin:end] for begin, end in pairwise(places)]
    assert len(drawn(*batches, cells=cells, end=True)) == len(drawn(events, cells=cells, end=True))
    if cells is None:
        assert [line.split() for line in drawn(*batches)] == [line.split() for line in drawn(events)]


@given(st.lists(EVENTS, max_size=4), st.sampled_from([None, 40, 80]))
def test_each_event_is_one_line_below_the_head(events: list[Event], cells: int | None) -> None:
    lines = drawn(events, cells=cells)
    assert len([line for line in lines if not re.search(r" NODE( |$)", line)]) == len(events)


def test_an_event_that_comes_after_a_later_one_of_its_job_says_so() -> None:
    rows = drawn([run_event(number, message="m") for number in (5, 7, 6, None, 7, 8)])[1:]
    assert [row.rpartition("  ")[2].strip() for row in rows] == ["m", "m", "(late) m", "m", "m", "m"]


def rendered_by_rich(event: Event, head: str, theme: Theme, cells: int | None) -> str:
    """Render a row's cells with rich, each cut or padded to its column, which begins where the head's word does.

    Not with rich's own table: before 14.3 it shares its columns' widths out otherwise.
    """
    begins = [head.index(word) for word in head.split()]
    widths = [after - begin - 2 for begin, after in pairwise(begins)]
    state = event.type.rpartition("_")[2]
    whole = event.type.removeprefix("node_").replace("_", " ")
    label = (whole if widths[2] > len("job finished") else state).ljust(widths[2] - 2)
    texts = [str(event.id), "19:50:08" if cells else "2016-05-05 19:50:08",
             Text(f"{theme.glyphs[state]} {label}", theme.styles.get(state, "")),
             escape_control(event.node or "-"), escape_control(event.message)]  # fmt: skip
    row = [Text(text) if isinstance(text, str) else text for text in texts]
    for cell, size in zip(row, [*widths, (cells or 9999) - begins[-1]], strict=True):
        cell.truncate(size, overflow="ellipsis", pad=True)
    stream = io.StringIO()
    console = rich.console.Console(file=stream, width=cells or 9999, force_terminal=True, color_system="standard")
    console.no_color = not theme.styles
    console.print(Text("  ").join(row), no_wrap=True, crop=False, overflow="ignore")
    return stream.getvalue()


@given(
    st.builds(
        run_event,
        st.integers(0, 99_999),
        st.sampled_from(
            ["node_running", "node_finished", "node_failed", "node_skipped", "job_stopping", "job_aborted"]
        ),
        st.none() | st.text(st.sampled_from("ab.漢é\x1b[]"), max_size=6),
        st.text(st.sampled_from("ab [/]:\\\n\t\x1b\x9b漢字é\u202e😀"), max_size=90),
    ),
    st.sampled_from([None, 75, 80, 120]),
    st.sampled_from([PLAIN, COLOUR]),
)
def test_a_row_is_what_rich_makes_of_the_same_cells(event: Event, cells: int | None, theme: Theme) -> None:
    head, row = drawn([event], cells=cells, theme=theme)
    head = re.sub(r"\x1b\[[0-9;]*m", "", head)
    by_rich = rendered_by_rich(event, head, theme, cells).rstrip()
    by_rich = re.sub(" +…$", "…", by_rich)  # a space before the ellipsis says nothing
    assert row.rstrip() == re.sub("( +)…", r"…\1", by_rich)


RUN = {"metrics": {"total": 347, "changed": 3, "failed": 1}}


@each(
    ("kind", "detail", "message", "shown"),
    [
        ("node_failed", {"_error": {"msg": "disk full"}}, "Failed on node web-1", "disk full"),
        ("node_errored", {"_error": "timed out"}, "", "timed out"),
        ("node_failed", {"_output": "bind failed\nmore"}, "Failed", "bind failed; Failed"),
        ("node_failed", {"_error": {"msg": "exited with 1"}}, "Failed: exited with 1", "Failed: exited with 1"),
        ("node_failed", RUN, "Failed", "3 changed, 1 failed of 347; Failed"),
        ("node_finished", RUN, "Finished", "3 changed, 1 failed of 347; Finished"),
        ("node_finished", {"_output": "well"}, "Finished", "Finished"),
        ("node_running", RUN, "Started", "Started"),
        ("node_failed", None, "Failed", "Failed"),
        ("node_failed", None, "Run failed on web-1: no: catalog", "no: catalog; Run failed on web-1"),
        ("node_failed", RUN, "Run failed on web-1: x", "3 changed, 1 failed of 347; Run failed on web-1: x"),
        ("node_failed", None, "Run failed on web-2: x", "Run failed on web-2: x"),
        ("node_failed", {"_error": "a\x1b[2J"}, "Failed", "a\\x1b[2J; Failed"),
    ],
)
def test_a_node_s_end_carries_its_cause_or_what_changed(kind: str, detail: object, message: str, shown: str) -> None:
    assert drawn([event(7, kind, "web-1", message, detail)])[1].endswith(f"  {shown}")


def test_elapsed_times_have_a_narrow_column_and_no_date() -> None:
    began = datetime(2016, 5, 5, 19, 50, tzinfo=UTC)
    for cells in (None, 80):
        head, first, *_ = drawn(JOB, cells=cells, stamp=TimeFormat("elapsed", lambda _: began))
        assert head.split()[:3] == ["ID", "ELAPSED", "EVENT"]
        assert first.split()[:2] == ["1267", "00:00:08"]


REVERSED = ("\x1b[7m", "\x1b[0m")


def test_what_was_looked_for_is_marked_in_message_and_node() -> None:
    before, after = REVERSED
    row = drawn([run_event(message="Started web run")], theme=COLOUR, grep=["web", "b r", "(?=x)|^"])[1]
    assert f"{before}web{after}-1.example.com  " in row
    assert row.endswith(f"Started {before}web{after}{before} r{after}un")


def test_without_colour_nothing_is_marked() -> None:
    assert drawn(JOB, grep=["disk"]) == drawn(JOB)


def test_what_was_found_only_in_the_details_is_shown_first() -> None:
    found = event(7, "node_finished", message="Finished", detail={"_output": "one\n  two \x07 emerg three\n"})
    assert drawn([found], grep=["emerg"])[1].endswith("  two \\x07 emerg three; Finished")
    assert drawn([found], grep=["Finished"])[1].endswith("  Finished")


@pytest.mark.parametrize("cells", [40, 80])
def test_what_was_found_is_in_sight_on_a_terminal(cells: int) -> None:
    row = drawn([run_event(message="x" * 70 + " emerg " + "y" * 70)], cells=cells, grep=["emerg"])[1]
    assert "…xxxxx em" in row
    assert width(row) == cells


@pytest.mark.parametrize("cells", [None, 80, 160])
def test_events_an_hour_apart_at_the_end_of_summer_time_differ_and_stay_aligned(
    cells: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    days = [run_event(number, timestamp=f"2016-10-30T0{number}:30:00Z", message="m") for number in (0, 1)]
    head, *rows = drawn(days, cells=cells, stamp=TimeFormat("local"))
    monkeypatch.undo()
    time.tzset()
    assert [re.search(r"\d\d:\d\d:\d\d[+]\d\d", row)[0] for row in rows] == ["02:30:00+02", "02:30:00+01"]  # type: ignore[index]
    assert {row.index("▶") for row in rows} == {head.index("EVENT")}


def said(number: int, kind: str, **details: object) -> Event:
    stamp = "2016-05-05T19:50:08Z"
    return event_from({"type": kind, "timestamp": stamp, "details": details, "id": str(number)})


PLAN = [
    said(1, "plan_start", plan="fleet::drain"),
    said(2, "out_message", message="Draining the \x1b[31msecond\x07 rack"),
    said(3, "apply_prep_start", **{"job-id": 71}),
    said(4, "plan_end", plan="fleet::drain", duration=2),
    said(5, "plan_failed", result={"msg": "No such host"}),
]


def plan_rows(cells: int | None) -> list[str]:
    stream = io.BytesIO()
    table = Table(Output(stream), PLAIN, TimeFormat("utc"), terminal=lambda: cells, name_job=True, plans=True)
    table.write("plan:9", PLAN)
    return [line.rstrip() for line in stream.getvalue().decode().splitlines()[1:]]


@pytest.mark.parametrize(
    ("cells", "labels"),
    [
        (150, ["plan start", "message", "apply prep", "plan end", "plan failed"]),
        (100, ["start", "message", "prep", "end", "failed"]),
    ],
)
def test_a_plan_is_told_in_the_columns_of_node_and_message_and_sub_plans_are_indented(
    cells: int, labels: list[str]
) -> None:
    rows = plan_rows(cells)
    begin = rows[0].index("fleet")

    assert all(label in row[:begin] for row, label in zip(rows, labels, strict=True))
    assert ("plan start" in rows[0]) == (cells > 100)
    assert [row[begin:] for row in (rows[0], *rows[2:])] == [
        "fleet::drain", "  started job 71", "fleet::drain after 2s", "No such host",
    ]  # fmt: skip
    assert rows[1][begin:].startswith(r"  Draining the \x1b")


def test_off_a_terminal_a_plan_has_a_cell_for_the_node_that_it_has_not() -> None:
    rows = plan_rows(None)

    assert {row.index(" -  ") for row in rows} == {rows[0].index(" -  ")}
    assert rows[1].endswith(r"  Draining the \x1b[31msecond\x07 rack")


@pytest.mark.parametrize("cells", [40, 60, 80])
def test_no_row_of_a_plan_is_wider_than_the_terminal(cells: int) -> None:
    assert all(width(row) <= cells for row in plan_rows(cells))
