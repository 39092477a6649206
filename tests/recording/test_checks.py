"""What a file is that is no recording, whether events are of one job, and that reading comes to an end."""

import gzip
import io
import itertools
import json
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.errors import LocalFileError
from orch_events.recording import Recording, checks
from orch_events.recording.checks import Limit, OneJob
from orch_events.recording.file import File
from orch_events.recording.formats import Part
from orch_events.simulator import scripts
from orch_events.wire.event import Event
from orch_events.wire.page import compact
from tests import CASES
from tests.build import event
from tests.recording.written import KINDS, json_lines, named_lines, raws, recording
from tests.simulator.documented import JOBS_OF_PLANS
from tests.table import each

JOB = {"name": "352", "state": "running", "type": "task", "id": "https://h/orchestrator/v1/jobs/352", "options": {}}
PLAN = {"name": "9", "state": "success", "id": "9", "options": {"plan_name": "fleet::drain"}, "timestamp": "x"}
NODE = {"name": "a", "state": "finished", "latest-event-id": 20, "timestamp": "x", "details": {}}
REPORT = {"node": "a", "state": "finished", "timestamp": "x", "events": []}


@each("kind", ["json_lines", "array", "compact_page", "pretty_page"])
@each(
    ("content", "what", "hint"),
    [
        (JOB, "a list of jobs", "orch-events list NUMBER"),
        (PLAN, "a list of plan jobs", "orch-events list plan:NUMBER"),
        (NODE, "a saved answer of /nodes", "failures, nodes and summary"),
        (REPORT, "a saved answer of /report", "orch-events failures NUMBER"),
    ],
)
def test_something_else_is_named_with_what_to_type_instead(
    content: dict[str, Any], what: str, hint: str, kind: str
) -> None:
    notices: list[str] = []
    one = recording(KINDS[kind]([json.dumps(content, separators=(",", ":")).encode()] * 3), notices=notices)
    with pytest.raises(LocalFileError) as raised:
        one.job()
    assert raised.value.message == f"x.jsonl is {what}, not a job's events"
    assert hint in raised.value.hint
    assert notices == []


def test_a_list_of_jobs_of_2021_is_one_though_another_key_comes_first() -> None:
    assert recording((CASES / "jobs-2021.json").read_bytes()).contents == "jobs"


def test_a_report_of_2016_is_one() -> None:
    assert recording(b'{ "report" : [ {"node": "a", "state": "finished", "events": [ ]} ] }').contents == "report"


EVENTS = {number: [compact(moment.text.encode()) for moment in scripts()[number].events] for number in scripts()}
NUMBERS = [number for number in EVENTS if number != 360]


UNTOLD = ({356, 357}, {356, 358}, *({356, job} for job in JOBS_OF_PLANS))
"""The first has no end, and the other other nodes and higher ids: nothing tells them from one job."""


@each(("one", "other"), [pair for pair in itertools.permutations(NUMBERS, 2) if set(pair) not in UNTOLD])
def test_two_jobs_without_a_key_are_refused(one: int, other: int) -> None:
    with pytest.raises(LocalFileError, match=r"^x\.jsonl has events of more than one job, and nothing") as raised:
        raws(recording(json_lines(EVENTS[one] + EVENTS[other])))
    assert "--record" in raised.value.hint


@each("number", NUMBERS)
def test_one_job_is_one_however_often_and_in_which_order_it_was_recorded(number: int) -> None:
    twice = EVENTS[number] * 2
    assert raws(recording(json_lines(twice))) == twice
    Random(number).shuffle(twice)
    assert raws(recording(json_lines(twice))) == twice


