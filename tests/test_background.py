"""A source in the background keeps nobody waiting."""

from collections.abc import Iterator
from threading import Event as Flag

import pytest

from orch_events import background
from orch_events.background import Background
from orch_events.errors import CutAnswer, Unreachable
from orch_events.events import Fetched, PageEnd
from orch_events.records import JobRecord
from tests.fakes import FakeClock, ScriptedSource, event, record


class Slow(ScriptedSource):
    """Says nothing more until it is let go."""

    go = Flag()

    def fetch(self, job: str, start: int | None) -> Iterator[Fetched]:
        yield [event(1)]
        self.go.wait(30)
        yield PageEnd(2)

    def record(self, job: str) -> JobRecord:
        self.go.wait(30)
        return record("running")


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    monkeypatch.setattr(background, "_MOMENT_SECONDS", 0.01)
    source = Slow(FakeClock(), [])
    source.go = Flag()
    yield source
    source.go.set()


def test_while_nothing_comes_empty_runs_do(slow: Slow) -> None:
    fetching = Background(slow).fetch("1", None)
    assert next(fetching) == [event(1)]
    assert next(fetching) == []
    slow.go.set()
    *empty, last = list(fetching)
    assert last == PageEnd(2)
    assert all(run == [] for run in empty)


def test_a_record_that_trickles_is_given_up(slow: Slow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "_LONGEST_SECONDS", 0.05)
    with pytest.raises(CutAnswer, match="took more than"):
        Background(slow).record("1")


def test_what_the_source_raises_is_raised_where_it_is_read() -> None:
    with pytest.raises(Unreachable, match="no record of 1"):
        Background(ScriptedSource(FakeClock(), [])).record("1")


def test_a_record_comes_through(slow: Slow) -> None:
    slow.go.set()
    assert Background(slow).record("1") == record("running")
