"""A recording, whatever wrote it: the same events out, and a word on what is damaged."""

import gzip
import io
import json
import tracemalloc
from collections.abc import Sequence
from pathlib import Path
from typing import IO, cast
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orch_events.errors import LocalFileError, UsageError
from orch_events.recording import Recording, file, open_recording
from orch_events.recording.file import File
from orch_events.wire.event import Event
from orch_events.wire.records import JobRecord
from tests.build import ODD_EVENTS
from tests.recording.written import (
    KINDS,
    PACKED,
    compact_page,
    events_of,
    json_lines,
    named_lines,
    pretty_page,
    raws,
    recording,
)
from tests.table import each

THREE = [b'{"id":"1","m":"a"}', b'{"id":"2","m":[{"id":"7"}]}', b'{"id":"3","m":"b"}']
GZIP_BROKEN = "x.jsonl: the gzip data is damaged or cut off; events may be missing"


@settings(deadline=None)
@given(ODD_EVENTS, st.sampled_from(list(KINDS)), st.sampled_from(list(PACKED)), st.integers(1, 200))
def test_any_events_come_out_of_any_kind_of_recording_as_they_were(
    events: list[bytes], kind: str, packed: str, size: int
) -> None:
    notices: list[str] = []
    events = [event for event in events if Event.read(event).is_known]
    with mock.patch.object(file, "_PIECE_BYTES", size):
        one = recording(PACKED[packed](KINDS[kind](events)), notices=notices)
        assert one.job() == "352"
        assert raws(one) == events
        assert raws(one) == events, "a second time"
    assert notices == []


@pytest.mark.parametrize("kind", ["json_lines", "named_lines"])
def test_of_lines_that_break_off_all_that_are_whole_count(kind: str) -> None:
    content = KINDS[kind](THREE)
    ends = [content.index(event[1:]) + len(event) - 1 for event in THREE]
    for cut in range(ends[0], len(content)):
        notices: list[str] = []
        whole = sum(end <= cut for end in ends)
        assert raws(recording(content[:cut], notices=notices)) == THREE[:whole]
        between = cut in ends or content[:cut].endswith(b"\n")
        assert notices == ([] if between else [f"x.jsonl: line {whole + 1} is damaged and was skipped"])


@pytest.mark.parametrize("kind", ["array", "compact_page", "pretty_page"])
def test_of_a_page_or_an_array_that_breaks_off_all_that_is_whole_counts(kind: str) -> None:
    content = KINDS[kind](THREE)
    ends = [content.index(event) + len(event) for event in THREE]
    for cut in range(ends[0] + 1, content.rindex(b"]")):
        notices: list[str] = []
        found = raws(recording(content[:cut], notices=notices))
        assert found in (THREE[: sum(end < cut for end in ends)], THREE[: sum(end <= cut for end in ends)])
        assert notices == [f"x.jsonl: the part after {len(found)} events is damaged and was skipped"]
    assert raws(recording(content[: content.rindex(b"]") + 1])) == THREE


@pytest.mark.parametrize("kind", ["array", "compact_page"])
def test_of_a_page_or_an_array_that_is_damaged_all_that_comes_before_counts(kind: str) -> None:
    notices: list[str] = []
    content = KINDS[kind]([*THREE, b'{"id":"4" "m":1}', b'{"id":"5"}'])
    assert raws(recording(content, notices=notices)) == THREE
    assert notices == ["x.jsonl: the part after 3 events is damaged and was skipped"]


@pytest.mark.parametrize(("kind", "place"), [("array", "item"), ("pretty_page", "item"), ("json_lines", "line")])
def test_what_is_no_object_of_an_orchestrator_is_no_event(kind: str, place: str) -> None:
    notices: list[str] = []
    content = KINDS[kind]([THREE[0], b"null", b'"{}"', THREE[1], b"17", b'{"type":7}', b'{"a":1}', b"{}"])
    assert raws(recording(content, notices=notices)) == [*THREE[:2], b'{"type":7}']
    places = [f"x.jsonl: {place} {number} is damaged and was skipped" for number in (2, 3, 5)]
    assert notices == [*places, "x.jsonl: 5 damaged places were skipped in total"]


