"""Which events are shown."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.events import Event
from orch_events.selection import Selection

AT = 1_462_477_808.0


def event(kind: str = "node_running", node: str | None = "a", message: str = "", stamp: str = "", **more: Any) -> Event:
    details = {"node": node} | more if node is not None else more
    content = {"id": "1", "type": kind, "timestamp": stamp, "details": details, "message": message}
    return Event.read(json.dumps(content).encode())


def passes(one: Event, **tests: Any) -> bool:
    return list(Selection(**tests).of([one])) == [one]


@pytest.mark.parametrize(
    ("types", "kind", "shown"),
    [
        (["node_failed"], "node_failed", True),
        (["failed"], "node_failed", True),
        (["failed"], "node_finished", False),
        (["finished"], "node_finished", True),
        (["finished"], "job_finished", True),
        (["node_finished"], "job_finished", False),
        (["failed", "aborted"], "job_aborted", True),
        (["node_pondering"], "node_pondering", True),
        (["pondering"], "node_pondering", True),
        (["fail"], "node_failed", False),
        (["running"], "", False),
    ],
)
def test_a_type_is_named_whole_or_without_its_first_word(*, types: list[str], kind: str, shown: bool) -> None:
    assert passes(event(kind), types=types) is shown


@pytest.mark.parametrize(
    ("globs", "node", "shown"),
    [
        (["web-1.example.com"], "web-1.example.com", True),
        (["web-*"], "web-1.example.com", True),
        (["web"], "web-1.example.com", False),
        (["*.example.com"], "web-1.example.com", True),
        (["*.example.com"], "web-1.example.com.evil", False),
        (["web-1.example.com"], "web-1xexample.com", False),
        (["web-[12]"], "web-2", True),
        (["web-[!12]"], "web-2", False),
        (["web-?"], "web-10", False),
        (["1.example.com"], "web-1.example.com", False),
        (["db-*", "web-*"], "web-1", True),
        (["a|b"], "b", False),
        (["*"], None, False),
    ],
)
def test_a_node_is_named_by_globs_for_its_whole_name(*, globs: list[str], node: str | None, shown: bool) -> None:
    assert passes(event(node=node), nodes=globs) is shown


@given(st.text(max_size=12), st.text(max_size=12))
def test_any_text_is_a_glob(glob: str, node: str) -> None:
    assert passes(event(node=node), nodes=[glob, "*"]) is bool(node)


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        ("node_failed", True),
        ("node_errored", True),
        ("node_skipped", False),
        ("node_finished", False),
        ("job_aborted", False),
    ],
)
def test_failed_is_what_failed_or_errored(*, kind: str, shown: bool) -> None:
    assert passes(event(kind), failed=True) is shown


@pytest.mark.parametrize(
    ("since", "until", "shown"),
    [
        (AT, None, True),
        (AT + 0.5, None, False),
        (None, AT, True),
        (None, AT - 0.5, False),
        (AT, AT, True),
        (AT - 10, AT + 10, True),
        (0.0, 1.0, False),
    ],
)
def test_since_and_until_are_inclusive(*, since: float | None, until: float | None, shown: bool) -> None:
    assert passes(event(stamp="2016-05-05T19:50:08Z"), since=since, until=until) is shown


@pytest.mark.parametrize("stamp", ["", "soon"])
def test_an_event_without_a_time_is_not_within_any(stamp: str) -> None:
    assert not passes(event(stamp=stamp), since=0.0)
    assert not passes(event(stamp=stamp), until=AT * 9)
    assert passes(event(stamp=stamp))


@pytest.mark.parametrize(
    ("pattern", "shown"),
    [
        ("disk is full", True),
        ("^Could not", True),
        ("^web-1$", True),
        (r"File\[/etc/motd\]", True),
        ("deep down", True),
        ("DISK", False),
        ("(?i)DISK", True),
        ("_error", False),
        ("42", False),
        ("node_failed", False),
        ("", True),
    ],
)
def test_grep_looks_into_message_node_and_the_details_strings(*, pattern: str, shown: bool) -> None:
    one = event(
        "node_failed",
        "web-1",
        "Could not write: disk is full",
        detail={"_error": {"msg": "File[/etc/motd]", "list": [[{"x": "deep down"}], 42, None, True]}},
    )
    assert passes(one, grep=[re.compile(pattern)]) is shown


def test_grep_finds_the_characters_that_json_writes_as_escapes() -> None:
    one = Event.read(b'{"id":"1","type":"node_failed","details":{"detail":{"_output":"caf\\u00e9\\nau lait"}}}')
    assert passes(one, grep=[re.compile("café$", re.MULTILINE)])


@pytest.mark.parametrize("raw", [b"[]", b"7", b'{"details":null}', b'{"details":[]}', b'{"details":{"node":7}}'])
def test_grep_passes_over_what_has_no_text(raw: bytes) -> None:
    assert not passes(Event.read(raw), grep=[re.compile("x")])


@pytest.mark.parametrize("odd", [b"1e999", b'"\\ud800"'], ids=["float", "surrogate"])
def test_grep_survives_details_that_can_t_be_read(odd: bytes) -> None:
    one = Event.read(b'{"id":"1","type":"node_finished","message":"done","details":{"node":"a","odd":%b}}' % odd)
    assert not passes(one, grep=[re.compile("nowhere")])


EVENTS = st.lists(
    st.builds(
        event,
        st.sampled_from(["node_running", "node_failed", "node_errored", "job_finished"]),
        st.sampled_from(["web-1", "web-2", "db", None]),
        st.sampled_from(["", "full", "fine"]),
        st.sampled_from(["2016-05-05T19:50:08Z", "2016-05-05T19:50:09Z", ""]),
    ),
    max_size=8,
)
TESTS: list[dict[str, Any]] = [
    {"types": ["failed"]},
    {"nodes": ["web-*", "db"]},
    {"failed": True},
    {"since": AT + 1},
    {"grep": [re.compile("full"), re.compile("db")]},
]


@given(EVENTS, st.sampled_from(TESTS), st.sampled_from(TESTS))
def test_different_options_are_and(events: list[Event], one: dict[str, Any], other: dict[str, Any]) -> None:
    both = list(Selection(**one | other).of(events))
    assert both == list(Selection(**one).of(Selection(**other).of(events)))
    assert both == [event for event in events if event in both], "in their order"


@given(EVENTS)
def test_the_same_option_twice_is_or_and_none_is_all(events: list[Event]) -> None:
    either = Selection(types=["failed", "running"]).of(events)
    assert list(either) == [event for event in events if event.type in ("node_failed", "node_running")]
    assert list(Selection().of(events)) == events
