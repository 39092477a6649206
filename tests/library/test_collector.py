"""All jobs of a simulated orchestrator, collected on a clock that passes only while somebody sleeps."""

import json
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import httpx
import pytest

from orch_events.client.client import Client
from orch_events.client.url import ServiceUrl
from orch_events.errors import OrchEventsError
from orch_events.follow.cursor import Resume
from orch_events.follow.retry import RetryPolicy
from orch_events.job.updates import Notice, Update
from orch_events.library.collector import CollectOptions, Collector
from orch_events.library.servers import OpenServer
from orch_events.simulator import EPOCH, Api, scripts
from orch_events.simulator.api import Answer, Request
from orch_events.simulator.script import Script
from orch_events.wire.event import Event
from orch_events.wire.records import JobRecord
from tests.fakes import FakeClock

JOBS = {number: job for number, job in scripts().items() if number != 360}
"""All but the one that is large, and slow to simulate."""

RUNNING_AT_ZERO = ("352", "353", "354", "355", "356")


class Kept:
    """A ledger and a receiver: it keeps what it gets in memory."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []
        self.resumes: dict[str, Resume] = {}
        self.done: set[str] = set()
        self.ids: dict[str, list[int]] = {}

    def resume(self, job: str, _: JobRecord | None) -> Resume | None:
        return self.resumes.get(job)

    def is_done(self, record: JobRecord) -> bool:
        return record.key in self.done

    def unfinished(self) -> Sequence[str]:
        return [job for job in self.resumes if job not in self.done]

    def record(self, job: str, record: JobRecord) -> None:
        self.lines.append((job, record.state))

    def events(self, job: str, events: Sequence[Event]) -> None:
        self.lines += [(job, "event")] * len(events)
        self.ids.setdefault(job, []).extend(event.id or 0 for event in events)

    def reached(self, job: str, resume: Resume | None, *, created: float | None, done: bool) -> None:
        if resume is not None:
            self.resumes[job] = resume
        self.done |= {job} if done else set()


class World:
    """A server, and what was collected of it.

    Args:
        answer: takes the place of the simulator's answer to a path; None to leave that.
    """

    def __init__(
        self,
        begin: float = 0.0,
        jobs: Mapping[int, Script] = JOBS,
        answer: Callable[[str], Answer | None] = lambda _: None,
    ) -> None:
        self.clock = FakeClock(EPOCH.timestamp() + begin)
        self.kept = Kept()
        self.asked: list[str] = []
        self._api = Api(lambda: begin + self.clock.monotonic(), jobs=jobs)
        self._answer = answer

    def collector(self, options: CollectOptions) -> Collector:
        transport = httpx.MockTransport(self._get)
        client = Client(ServiceUrl.parse("http://127.0.0.1:1"), lambda: None, self.clock, transport=transport)
        policy = RetryPolicy(math.inf, math.inf, jitter=lambda: 0.5)
        server = OpenServer(client, None, None)
        return Collector(server, policy, self.clock, self.clock.sleep, self.clock.now, self.kept, self.kept, options)

    def collect(self, seconds: float = math.inf, **options: Any) -> list[str]:
        """Collect for so long; return what was said."""
        updates: Iterator[Update] = self.collector(CollectOptions(**options)).updates()
        said = []
        until = self.clock.monotonic() + seconds
        for update in updates:
            said += [update.message] * isinstance(update, Notice) if isinstance(update, Notice) else []
            if self.clock.monotonic() >= until:
                break
        return said

    def _get(self, request: httpx.Request) -> httpx.Response:
        target = request.url.raw_path.decode()
        self.asked.append(target.removeprefix("/orchestrator/v1"))
        answer = self._answer(self.asked[-1]) or self._api.get(Request(target, "http://127.0.0.1:1"))
        return httpx.Response(answer.status, stream=httpx.ByteStream(answer.body.encode()))

    def requests(self, job: int) -> int:
        return sum(path.split("?")[0] in (f"/jobs/{job}", f"/jobs/{job}/events") for path in self.asked)


def expected(job: str) -> list[int]:
    return [event.id for event in scripts()[int(job)].events]


def test_finished_jobs_cost_one_request_each_and_none_the_next_time() -> None:
    world = World(begin=86_400.0)
    world.collect(once=True)
    asked = Counter(path.split("?")[0] for path in world.asked)
    assert {asked[f"/jobs/{job}/events"] for job in JOBS} == {1}
    assert not [path for path in asked if path.count("/") == 2 and path.startswith("/jobs/")]
    world.asked.clear()
    world.collect(once=True)
    assert {path.split("?")[0] for path in world.asked} == {"/jobs", "/plan_jobs"}


def test_each_event_of_each_job_and_plan_comes_once_between_its_records() -> None:
    world = World(begin=86_400.0)
    assert world.collect(once=True) == []
    assert {job: ids for job, ids in world.kept.ids.items() if job.isdigit()} == {
        str(job): expected(str(job)) for job in JOBS
    }
    assert {"plan:301", "plan:302"} <= world.kept.ids.keys()
    lines = [kind for job, kind in world.kept.lines if job == "353"]
    assert (lines[0], set(lines[1:-1]), lines[-1]) == ("failed", {"event"}, "failed")
    assert world.kept.done == {*map(str, JOBS), "plan:301", "plan:302"}


def test_running_jobs_are_followed_to_their_end() -> None:
    world = World()
    world.collect(400, interval_seconds=5)
    assert set(RUNNING_AT_ZERO) <= world.kept.done
    assert {job: world.kept.ids[job] for job in RUNNING_AT_ZERO} == {job: expected(job) for job in RUNNING_AT_ZERO}
    states = [state for job, state in world.kept.lines if job == "355" and state != "event"]
    assert (states[0], states[-1]) == ("new", "stopped")


def test_a_job_that_hangs_is_asked_once_a_minute_and_at_once_when_its_record_changes() -> None:
    first, late = scripts()[352].events[0], 7200.0
    states = (("new", 0.0), ("running", 1.0), ("failed", late))
    hanging = Script(7, "deploy", "hangs", (first.node or "", "b"), (first,), states)
    world = World(jobs={7: hanging})
    world.collect(3600, interval_seconds=5)
    assert world.requests(7) < 2 * 60 + 40
    world = World(begin=late - 290.0, jobs={7: hanging})
    world.collect(300 + 40, interval_seconds=5)
    assert "7" in world.kept.done


def test_with_once_what_runs_is_read_so_far_and_gone_on_with_the_next_time() -> None:
    world = World()
    world.clock.sleep(40)
    world.collect(once=True)
    so_far = world.kept.ids["352"]
    assert so_far == [event.id for event in scripts()[352].past(40)]
    assert "352" not in world.kept.done
    world.clock.sleep(86_400)
    world.collect(once=True)
    assert world.kept.ids["352"] == expected("352")
    assert "352" in world.kept.done


def test_jobs_that_were_over_before_are_left_out() -> None:
    world = World(begin=3600.0)
    world.collect(once=True, since=(EPOCH + timedelta(seconds=30)).timestamp())
    assert {"351", "357", "358"}.isdisjoint(world.kept.done)
    assert set(RUNNING_AT_ZERO) <= world.kept.done


def test_only_jobs_of_the_types_that_are_wanted_are_read() -> None:
    world = World(begin=86_400.0)
    world.collect(once=True, types=("task", "plan"))
    assert world.kept.done == {"353", "plan:301", "plan:302"}


def test_a_job_that_was_pruned_meanwhile_is_left_as_it_is() -> None:
    world = World(begin=86_400.0)
    world.kept.resumes["17"] = Resume(5, 4, [4])
    said = world.collect(once=True)
    assert said == ["job 17 is left as it is: the server does not know it any more"]
    assert "17" in world.kept.done


def test_plan_jobs_that_nobody_may_see_are_left_out_and_that_is_said() -> None:
    refused = Answer(403, json.dumps({"kind": "puppetlabs.orchestrator/not-permitted", "msg": "no"}))
    world = World(begin=86_400.0, answer=lambda path: refused if path.startswith("/plan_jobs?") else None)
    (said,) = world.collect(once=True)
    assert said.startswith("plan jobs are left out: ")
    assert "352" in world.kept.done


def test_a_job_that_nobody_may_see_holds_up_no_other() -> None:
    refused = Answer(403, json.dumps({"kind": "puppetlabs.orchestrator/not-permitted", "msg": "no"}))
    world = World(begin=86_400.0, answer=lambda path: refused if path.startswith("/jobs/352/") else None)
    (said,) = world.collect(once=True)
    assert said.startswith("job 352 can't be read: ")
    assert world.kept.done == {*map(str, JOBS), "plan:301", "plan:302"} - {"352"}


def test_a_new_job_whose_first_answer_is_a_web_page_is_not_given_up() -> None:
    page = Answer(200, "<!DOCTYPE html><title>Please wait</title>", "text/html")
    bad = Counter[str]()

    def answer(path: str) -> Answer | None:
        bad[path] += 1
        return page if path.startswith("/jobs/353/") and bad[path] < 4 else None

    world = World(begin=86_400.0, answer=answer)
    world.collect(once=True)
    assert world.kept.ids["353"] == expected("353")


def test_the_list_that_nobody_may_see_ends_it() -> None:
    refused = Answer(403, json.dumps({"kind": "puppetlabs.orchestrator/not-permitted", "msg": "no"}))
    world = World(answer=lambda _: refused)
    with pytest.raises(OrchEventsError):
        world.collect(60)


def test_where_nothing_runs_there_is_one_request_an_interval() -> None:
    world = World(begin=86_400.0)
    world.collect(60, interval_seconds=5)
    world.asked.clear()
    world.collect(600, interval_seconds=5)
    assert len(world.asked) <= 600 / 5 + 4
