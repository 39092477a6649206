"""An archive keeps each event once, whatever happens to the process, the disk or the index."""

import gzip
import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from orch_events.archive import open_archive, reindex
from orch_events.archive.database import INDEX
from orch_events.archive.days import day_files, day_path
from orch_events.errors import LocalFileError
from tests.archive.made import (
    DAY,
    ORIGIN,
    SERVER,
    Disk,
    Killed,
    collect,
    events,
    full,
    killed,
    opened,
    record,
    rows,
)
from tests.build import event
from tests.fakes import FakeClock


def check_whole(directory: Path) -> None:
    """See that each event is there once, that no line is damaged, and that the index knows each event."""
    for day, zipped in day_files(directory).items():
        content = day_path(directory, day, zipped=zipped).read_bytes()
        for line in (gzip.decompress(content) if zipped else content).splitlines():
            assert json.loads(line).keys() & {"job", "plan"}
    for job, expected in SERVER.items():
        assert sorted(one.raw for one in events(directory, job)) == sorted(one.raw for one in expected)
    with opened(directory, FakeClock(2e9)) as archive:
        for job, expected in SERVER.items():
            checkpoint = archive.checkpoint(job)
            assert checkpoint is not None
            assert list(checkpoint.shown) == [one.id for one in expected if one.id is not None]


def interrupted(tmp_path: Path, disk: Disk, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Path, FakeClock]]:
    """Yield an archive whose collection was interrupted, at each step in turn."""
    for at in range(1, 1000):
        directory, clock = tmp_path / str(at), FakeClock()
        disk.at, disk.steps = at, disk.steps.__class__()
        with monkeypatch.context() as patch:
            disk.install(patch)
            try:
                with opened(directory, clock) as archive:
                    collect(archive, SERVER, clock)
            except (Killed, LocalFileError):
                pass
            else:
                return
        yield directory, clock


def test_a_process_that_is_killed_at_any_step_loses_and_repeats_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(killed)
    for directory, clock in interrupted(tmp_path, disk, monkeypatch):
        with opened(directory, clock) as archive:
            collect(archive, SERVER, clock)
        check_whole(directory)
    assert disk.steps.total() > 30
    assert disk.steps.keys() >= {"write", "fsync", "replace", "unlink", "COMMIT", "committed"}


@pytest.mark.slow
@pytest.mark.parametrize("tail", [b"", b"\0" * 40, b'{"job":"352","id":"77"', b'{"job":"352"}\n\0\0\n'])
def test_a_power_cut_loses_and_repeats_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tail: bytes) -> None:
    disk = Disk(killed)
    for directory, clock in interrupted(tmp_path, disk, monkeypatch):
        for day, zipped in day_files(directory).items():
            path = day_path(directory, day, zipped=zipped)
            if not zipped:
                synced = disk.synced.get(path.stat().st_ino, 0)
                os.truncate(path, min(synced, path.stat().st_size))
                if rows_known(directory, day):
                    path.write_bytes(path.read_bytes() + tail)
        with opened(directory, clock) as archive:
            collect(archive, SERVER, clock)
        check_whole(directory)


def rows_known(directory: Path, day: int) -> bool:
    with suppress(sqlite3.Error):
        return bool(rows(directory, f"SELECT 1 FROM days WHERE day = {day} AND size > 0"))  # noqa: S608 - a number
    return False


def test_a_full_disk_at_any_step_loses_and_repeats_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for directory, clock in interrupted(tmp_path, Disk(full), monkeypatch):
        with opened(directory, clock) as archive:
            collect(archive, SERVER, clock)
        check_whole(directory)


def test_what_a_crash_left_of_a_compression_is_completed(tmp_path: Path) -> None:
    clock, notes = FakeClock(), list[str]()
    with opened(tmp_path, clock) as archive:
        collect(archive, SERVER, clock)
    (zipped, *_) = sorted(tmp_path.glob("*.gz"))
    plain = zipped.with_suffix("")
    plain.write_bytes(gzip.decompress(zipped.read_bytes()))
    (tmp_path / f".{zipped.name}.draft").write_bytes(b"half")
    with opened(tmp_path, clock, notes):
        assert (plain.exists(), zipped.exists(), notes) == (False, True, [])
    assert list(tmp_path.glob(".*.draft")) == []


