"""Events, as servers write them and as they should not."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from orch_events.wire.event import Event, PageEnd, fields_of, read_id
from tests.table import each

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@each(
    ("value", "number"),
    [
        ("1267", 1267),
        (1267, 1267),
        ("0", 0),
        ("007", 7),
        (-1, None),
        ("-1", None),
        ("", None),
        (" 1", None),
        ("1_000", None),
        ("\u00b2", None),
        ("\u0661", None),
        (1.0, None),
        (True, None),
        (None, None),
        ([1], None),
        (10**17, 10**17),
        (10**30, None),
        ("9" * 5000, None),
        ((1 << 63) - 2, (1 << 63) - 2),  # there is one more above it
        ((1 << 63) - 1, None),
        ("0" + str((1 << 63) - 2), None),
        ("9" * 19, None),
    ],
)
def test_an_id_is_a_whole_number_in_a_string_or_as_itself(value: object, number: int | None) -> None:
    assert read_id(value) == number
    assert Event.read(json.dumps({"id": value}).encode()).id == number


@given(
    st.dictionaries(st.sampled_from(["id", "type", "timestamp", "message", "details", "x"]), JSON) | JSON,
    st.sampled_from([None, "node"]),
)
def test_reading_an_event_never_fails_and_keeps_its_json(content: Any, key: str | None) -> None:
    if isinstance(content, dict) and key:
        content["details"] = {"node": content.get("details")}
    raw = json.dumps(content).encode()
    found = Event.read(raw)
    assert found.raw == raw
    assert isinstance(found.type, str)
    assert isinstance(found.message, str)
    assert found.node is None or isinstance(found.node, str)
    assert found.at is None or isinstance(found.at, datetime)


def test_one_field_of_the_wrong_kind_does_not_spoil_the_others() -> None:
    found = Event.read(b'{"id":"5","type":"node_failed","details":{"node":"a"},"message":["no","text"]}')
    assert (found.id, found.type, found.node, found.message) == (5, "node_failed", "a", "")
    found = Event.read(b'{"id":"5","type":"node_failed","details":[1],"message":"m"}')
    assert (found.id, found.type, found.node, found.message) == (5, "node_failed", None, "m")


def test_numbers_out_of_range_and_broken_utf8_do_not_keep_an_event_from_being_read() -> None:
    assert Event.read(b'{"id":"5","message":1e999}').id == 5
    assert Event.read(b'{"id":"5","message":"\\ud800"}').message == "\ud800"
    found = Event.read(b'{"id":"5","message":"\xff"}')
    assert (found.id, found.message) == (5, "�")


def test_details_are_any_json() -> None:
    assert Event.read(b'{"details":{"node":"a","detail":[1,{}]}}').details == {"node": "a", "detail": [1, {}]}
    assert Event.read(b'{"details":7}').details == 7
    assert Event.read(b"[1]").details is None


def test_a_time_is_utc_where_it_names_no_zone() -> None:
    assert Event.read(b'{"timestamp":"2016-05-05T19:50:08Z"}').at == datetime(2016, 5, 5, 19, 50, 8, tzinfo=UTC)
    assert Event.read(b'{"timestamp":"2016-05-05T19:50:08"}').at == datetime(2016, 5, 5, 19, 50, 8, tzinfo=UTC)
    assert Event.read(b'{"timestamp":"yesterday"}').at is None


IDS = ["1", "007", "", "1 ", "\u0661", "\u00b2", "-1", "9" * 18, "9" * 19, 3, 1.0, None, [1]]
OBJECTS = st.sampled_from([*(json.dumps({"id": one}) for one in IDS), "{}", "1", "[]", '{"id":"1","id":"2"}'])


@given(st.lists(OBJECTS, max_size=4))
@example(['{"id":"1"}', '{"id":"%s"}' % ("9" * 19)])
@example(['{"id":"1"}', '{"id":"\u0661"}'])
@example(['{"id":"1"}', '{"id":""}'])
@example(['{"id":"1"}', '{"id":3}'])
@example(['{"id":"1","type":5,"message":"m"}', '{"id":"2","details":[{"node":"a"}]}'])
def test_events_read_at_once_are_the_same_as_each_read_for_itself(objects: list[str]) -> None:
    at_once = Event.read_all(f"[{','.join(objects)}]".encode())
    each = [Event.read(text.encode()) for text in objects]
    assert [(one.id, one.raw, one.fields) for one in at_once] == [(one.id, one.raw, one.fields) for one in each]


@given(st.lists(OBJECTS | JSON.map(json.dumps), max_size=4))
def test_fields_decoded_together_are_the_same_as_each_decoded_for_itself(objects: list[str]) -> None:
    raws = [text.encode() for text in objects] + [b'{"id":"9","type":"t","details":{"node":"n","detail":{"a":[1]}}}']
    decoded = [Event.read(raw) for raw in raws[:1]]
    events = [*decoded, *(Event(None, raw) for raw in raws[1:])]
    assert fields_of(events) == [Event.read(raw).fields for raw in raws]
    assert [event.fields for event in events] == fields_of(events)
    assert fields_of([]) == []


def test_a_copy_is_the_same_event_and_keeps_nothing_else() -> None:
    first, _ = Event.read_all(b'[{"id":"1","message":"m"},{"id":"2"}]')
    assert type(first.source) is not bytes
    copy = first.copy()
    assert type(copy.source) is bytes
    assert (copy.id, copy.raw, copy.message) == (first.id, first.raw, first.message)


def test_events_are_the_same_by_what_the_server_wrote() -> None:
    one, same = Event.read(b'{"id":"1"}'), Event.read_all(b'[{"id":"1"}]')[0]
    assert one == same
    assert hash(one) == hash(same)
    assert one not in (Event.read(b'{"id":"2"}'), b'{"id":"1"}')


def test_fields_are_decoded_once() -> None:
    one = Event.read_all(b'[{"id":"1"}]')[0]
    assert one.fields is one.fields


@pytest.mark.parametrize(
    ("raw", "detail"),
    [
        (b'{"details":{"node":"a","detail":[1,{}]}}', b"[1,{}]"),
        (b'{"type":5,"details":{"node":"a","detail":[1,{}]}}', b"[1,{}]"),
        (b'{"details":{"node":"a"}}', b""),
        (b"{}", b""),
    ],
)
def test_what_a_node_reports_is_compact_json(raw: bytes, detail: bytes) -> None:
    assert bytes(Event.read(raw).fields.detail) == detail


@pytest.mark.parametrize(
    ("next_events", "start"),
    [
        ({"id": "https://h/e?start=1&start=12"}, 12),
        ({"id": "http://[h"}, None),
        ({"id": 7}, None),
        ({}, None),
        (7, None),
    ],
)
def test_of_a_page_s_next_events_the_start_counts(next_events: object, start: int | None) -> None:
    assert PageEnd.read(next_events) == PageEnd(start)
