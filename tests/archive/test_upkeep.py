"""The daily work of an archive."""

import gzip
import json
import sqlite3
from pathlib import Path

import pytest

from orch_events.archive import Archive, reindex
from orch_events.archive.days import day_of
from tests.archive.made import DAY, events, ids, opened, record, rows
from tests.build import event
from tests.fakes import FakeClock


def work(archive: Archive, keep: float | None = None, compress: float | None = None) -> None:
    for _ in archive.upkeep(keep, compress):
        pass


def add(archive: Archive, job: str, *numbers: int) -> None:
    archive.append_record(job, record(job))
    for number in numbers:
        archive.append(job, [event(number, node=f"node-{number}"), event(number + 1, "node_failed", f"node-{number}")])
    archive.append_record(job, record(job, "finished"))
    archive.note(job, 10_000, done=True)
    archive.commit()


def test_a_day_is_compressed_when_it_is_old_enough_and_says_the_same(tmp_path: Path) -> None:
    clock = FakeClock()
    with opened(tmp_path, clock) as archive:
        for number in range(10, 60, 10):
            add(archive, "352", number)
            add(archive, "353", number + 5)
        plain = (tmp_path / "2016-05-05.jsonl").read_bytes()
        clock.sleep(2 * DAY)
        work(archive, compress=2 * DAY)
        assert (tmp_path / "2016-05-05.jsonl").exists()
        clock.sleep(DAY)
        before = events(tmp_path, "353")
        work(archive, compress=2 * DAY)
        zipped = gzip.decompress((tmp_path / "2016-05-05.jsonl.gz").read_bytes())
        assert not (tmp_path / "2016-05-05.jsonl").exists()
        assert sorted(zipped.splitlines()) == sorted(plain.splitlines())
        assert events(tmp_path, "353") == before
        checkpoint = archive.checkpoint("353")
        assert checkpoint is not None
        assert list(checkpoint.shown) == [one.id for one in before]


def test_in_a_compressed_file_a_large_job_s_lines_are_alone(tmp_path: Path) -> None:
    clock = FakeClock()
    with opened(tmp_path, clock) as archive:
        for _ in range(2):
            for job in ("352", "353", "354"):
                archive.append(job, [event(number, message="x" * 300) for number in range(400)])
            archive.commit()
        clock.sleep(2 * DAY)
        work(archive, compress=0.0)
    places = rows(tmp_path, "SELECT key, offset, skip FROM spans JOIN jobs ON id = job ORDER BY offset")
    assert [(job, skip) for job, _, skip in places] == [("352", 0), ("353", 0), ("354", 0)]
    content = (tmp_path / "2016-05-05.jsonl.gz").read_bytes()
    for (job, begin, _), end in zip(places, [place[1] for place in places[1:]] + [len(content)], strict=True):
        lines = gzip.decompress(content[begin:end]).splitlines()
        assert {json.loads(line)["job"] for line in lines} == {job}


def test_a_file_that_the_index_does_not_cover_is_left_as_it_is(tmp_path: Path) -> None:
    clock, notes = FakeClock(), list[str]()
    with opened(tmp_path, clock, notes) as archive:
        add(archive, "352", 10)
        with (tmp_path / "2016-05-05.jsonl").open("ab") as file:
            file.write(b"somebody else's\n")
        clock.sleep(3 * DAY)
        for _ in range(2):
            work(archive, compress=0.0)
    assert (tmp_path / "2016-05-05.jsonl").read_bytes().endswith(b"somebody else's\n")
    assert len(notes) == 1


def test_spans_that_overlap_are_not_trusted(tmp_path: Path) -> None:
    clock, notes = FakeClock(), list[str]()
    with opened(tmp_path, clock, notes) as archive:
        for job in ("352", "353"):
            add(archive, job, 10)
        with sqlite3.connect(tmp_path / "index.sqlite3") as connection:
            connection.execute("UPDATE spans SET offset = offset - 1 WHERE job = 2")
        connection.close()
        clock.sleep(3 * DAY)
        work(archive, compress=0.0)
    assert len(notes) == 1
    assert list(tmp_path.glob("*.gz")) == []


def test_damaged_lines_outlive_a_compression(tmp_path: Path) -> None:
    clock = FakeClock()
    with opened(tmp_path, clock) as archive:
        add(archive, "352", 10)
    with (tmp_path / "2016-05-05.jsonl").open("r+b") as file:
        file.write(b"#")
    reindex(tmp_path)
    clock.sleep(3 * DAY)
    with opened(tmp_path, clock) as archive:
        work(archive, compress=0.0)
    assert b'#"job":"352","record"' in gzip.decompress((tmp_path / "2016-05-05.jsonl.gz").read_bytes())


@pytest.mark.parametrize("compress", [None, 0.0])
def test_what_is_pruned_is_forgotten_and_nothing_else(tmp_path: Path, compress: float | None) -> None:
    clock = FakeClock()
    with opened(tmp_path, clock) as archive:
        for number in range(5):
            add(archive, str(352 + number), 10)
            clock.sleep(DAY)
        archive.append("355", [event(90)])
        archive.commit()
        work(archive, keep=3 * DAY, compress=compress)
        assert archive.checkpoint("353") is None
        assert ids(tmp_path, "353") == []
        assert ids(tmp_path, "354") == [10, 11]
        work(archive, keep=2 * DAY, compress=compress)
    expected = [("355",), ("356",)]
    assert rows(tmp_path, "SELECT DISTINCT key FROM spans JOIN jobs ON id = job ORDER BY key") == expected
    assert rows(tmp_path, "SELECT key FROM jobs ORDER BY key") == expected


def test_runs_of_jobs_that_are_gone_are_gone(tmp_path: Path) -> None:
    clock = FakeClock()
    with opened(tmp_path, clock) as archive:
        for number in range(5):
            add(archive, str(352 + number), 10)
            clock.sleep(DAY)
    with opened(tmp_path, clock) as archive:
        assert rows(tmp_path, "SELECT runs, failed FROM chunks") == [(5, 5)]
        work(archive, keep=2 * DAY)
    assert rows(tmp_path, "SELECT runs, failed FROM chunks") == [(2, 2)]


def test_a_day_that_somebody_removed_counts_as_pruned(tmp_path: Path) -> None:
    clock, notes = FakeClock(), list[str]()
    with opened(tmp_path, clock) as archive:
        add(archive, "352", 10)
        clock.sleep(DAY)
        add(archive, "353", 10)
    (tmp_path / "2016-05-05.jsonl").unlink()
    with opened(tmp_path, clock, notes) as archive:
        assert archive.checkpoint("352") is None
        assert archive.checkpoint("353") is not None
    assert notes == ["2016-05-05.jsonl is gone; it counts as pruned"]
    assert rows(tmp_path, "SELECT day FROM days") == [(day_of(clock.now()),)]