@each(
    "content",
    [
        b"root:x:0:0:root:/root:/bin/bash\n" * 40,
        b"<!DOCTYPE html>\n<title>Please wait</title>\n",
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        b"\x00" * 10_000,
        b"\x1f\x8bnot gzip at all",
        gzip.compress(b"root:x:0:0\n", mtime=0),
        b"null\n",
        b"{}\n",
        b'{"a":1}\n{"b":2}\n',
        b'{"job":"352"}\n',
        b"[1, 2]",
        b"[",
        b'{\n  "kind" : "puppetlabs.orchestrator/unknown-job",\n  "msg" : "Unknown job 1"\n}\n',
        b'{ "next-events" : { "id" : "https://h/e?start=1" } }',
        b'{"items":null}',
        b'{"items":[{"id":1',
        b'{"id":\n',
        "päpstlich\n".encode("utf-16"),
    ],
)
def test_a_file_in_which_no_event_is_found_is_no_recording(content: bytes) -> None:
    notices: list[str] = []
    with pytest.raises(
        LocalFileError, match=r"^x\.jsonl is not a recording(?:, or was cut off in its first event)?$"
    ) as raised:
        raws(recording(content, notices=notices))
    assert raised.value.exit_status == 8
    assert "--record" in raised.value.hint
    assert notices == []


@each(
    "content",
    [b"", b"\n\n", b"\xef\xbb\xbf", gzip.compress(b"", mtime=0), b"[]\n", b"[ ]", b'{ "items" : [ ] }\n', b" \r\n"],
)
def test_a_recording_may_have_no_events(content: bytes) -> None:
    notices: list[str] = []
    assert raws(recording(content, notices=notices)) == []
    assert notices == []


def test_a_few_damaged_lines_are_told_each_and_only_once() -> None:
    notices: list[str] = []
    one = recording(b"\n".join([THREE[0], b"x", THREE[1], b"\x00", THREE[2], b'{"id']), notices=notices)
    assert raws(one) == raws(one) == THREE
    assert notices == [f"x.jsonl: line {number} is damaged and was skipped" for number in (2, 4, 6)]


@pytest.mark.slow
def test_of_many_damaged_lines_the_first_are_told_and_then_how_many_there_are() -> None:
    notices: list[str] = []
    one = recording(b"x\n" * 10 + THREE[0] + b"\ny" * 30_000, notices=notices)
    assert raws(one) == raws(one) == THREE[:1]
    assert notices == [
        *(f"x.jsonl: line {number} is damaged and was skipped" for number in (1, 2, 3)),
        "x.jsonl: 30010 damaged places were skipped in total",
    ]


@pytest.mark.parametrize("cut", [20, 200, 2000])
def test_of_a_gzip_that_breaks_off_all_that_is_whole_counts(cut: int) -> None:
    events = [b'{"id":"%d","m":"%d"}' % (number, number**9) for number in range(1000)]
    notices: list[str] = []
    found = raws(recording(gzip.compress(json_lines(events))[:-cut], notices=notices))
    assert found == events[: len(found)]
    assert len(found) > 600
    assert notices[-1] == GZIP_BROKEN


