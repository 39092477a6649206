"""Which jobs a server has that were not known before: its list, read again and again, page by page.

The list comes newest first. A look at it ends with the first page whose last job was known before, so usually one page
is read. Once, a look back goes on until a whole page began and was over a day before `since`, or twenty pages in a row
had nothing of interest: that can be many pages, so new jobs are looked for meanwhile. What can happen while pages are
read:

1. New jobs push the others down while pages are read: what comes twice is skipped.
2. Jobs are pruned or deleted, and what follows moves up: the next page would begin behind what it should. So each page
   begins with the last job of the one before; where there are only older ones, the page before is read again.
3. A job appears late, below one that is known: each page is looked at as a whole, not only its beginning.
4. The newest number is lower than it was: the server was restored, or its numbers begin anew. Then the numbers above
   are forgotten, for they will be given again. One that was given twice shows by another time of creation.
5. A look that breaks off has found what it found; the next one goes as far back as the look back.
6. An older server ignores the order, or how many jobs are asked for: then its list is read to the end.

Memory is bounded: of the 100,000 highest numbers it is known which were seen; lower ones count as seen.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from orch_events.job.updates import Notice, Steps
from orch_events.times import parse_timestamp
from orch_events.wire.job_key import spoken
from orch_events.wire.records import JobRecord

PAGE_JOBS = 100
"""How many jobs are asked for at once."""

_MARGIN_SECONDS = 86_400.0
"""How long before `since` a whole page must have begun for nothing below it to be of interest."""

_QUIET_PAGES = 20
"""How many pages in a row without a job of interest end a look back: a busy server has many jobs within the margin."""

_MOST_KNOWN = 100_000
_MOST_STEPS_BACK = 5
_MOST_NAMED = 5

FetchJobs = Callable[[int, int], Steps[Sequence[JobRecord]]]
"""Requests jobs or plan jobs, by limit and offset, the newest first; a server may return others."""

Found = Callable[[JobRecord, bool], None]
"""Is told of each job on the list that is of interest, and whether it is new."""


class KnownJobs:
    """The numbers that were seen, each with the time at which its job was created."""

    def __init__(self) -> None:
        self._created: dict[int, object] = {}
        self._floor = 0

    @property
    def highest(self) -> int:
        """The highest number; -1 before the first."""
        return max(self._created, default=-1)

    def has(self, number: int, *, surely: bool = False) -> bool:
        """Whether a number was seen; low ones count as seen unless it must be known `surely`."""
        return number in self._created or (number < self._floor and not surely)

    def is_of_another(self, job: JobRecord) -> bool:
        """Whether the number of a job was seen, but of one that was created at another time."""
        before = self._created.get(int(job.number))
        return before is not None and job.created_at is not None and before != job.created_at

    def add(self, number: int, created: object) -> None:
        """Note a number."""
        if number < self._floor:
            return
        self._created[number] = created
        if len(self._created) > _MOST_KNOWN:
            lowest = sorted(self._created)[: _MOST_KNOWN // 10]
            for one in lowest:
                del self._created[one]
            self._floor = max(self._floor, lowest[-1] + 1)

    def forget_above(self, numbers: Sequence[int]) -> None:
        """Forget what is above these numbers; and all, where none of them was seen."""
        highest = max(numbers)
        if not any(number in self._created for number in numbers):
            highest, self._floor = -1, 0
        self._created = {number: created for number, created in self._created.items() if number <= highest}


class Discovery:
    """Finds the jobs, or the plan jobs, of one server.

    Args:
        since: jobs that were over before are of no interest; in seconds since the epoch, by the server's clock.
    """

    def __init__(self, since: float) -> None:
        self._since = since
        self._known = KnownJobs()
        self._broke_off = False

    def look(self, fetch: FetchJobs, found: Found) -> Steps[None]:
        """Look for new jobs, and tell `found` of each job that is met and of interest. Raises OrchEventsError."""
        back, self._broke_off = self._broke_off, True
        yield from _Look(self._known, self._since, found, back=back).read(fetch)
        self._broke_off = False

    def look_back(self, fetch: FetchJobs, found: Found) -> Steps[None]:
        """Look for all jobs that are of interest, however far down. Raises OrchEventsError."""
        yield from _Look(self._known, self._since, found, back=True).read(fetch)


class _Look:
    """One look at the list.

    Attributes:
        seen: the numbers that it has met, each with whether the job is new.
    """

    def __init__(self, known: KnownJobs, since: float, found: Found, *, back: bool) -> None:
        self.seen: dict[int, bool] = {}
        self._known = known
        self._since = since
        self._found = found
        self._back = back
        self._highest_before = known.highest
        self._quiet_pages = 0

    def read(self, fetch: FetchJobs) -> Steps[None]:
        """Read page after page."""
        offset, last, steps_back = 0, -1, 0
        while True:
            page = yield from fetch(PAGE_JOBS, offset)
            jobs = [job for job in page if job.number]
            if offset and _moved_up(jobs, last) and steps_back < _MOST_STEPS_BACK:
                if not steps_back:
                    yield Notice("the list of jobs got shorter while it was read; a part of it is read again")
                offset, steps_back = max(0, offset - PAGE_JOBS), steps_back + 1
                continue
            if not offset and not self._back:
                yield from self._check_numbers(jobs)
            before = len(self.seen)
            yield from self._take(jobs)
            is_last = len(self.seen) == before and not _pushed_down(jobs, last)
            if is_last or len(page) > PAGE_JOBS or self._reaches_what_is_known(jobs):
                return
            last, offset = min(self.seen), offset + max(1, len(page) - 1)
            steps_back = 0 if len(self.seen) > before else steps_back

    def _check_numbers(self, jobs: Sequence[JobRecord]) -> Iterator[Notice]:
        """Forget the numbers that the server can give again."""
        numbers, highest = [int(job.number) for job in jobs], self._known.highest
        if numbers and max(numbers) < highest and _newest_first(jobs):
            self._known.forget_above(numbers)
            self._highest_before = self._known.highest
            kind = spoken(jobs[0].key).partition(" ")[0]
            yield Notice(
                f"the newest {kind} is {max(numbers)} now, and was {highest}: the server was restored, or numbers anew"
            )

    def _take(self, jobs: Sequence[JobRecord]) -> Iterator[Notice]:
        late = list[str]()
        for job in jobs:
            number = int(job.number)
            if number in self.seen:
                continue
            is_another = self._known.is_of_another(job)
            self.seen[number] = is_new = is_another or not self._known.has(number, surely=self._back)
            if is_another:
                yield Notice(f"{spoken(job.key)} is another one now, created at {job.created_at}")
            elif is_new and not self._back and number < self._highest_before:
                late.append(job.key)
            if is_new:
                self._known.add(number, job.created_at)
            if self._is_wanted(job):
                self._found(job, is_new)
        if late:
            yield Notice(_late(late))

    def _is_wanted(self, job: JobRecord) -> bool:
        if not job.over:
            return True
        ended = job.finished_at or parse_timestamp(job.timestamp) or job.began_at
        return ended is None or ended.timestamp() >= self._since

    def _reaches_what_is_known(self, jobs: Sequence[JobRecord]) -> bool:
        """Whether nothing below this page is of interest."""
        if not _newest_first(jobs):
            return False
        if not self._back:
            return self._highest_before < 0 or not self.seen[int(jobs[-1].number)]
        self._quiet_pages = 0 if any(map(self._is_wanted, jobs)) else self._quiet_pages + 1
        early = self._since - _MARGIN_SECONDS
        return self._quiet_pages >= _QUIET_PAGES or all(
            job.over and job.began_at is not None and job.began_at.timestamp() < early for job in jobs
        )


def _late(keys: Sequence[str]) -> str:
    names = ", ".join(map(spoken, keys[:_MOST_NAMED])) + f" and {len(keys) - _MOST_NAMED} more" * (
        len(keys) > _MOST_NAMED
    )
    return f"{names} appeared late, below jobs that were known"


def _moved_up(jobs: Sequence[JobRecord], last: int) -> bool:
    """Whether a page begins behind the last job of those before, and not with it."""
    return not jobs or int(jobs[0].number) < last


def _pushed_down(jobs: Sequence[JobRecord], last: int) -> bool:
    """Whether new jobs came, so that a page begins above the last job of those before."""
    return bool(jobs) and _newest_first(jobs) and int(jobs[0].number) > last >= 0


def _newest_first(jobs: Sequence[JobRecord]) -> bool:
    return all(int(one.number) > int(other.number) for one, other in pairwise(jobs))