@each(
    ("events", "other"),
    [
        ([event(1), event(2, "node_finished"), event(3)], True),
        ([event(3), event(2, "node_finished")], True),
        ([event(3), event(2, "node_finished"), event(1)], True),
        ([event(2, "node_finished"), event(1)], False),
        ([event(5, "job_finished", None), event(6, node="b")], True),
        ([event(6, node="b"), event(5, "job_finished", None)], True),
        ([event(5, "job_finished", None), event(6, "node_finished", "b")], False),
        ([event(5, "job_aborted", None), event(6, node="b")], True),
        ([event(5, "job_aborted", None), event(6, "node_skipped", "b")], False),
        ([event(5, "job_aborted", None), event(6, "job_finished", None)], False),
        ([event(5, "job_aborted", None), event(6, "job_aborted", None)], True),
        ([Event.read(b'{"type":"job_finished"}'), Event.read(b'{"type":"job_finished","x":1}')], False),
    ],
)
def test_a_job_that_goes_on_after_its_end_is_another(events: Sequence[Event], other: bool) -> None:
    assert _is_other(events, len(events)) is other
    assert _is_other(events, 1) is other


def _is_other(events: Sequence[Event], size: int) -> bool:
    """Whether events that come so many at a time are found to be of two jobs."""
    one_job = OneJob("x")
    try:
        for at in range(0, len(events), size):
            one_job.check(events[at : at + size])
    except LocalFileError:
        return True
    return False


_KINDS = ["node_running", "node_finished", "node_failed", "job_finished", "job_stopping"]


@given(st.lists(st.tuples(st.integers(1, 9), st.sampled_from(_KINDS), st.sampled_from(["a", "b", None])), max_size=7),
       st.booleans())  # fmt: skip
def test_events_taken_together_are_of_one_job_as_those_taken_one_by_one(
    said: list[tuple[int, str, str | None]], in_order: bool
) -> None:
    events = [event(number, kind, node=node) for number, kind, node in (sorted(said, key=str) if in_order else said)]
    with mock.patch.object(OneJob, "_goes_on", return_value=False):
        other = _is_other(events, len(events) or 1)
    assert {_is_other(events, size) for size in (1, 2, 3, 7)} == {other}


def test_two_jobs_that_are_named_are_none_of_this() -> None:
    content = named_lines(EVENTS[352]) + b"".join(b'{"job":"353",' + line[1:] + b"\n" for line in EVENTS[353])
    one = recording(content)
    assert one.jobs == ["352", "353"]
    assert raws(one, "353") == EVENTS[353]


class Endless(io.RawIOBase):
    """A device that has no end."""

    def __init__(self, piece: bytes) -> None:
        self._piece = piece
        self.taken = 0

    def tell(self) -> int:
        return 0

    def seek(self, offset: int, whence: int = 0) -> int:
        del whence
        return offset

    def read(self, size: int = -1) -> bytes:
        self.taken += size
        return (self._piece * (size // len(self._piece) + 1))[:size]


@pytest.mark.slow
@pytest.mark.parametrize("piece", [b"\0", b" ", b"\n", b"x", b"{}\n", b"null,\n", b'{"items":[', b'{"a":"'])
@pytest.mark.parametrize("packed", [False, True])
def test_what_has_no_end_is_left_at_a_limit_that_is_said(piece: bytes, packed: bool) -> None:
    source = io.BytesIO(gzip.compress(piece * (4 << 20), 1)) if packed else Endless(piece)
    with mock.patch.object(checks, "_MOST_BYTES", 2 << 20), mock.patch.object(checks, "_MOST_PLACES", 10_000):
        one = Recording(File(source, "x"), "352")
        with pytest.raises(LocalFileError) as raised:
            raws(one, one.job())
    assert raised.value.message in ("x has 2 MB without an event", "x has 10,000 damaged places without an event")


def test_a_limit_begins_anew_with_each_event() -> None:
    limit = Limit("x")
    with mock.patch.object(checks, "_MOST_BYTES", 10), mock.patch.object(checks, "_MOST_PLACES", 2):
        for _ in range(5):
            assert list(limit.count(iter([b"x" * 10]))) == [b"x" * 10]
            limit.note(Part([event(1)], ["line 1"] * 2))
        with pytest.raises(LocalFileError, match="damaged places"):
            limit.note(Part((), ["line 2"]))


@pytest.mark.slow
def test_events_without_end_are_no_error_and_take_no_memory() -> None:
    one = Recording(File(Endless(b'{"job":"352","id":"1"}\n'), "x", arriving=True), "352")
    assert one.job() == "352"
    runs: Iterator[Sequence[Event]] = itertools.islice(one.events("352"), 40)
    assert sum(map(len, runs)) > 100_000
