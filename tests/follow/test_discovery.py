"""The list of jobs as it is read, and as it changes meanwhile: no job is missed, and none is found twice."""

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.errors import Unreachable
from orch_events.follow import discovery
from orch_events.follow.discovery import Discovery
from orch_events.job.updates import Notice, Steps, Tick
from orch_events.wire.records import JobRecord

NOW = datetime(2026, 11, 27, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "PAGE_JOBS", 4)


def job(number: int, state: str = "finished", hours: float = 0.0, kind: str = "deploy") -> JobRecord:
    """Return a job that was created so many hours ago, and is over if its state says so."""
    at = NOW - timedelta(hours=hours)
    return JobRecord(
        state, created_at=at, finished_at=at if state != "running" else None, number=str(number), type=kind
    )


class Server:
    """A list of jobs that changes when it likes: `before` is called with the number of each request."""

    def __init__(self, jobs: Iterable[JobRecord], before: Callable[["Server", int], None] = lambda *_: None) -> None:
        self.jobs = {int(one.number): one for one in jobs}
        self.asked = 0
        self._before = before

    def fetch(self, limit: int, offset: int) -> Steps[Sequence[JobRecord]]:
        yield from ()
        self.asked += 1
        self._before(self, self.asked)
        return [self.jobs[number] for number in sorted(self.jobs, reverse=True)[offset : offset + limit]]


def look(server: Server, known: Discovery, *, back: bool = False) -> tuple[list[int], list[str]]:
    """Return the new jobs, and what was said."""
    found: list[int] = []

    def note(record: JobRecord, is_new: bool) -> None:
        found.extend([int(record.number)] * is_new)

    steps = (known.look_back if back else known.look)(server.fetch, note)
    return found, [update.message for update in steps if isinstance(update, Notice)]


def look_back(server: Server, known: Discovery | None = None) -> tuple[list[int], list[str]]:
    """Return all jobs that are not known, and what was said."""
    return look(server, known or Discovery(-math.inf), back=True)


def test_a_look_back_finds_every_job_once_and_a_later_look_only_what_is_new() -> None:
    server, known = Server(map(job, range(1, 11))), Discovery(-math.inf)
    assert look_back(server, known) == ([*range(10, 0, -1)], [])
    server.asked = 0
    server.jobs |= {11: job(11), 12: job(12)}
    assert look(server, known) == ([12, 11], [])
    assert server.asked == 1


def test_where_nothing_happens_a_look_is_one_request() -> None:
    server, known = Server(map(job, range(1, 11))), Discovery(-math.inf)
    look_back(server, known)
    server.asked = 0
    assert look(server, known) == ([], [])
    assert server.asked == 1


def test_jobs_that_were_over_before_are_left_out_and_those_that_still_run_are_not() -> None:
    since = (NOW - timedelta(hours=24)).timestamp()
    jobs = [job(9), job(8, hours=30), job(7, "running", hours=40), job(6, hours=20)]
    server = Server([*jobs, *(job(number, hours=100) for number in range(1, 6))])
    assert look_back(server, Discovery(since)) == ([9, 7, 6], [])


def test_a_look_back_does_not_read_the_whole_history() -> None:
    server = Server(job(number, hours=1000 - number) for number in range(1, 1000))
    found, _ = look_back(server, Discovery((NOW - timedelta(hours=10)).timestamp()))
    assert found == [*range(999, 989, -1)]
    assert server.asked < 15


def test_a_look_back_ends_where_a_busy_server_has_had_nothing_of_interest_for_long() -> None:
    since = (NOW - timedelta(hours=1)).timestamp()
    server = Server(job(number, hours=(1000 - number) / 100) for number in range(1, 1000))
    found, _ = look_back(server, Discovery(since))
    assert found == [*range(999, 899, -1)]
    assert server.asked < 34 + 25


@given(st.integers(1, 60), st.integers(0, 40), st.integers(1, 12), st.data())
def test_no_job_is_missed_or_found_twice_however_the_list_changes_while_it_is_read(
    count: int, pruned: int, added: int, data: st.DataObject
) -> None:
    when_pruned, when_added = data.draw(st.integers(1, 12)), data.draw(st.integers(1, 12))

    def change(server: Server, asked: int) -> None:
        if asked == when_added:
            server.jobs |= {number: job(number) for number in range(count + 1, count + added + 1)}
        if asked == when_pruned:
            server.jobs = {number: one for number, one in server.jobs.items() if number > min(pruned, count - 1)}

    server, known = Server(map(job, range(1, count + 1)), change), Discovery(-math.inf)
    found, _ = look_back(server, known)
    more, _ = look(server, known)
    assert len({*found, *more}) == len(found) + len(more)
    assert {*found, *more} >= set(server.jobs)


@given(st.sets(st.integers(1, 30), max_size=4), st.integers(2, 9))
def test_jobs_that_are_deleted_in_the_midst_hide_no_other(deleted: set[int], when: int) -> None:
    def change(server: Server, asked: int) -> None:
        if asked == when:
            server.jobs = {number: one for number, one in server.jobs.items() if number not in deleted}

    server = Server(map(job, range(1, 31)), change)
    found, _ = look_back(server)
    assert set(found) >= set(server.jobs)