def test_of_a_gzip_that_is_damaged_all_that_comes_before_counts() -> None:
    events = [b'{"id":"%d","m":"%d"}' % (number, number**9) for number in range(1000)]
    packed = bytearray(gzip.compress(json_lines(events)))
    packed[len(packed) // 2] ^= 0xFF
    notices: list[str] = []
    found = raws(recording(bytes(packed), notices=notices))
    assert found[:300] == events[:300]
    assert notices[-1] == GZIP_BROKEN


def test_what_follows_a_gzip_and_is_none_is_damaged() -> None:
    notices: list[str] = []
    assert raws(recording(gzip.compress(json_lines(THREE)) + b"rubbish", notices=notices)) == THREE
    assert notices == [GZIP_BROKEN]


def test_of_several_jobs_one_is_to_be_chosen() -> None:
    one = recording(b'{"job":"352","id":"1"}\n{"job":"353","id":"2"}\n{"job":"352","type":"x"}\n')
    assert one.jobs == ["352", "353"]
    assert one.job("353") == "353"
    assert raws(one, "352") == [b'{"id":"1"}', b'{"type":"x"}']
    assert raws(one, "353") == [b'{"id":"2"}']
    for wanted, told in (
        (None, "contains events of jobs 352, 353"),
        ("354", "has no events of job 354, only of 352, 353"),
    ):
        with pytest.raises(UsageError, match=rf"^x\.jsonl {told}$") as raised:
            one.job(wanted)
        assert raised.value.hint == "choose one, as in: --job 352"


def test_a_recording_of_one_job_that_is_named_needs_no_choice() -> None:
    one = recording(named_lines(THREE), job="x")
    assert one.job() == one.job("352") == "352"
    assert raws(one) == THREE


def test_events_that_name_no_job_are_of_the_recordings_own() -> None:
    one = recording(json_lines([*THREE[:2], b'{"job":"353","id":"8"}']), job="x")
    assert one.jobs == ["x", "353"]
    assert raws(one, "x") == THREE[:2]
    assert raws(one, "353") == [b'{"id":"8"}']


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 1000])
def test_a_job_is_noticed_wherever_the_pieces_end(size: int) -> None:
    with mock.patch.object(file, "_PIECE_BYTES", size):
        assert recording(json_lines([*THREE, b'{ "job" : 353, "id":"4"}'])).jobs == ["352", "353"]


@pytest.mark.parametrize(
    "event",
    [b'{"id":"1","job":"9"}', b'{"job":{"a":1},"id":"1"}', b'{"job":"a b","type":"x"}', b'{"job":null,"id":"x"}'],
)
def test_another_key_job_is_the_servers_own(event: bytes) -> None:
    one = recording(json_lines([event]))
    assert one.jobs == ["352"]
    assert raws(one) == [event]


RECORD = b'{"job":"352","record":{"name":"352","state":"%b","node_count":2}}\n'


def test_the_last_record_among_the_events_is_the_job_s() -> None:
    content = (
        RECORD % b"running" + named_lines(THREE) + RECORD % b"finished" + b'{"job":"353","record":{"state":"new"}}\n'
    )
    one = recording(content)
    assert one.jobs == ["352", "353"]
    assert one.record("352") is None
    assert raws(one) == THREE
    found = one.record("352")
    assert found is not None
    assert (found.state, found.node_count, found.raw) == (
        "finished",
        2,
        b'{"name":"352","state":"finished","node_count":2}',
    )
    assert raws(one, "353") == []


@pytest.mark.parametrize(
    "event", [b'{"record":{},"id":"1"}', b'{"id":"1","record":{"state":"new"}}', b'{"type":"record","record":{}}']
)
def test_an_event_with_a_key_record_is_an_event(event: bytes) -> None:
    one = recording(named_lines([event]))
    assert raws(one) == [event]
    assert one.record("352") is None


def test_lines_of_a_plan_are_of_a_plan() -> None:
    one = recording(b'{"plan":"9","id":"1"}\n{"plan":9,"record":{"state":"success"}}\n{"job":"9","id":"2"}\n')
    assert one.jobs == ["plan:9", "9"]
    assert raws(one, "plan:9") == [b'{"id":"1"}']
    assert one.record("plan:9") == JobRecord.from_json(b'{"state":"success"}')
    assert raws(one, "9") == [b'{"id":"2"}']


@pytest.mark.parametrize(
    ("content", "number"),
    [(named_lines(THREE), "352"), (compact_page(THREE), "352"), (pretty_page(THREE), None), (json_lines(THREE), None)],
)
def test_only_what_a_recording_itself_says_is_a_number(content: bytes, number: str | None) -> None:
    one = recording(content, job="7")
    assert one.number(one.job()) == number


