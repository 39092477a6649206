"""Lines that name their job."""

import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.wire.event import Event
from orch_events.wire.keyed import may_name_job, read_record, split_job, with_job, wrap_record
from orch_events.wire.records import JobRecord
from tests.build import event


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (b"{}", b'{"job":"352"}'),
        (b"[1]", b"[1]"),
        (b'"{"', b'"{"'),
        (b"null", b"null"),
        (b'{"a":{}}', b'{"job":"352","a":{}}'),
    ],
)
def test_only_an_object_can_say_which_job_it_is_of(raw: bytes, line: bytes) -> None:
    assert with_job(raw, "352") == line


OBJECTS = st.dictionaries(st.text(max_size=5), st.none() | st.integers() | st.text(max_size=5), max_size=4)


@given(OBJECTS.filter(lambda content: "job" not in content))
def test_the_job_is_all_that_is_added(content: dict[str, Any]) -> None:
    raw = json.dumps(content, separators=(",", ":")).encode()
    named = json.loads(with_job(raw, "352"))
    assert list(named.items()) == [("job", "352"), *content.items()]


def test_an_event_of_a_plan_says_that_it_is_of_a_plan() -> None:
    assert with_job(b'{"id":"1"}', "plan:9") == b'{"plan":"9","id":"1"}'


@pytest.mark.parametrize("job", ["352", "plan:9"])
def test_the_job_is_told_and_taken_off_again(job: str) -> None:
    one = event(7)
    assert split_job(Event.read(with_job(one.raw, job))) == (job, one)


@pytest.mark.parametrize("raw", [b'{"id":"1"}', b'{"job":"a b","id":"1"}', b'{"id":"1","job":"352"}'])
def test_a_line_without_the_key_in_front_names_no_job(raw: bytes) -> None:
    assert split_job(Event.read(raw)) == (None, Event.read(raw))


def test_a_record_is_read_as_it_was_written() -> None:
    record = JobRecord.from_json(b'{"name":"352","state":"finished","node_count":3}')
    assert read_record(wrap_record(record)) == record


@pytest.mark.parametrize("raw", [b'{"id":"1","type":"x"}', b'{"record":7}', b'{"record":{},"more":1}', b'{"record":{'])
def test_what_is_no_record_is_not_taken_for_one(raw: bytes) -> None:
    assert read_record(Event(None, raw)) is None


@given(st.binary(max_size=30), st.integers(1, 9))
def test_lines_that_can_t_name_a_job_are_told_without_decoding_them(rest: bytes, size: int) -> None:
    for key in (b"", b'{"job":"1"}', b'{ "plan" : 9 }'):
        text = b'"' + rest + key + b'"' * size
        cut = [text[at : at + size] for at in range(0, len(text), size)]
        whole = b'"job"' in text or b'"plan"' in text
        assert may_name_job(piece + b'"' * (b'"' not in piece) for piece in [text]) is whole
        assert may_name_job(cut) is (whole or any(b'"' not in piece for piece in cut))


def test_what_has_no_end_may_be_anything() -> None:
    assert may_name_job(itertools.repeat(b'{"id":"1"}\n' * 100_000))
    assert may_name_job([b"\0" * 10])
    assert not may_name_job([])
