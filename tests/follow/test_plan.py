"""A plan and its jobs in one stream: whatever its server does, each event is shown once, and none before its cause."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orch_events.errors import NotPermitted, OrchEventsError, TruncatedAnswer, UnknownJob, Unreachable
from orch_events.follow.cursor import Resume
from orch_events.follow.follower import Follower
from orch_events.follow.plan import PlanFollower, PlanStream
from orch_events.follow.scheduler import interleave
from orch_events.job.updates import FollowFailed, JobEnded, NewEvents, Notice, OutcomeUnknown, Pause, Update
from orch_events.wire.event import Event, Fetched, PageEnd
from orch_events.wire.job_key import is_plan
from orch_events.wire.records import JobRecord, NodeRecord
from tests.build import event, event_from
from tests.fakes import FakeClock
from tests.follow.following import POLICY

PLAN = "plan:9"
LATEST = 2.0
SETTLE = 15.0

Told = tuple[Event, float, float]
"""An event, when it happens, and when it becomes visible."""


def step(number: int, kind: str, **details: object) -> Event:
    return event_from({"type": kind, "timestamp": "", "details": details, "id": str(number)})


@dataclass
class Server:
    """Tells of a plan and its jobs.

    Attributes:
        events: the events of each.
        clock: what time it is.
        faults: the numbers of the requests of events that break off or fail.
        refused: the jobs that can't be read, and the errors.
        messages: the whole messages of events, by their ids; an error where one can't be had.
    """

    events: dict[str, list[Told]]
    clock: FakeClock
    faults: frozenset[int] = frozenset()
    refused: dict[str, OrchEventsError] = field(default_factory=dict)
    messages: dict[int, str | OrchEventsError] = field(default_factory=dict)
    asked: list[tuple[str, int | None]] = field(default_factory=list)

    def fetch(self, job: str, start: int | None) -> Iterator[Fetched | None]:
        self.asked.append((job, start))
        assert len(self.asked) < 3000
        if job in self.refused:
            raise self.refused[job]
        now = self.clock.monotonic()
        page = [one for one, _, seen_at in self.events[job] if seen_at <= now and (one.id or 0) >= (start or 0)]
        if len(self.asked) in self.faults:
            yield page[: len(page) // 2]
            raise TruncatedAnswer("cut") if page else Unreachable("503")
        yield page
        yield PageEnd(None)

    def record(self, job: str) -> Iterator[JobRecord | None]:
        if job in self.refused:
            raise self.refused[job]
        now = self.clock.monotonic()
        past = [one for one, at, _ in self.events[job] if at <= now]
        over = len(past) == len(self.events[job])
        if not is_plan(job):
            states = {one.node: one.type.removeprefix("node_") for one in past if one.node}
            failed = "failed" in states.values()
            counts = {state: list(states.values()).count(state) for state in states.values()}
            yield JobRecord(("failed" if failed else "finished") if over else "running", 1, counts)
            return
        started = tuple(str(one.details["job-id"]) for one in past if "job-id" in one.details)
        failed = self.events[job][-1][0].type == "plan_failed"
        yield JobRecord(("failure" if failed else "success") if over else "running", jobs=started)

    def whole(self, job: str, event: Event) -> Iterator[Event | None]:
        yield None
        message = self.messages[event.id or 0]
        if isinstance(message, OrchEventsError):
            raise message
        yield step(event.id or 0, "out_message", message=message)

    def nodes(self, job: str) -> Iterator[Sequence[NodeRecord] | None]:
        yield []


@dataclass
class Run:
    """What was shown, the last update and the notices."""

    shown: list[tuple[str, int]]
    last: Update
    updates: list[Update]


def follow(server: Server, stops: Sequence[tuple[float, float]] = ()) -> Run:
    """Follow the plan to its end, stopped at some times, and resumed after some from what a cursor file keeps."""
    shown: list[tuple[str, int]] = []
    saved: dict[str, Resume] = {}
    updates: list[Update] = []
    clock = server.clock
    for stop, gap in [*stops, (math.inf, 0.0)]:
        followers: list[Follower] = []

        def opened(
            job: str, followers: list[Follower] = followers, saved: dict[str, Resume] = saved
        ) -> Iterator[Update]:
            followers.append(Follower(job, server, clock, POLICY, resume=saved.get(job), settle_seconds=SETTLE))
            return followers[-1].follow()

        plan = PlanFollower(PLAN, server, clock, POLICY, resume=saved.get(PLAN), settle_seconds=SETTLE)
        followers.append(plan)
        stream = PlanStream(plan, clock, opened).updates(plan.follow())
        until = clock.monotonic() + stop
        for update in interleave([stream], clock):
            updates.append(update)
            if isinstance(update, NewEvents):
                shown += [(update.state.job, one.id or 0) for one in update.events]
            if isinstance(update, Pause) and clock.monotonic() >= until:
                break
        else:
            return Run(shown, updates[-1], updates)
        saved |= {one.state.job: one.resume for one in followers if one.resume is not None}
        clock.sleep(gap)
    raise AssertionError


def of_job(first: int, begin: float, seconds: float, state: str = "finished") -> list[Told]:
    """Return the events of a job with one node."""
    made = [(first, "node_running", "a"), (first + 2, f"node_{state}", "a"), (first + 3, "job_finished", None)]
    times = (begin, begin + seconds, begin + seconds)
    return [(event(number, kind, node), at, at) for (number, kind, node), at in zip(made, times, strict=True)]


def in_a_row(*seconds: float, last: str = "plan_finished", state: str = "finished") -> dict[str, list[Told]]:
    """Return a plan whose jobs come one after the other."""
    at, number = 0.0, 1
    plan, jobs = list[Told](), dict[str, list[Told]]()
    for place, took in enumerate(seconds):
        job = str(69 + place)
        plan.append((step(number, "task_start", **{"job-id": job}), at, at))
        jobs[job] = of_job(1000 * (place + 1), at + 0.1, took, state)
        at, number = at + took + 0.2, number + 2
    plan.append((step(number, last, result="so"), at, at))
    return {PLAN: plan, **jobs}


@pytest.mark.parametrize("at", [0.0, 3.0, 12.0, 100.0])
def test_what_a_job_has_to_tell_comes_before_the_plan_goes_on_whenever_it_is_joined(at: float) -> None:
    clock = FakeClock()
    clock.sleep(at)
    run = follow(Server(in_a_row(5, 7, 4), clock))

    assert [job for job, _ in run.shown] == [PLAN, *3 * ["69"], PLAN, *3 * ["70"], PLAN, *3 * ["71"], PLAN]
    assert isinstance(run.last, JobEnded)
    assert (run.last.state.job, run.last.outcome.word) == (PLAN, "finished")


@pytest.mark.parametrize(("last", "status"), [("plan_finished", 0), ("plan_failed", 1)])
def test_the_plans_word_decides_and_not_how_the_nodes_of_its_jobs_fared(last: str, status: int) -> None:
    run = follow(Server(in_a_row(5, last=last, state="failed"), FakeClock()))

    assert isinstance(run.last, JobEnded)
    assert run.last.outcome.exit_status({"failed", "errored"}) == status
    assert [one.state.job for one in run.updates if isinstance(one, JobEnded)] == ["69", PLAN]


def test_a_plan_that_is_over_waits_for_a_job_that_is_not() -> None:
    events = in_a_row(3)
    events["69"] = of_job(1000, 0.1, 50)
    clock = FakeClock()
    run = follow(Server(events, clock))

    assert [job for job, _ in run.shown] == [PLAN, "69", PLAN, "69", "69"]
    assert isinstance(run.last, JobEnded)
    assert run.last.state.job == PLAN
    assert clock.monotonic() >= 50


@pytest.mark.parametrize("error", [NotPermitted("403"), UnknownJob("404")])
def test_a_job_that_can_not_be_read_is_told_of_and_the_plan_goes_on(error: OrchEventsError) -> None:
    run = follow(Server(in_a_row(3, 3), FakeClock(), refused={"69": error}))

    assert [job for job, _ in run.shown] == [PLAN, PLAN, *3 * ["70"], PLAN]
    assert [one.error for one in run.updates if isinstance(one, FollowFailed)] == [error]
    assert isinstance(run.last, JobEnded)


def test_a_plan_that_can_not_be_read_fails_at_once() -> None:
    run = follow(Server(in_a_row(3), FakeClock(), refused={PLAN: NotPermitted("403")}))

    assert isinstance(run.last, FollowFailed)
    assert run.shown == []


def test_a_job_that_does_not_answer_holds_a_plan_up_for_a_moment_only() -> None:
    class Silent(Server):
        def fetch(self, job: str, start: int | None) -> Iterator[Fetched | None]:
            while job == "69" and self.clock.monotonic() < 60:
                self.clock.sleep(0.1)
                yield None
            yield from super().fetch(job, start)

    clock = FakeClock()
    server = Silent(in_a_row(3, 3), clock)
    seen: list[float] = []
    plan = PlanFollower(PLAN, server, clock, POLICY)
    stream = PlanStream(plan, clock, lambda job: Follower(job, server, clock, POLICY).follow())
    for update in interleave([stream.updates(plan.follow())], clock):
        seen += [clock.monotonic()] if isinstance(update, NewEvents) and update.state.job == PLAN else []

    assert seen[1] < 3.2 + 5 + 2.5


def test_a_cut_message_is_fetched_whole_once() -> None:
    beginning = "a" * 1024
    plan = [(step(1, "out_message", message=beginning), 0.0, 0.0), (step(2, "plan_finished"), 9.0, 9.0)]
    server = Server({PLAN: plan}, FakeClock(), messages={1: beginning + "the end"})
    run = follow(server)

    first = next(one for one in run.updates if isinstance(one, NewEvents))
    assert first.events[0].details == {"message": beginning + "the end"}
    assert run.shown == [(PLAN, 1), (PLAN, 2)]


def test_a_message_whose_rest_can_not_be_had_is_shown_as_it_is_and_told_of() -> None:
    plan = [(step(1, "out_message", message="a" * 1024), 0.0, 0.0), (step(2, "plan_finished"), 9.0, 9.0)]
    run = follow(Server({PLAN: plan}, FakeClock(), messages={1: UnknownJob("404")}))

    assert run.shown == [(PLAN, 1), (PLAN, 2)]
    assert [one.message for one in run.updates if isinstance(one, Notice)] == [
        "the message of event 1 of plan 9 may be cut: 404"
    ]


def test_without_a_record_the_last_event_is_the_end() -> None:
    class NoRecord(Server):
        def record(self, job: str) -> Iterator[JobRecord | None]:
            if is_plan(job):
                raise Unreachable("503")
            return super().record(job)

    run = follow(NoRecord(in_a_row(3, last="plan_failed"), FakeClock()))

    assert isinstance(run.last, JobEnded)
    assert run.last.outcome.word == "failed"


@st.composite
def stories(draw: st.DrawFn) -> dict[str, list[Told]]:
    """Draw a plan whose jobs follow each other, or run at once, and how late each event becomes visible."""
    at, plan, jobs = 0.0, list[tuple[str, dict[str, object], float]](), dict[str, list[Told]]()
    for place in range(draw(st.integers(0, 3))):
        job, took = str(69 + place), draw(st.floats(0, 20))
        plan.append(("out_message", {"message": "x"}, at))
        plan.append(("task_start", {"job-id": draw(st.sampled_from([job, int(job)]))}, at))
        jobs[job] = of_job(1000 * (place + 1), at + draw(st.floats(0, 5)), took)
        at += draw(st.sampled_from([0.0, took + 5.1, took + 9]))
    plan.append((draw(st.sampled_from(["plan_finished", "plan_failed"])), {}, at))
    number, told = 0, list[Told]()
    for kind, details, when in plan:
        number += draw(st.integers(1, 3))
        told.append((step(number, kind, **details), when, when + draw(st.sampled_from([0.0, 0.0, LATEST]))))
    return {PLAN: told, **jobs}


@settings(max_examples=settings().max_examples * 3 // 2)
@given(
    stories(),
    st.lists(st.tuples(st.floats(0, 30), st.floats(0, 40)), max_size=3),
    st.frozensets(st.integers(1, 60), max_size=8),
)
def test_each_event_of_a_plan_and_its_jobs_is_shown_once_and_the_end_is_the_true_one(
    events: dict[str, list[Told]], stops: list[tuple[float, float]], faults: frozenset[int]
) -> None:
    run = follow(Server(events, FakeClock(), faults), stops)

    assert sorted(run.shown) == sorted((job, one.id) for job, told in events.items() for one, *_ in told)
    assert isinstance(run.last, JobEnded)
    assert run.last.state.job == PLAN
    assert run.last.outcome.word == events[PLAN][-1][0].type.removeprefix("plan_")
    assert not any(isinstance(one, FollowFailed | OutcomeUnknown) for one in run.updates)
    for one, *_ in events[PLAN]:
        if "job-id" in one.details:
            first = next(place for place, (job, _) in enumerate(run.shown) if job == str(one.details["job-id"]))
            assert run.shown.index((PLAN, one.id or 0)) < first
