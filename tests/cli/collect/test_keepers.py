from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from orch_events.archive import open_archive
from orch_events.cli.collect.handover import Entry, Reached
from orch_events.cli.collect.keepers import ArchiveKeeper, StateKeeper
from orch_events.follow.cursor import Resume
from orch_events.follow.state_file import open_state
from orch_events.wire.records import JobRecord
from tests.build import event_from
from tests.fakes import FakeClock

CREATED = datetime(2026, 11, 27, tzinfo=UTC)
RECORD = JobRecord("running", number="352", created_at=CREATED, started_at=CREATED, raw=b'{"name":"352"}')
EVENT = event_from({"id": "5", "type": "node_running"})
RESUME = Resume(6, 4, [5])


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def test_an_archive_knows_what_it_was_given_and_where_it_goes_on(tmp_path: Path, clock: FakeClock) -> None:
    for _ in range(2):
        with open_archive(tmp_path, "demo", clock) as archive:
            keeper = ArchiveKeeper(archive, clock, None, None)
            found = keeper.resume("352", RECORD)
            if found is None:
                reached = {"352": Reached(RESUME, None, done=False)}
                keeper.take([Entry("352", (), RECORD), Entry("352", [EVENT])], reached)
                keeper.commit()
            assert not keeper.is_done(RECORD)
    assert found == RESUME
    with open_archive(tmp_path, "demo", clock) as archive:
        keeper = ArchiveKeeper(archive, clock, None, None)
        assert keeper.unfinished() == ["352"]
        keeper.take([], {"352": Reached(RESUME, None, done=True)})
        keeper.commit()
        assert keeper.is_done(RECORD)
        assert keeper.unfinished() == []


def test_a_job_that_has_the_number_of_an_earlier_one_begins_anew(tmp_path: Path, clock: FakeClock) -> None:
    with open_archive(tmp_path, "demo", clock) as archive:
        keeper = ArchiveKeeper(archive, clock, None, None)
        keeper.take(
            [Entry("352", (), _created(CREATED)), Entry("352", [EVENT])], {"352": Reached(RESUME, None, done=True)}
        )
        keeper.commit()
        other = _created(CREATED + timedelta(days=3))
        assert not keeper.is_done(other)
        assert keeper.resume("352", other) is None


def _created(at: datetime) -> JobRecord:
    raw = f'{{"name":"352","created_timestamp":"{at:%Y-%m-%dT%H:%M:%SZ}"}}'.encode()
    return JobRecord.from_json(raw)


def test_a_state_file_knows_it_too_and_is_written_once_a_second_at_most(tmp_path: Path, clock: FakeClock) -> None:
    path = tmp_path / "state"
    with open_state(path, "demo") as file:
        keeper = StateKeeper(file, clock)
        keeper.take([], {"352": Reached(RESUME, CREATED.timestamp(), done=False), "351": Reached(None, 7.0, done=True)})
        keeper.commit()
        written = path.read_bytes()
        keeper.take([], {"352": Reached(RESUME, CREATED.timestamp(), done=True)})
        keeper.commit()
        assert path.read_bytes() == written
        clock.sleep(1)
        keeper.work()
        assert path.read_bytes() != written
    with open_state(path, "demo") as file:
        keeper = StateKeeper(file, clock)
        assert keeper.is_done(RECORD)
        assert not keeper.is_done(_created(CREATED + timedelta(days=3)))
        assert keeper.newest_at == CREATED.timestamp()
        assert keeper.unfinished() == []


def test_without_a_file_only_memory_knows(clock: FakeClock) -> None:
    keeper = StateKeeper(None, clock)
    keeper.take([], {"352": Reached(RESUME, None, done=False)})
    keeper.finish()
    assert keeper.resume("352", None) == RESUME
    assert keeper.newest_at is None