def test_a_saved_answer_has_no_key_of_ours() -> None:
    assert raws(recording(compact_page([b'{"job":"9","id":"1"}']))) == [b'{"job":"9","id":"1"}']


@pytest.mark.parametrize(
    ("path", "job"),
    [
        ("352.jsonl", "352"),
        ("jobs/352.jsonl.gz", "352"),
        ("352", "352"),
        ("deploy-1.2.jsonl", "deploy-1.2"),
        ('a "b\n\udcff.json', "a__b__"),
        (".jsonl", ".jsonl"),
    ],
)
def test_a_job_that_is_named_nowhere_is_called_after_the_file(path: str, job: str, tmp_path: Path) -> None:
    (tmp_path / path).parent.mkdir(exist_ok=True)
    (tmp_path / path).write_bytes(json_lines(THREE))
    with open_recording(str(tmp_path / path), None) as one:
        assert one.job() == job
        assert raws(one, job) == THREE


def test_a_saved_answer_tells_its_job() -> None:
    assert recording(compact_page(THREE), job="x").job() == "352"
    assert recording(pretty_page(THREE), job="x").job() == "x"


class Pipe(io.BytesIO):
    """Can be read once, and a few bytes at a time."""

    def seekable(self) -> bool:
        return False

    def seek(self, offset: int, whence: int = 0) -> int:
        raise io.UnsupportedOperation

    def read(self, size: int | None = -1) -> bytes:
        return super().read(min(size or 0, 7))


@each("kind", KINDS)
@each("stdin", [io.BytesIO, Pipe])
def test_a_recording_may_come_on_standard_input(kind: str, stdin: type[io.BytesIO]) -> None:
    with open_recording("-", stdin(gzip.compress(KINDS[kind](THREE)))) as one:
        job = one.job()
        assert job == ("unnamed" if kind not in ("named_lines", "compact_page") else "352")
        assert raws(one, job) == raws(one, job) == THREE


class Arriving(io.RawIOBase):
    """A pipe into which one piece after the other is written, each when the one before was read."""

    def __init__(self, *pieces: bytes) -> None:
        self._pieces = list(pieces)
        self.read_so_far = 0

    def seekable(self) -> bool:
        return False

    def read(self, size: int = -1) -> bytes:
        del size
        self.read_so_far += 1
        return self._pieces.pop(0) if self._pieces else b""


def test_what_arrives_on_standard_input_is_shown_when_it_does() -> None:
    lines = [b'{"job":"352","id":"%d"}\n' % number for number in range(5)]
    stdin = Arriving(*lines)
    with open_recording("-", cast("IO[bytes]", stdin)) as one:
        assert (one.job(), one.number("352"), stdin.read_so_far) == ("352", "352", 1)
        for number, run in enumerate(one.events("352")):
            assert [event.id for event in run] == [number]
            assert stdin.read_so_far == number + 1
        assert [event.id for event in events_of(one)] == [0, 1, 2, 3, 4]


def test_of_what_arrives_a_second_job_is_refused_when_it_comes_unless_one_was_chosen() -> None:
    lines = b'{"job":"352","id":"1"}\n', b'{"job":"353","id":"2"}\n', b'{"job":"352","id":"3"}\n'
    with open_recording("-", cast("IO[bytes]", Arriving(*lines))) as one:
        runs = one.events(one.job())
        assert [event.id for event in next(runs)] == [1]
        with pytest.raises(UsageError, match=r"contains events of jobs 352, 353$"):
            list(runs)
    with open_recording("-", cast("IO[bytes]", Arriving(*lines))) as one:
        assert [event.id for event in events_of(one, one.job("352"))] == [1, 3]


