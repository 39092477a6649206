"""Reading an archive."""

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orch_events.archive import ArchiveReader, open_to_look, reindex, spans
from orch_events.archive.database import INDEX
from orch_events.archive.spans import Span
from orch_events.errors import LocalFileError
from orch_events.wire.event import Event
from orch_events.wire.lines import read_lines
from tests.archive.made import DAY, SERVER, collect, opened, record, rows
from tests.build import event
from tests.fakes import FakeClock


@pytest.fixture(params=["plain", "compressed"])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return an archive over several days."""
    clock = FakeClock()
    with opened(tmp_path, clock) as writer:
        collect(writer, SERVER, clock)
        writer.append_record("40", record("40", plan_job=9))
        writer.append("40", [event(30, message="x" * 70_000), event(31, "node_failed")])
        writer.append_record("40", record("40", "failed", plan_job=9))
        writer.append_record("41", record("41", "stopped", created="2016-05-06T01:00:00Z"))
        writer.append_record("plan:9", record("9", "success", plan_name="deploy"))
        writer.commit()
        clock.sleep(3 * DAY)
        for _ in writer.upkeep(None, 0.0 if request.param == "compressed" else None):
            pass
    return tmp_path


@pytest.fixture
def reader(archive: Path) -> Iterator[ArchiveReader]:
    with open_to_look(archive) as reader:
        yield reader


def lines(reader: ArchiveReader, job: str) -> list[Event]:
    return [one for block in read_lines(reader.lines(job).pieces()) for one in block.events]


def test_a_job_s_lines_are_its_own_in_their_order(reader: ArchiveReader) -> None:
    found = lines(reader, "352")
    assert [one.id for one in found if one.id is not None] == [1, 4, 6, 9]
    assert all(one.raw.startswith(b'{"job":"352",') for one in found)
    assert found[-1].raw.startswith(b'{"job":"352","record":')
    assert b'"state":"finished"' in found[-1].raw


def test_nothing_but_a_job_s_own_lines_is_read_where_it_is_large(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = list[int]()
    real = spans.unzipped

    def counting(file: object) -> Iterator[bytes]:
        for piece in real(file):  # type: ignore[arg-type]
            read.append(len(piece))
            yield piece

    monkeypatch.setattr(spans, "unzipped", counting)
    with open_to_look(archive) as reader:
        own = sum(len(one.raw) + 1 for one in lines(reader, "40"))
        assert not read or own <= sum(read) < own + 1000  # its last record shares a member with a small job


def test_a_plan_s_lines_are_followed_by_those_of_its_jobs(reader: ArchiveReader) -> None:
    found = [one.raw.partition(b",")[0] for one in lines(reader, "plan:9")]
    assert list(dict.fromkeys(found)) == [b'{"plan":"9"', b'{"job":"40"']


def test_a_job_that_is_not_there_has_no_lines(reader: ArchiveReader) -> None:
    assert not reader.has("9")
    assert reader.has("plan:9")
    assert lines(reader, "9") == []
    assert reader.record("9") is None


def test_jobs_are_listed_by_their_last_records_the_newest_first(reader: ArchiveReader) -> None:
    found = reader.jobs(lambda _: True, limit=9)
    assert [(job.key, job.state) for job in found] == [
        ("41", "stopped"), ("40", "failed"), ("353", "finished"), ("plan:9", "success"), ("352", "finished"),
    ]  # fmt: skip
    assert [job.key for job in reader.jobs(lambda job: job.state == "failed", limit=9)] == ["40"]
    assert [job.key for job in reader.jobs(lambda job: job.task == "facts", limit=1)] == ["41"]
    assert [job.key for job in reader.jobs_of(found[3])] == ["40"]


def test_an_archive_is_read_while_it_is_written(tmp_path: Path) -> None:
    clock = FakeClock()
    with opened(tmp_path, clock) as writer:
        writer.append("352", [event(1)])
        writer.commit()
        with open_to_look(tmp_path) as reader:
            writer.append("352", [event(2)])
            writer.commit()
            assert [one.id for one in lines(reader, "352")] == [1, 2]
            pieces = reader.lines("352").pieces()
            clock.sleep(3 * DAY)
            for _ in writer.upkeep(None, 0.0):
                pass
            assert b"".join(pieces).count(b"\n") == 2


def test_a_file_that_is_compressed_at_this_moment_is_read_where_it_is_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = FakeClock()
    real = spans.read_span
    with opened(tmp_path, clock) as writer:
        writer.append("352", [event(1)])
        writer.commit()
        clock.sleep(3 * DAY)

        def late(path: Path, span: Span) -> Iterator[bytes]:
            for _ in writer.upkeep(None, 0.0):
                pass
            yield from real(path, span)

        monkeypatch.setattr("orch_events.archive.lines.read_span", late)
        with open_to_look(tmp_path) as reader:
            assert [one.id for one in lines(reader, "352")] == [1]


def test_an_archive_that_is_not_there_is_an_error_that_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(LocalFileError, match="there is no archive") as raised, open_to_look(tmp_path / "none"):
        pass
    assert "collect" in raised.value.hint


def test_a_broken_index_is_an_error_that_says_how_to_mend_it(archive: Path) -> None:
    (archive / INDEX).write_bytes(b"no index" * 999)
    with pytest.raises(LocalFileError, match="is damaged") as raised, open_to_look(archive):
        pass
    assert "--reindex" in raised.value.hint


def test_a_file_that_is_gone_or_cut_off_is_an_error(archive: Path) -> None:
    for path in archive.glob("2*"):
        os.truncate(path, 9)
    with open_to_look(archive) as reader, pytest.raises(LocalFileError, match="damaged"):
        lines(reader, "352")
    for path in archive.glob("2*"):
        path.unlink()
    with open_to_look(archive) as reader, pytest.raises(LocalFileError, match="can't be read: No such file"):
        lines(reader, "352")


def test_an_archive_that_nobody_may_write_is_read(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connect = sqlite3.connect

    def without_log(path: str, *args: Any, **more: Any) -> sqlite3.Connection:
        if path.endswith("?mode=ro"):
            raise sqlite3.OperationalError("unable to open database file")
        opened: sqlite3.Connection = connect(path, *args, **more)
        return opened

    monkeypatch.setattr(sqlite3, "connect", without_log)
    with open_to_look(archive) as reader:
        assert reader.has("352")


def test_a_new_index_of_compressed_files_reads_each_member_once(archive: Path) -> None:
    reindex(archive)
    found = rows(archive, "SELECT count(*) FROM spans GROUP BY job, day, offset")
    assert {count for (count,) in found} == {1}
