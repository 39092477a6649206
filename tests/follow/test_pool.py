from collections.abc import Iterator

import pytest

from orch_events.follow.pool import FollowerPool
from orch_events.job.plan import new_state
from orch_events.job.updates import NewEvents, Notice, Pause, Tick, Update
from tests.fakes import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def pool(clock: FakeClock) -> FollowerPool:
    return FollowerPool(clock, clock.sleep, at_once=2)


def said(pool: FollowerPool, limit: int = 1000) -> list[str]:
    found = []
    for _, update in zip(range(limit), pool.updates(), strict=False):
        if isinstance(update, Notice):
            found.append(update.message)
    return found


def polls(name: str, clock: FakeClock, seconds: float, times: int) -> Iterator[Update]:
    for _ in range(times):
        yield Notice(f"{name} at {clock.monotonic():g}")
        yield Pause(seconds, early=True)


def test_each_member_has_its_turn_when_it_is_due(pool: FollowerPool, clock: FakeClock) -> None:
    pool.add("a", polls("a", clock, 2, 3))
    pool.add("b", polls("b", clock, 3, 2))
    assert said(pool) == ["a at 0", "b at 0", "a at 2", "b at 3", "a at 4"]
    assert len(pool) == 0


def test_a_slow_response_holds_up_nobody(pool: FollowerPool, clock: FakeClock) -> None:
    def slow() -> Iterator[Update]:
        while clock.monotonic() < 5:
            yield Tick()
        yield Notice("slow")

    pool.add("slow", slow())
    pool.add("a", polls("a", clock, 1, 3))
    assert said(pool) == ["a at 0", "a at 1", "a at 2", "slow"]


def test_there_are_never_more_responses_under_way_than_allowed_and_those_due_longest_come_first(
    pool: FollowerPool, clock: FakeClock
) -> None:
    under_way = set[str]()

    def asking(name: str) -> Iterator[Update]:
        under_way.add(name)
        assert len(under_way) <= 2
        until = clock.monotonic() + 1
        while clock.monotonic() < until:
            yield Tick()
        under_way.remove(name)
        yield Notice(name)

    for name in "edcba":
        pool.add(name, asking(name))
    assert said(pool) == ["e", "d", "c", "b", "a"]


def test_where_there_are_too_many_each_is_asked_as_often_as_any_other(clock: FakeClock) -> None:
    pool, asked = FollowerPool(clock, clock.sleep, at_once=1), dict.fromkeys("abcdefg", 0)

    def busy(name: str) -> Iterator[Update]:
        while clock.monotonic() < 1000:
            until = clock.monotonic() + 1
            while clock.monotonic() < until:
                yield Tick()
            asked[name] += 1
            yield Pause(1)

    for name in asked:
        pool.add(name, busy(name))
    assert said(pool, 10**6) == []
    assert max(asked.values()) - min(asked.values()) <= 1


def test_a_long_page_is_read_in_turn_with_other_members(pool: FollowerPool) -> None:
    def page(name: str) -> Iterator[Update]:
        for _ in range(3):
            yield NewEvents(new_state(name), [])

    pool.add("a", page("a"))
    pool.add("b", page("b"))
    assert [one.state.job for one in pool.updates() if isinstance(one, NewEvents)] == list("ababab")


def test_who_only_waits_for_news_can_be_hurried_and_who_must_wait_can_not(pool: FollowerPool, clock: FakeClock) -> None:
    def waits(name: str, *, early: bool) -> Iterator[Update]:
        yield Pause(60, early=early)
        yield Notice(f"{name} at {clock.monotonic():g}")

    def hurries() -> Iterator[Update]:
        yield Pause(2)
        for name in ("news", "outage", "nobody"):
            pool.hurry(name)

    pool.add("news", waits("news", early=True))
    pool.add("outage", waits("outage", early=False))
    pool.add("hurries", hurries())
    assert said(pool) == ["news at 2", "outage at 60"]


def test_a_member_that_is_added_meanwhile_has_its_turn(pool: FollowerPool, clock: FakeClock) -> None:
    def adds() -> Iterator[Update]:
        yield Pause(1)
        pool.add("late", polls("late", clock, 1, 1))
        assert "late" in pool

    pool.add("adds", adds())
    assert said(pool) == ["late at 1"]


def test_there_is_a_pause_at_least_once_a_second(pool: FollowerPool) -> None:
    pool.add("a", iter([Pause(10)]))
    pauses = [one.seconds for one in pool.updates() if isinstance(one, Pause)]
    assert len(pauses) == 10
    assert max(pauses) <= 1