def test_a_second_writer_is_refused(tmp_path: Path) -> None:
    with (
        opened(tmp_path),
        pytest.raises(LocalFileError, match="another process is writing the archive"),
        opened(tmp_path),
    ):
        pass
    with opened(tmp_path):
        pass


def test_another_orchestrator_s_jobs_are_refused(tmp_path: Path) -> None:
    with opened(tmp_path):
        pass
    with (
        pytest.raises(LocalFileError, match=f"has the jobs of {ORIGIN}, not of demo"),
        open_archive(tmp_path, "demo", FakeClock()),
    ):
        pass


def test_only_its_owner_can_read_an_archive(tmp_path: Path) -> None:
    directory, clock = tmp_path / "new" / "archive", FakeClock()
    with opened(directory, clock) as archive:
        collect(archive, SERVER, clock)
        assert directory.stat().st_mode & 0o777 == 0o700
        assert {path.stat().st_mode & 0o777 for path in directory.iterdir()} == {0o600}
        assert any(day_files(directory).values())


def break_nothing(_: Path) -> None:
    pass


def remove(index: Path) -> None:
    index.unlink()


def empty(index: Path) -> None:
    index.write_bytes(b"")


def overwrite(index: Path) -> None:
    index.write_bytes(b"this is not SQLite\n" * 1000)


def tear(index: Path) -> None:
    index.write_bytes(index.read_bytes()[:5000])


def age(index: Path) -> None:
    with sqlite3.connect(index) as connection:
        connection.execute("PRAGMA user_version = 0")
    connection.close()


def fall_behind(index: Path) -> None:
    """Let the index know of a file that has become shorter."""
    with sqlite3.connect(index) as connection:
        connection.execute("UPDATE days SET size = size + 1")
    connection.close()


ANSWERS = (
    "SELECT key, state, owner, plan, created, began, bytes, record_at, record_bytes, over FROM jobs ORDER BY key",
    "SELECT type, jobs.key, things.name, environment FROM jobs JOIN things ON things.id = thing ORDER BY jobs.key",
    """SELECT nodes.name, sum(runs), sum(failed), sum(errored), sum(skipped), max(last_state) FROM chunks
        JOIN series ON series.id = series JOIN nodes ON nodes.id = node GROUP BY node ORDER BY nodes.name""",
    "SELECT key, day, sum(length) FROM spans JOIN jobs ON id = job GROUP BY key, day ORDER BY key, day",
    "SELECT * FROM days",
)


@pytest.mark.parametrize("broken", [break_nothing, remove, empty, overwrite, tear, age, fall_behind])
def test_a_broken_index_is_made_anew_and_answers_as_before(tmp_path: Path, broken: Callable[[Path], None]) -> None:
    clock = FakeClock()
    with opened(tmp_path, clock) as archive:
        collect(archive, SERVER, clock)
    later = FakeClock(clock.now() + 9 * DAY)
    with opened(tmp_path, later) as archive:
        archive.append_record("360", record("360"))
        archive.append("360", [event(60)])
        archive.commit()
    reindex(tmp_path)
    before = [rows(tmp_path, query) for query in ANSWERS]
    broken(tmp_path / INDEX)
    notes = list[str]()
    with opened(tmp_path, later, notes) as archive:
        assert archive.unfinished() == ["360"]
    assert [rows(tmp_path, query) for query in ANSWERS] == before
    assert bool(notes) == (broken is not break_nothing)
    check_whole(tmp_path)


def test_a_new_index_knows_what_was_learned_event_by_event(tmp_path: Path) -> None:
    clock = FakeClock()
    with opened(tmp_path, clock) as archive:
        collect(archive, SERVER, clock)
    with opened(tmp_path, FakeClock(clock.now() + 9 * DAY)) as archive:
        archive.append_record("360", record("360"))
        archive.commit()
    with opened(tmp_path):
        before = [rows(tmp_path, query) for query in ANSWERS]
    reindex(tmp_path)
    assert [rows(tmp_path, query) for query in ANSWERS] == before


def test_there_is_no_new_index_where_there_is_no_archive(tmp_path: Path) -> None:
    with pytest.raises(LocalFileError, match="there is no archive"):
        reindex(tmp_path / "none")
