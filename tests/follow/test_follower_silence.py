"""Silence: from when on it counts, and what is asked again in it."""

from collections.abc import Callable, Iterator, Sequence

import pytest

from orch_events.errors import TruncatedAnswer
from orch_events.follow.scheduler import interleave
from orch_events.job.updates import ConnectionLost, NewEvents, Notice, Pause, Tick
from orch_events.wire.event import Event, Fetched, PageEnd
from orch_events.wire.records import JobRecord
from tests.build import FINISHED, STORY, Story, event, record, running_until
from tests.fakes import FakeClock, ScriptedSource
from tests.follow.following import ending, follow, follower, shown


class Slow(ScriptedSource):
    """Each answer takes two seconds, and has what there was when it was asked for."""

    def fetch(self, job: str, start: int | None) -> Iterator[Fetched]:
        whole = list(super().fetch(job, start))
        self._clock.sleep(2)
        yield from whole


@pytest.mark.parametrize("late", [1.0, 3.5, 4.5])
def test_what_became_visible_while_an_answer_was_on_its_way_is_not_lost(late: float) -> None:
    clock = FakeClock()
    source = Slow(clock, [*STORY, (9.0 + late, FINISHED)], running_until(9))
    assert shown(follow(source, clock)) == [10, 12, 13, 17, 18]


def test_no_pause_is_less_than_none_though_the_answer_came_after_the_silence_was_over() -> None:
    clock = FakeClock()
    pauses = list[float]()
    for update in follower("352", Slow(clock, [*STORY, (9.0, FINISHED)]), clock).follow():
        if isinstance(update, Pause):
            pauses.append(update.seconds)
            clock.sleep(update.seconds)
    assert min(pauses) == 0


def test_behind_an_event_that_was_found_at_the_very_end_the_silence_begins_anew() -> None:
    clock = FakeClock()
    began, *others = STORY
    story = [began, *others[1:], (9.0, FINISHED), (20.0, others[0][1]), (30.0, event(19, "node_finished", "c"))]
    updates = follow(ScriptedSource(clock, story), clock)
    assert shown(updates) == [10, 13, 17, 18, 12, 19]
    assert ending(updates).outcome.late == 1


def test_nothing_is_asked_after_everything_was_read_again_at_the_end() -> None:
    clock = FakeClock()
    source = ScriptedSource(clock, [*STORY, (9.0, FINISHED)])
    follow(source, clock)
    assert [start for _, start in source.asked].count(None) == 3
    assert source.asked[-1] == ("352", None)


def test_where_the_record_counts_otherwise_for_ever_a_silence_reads_twice_again() -> None:
    clock = FakeClock()
    source = ScriptedSource(clock, STORY[:2], lambda _: record("running", 2, running=1, failed=1))
    follow(source, clock, timeout=200)
    assert [start for _, start in source.asked].count(None) == 3


def times(source: ScriptedSource, clock: FakeClock) -> dict[int | None, float]:
    """Follow, and return when each event was shown."""
    shown_at: dict[int | None, float] = {}
    for update in interleave([follower("352", source, clock).follow()], clock, 1000):
        if isinstance(update, NewEvents):
            shown_at |= {one.id: clock.monotonic() for one in update.events}
    return shown_at


def test_in_each_silence_it_is_looked_anew_for_what_became_visible_late() -> None:
    clock = FakeClock()
    late: Story = [(100, event(20, node="b")), (101, event(19, node="c"))]
    shown_at = times(ScriptedSource(clock, [(0, event(10)), *late, (300, event(30, "job_finished", None))]), clock)
    assert 100 < shown_at[19] < 120


def test_the_silence_begins_when_the_last_event_has_arrived() -> None:
    clock = FakeClock()
    shown_at = times(Slow(clock, [*STORY, (9.0, FINISHED)]), clock)
    assert clock.monotonic() - 2 >= shown_at[18] + 15  # the last request began


def test_a_record_that_says_something_else_is_news() -> None:
    clock = FakeClock()
    story = [*STORY, (9.0, FINISHED), (30.0, event(19, "node_finished", "c"))]
    words = [(0, "running"), (20, "stopping"), (1000, "stopped")]
    source = ScriptedSource(clock, story, lambda now: record([word for at, word in words if at <= now][-1]))
    assert shown(follow(source, clock)) == [10, 12, 13, 17, 18, 19]


def test_where_event_and_record_say_that_it_is_over_nothing_is_waited_for() -> None:
    clock = FakeClock()
    shown_at = times(ScriptedSource(clock, [*STORY, (9.0, FINISHED)], running_until(9)), clock)
    assert clock.monotonic() == shown_at[18]