def test_standard_input_is_read_from_where_it_stands() -> None:
    stdin = io.BytesIO(b"a line for somebody else\n" + json_lines(THREE))
    stdin.readline()
    with open_recording("-", stdin) as one:
        assert raws(one, "unnamed") == THREE


def test_standard_input_is_called_so_in_messages() -> None:
    notices: list[str] = []
    with open_recording("-", io.BytesIO(THREE[0] + b"\nx\n"), notices.append) as one:
        raws(one, "unnamed")
    assert notices == ["standard input: line 2 is damaged and was skipped"]
    with pytest.raises(LocalFileError, match=r"^standard input is closed$"), open_recording("-", None):
        pass


@pytest.mark.parametrize(
    ("path", "reason"),
    [("nowhere.jsonl", "No such file or directory"), (".", "Is a directory"), ("file/x", "Not a directory")],
)
def test_what_cant_be_read_is_told_by_the_name_that_was_typed(
    path: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(LocalFileError) as raised, open_recording(path, None):
        pass
    assert raised.value.message == f"{path} can't be read: {reason}"
    assert raised.value.exit_status == 8


def test_a_disk_that_fails_in_the_middle_is_told() -> None:
    class Failing(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > 5000:
                raise OSError(5, "Input/output error")
            return super().read(10)

    one = Recording(File(Failing(json_lines(THREE * 500)), "x"), "352")
    with pytest.raises(LocalFileError, match=r"^x can't be read: Input/output error$"):
        raws(one)


def test_somebody_elses_error_is_not_taken_for_ours(tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    with pytest.raises(BrokenPipeError), open_recording(str(tmp_path / "x"), None):
        raise BrokenPipeError


def test_two_who_read_at_once_do_not_disturb_each_other() -> None:
    events = [b'{"id":"%d"}' % number for number in range(2000)]
    with mock.patch.object(file, "_PIECE_BYTES", 100):
        one = recording(gzip.compress(json_lines(events)))
        pairs: list[tuple[Sequence[object], Sequence[object]]] = list(
            zip(one.events("352"), one.events("352"), strict=True)
        )
    assert [event for left, _ in pairs for event in left] == [event for _, right in pairs for event in right]
    assert raws(one) == events


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_an_event_of_thirty_megabytes_is_an_event(kind: str) -> None:
    large = json.dumps({"id": "2", "m": "x}, {" * 6_000_000}, separators=(",", ":")).encode()
    assert raws(recording(KINDS[kind]([THREE[0], large, THREE[2]]))) == [THREE[0], large, THREE[2]]


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_memory_does_not_grow_with_the_recording(kind: str) -> None:
    event = b'{"id":"1","m":"%b"}' % (b"x" * 1000)
    packed = gzip.compress(KINDS[kind]([event] * 10_000), 1)
    one = recording(packed)
    tracemalloc.start()
    count = sum(map(len, one.events("352")))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 10_000
    assert peak < 3 << 20


def test_the_jobs_beside_a_plan_are_those_that_it_started() -> None:
    one = recording(b'{"plan":"9","id":"1"}\n{"job":"69","id":"2"}\n{"job":"70","id":"3"}\n')

    assert one.jobs == ["plan:9", "69", "70"]
    assert one.job() == "plan:9"
    assert one.job("70") == "70"
    assert raws(one, "plan:9") == [b'{"id":"1"}']
    assert raws(one, "69") == [b'{"id":"2"}']


def test_of_two_plans_one_must_be_chosen() -> None:
    one = recording(b'{"plan":"9","id":"1"}\n{"plan":10,"id":"2"}\n{"job":"69","id":"3"}\n')

    with pytest.raises(UsageError, match="jobs plan:9, plan:10, 69"):
        one.job()
    assert one.job("plan:10") == "plan:10"


def test_a_saved_answer_for_a_plan_job_names_it() -> None:
    url = "https://pe:8143/orchestrator/v1/plan_jobs/9/events?start=84"

    assert recording(b'{"next-events":{"id":"%b"},"items":[]}' % url.encode(), job="x").job() == "plan:9"