def test_that_the_list_got_shorter_is_said() -> None:
    def change(server: Server, asked: int) -> None:
        if asked == 2:
            for number in (10, 9, 8):
                del server.jobs[number]

    found, said = look_back(Server(map(job, range(1, 11)), change))
    assert found == [*range(10, 0, -1)]
    assert said == ["the list of jobs got shorter while it was read; a part of it is read again"]


def test_a_job_that_appears_late_is_found_and_said() -> None:
    server, known = Server(map(job, [1, 2, 4, 5])), Discovery(-math.inf)
    look_back(server, known)
    server.jobs[3] = job(3)
    assert look(server, known) == ([3], ["job 3 appeared late, below jobs that were known"])


def test_numbers_that_begin_anew_are_new_jobs() -> None:
    server, known = Server(map(job, range(100, 130))), Discovery(-math.inf)
    look_back(server, known)
    server.jobs = {1: job(1), 2: job(2)}
    found, said = look(server, known)
    assert found == [2, 1]
    assert said == ["the newest job is 2 now, and was 129: the server was restored, or numbers anew"]


def test_a_server_that_was_restored_gives_its_last_numbers_again() -> None:
    server, known = Server(map(job, range(1, 11))), Discovery(-math.inf)
    look_back(server, known)
    for number in (9, 10):
        del server.jobs[number]
    assert look(server, known)[0] == []
    server.jobs[9] = job(9, hours=-1)
    assert look(server, known)[0] == [9]


def test_a_number_that_was_given_to_another_job_is_a_new_job() -> None:
    server, known = Server(map(job, range(1, 4))), Discovery(-math.inf)
    look_back(server, known)
    server.jobs[3] = job(3, hours=-1)
    found, said = look(server, known)
    assert found == [3]
    assert said == ["job 3 is another one now, created at 2026-11-27 01:00:00+00:00"]


def test_a_look_that_broke_off_is_made_up_for_by_the_next() -> None:
    server, known = Server(map(job, range(1, 10))), Discovery(-math.inf)
    look_back(server, known)
    server.jobs |= {number: job(number) for number in range(10, 31)}
    server.asked, fetch = 0, server.fetch

    def fail(limit: int, offset: int) -> Steps[Sequence[JobRecord]]:
        if server.asked == 2:
            raise Unreachable("down")
        return fetch(limit, offset)

    server.fetch = fail  # type: ignore[method-assign]
    with pytest.raises(Unreachable):
        look(server, known)
    server.asked = 3
    assert look(server, known)[0] == [*range(23, 9, -1)]


def test_new_jobs_are_found_while_the_look_back_goes_on() -> None:
    server, known, found = Server(map(job, range(1, 31))), Discovery(-math.inf), list[int]()
    back = known.look_back(paused(server), lambda record, is_new: found.extend([int(record.number)] * is_new))
    for new in range(31, 36):
        next(back)
        server.jobs[new] = job(new)
        found += look(server, known)[0]
    for _ in back:
        pass
    assert sorted(found) == [*range(1, 36)]


def paused(server: Server) -> Callable[[int, int], Steps[Sequence[JobRecord]]]:
    """Return what fetches, and pauses before each request."""

    def fetch(limit: int, offset: int) -> Steps[Sequence[JobRecord]]:
        yield Tick()
        return (yield from server.fetch(limit, offset))

    return fetch


class Limited(Server):
    """A server that returns so many jobs, however many are asked for."""

    limit = 4

    def fetch(self, limit: int, offset: int) -> Steps[Sequence[JobRecord]]:
        return super().fetch(self.limit, offset)


@pytest.mark.parametrize("limit", [2, 3, 1000])
def test_a_server_that_returns_fewer_or_more_than_asked_for_hides_nothing(limit: int) -> None:
    server = Limited(map(job, range(1, 20)))
    server.limit = limit
    assert look_back(server)[0] == [*range(19, 0, -1)]


class OldestFirst(Server):
    """A server that ignores the order."""

    def fetch(self, limit: int, offset: int) -> Steps[Sequence[JobRecord]]:
        yield from ()
        return [self.jobs[number] for number in sorted(self.jobs)[offset : offset + limit]]


def test_a_server_that_ignores_the_order_is_read_to_the_end() -> None:
    server, known = OldestFirst(map(job, range(1, 11))), Discovery(-math.inf)
    assert look_back(server, known)[0] == [*range(1, 11)]
    server.jobs[11] = job(11)
    assert look(server, known)[0] == [11]


def test_only_so_many_numbers_are_remembered_and_lower_ones_count_as_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "_MOST_KNOWN", 20)
    server, known = Server(map(job, range(1, 41))), Discovery(-math.inf)
    assert len(look_back(server, known)[0]) == 40
    assert look(server, known) == ([], [])
