"""The table's columns: where they stand, and that they stay within the terminal."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.render.events.table import Table
from orch_events.render.toolkit.streams import Output
from orch_events.render.toolkit.text import width
from orch_events.render.toolkit.theme import Theme
from orch_events.render.toolkit.timestamps import TimeFormat
from orch_events.wire.event import Event
from tests.build import run_event
from tests.render.events.test_table import ASCII, PLAIN, drawn
from tests.table import each

SHORT, MIDDLE, LONG = "db", "web-01.prod.example.com.x", "agent-0123456789.datacenter-2.prod.example.com"


def columns(lines: list[str], text: str) -> list[int]:
    """Return where `text` stands in each line, in cells."""
    return [width(line[: line.index(text)]) for line in lines]


@pytest.mark.parametrize("cells", [None, 100, 160])
def test_a_batch_is_aligned_from_its_first_row_on(cells: int | None) -> None:
    rows = drawn([run_event(node=node, message="MESSAGE") for node in (SHORT, MIDDLE, SHORT)], cells=cells)[1:]
    assert len(set(columns(rows, "MESSAGE"))) == 1


@pytest.mark.parametrize("cells", [None, 100, 160])
def test_the_node_s_column_grows_with_a_later_batch_and_never_shrinks(cells: int | None) -> None:
    batches = [[run_event(node=node, message="MESSAGE")] for node in (SHORT, MIDDLE, SHORT, SHORT)]
    first, *others = columns(drawn(*batches, cells=cells)[1:], "MESSAGE")
    assert others == [others[0]] * 3
    assert others[0] > first


@each("node", [SHORT, MIDDLE, LONG])
@each("cells", [None, 61, 80, 100, 160])
def test_messages_stand_below_each_other_once_the_longest_name_was_seen(node: str, cells: int | None) -> None:
    rows = drawn([run_event(node=name, message="MESSAGE") for name in (SHORT, node, SHORT)], cells=cells)[1:]
    assert len(set(columns(rows, "MESSAGE"))) == 1


def test_a_name_beyond_reason_widens_no_column() -> None:
    rows = drawn([run_event(node=node, message="MESSAGE") for node in (SHORT, "x" * 300, SHORT)])[1:]
    assert columns(rows, "MESSAGE") == [columns(rows, "MESSAGE")[0], 300 + 46, columns(rows, "MESSAGE")[0]]


@each(("number", "node"), [(7, SHORT), (12345678, SHORT), (1267, MIDDLE), (1267, LONG)])
@each("cells", [None, 80, 160])
def test_the_head_stands_above_the_columns_of_its_first_row(number: int, node: str, cells: int | None) -> None:
    head, row = drawn([run_event(number, node=node, message="MESSAGE")], cells=cells)
    assert head.index("EVENT") == row.index("▶")
    assert head.index("NODE") == row.index(node[:2], row.index("running") + 7)
    assert head.index("MESSAGE") == row.index("MESSAGE")


KNOWN = st.builds(
    run_event,
    st.integers(1, 99_999),
    st.sampled_from(["node_running", "node_failed", "job_finished", "job_stopping"]),
    st.none() | st.text(st.sampled_from("abc.漢"), max_size=60),
    st.text(max_size=90),
    st.sampled_from(["2016-05-05T19:50:08Z", "2016-05-06T00:00:00Z"]),
)


@given(st.lists(KNOWN, max_size=5), st.integers(30, 200), st.sampled_from([PLAIN, ASCII]))
def test_no_row_is_wider_than_the_terminal(events: list[Event], cells: int, theme: Theme) -> None:
    rows = [line for line in drawn(events, cells=cells, theme=theme) if line[:2] != "ID"]
    assert len(rows) >= len(events)
    assert all(width(row) <= cells for row in rows)


@pytest.mark.parametrize("cells", [61, 80])
def test_names_are_cut_to_leave_the_message_room_but_not_before_their_first_label_ends(cells: int) -> None:
    row = drawn([run_event(node=LONG, message="x" * 50)], cells=cells)[1]
    assert "  agent-0123456789…  x" in row
    assert width(row) == cells


def test_where_there_is_room_for_the_message_a_name_is_whole() -> None:
    row = drawn([run_event(node=LONG, message="x" * 50)], cells=140)[1]
    assert f"  {LONG}  " in row


@pytest.mark.parametrize(
    ("cells", "head"),
    [
        (140, "ID     2016-05-05  EVENT           NODE                      MESSAGE"),
        (80, "ID     2016-05-05  EVENT       NODE    MESSAGE"),
        (60, "ID     2016-05-05     NODE    MESSAGE"),
        (40, "2016-05-05     NODE    MESSAGE"),
    ],
)
def test_a_narrow_terminal_does_without_the_event_s_words_and_then_without_the_id(cells: int, head: str) -> None:
    lines = drawn([run_event(node="web-1.example.com", message="x" * 90)], cells=cells)
    assert lines[0] == head
    assert "▶" in lines[1]
    assert lines[1].endswith("x…")


def test_a_terminal_that_is_resized_is_filled_from_then_on() -> None:
    widths = iter([80, 80, 120])
    stream = io.BytesIO()
    table = Table(Output(stream), PLAIN, TimeFormat("utc"), terminal=lambda: next(widths))
    for number in (1, 2):
        table.write("352", [run_event(number, message="x" * 150)])
    rows = [line for line in stream.getvalue().decode().splitlines() if line[:2] != "ID"]
    assert [width(row) for row in rows] == [80, 120]


@pytest.mark.parametrize("cells", [61, 80, 100])
def test_no_head_is_wider_than_the_terminal(cells: int) -> None:
    days = [run_event(node=LONG, timestamp=f"2016-05-0{day}T00:00:00Z") for day in (5, 6)]
    heads = [line for line in drawn(days, cells=cells) if "NODE" in line]
    assert len(heads) == 2
    assert max(map(width, heads)) <= cells


@pytest.mark.parametrize("strange", [{"kind": "node_" + "x" * 90}, {"timestamp": "soon " * 20}], ids=["type", "time"])
def test_not_even_a_strange_event_is_wider_than_the_terminal(strange: dict[str, str]) -> None:
    assert max(width(line) for line in drawn([run_event(**strange)], cells=80)) <= 80


@given(KNOWN, st.integers(61, 300))
def test_a_wider_terminal_never_shows_less(event: Event, cells: int) -> None:
    narrow, wide = drawn([event], cells=cells)[1], drawn([event], cells=cells + 1)[1]
    assert len(narrow.rstrip("…")) <= len(wide)


@pytest.mark.parametrize("cells", [None, 80, 100, 160])
def test_a_column_made_for_nodes_that_are_known_beforehand_does_not_move(cells: int | None) -> None:
    rows = drawn(*([run_event(node=node, message="MESSAGE")] for node in (SHORT, MIDDLE, LONG)),
                 cells=cells, expected=[SHORT, MIDDLE, LONG])[1:]  # fmt: skip
    assert len(set(columns(rows, "MESSAGE"))) == 1


def test_an_address_is_not_cut_at_its_first_dot() -> None:
    assert "  10.20.30.40  " in drawn([run_event(node="10.20.30.40", message="x" * 90)], cells=61)[1]


def test_a_name_is_cut_before_the_cause_is() -> None:
    cause = "No catalog: class ::base::ssh is missing"
    failed = run_event(7, "node_failed", "web-03.example.com", f"Failed on web-03.example.com: {cause}")
    assert f"✖ failed    web-03…  {cause[:39]}" in drawn([failed], cells=80)[1]
