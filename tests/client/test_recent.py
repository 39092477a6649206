"""The newest jobs of a server, page by page, whatever the server makes of what it is asked."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.client.recent import MOST_AT_ONCE, JobQuery, recent
from orch_events.job.updates import Steps, Tick
from orch_events.wire.records import JobRecord
from tests.build import record_from
from tests.table import each

Server = Callable[[int, int], Sequence[JobRecord]]


def job(number: int, state: str = "finished", kind: str = "deploy", **values: Any) -> JobRecord:
    return record_from(name=str(number), state=state, type=kind, **values)


class Listing:
    """A server's list of jobs, the newest first; it keeps in mind what it was asked.

    Args:
        jobs: in the order of their numbers.
        answer: what it makes of that and of a limit and an offset.
    """

    def __init__(
        self, jobs: Sequence[JobRecord],
        answer: Callable[[Sequence[JobRecord], int, int], Sequence[JobRecord]] = lambda jobs, limit, offset: (
            jobs[::-1][offset : offset + limit]
        ),
    ) -> None:  # fmt: skip
        self.jobs = list(jobs)
        self.asked: list[tuple[int, int]] = []
        self._answer = answer

    def ask(self, limit: int, offset: int) -> Steps[Sequence[JobRecord]]:
        self.asked.append((limit, offset))
        yield Tick()
        return self._answer(self.jobs, limit, offset)

    def numbers(self, wanted: JobQuery) -> list[int]:
        asking = recent(self.ask, wanted)
        while True:
            try:
                next(asking)
            except StopIteration as end:
                return [int(one.number or -1) for one in end.value]


def jobs(*numbers: int) -> list[JobRecord]:
    return [job(number) for number in numbers]


def test_as_many_as_are_wanted_are_asked_for_at_once() -> None:
    listing = Listing(jobs(*range(1, 500)))
    assert listing.numbers(JobQuery(20)) == list(range(499, 479, -1))
    assert listing.asked == [(20, 0)]


def test_more_than_a_page_is_asked_for_page_by_page() -> None:
    listing = Listing(jobs(*range(1, 500)))
    assert listing.numbers(JobQuery(250)) == list(range(499, 249, -1))
    assert listing.asked == [(MOST_AT_ONCE, offset) for offset in (0, 100, 200)]


def test_a_server_is_asked_until_it_has_nothing_new() -> None:
    listing = Listing(jobs(1, 2, 3))
    assert listing.numbers(JobQuery(20)) == [3, 2, 1]
    assert listing.asked == [(20, 0), (20, 3)]


def test_a_server_that_gives_less_than_was_asked_for_is_asked_for_the_rest() -> None:
    listing = Listing(jobs(*range(1, 31)), lambda jobs, limit, offset: jobs[::-1][offset : offset + min(limit, 10)])
    assert listing.numbers(JobQuery(25)) == list(range(30, 5, -1))


def test_without_jobs_there_are_none() -> None:
    listing = Listing([])
    assert listing.numbers(JobQuery(20)) == []
    assert listing.asked == [(20, 0)]


def test_states_and_types_are_looked_for_on_as_many_pages_as_it_takes() -> None:
    listing = Listing([job(number, "failed" if number % 90 == 0 else "finished") for number in range(1, 400)])
    assert listing.numbers(JobQuery(3, states=frozenset({"failed"}))) == [360, 270, 180]
    assert listing.asked == [(100, 0), (100, 100), (100, 200)]


def test_states_and_types_are_both_to_be_met_and_one_of_each_is_enough() -> None:
    listing = Listing([job(1, "failed", "task"), job(2, "failed"), job(3, "stopped"), job(4, "running"), job(5)])
    states = frozenset({"failed", "stopped"})
    assert listing.numbers(JobQuery(9, states)) == [3, 2, 1]
    assert listing.numbers(JobQuery(9, states, frozenset({"deploy"}))) == [3, 2]
    assert listing.numbers(JobQuery(9, types=frozenset({"task", "plan_task"}))) == [1]


def facts(number: int, **values: Any) -> JobRecord:
    return job(
        number, options={"task": "facts"}, owner={"login": "admin"}, environment={"name": "production"}, **values
    )


@each(
    ("query", "numbers"),
    [
        (JobQuery(9, tasks=("facts",)), [3, 1]),
        (JobQuery(9, tasks=("fact", "x*")), []),
        (JobQuery(9, tasks=("x", "f*")), [3, 1]),
        (JobQuery(9, owners=("admin", "bot")), [3, 2, 1]),
        (JobQuery(9, owners=("Admin",)), []),
        (JobQuery(9, environments=("prod*",)), [3, 1]),
        (JobQuery(9, tasks=("?*",), environments=("",)), []),
        (JobQuery(9, since=1_462_477_800), [3, 2]),
        (JobQuery(9, until=1_462_477_800), [2, 1]),
        (JobQuery(9, since=1_462_477_800, until=1_462_477_800), [2]),
        (JobQuery(1, until=1_462_477_800), [2]),
    ],
)
def test_each_filter_is_applied_here(query: JobQuery, numbers: list[int]) -> None:
    listing = Listing([
        facts(1, created_timestamp="2016-05-05T19:49:59Z"),
        job(2, owner={"login": "bot"}, started_timestamp="2016-05-05T21:50:00+02:00"),
        facts(3, finished_timestamp="2016-05-05T19:51:00Z", duration="59"),
        job(4),
    ])  # fmt: skip
    assert listing.numbers(query) == numbers
    assert query.filters


@pytest.mark.parametrize(
    ("query", "filters"),
    [
        (JobQuery(1), {}),
        (JobQuery(1, types=frozenset({"task"}), tasks=("facts",)), {"type": "task", "task": "facts"}),
        (JobQuery(1, types=frozenset({"task", "deploy"}), tasks=("a", "b")), {}),
        (JobQuery(1, tasks=("fact*",)), {}),
        (JobQuery(1, since=1.0, owners=("admin",)), {}),
    ],
)
def test_a_server_is_asked_only_for_what_it_can_select_without_losing_any(
    query: JobQuery, filters: dict[str, str]
) -> None:
    assert query.server_filters == filters


@pytest.mark.parametrize(
    ("query", "size"),
    [
        (JobQuery(20), 20),
        (JobQuery(MOST_AT_ONCE + 1), MOST_AT_ONCE),
        (JobQuery(20, states=frozenset({"failed"})), MOST_AT_ONCE),
        (JobQuery(20, types=frozenset({"task"})), MOST_AT_ONCE),
    ],
)
def test_no_more_is_asked_for_at_once_than_is_wanted_unless_it_is_looked_through(query: JobQuery, size: int) -> None:
    assert query.page_size == size


def test_jobs_that_begin_while_pages_are_read_show_no_job_twice() -> None:
    def shifting(jobs: Sequence[JobRecord], limit: int, offset: int) -> Sequence[JobRecord]:
        begun = [job(number) for number in range(1000, 1000 + offset)]
        return [*jobs, *begun][::-1][offset : offset + limit]

    listing = Listing(jobs(*range(1, 301)), shifting)
    numbers = listing.numbers(JobQuery(150))
    assert numbers == sorted(set(numbers), reverse=True)
    assert listing.asked == [(100, 0), (100, 100)]


@pytest.mark.parametrize("order", [1, -1])
def test_a_server_of_2016_that_gives_all_of_them_in_any_order_is_asked_once(order: int) -> None:
    listing = Listing(jobs(*range(1, 301)), lambda jobs, _, __: jobs[::order])
    assert listing.numbers(JobQuery(20)) == list(range(300, 280, -1))
    assert listing.asked == [(20, 0)]


def test_a_server_that_knows_no_order_is_read_to_its_end() -> None:
    listing = Listing(jobs(*range(1, 51)), lambda jobs, limit, offset: jobs[offset : offset + limit])
    assert listing.numbers(JobQuery(20)) == list(range(50, 30, -1))


def test_a_page_that_is_in_order_here_and_there_is_in_none() -> None:
    listing = Listing(jobs(2, 9, 5, 30), lambda jobs, limit, offset: jobs[offset : offset + limit])
    assert listing.numbers(JobQuery(3)) == [30, 9, 5]


def test_a_job_that_changes_while_pages_are_read_is_shown_once() -> None:
    listing = Listing([], lambda _, __, offset: [job(7, "running" if offset else "new")])
    assert listing.numbers(JobQuery(5)) == [7]


def test_a_server_that_repeats_itself_for_ever_is_left() -> None:
    listing = Listing(jobs(1, 2), lambda jobs, _, __: jobs)
    assert listing.numbers(JobQuery(5)) == [2, 1]
    assert listing.asked == [(5, 0), (5, 2)]


def test_a_job_without_a_number_comes_last_and_is_shown() -> None:
    listing = Listing([job(2), JobRecord.from_json(b"null"), JobRecord.from_json(b'{"name":[]}'), job(7)])
    assert listing.numbers(JobQuery(5)) == [7, 2, -1, -1]
    assert Listing([JobRecord.from_json(b"null"), job(1)]).numbers(JobQuery(5)) == [1, -1]
    assert Listing([job(1), JobRecord.from_json(b"null")]).numbers(JobQuery(5)) == [1, -1]


@given(
    st.lists(st.integers(1, 60), unique=True, max_size=60),
    st.integers(1, 70),
    st.integers(1, 20),
    st.sets(st.sampled_from(["failed", "finished"])),
)
def test_however_a_server_pages_and_orders_the_newest_that_are_wanted_are_found(
    numbers: list[int], limit: int, most: int, states: set[str]
) -> None:
    made = [job(number, "failed" if number % 3 == 0 else "finished") for number in numbers]
    wanted = JobQuery(limit, frozenset(states))
    right = sorted((int(one.number) for one in made if wanted.matches(one)), reverse=True)[:limit]

    newest_first = sorted(made, key=lambda one: -int(one.number))
    oldest_first = newest_first[::-1]
    for order in (newest_first, oldest_first):
        capped = Listing(order, lambda jobs, limit, offset: jobs[offset : offset + min(limit, most)])
        if order is newest_first or min(wanted.page_size, most) > 1:  # one job alone has no order that could be seen
            assert capped.numbers(wanted) == right
        assert Listing(order, lambda jobs, _, __: jobs).numbers(wanted) == right
