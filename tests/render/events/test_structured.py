"""Events for programs: formats that are a contract."""

import csv
import io
import json
from collections.abc import Callable, Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from orch_events.render.events.renderer import Renderer
from orch_events.render.events.structured import CSV_COLUMNS, Csv, JsonArray, JsonLines, csv_line, csv_lines
from orch_events.render.toolkit.streams import Output
from orch_events.render.toolkit.text import escape_control
from orch_events.wire.event import Event
from tests.build import event
from tests.table import each

ODD = b'{"z":1.50e+3,"id":"1","a":123456789012345678901234567890,"z":"\\u00e9\\/ \xc3\xa9","type":null}'
KINDS: list[Callable[[Output], Renderer]] = [JsonLines, JsonArray, Csv]


def written(
    make: Callable[[Output], Renderer], *batches: Sequence[Event], whole: bool = True, job: str = "352"
) -> bytes:
    stream = io.BytesIO()
    renderer = make(Output(stream))
    for batch in batches:
        renderer.write(job, batch)
        renderer.flush()
    renderer.close(complete=whole)
    return stream.getvalue()


def naming(kind: Callable[..., Renderer]) -> Callable[[Output], Renderer]:
    return lambda output: kind(output, name_job=True)


def table(text: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.decode(), newline="")))


def test_json_lines_are_the_server_s_own_bytes() -> None:
    events = [Event.read(ODD), event(2)]
    assert written(JsonLines, events) == ODD + b"\n" + event(2).raw + b"\n"


def test_without_events_json_lines_are_nothing_at_all() -> None:
    assert written(JsonLines, []) == b""


def test_json_lines_leave_at_once() -> None:
    stream = io.BytesIO()
    JsonLines(Output(stream)).write("352", [event(1)])
    assert stream.getvalue() == event(1).raw + b"\n"


def test_of_several_jobs_each_object_says_first_which() -> None:
    (line,) = written(naming(JsonLines), [Event.read(ODD)]).splitlines()
    assert line == b'{"job":"352",' + ODD[1:]


@pytest.mark.parametrize(
    ("batches", "text"),
    [
        ([], b"[]\n"),
        ([[]], b"[]\n"),
        ([[event(1)]], b"[\n%b\n]\n" % event(1).raw),
        ([[event(1)], [], [event(2), event(3)]], b"[\n%b,\n%b,\n%b\n]\n" % (event(1).raw, event(2).raw, event(3).raw)),
    ],
)
def test_a_json_array_has_an_event_a_line(batches: list[list[Event]], text: bytes) -> None:
    assert written(JsonArray, *batches) == text


EVENTS = st.lists(
    st.builds(event, st.integers(1, 99), st.just("node_running"), st.just("a"), st.text(max_size=9)), max_size=6
)


@given(EVENTS, st.integers(0, 6), st.booleans())
def test_a_json_array_that_was_begun_is_always_valid(events: list[Event], at: int, whole: bool) -> None:
    text = written(JsonArray, events[:at], events[at:], whole=whole)
    assert [json.dumps(one) for one in json.loads(text or b"[]")] == [json.dumps(json.loads(one.raw)) for one in events]
    assert text or not whole


@given(EVENTS, st.integers(0, 6))
def test_a_format_does_not_depend_on_how_events_came(events: list[Event], at: int) -> None:
    for kind in (JsonLines, JsonArray, Csv, naming(JsonLines), naming(Csv)):
        assert written(kind, events) == written(kind, events[:at], [], events[at:])


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_cut_short_before_anything_came_writes_nothing(kind: Callable[[Output], Renderer]) -> None:
    assert written(kind, whole=False) == b""


@pytest.mark.parametrize("kind", KINDS)
def test_finishing_what_is_whole_adds_no_event(kind: Callable[[Output], Renderer]) -> None:
    assert written(kind, [event(1)]).count(event(1).timestamp.encode()) == 1


def test_csv_has_a_header_and_a_line_an_event() -> None:
    text = written(Csv, [event(1, "node_failed", "web-1", "It broke")], [event(2, "job_finished", None)])
    assert text.decode().splitlines() == [
        "id,timestamp,type,node,message",
        f"1,{event(1).timestamp},node_failed,web-1,It broke",
        f"2,{event(2).timestamp},job_finished,,",
    ]


