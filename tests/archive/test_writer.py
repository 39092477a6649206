"""Writing an archive."""

import json
from pathlib import Path

import pytest

from orch_events.archive import Checkpoint
from orch_events.errors import LocalFileError
from orch_events.wire.event import Event
from tests.archive.made import DAY, Disk, full, ids, opened, record
from tests.build import event
from tests.fakes import FakeClock


@pytest.mark.parametrize("step", [1, 2, 3, 4], ids=["write", "fsync", "BEGIN", "COMMIT"])
def test_a_commit_that_fails_is_tried_again_and_nothing_is_there_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    disk = Disk(full)
    disk.install(monkeypatch)
    with opened(tmp_path) as archive:
        archive.append("352", [event(1)])
        archive.commit()
        archive.append("352", [event(2)])
        archive.note("352", 3, 2)
        disk.at = disk.steps.total() + step
        with pytest.raises(LocalFileError, match="can't be written"):
            archive.commit()
        archive.append("352", [event(3)])
        archive.commit()
        assert archive.pending_bytes == 0
        assert ids(tmp_path, "352") == [1, 2, 3]
        assert archive.checkpoint("352") == Checkpoint(4, 2, [2, 3])


def test_a_line_names_its_job_and_is_the_server_s_own_object(tmp_path: Path) -> None:
    odd = b'{"id":"7","type":"x","n":1.50,"n":1e400,"s":"\\u00e9\\ud800"}'
    with opened(tmp_path) as archive:
        archive.append("352", [Event.read(odd)])
        archive.append_record("plan:9", record("9", plan_name="deploy"))
        archive.commit()
    one, other = (tmp_path / "2016-05-05.jsonl").read_bytes().splitlines()
    assert one == b'{"job":"352",' + odd[1:]
    assert json.loads(other).keys() == {"plan", "record"}


def test_of_a_job_that_is_not_there_nothing_is_known(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        assert archive.checkpoint("352") is None
        assert not archive.is_done(record("352"))
        assert archive.unfinished() == []
        assert archive.newest_at is None


def test_a_job_is_done_once_it_was_followed_to_its_end(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        archive.append_record("352", record("352", "finished"))
        archive.note("352", 4)
        archive.commit()
        assert (archive.is_done(record("352")), archive.unfinished()) == (False, ["352"])
        archive.note("352", 4, done=True)
        archive.commit()
        assert (archive.is_done(record("352")), archive.unfinished()) == (True, [])
        assert archive.newest_at == FakeClock().now() + 600 - 3600


def test_a_number_that_begins_anew_is_another_job(tmp_path: Path) -> None:
    again = record("352", created="2016-07-01T08:00:00Z")
    with opened(tmp_path) as archive:
        archive.append_record("352", record("352", "finished"))
        archive.append("352", [event(1)])
        archive.note("352", 2, done=True)
        archive.commit()
        assert not archive.is_done(again)
        archive.append_record("352", again)
        archive.append("352", [event(2)])
        archive.commit()
        assert archive.unfinished() == ["352"]
        assert archive.checkpoint("352") == Checkpoint(3, 0, [2])


def test_an_event_without_an_id_is_there_once(tmp_path: Path) -> None:
    said, other = (Event.read(b'{"type":"out_message","details":{"message":"%b"}}' % word) for word in (b"a", b"b"))
    with opened(tmp_path) as archive:
        archive.append("plan:9", [said, said])
        archive.commit()
    with opened(tmp_path) as archive:
        archive.checkpoint("plan:9")
        archive.append("plan:9", [said, other])
        archive.commit()
    assert (tmp_path / "2016-05-05.jsonl").read_bytes().count(b"\n") == 2


def test_lines_go_into_the_file_of_the_day_of_their_arrival(tmp_path: Path) -> None:
    clock = FakeClock()
    with opened(tmp_path, clock) as archive:
        for number in (1, 2):
            archive.append("352", [event(number)])
            archive.commit()
            clock.sleep(DAY)
    assert sorted(path.name for path in tmp_path.glob("*.jsonl")) == ["2016-05-05.jsonl", "2016-05-06.jsonl"]


def test_a_clock_that_is_set_back_never_writes_into_a_compressed_file(tmp_path: Path) -> None:
    with opened(tmp_path, FakeClock()) as archive:
        archive.append("352", [event(1)])
        archive.commit()
    with opened(tmp_path, FakeClock(FakeClock().now() + 3 * DAY)) as archive:
        for _ in archive.upkeep(None, 0.0):
            pass
    with opened(tmp_path, FakeClock()) as archive:
        archive.append("352", [event(2)])
        archive.commit()
    assert sorted(path.name for path in tmp_path.glob("2*")) == ["2016-05-05.jsonl.gz", "2016-05-06.jsonl"]
    assert ids(tmp_path, "352") == [1, 2]