def test_a_record_that_can_t_be_had_is_asked_for_again_with_every_page() -> None:
    clock = FakeClock()
    asked_at = list[float]()

    def its_record(now: float) -> JobRecord | None:
        asked_at.append(now)
        return record("running", 9) if now >= 3 else None

    story = [(float(at), event(at + 1)) for at in range(9)]
    follow(ScriptedSource(clock, story, its_record), clock, timeout=8)
    assert asked_at == [0, 0, 1, 2, 3]


def test_a_record_that_fails_is_asked_for_again_for_as_long_as_anything_else() -> None:
    clock = FakeClock()
    source = ScriptedSource(clock, [(0, FINISHED)], lambda now: record("finished", 1, finished=1) if now else None)
    updates = list(interleave([follower("352", source, clock).once(outcome=True)], clock))
    assert ending(updates).outcome.nodes == {"finished": 1}


class Arriving(ScriptedSource):
    """Its first answer arrives in batches, each after some seconds; None stands for a moment without any."""

    batches: Sequence[tuple[float, list[int] | None]] = ()

    def fetch(self, job: str, start: int | None) -> Iterator[Fetched | None]:  # type: ignore[override]
        for seconds, numbers in self.batches:
            self._clock.sleep(seconds)
            yield [event(number) for number in numbers] if numbers else None
        yield PageEnd(None)


@pytest.mark.parametrize(
    ("batches", "expected"),
    [
        ([(0.0, [5]), (0.0, [3])], [[3, 5]]),  # what comes together is put in order
        ([(0.0, [5]), (0.0, None), (0.0, [3])], [[5], [3]]),  # nothing is held back while nothing comes
        ([(0.1, [5]), (0.2, [3]), (0.1, [9]), (0.1, [7])], [[3, 5], [7, 9]]),  # nor for longer than a moment
        ([(0.1, [1]), (0.1, [5]), (0.1, [3]), (0.1, [9])], [[1, 3, 5], [9]]),
    ],
)
def test_events_are_held_back_for_a_moment_to_be_put_in_order(
    batches: list[tuple[float, list[int] | None]], expected: list[list[int]]
) -> None:
    clock = FakeClock()
    source = Arriving(clock, [])
    source.batches = batches
    updates = list(follower("352", source, clock).once(outcome=False))
    assert updates.count(Tick()) == [numbers for _, numbers in batches].count(None)
    assert [shown([update]) for update in updates if isinstance(update, NewEvents)] == expected


class Cut(ScriptedSource):
    """Each answer of the first seconds breaks off behind its first event."""

    def fetch(self, job: str, start: int | None) -> Iterator[Fetched]:
        if self._clock.monotonic() >= 105:
            yield from super().fetch(job, start)
        else:
            yield [event(10)]
            raise TruncatedAnswer("cut")


def test_while_answers_break_off_what_came_is_shown_and_the_first_request_is_unanswered() -> None:
    clock = FakeClock()
    clock.sleep(100)
    one = follower("352", Cut(clock, [*STORY, (0, FINISHED)], lambda _: record("finished", 2)), clock)
    before, lost = list[int | None](), False
    for update in interleave([one.follow()], clock):
        lost = lost or isinstance(update, ConnectionLost)
        if not lost:
            before += shown([update])
        elif clock.monotonic() < 105:
            assert (shown([update]), one.unanswered_request_at) == ([], 100)
    assert (before, lost) == ([10], True)
    assert one.unanswered_request_at is None


def test_a_page_s_own_word_of_where_the_next_one_starts_is_used_where_there_are_no_events() -> None:
    class Saying(ScriptedSource):
        def next_start(self, start: int | None) -> int | None:
            return 7

    clock = FakeClock()
    source = Saying(clock, [], lambda _: record("running", 1))
    follow(source, clock, timeout=2)
    assert source.asked == [("352", None), ("352", 7)]


@pytest.mark.parametrize(
    ("its_record", "last", "notices"),
    [
        (lambda _: None, [(9.0, FINISHED)], ["its end is known from its events alone"]),
        (lambda _: None, [], ["nothing says that it is over"]),
        (lambda now: record("") if now else None, [(9.0, FINISHED)], []),
    ],
)
def test_why_there_is_no_record_is_said(
    its_record: Callable[[float], JobRecord | None], last: list[tuple[float, Event]], notices: list[str]
) -> None:
    clock = FakeClock()
    updates = follow(ScriptedSource(clock, [*STORY, *last], its_record), clock)
    said = [update.message for update in updates if isinstance(update, Notice)]
    assert said == [f"the record of job 352 is unavailable (no record of 352); {known}" for known in notices]