@pytest.mark.parametrize("batches", [[], [[]]])
def test_csv_without_events_is_its_header(batches: list[list[Event]]) -> None:
    assert written(Csv, *batches) == b"id,timestamp,type,node,message\n"


def test_csv_of_several_jobs_has_the_job_first() -> None:
    header, row = table(written(naming(Csv), [event(1, message="m")], job="353"))
    assert header == ["job", *CSV_COLUMNS]
    assert row == ["353", "1", event(1).timestamp, "node_running", "a", "m"]


@pytest.mark.parametrize("raw", [b"{}", b"null", b'{"id":null,"type":7,"timestamp":[],"details":{"node":{}}}'])
def test_csv_leaves_empty_what_an_event_lacks(raw: bytes) -> None:
    assert table(written(Csv, [Event.read(raw)]))[1] == [""] * len(CSV_COLUMNS)


@each(
    ("message", "cell"),
    [
        ("a,b", "a,b"),
        ('say "no"', 'say "no"'),
        ("one\ntwo\r\n", "one\\ntwo\\r\\n"),
        ("\x1b[31mred\x9b", "\\x1b[31mred\\x9b"),
        ("\u202eevil", "\\u202eevil"),
        ("File[/etc/motd]", "File[/etc/motd]"),
        ("漢字 é", "漢字 é"),
        (" kept ", " kept "),
    ],
)
def test_a_csv_cell_is_the_text_with_visible_escapes(message: str, cell: str) -> None:
    assert table(written(Csv, [event(1, message=message)]))[1][-1] == cell


@given(EVENTS)
def test_csv_has_as_many_lines_as_events_whatever_they_say(events: list[Event]) -> None:
    text = written(Csv, events).decode()
    assert len(text.splitlines()) == 1 + len(events)
    assert {len(row) for row in table(text.encode())} == {len(CSV_COLUMNS)}


CELLS = st.text(st.sampled_from(',"a \n\r\x1b;漢'), max_size=9)


@given(st.lists(st.builds(event, st.integers(1, 99), CELLS, CELLS, CELLS), max_size=6))
def test_csv_is_what_the_library_writes_of_the_visible_cells(events: list[Event]) -> None:
    by_library = io.StringIO()
    writer = csv.writer(by_library, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for one in events:
        cells = ["" if one.id is None else str(one.id), one.timestamp, one.type, one.node or "", one.message]
        writer.writerow([escape_control(cell) for cell in cells])
    assert written(Csv, events).decode() == by_library.getvalue()


def test_csv_has_the_words_of_a_plan_where_other_events_have_a_message() -> None:
    said = Event.read(b'{"type":"out_message","timestamp":"t","details":{"message":"a, b"},"id":"7"}')
    stream = io.BytesIO()
    csv_lines = Csv(Output(stream), name_job=True)
    csv_lines.write("plan:9", [said])

    assert stream.getvalue().decode().splitlines()[1] == 'plan:9,7,t,out_message,,"a, b"'


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", '=HYPERLINK("x","y")', "\uff1d1"]


@each("text", FORMULAS)
def test_a_cell_that_a_spreadsheet_would_compute_is_guarded_if_that_is_wanted(text: str) -> None:
    (cell,) = next(csv.reader([csv_line([text], safe=True)]))
    assert cell == "'" + escape_control(text)
    (cell,) = next(csv.reader([csv_line([text])]))
    assert cell == escape_control(text)


@given(
    st.text(st.characters(codec="utf-8")).filter(
        lambda text: not text.startswith(tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"))
    )
)
def test_any_other_cell_is_the_same_with_and_without_the_guard(text: str) -> None:
    assert csv_line([text], safe=True) == csv_line([text])


def test_the_guard_is_for_every_cell_of_an_event() -> None:
    bad = event(1, "=x", "@y", "-z")
    (_, row) = table(written(lambda output: Csv(output, safe=True), [bad]))
    assert [cell[:2] for cell in row[2:]] == ["'=", "'@", "'-"]


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=4), st.booleans())
@example([["1", '"']], False)  # noqa: FBT003 - as drawn
@example([["1", "a,b"], ["2", "c"]], False)  # noqa: FBT003 - as drawn
def test_lines_joined_together_are_the_same_as_each_by_itself(rows: list[list[str]], safe: bool) -> None:
    assert csv_lines(rows, safe=safe) == [csv_line(cells, safe=safe) for cells in rows]
