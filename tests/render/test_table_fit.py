"""The table's columns: where they stand, and that they stay within the terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.events import Event
from orch_events.render.cells import width
from orch_events.render.theme import Theme
from tests.render.test_table import ASCII, PLAIN, drawn, one

SHORT, MIDDLE, LONG = "db", "web-01.prod.example.com.x", "agent-0123456789.datacenter-2.prod.example.com"


def columns(lines: list[str], text: str) -> list[int]:
    """Return where `text` stands in each line, in cells."""
    return [width(line[: line.index(text)]) for line in lines]


@pytest.mark.parametrize("cells", [None, 100, 160])
def test_the_node_s_column_grows_and_never_shrinks(cells: int | None) -> None:
    rows = drawn([one(node=node, message="MESSAGE") for node in (SHORT, MIDDLE, SHORT, SHORT)], cells=cells)[1:]
    first, *others = columns(rows, "MESSAGE")
    assert others == [first + 8] * 3


@pytest.mark.parametrize("node", [SHORT, MIDDLE, LONG])
@pytest.mark.parametrize("cells", [None, 61, 80, 100, 160])
def test_messages_stand_below_each_other_once_the_longest_name_was_seen(node: str, cells: int | None) -> None:
    rows = drawn([one(node=name, message="MESSAGE") for name in (node, SHORT, node, SHORT)], cells=cells)[1:]
    assert len(set(columns(rows, "MESSAGE"))) == 1


@pytest.mark.parametrize(("number", "node"), [(7, SHORT), (12345678, SHORT), (1267, MIDDLE), (1267, LONG)])
@pytest.mark.parametrize("cells", [None, 80, 160])
def test_the_head_stands_above_the_columns_of_its_first_row(number: int, node: str, cells: int | None) -> None:
    head, row = drawn([one(number, node=node, message="MESSAGE")], cells=cells)
    assert head.index("EVENT") == row.index("▶")
    assert head.index("NODE") == row.index(node[:2], row.index("running") + 7)
    assert head.index("MESSAGE") == row.index("MESSAGE")


KNOWN = st.builds(
    one,
    st.integers(1, 99_999),
    st.sampled_from(["node_running", "node_failed", "job_finished", "job_stopping"]),
    st.none() | st.text(st.sampled_from("abc.漢"), max_size=60),
    st.text(max_size=90),
    st.sampled_from(["2016-05-05T19:50:08Z", "2016-05-06T00:00:00Z"]),
)


@given(st.lists(KNOWN, max_size=5), st.integers(61, 200), st.sampled_from([PLAIN, ASCII]))
def test_no_row_is_wider_than_the_terminal(events: list[Event], cells: int, theme: Theme) -> None:
    rows = [line for line in drawn(events, cells=cells, theme=theme) if line[:2] != "ID"]
    assert all(width(row) <= cells for row in rows)


def test_however_long_a_name_is_a_message_has_twelve_cells() -> None:
    row = drawn([one(node=LONG, message="x" * 50)], cells=80)[1]
    assert row.endswith("…  " + "x" * 11 + "…")
    assert width(row) == 80


@pytest.mark.parametrize("cells", [61, 80, 100])
def test_no_head_is_wider_than_the_terminal(cells: int) -> None:
    days = [one(node=LONG, stamp=f"2016-05-0{day}T00:00:00Z") for day in (5, 6)]
    assert all(width(line) <= cells for line in drawn(days, cells=cells) if line.startswith("ID"))


@pytest.mark.parametrize("strange", [{"kind": "node_" + "x" * 90}, {"stamp": "soon " * 20}], ids=["type", "time"])
def test_not_even_a_strange_event_is_wider_than_the_terminal(strange: dict[str, str]) -> None:
    assert max(width(line) for line in drawn([one(**strange)], cells=80)) <= 80


@given(KNOWN, st.integers(61, 300))
def test_a_wider_terminal_never_shows_less(event: Event, cells: int) -> None:
    narrow, wide = drawn([event], cells=cells)[1], drawn([event], cells=cells + 1)[1]
    assert len(narrow.rstrip("…")) <= len(wide)
