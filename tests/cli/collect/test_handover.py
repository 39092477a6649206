from collections.abc import Callable, Sequence

import pytest

from orch_events.cli.collect.handover import Entry, Handover, NotHandedOverError, Reached, lines
from orch_events.errors import LocalFileError
from orch_events.follow.cursor import Resume
from orch_events.wire.records import JobRecord
from tests.build import event_from
from tests.fakes import FakeClock

RESUME = Resume(6, 5, [5])


class Taker:
    """A sink and a keeper that write down what they do; they fail as often as they are told to."""

    def __init__(self, said: list[str], failures: int = 0) -> None:
        self.said = said
        self.failures = failures
        self.taken: list[tuple[Sequence[Entry], dict[str, Reached]]] = []

    def write(self, entries: Sequence[Entry], _: Callable[[], bool]) -> None:
        self.said.append(f"sink {len(entries)}")
        if self.failures:
            raise NotHandedOverError

    def take(self, entries: Sequence[Entry], reached: dict[str, Reached]) -> None:
        self.taken.append((entries, reached))

    def commit(self) -> None:
        self.said.append("commit")
        if self.failures:
            self.failures -= 1
            raise LocalFileError("the disk is full")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def handover(clock: FakeClock, sink: Taker, keeper: Taker, goes_on: Callable[[], bool] = lambda: True) -> Handover:
    return Handover([sink], keeper, clock, sink.said.append, sink.said.append, goes_on)


def test_a_line_names_its_job_and_a_record_stands_in_its_own() -> None:
    event = event_from({"id": "7", "type": "node_running"})
    entries = [Entry("352", (), JobRecord("new", raw=b'{"name":"352"}')), Entry("plan:9", [event])]
    assert lines(entries).decode().splitlines() == [
        '{"job":"352","record":{"name":"352"}}',
        '{"plan":"9","id":"7","type":"node_running"}',
    ]


def test_a_batch_is_handed_over_once_it_is_old_and_counts_as_done_last(clock: FakeClock) -> None:
    said = list[str]()
    sink, keeper = Taker(said), Taker(said)
    over = handover(clock, sink, keeper)
    over.hand_over_if_due()
    over.events("352", [event_from({"id": "5"})])
    over.reached("352", RESUME, created=1.0, done=False)
    over.hand_over_if_due()
    assert said == []
    clock.sleep(0.5)
    over.hand_over_if_due()
    assert said == ["sink 1", "commit"]
    assert keeper.taken[0][1] == {"352": Reached(RESUME, 1.0, done=False)}
    over.hand_over_if_due()
    assert said == ["sink 1", "commit"]


def test_a_large_batch_is_handed_over_at_once(clock: FakeClock) -> None:
    said = list[str]()
    over = handover(clock, Taker(said), Taker(said))
    over.events("352", [event_from({"id": "5", "message": "x" * (4 << 20)})])
    over.hand_over_if_due()
    assert said == ["sink 1", "commit"]


def test_a_full_disk_is_waited_for_and_said_once_and_the_batch_is_taken_once(clock: FakeClock) -> None:
    said = list[str]()
    keeper = Taker(said, failures=3)
    over = handover(clock, Taker(said), keeper)
    over.events("352", [event_from({"id": "5"})])
    over.hand_over()
    assert said == [
        "sink 1", "commit", "the disk is full; reading waits, nothing is lost", "commit", "commit", "commit",
        "writing succeeds again",
    ]  # fmt: skip
    assert len(keeper.taken) == 1
    assert clock.monotonic() >= 15


def test_a_disk_that_stays_full_is_an_error_once_it_is_not_to_be_waited_for(clock: FakeClock) -> None:
    over = handover(clock, Taker([]), Taker([], failures=99), lambda: clock.monotonic() < 20)
    over.events("352", [event_from({"id": "5"})])
    with pytest.raises(LocalFileError, match="the disk is full"):
        over.hand_over()


def test_what_a_sink_did_not_take_does_not_count_as_done(clock: FakeClock) -> None:
    said = list[str]()
    keeper = Taker(said)
    over = handover(clock, Taker(said, failures=1), keeper)
    over.events("352", [event_from({"id": "5"})])
    with pytest.raises(NotHandedOverError):
        over.hand_over()
    assert keeper.taken == []
