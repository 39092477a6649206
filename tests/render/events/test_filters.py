"""Which events are shown, and the links that hold back or let through."""

import re
import tracemalloc
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.render.events.filters import EventFilter, Filtered, Tail
from orch_events.wire.event import Event
from tests.build import event
from tests.table import each


class Shown:
    """A renderer that remembers what reached it."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.ids: dict[str, list[int | None]] = {}
        self.told: list[str] = []

    def write(self, job: str, events: Sequence[Event]) -> None:
        self.ids.setdefault(job, []).extend(one.id for one in events)

    def flush(self) -> None:
        self.told.append("wait")

    def close(self, *, complete: bool = True) -> None:
        self.told.append("complete" if complete else "cut short")


def events(*numbers: int) -> list[Event]:
    return [event(number, "node_failed" if number % 2 else "node_finished") for number in numbers]


def test_the_selected_events_pass_in_their_order() -> None:
    shown = Shown()
    filtered = Filtered(EventFilter(failed=True), shown)
    filtered.write("352", events(1, 2, 4, 3, 5))
    filtered.write("352", events(6, 7))
    assert shown.ids == {"352": [1, 3, 5, 7]}
    assert filtered.passed == 4


@pytest.mark.parametrize("complete", [True, False])
def test_what_is_said_of_the_end_passes_a_selection(*, complete: bool) -> None:
    shown = Shown()
    filtered = Filtered(EventFilter(), shown)
    filtered.flush()
    filtered.close(complete=complete)
    assert shown.told == ["wait", "complete" if complete else "cut short"]


def unanswered(_: str) -> bool:
    """Tell that no first answer has come whole."""
    return False


def test_a_tail_shows_nothing_until_the_first_answer_is_whole() -> None:
    shown, answered = Shown(), set[str]()
    tail = Tail(2, shown, str, answered.__contains__)
    tail.write("352", events(1, 2))
    tail.flush()
    tail.write("352", events(3))
    tail.flush()
    assert shown.ids == {}
    answered.add("352")
    tail.flush()
    assert shown.ids == {"352": [2, 3]}


def test_each_job_s_tail_waits_for_its_own_first_answer() -> None:
    shown = Shown()
    tail = Tail(1, shown, str, {"353"}.__contains__)
    tail.write("352", events(1, 2))
    tail.write("353", events(3, 4))
    tail.flush()
    assert shown.ids == {"353": [3, 4]}


def test_what_comes_before_any_flush_is_shown_behind_what_was_held() -> None:
    shown, answered = Shown(), set[str]()
    tail = Tail(1, shown, str, answered.__contains__)
    tail.write("352", events(1, 2))
    answered.add("352")
    tail.write("352", events(3))
    assert shown.ids == {"352": [2, 3]}


def test_after_the_first_answer_a_tail_lets_everything_through() -> None:
    shown, answered = Shown(), set[str]()
    tail = Tail(1, shown, str, answered.__contains__)
    tail.write("352", events(1, 2))
    answered.add("352")
    tail.flush()
    tail.write("352", events(3, 4, 5))
    tail.flush()
    assert shown.ids == {"352": [2, 3, 4, 5]}
    assert shown.told == ["wait", "wait"]


@pytest.mark.parametrize("complete", [True, False])
def test_a_tail_lets_go_at_the_end(*, complete: bool) -> None:
    shown = Shown()
    tail = Tail(2, shown, str, unanswered)
    tail.write("352", events(1, 2, 3))
    tail.close(complete=complete)
    assert shown.ids == {"352": [2, 3]}
    assert shown.told[-1] == ("complete" if complete else "cut short")


def test_each_job_has_a_tail_of_its_own() -> None:
    shown = Shown()
    tail = Tail(2, shown, str, unanswered)
    tail.write("352", events(1, 2))
    tail.write("353", events(3))
    tail.write("352", events(4))
    tail.close()
    assert shown.ids == {"352": [2, 4], "353": [3]}


def test_jobs_of_one_stream_have_one_tail_which_a_job_that_is_started_later_does_not_stop() -> None:
    shown, answered = Shown(), set[str]()
    tail = Tail(2, shown, lambda _: "plan:9", answered.__contains__)
    tail.write("plan:9", events(1))
    tail.write("352", events(2, 3))
    tail.write("plan:9", events(4))
    answered.add("plan:9")
    tail.flush()
    answered.clear()
    tail.write("353", events(5))
    assert shown.ids == {"352": [3], "plan:9": [4], "353": [5]}


def test_a_tail_of_nothing_shows_only_what_is_new() -> None:
    shown, answered = Shown(), set[str]()
    tail = Tail(0, shown, str, answered.__contains__)
    tail.write("352", events(1, 2))
    answered.add("352")
    tail.flush()
    tail.write("352", events(3))
    assert shown.ids == {"352": [3]}


def test_of_what_is_selected_the_tail_is_shown() -> None:
    shown = Shown()
    filtered = Filtered(EventFilter(failed=True), Tail(2, shown, str, unanswered))
    filtered.write("352", events(1, 2, 3, 4, 5, 6, 8))
    filtered.close()
    assert shown.ids == {"352": [3, 5]}


@given(st.integers(0, 9), st.lists(st.lists(st.integers(1, 99), max_size=5), max_size=4))
def test_a_tail_is_the_end_of_all_that_came(count: int, batches: list[list[int]]) -> None:
    shown = Shown()
    tail = Tail(count, shown, str, unanswered)
    for batch in batches:
        tail.write("352", events(*batch))
    tail.close()
    everything = [number for batch in batches for number in batch]
    assert shown.ids.get("352", []) == everything[max(0, len(everything) - count) :]


def test_what_is_held_back_keeps_nothing_else_in_memory() -> None:
    tail = Tail(100, Shown(), str, unanswered)
    tracemalloc.start()
    for _ in range(100):
        _, small = Event.read_all(b'[{"id":"1","m":"%b"},{"id":"2"}]' % (b"x" * 100_000))
        tail.write("352", [small])
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 1_000_000


AT = 1_462_477_808.0


def passes(one: Event, **tests: Any) -> bool:
    return list(EventFilter(**tests).apply([one])) == [one]


@each(
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
    assert passes(event(1, kind), types=types) is shown


@each(
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
    assert passes(event(1, node=node), nodes=globs) is shown


@given(st.text(max_size=12), st.text(max_size=12))
def test_any_text_is_a_glob(glob: str, node: str) -> None:
    assert passes(event(1, node=node), nodes=[glob, "*"]) is bool(node)


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
    assert passes(event(1, kind), failed=True) is shown


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
    assert passes(event(1, timestamp="2016-05-05T19:50:08Z"), since=since, until=until) is shown


@pytest.mark.parametrize("stamp", ["", "soon"])
def test_an_event_without_a_time_is_not_within_any(stamp: str) -> None:
    assert not passes(event(1, timestamp=stamp), since=0.0)
    assert not passes(event(1, timestamp=stamp), until=AT * 9)
    assert passes(event(1, timestamp=stamp))


@each(
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
        1,
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
        st.just(1),
        st.sampled_from(["node_running", "node_failed", "node_errored", "job_finished"]),
        st.sampled_from(["web-1", "web-2", "db", None]),
        st.sampled_from(["", "full", "fine"]),
        timestamp=st.sampled_from(["2016-05-05T19:50:08Z", "2016-05-05T19:50:09Z", ""]),
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
    both = list(EventFilter(**one | other).apply(events))
    assert both == list(EventFilter(**one).apply(EventFilter(**other).apply(events)))
    assert both == [event for event in events if event in both], "in their order"


@given(EVENTS)
def test_the_same_option_twice_is_or_and_none_is_all(events: list[Event]) -> None:
    either = EventFilter(types=["failed", "running"]).apply(events)
    assert list(either) == [event for event in events if event.type in ("node_failed", "node_running")]
    assert list(EventFilter().apply(events)) == events
