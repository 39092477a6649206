"""Whatever a server does late, early, never, or twice: each event is shown once, and the outcome is the true one.

A story is a job as it was: nodes that begin and end, an event that ends the job. A server tells it as servers do: each
event becomes visible some seconds after it got its id, the record is late, or can't be had for a while, or counts no
nodes; the follower is stopped at any moment, and resumed from what a cursor file keeps. Everything is told in the end,
each within less than the seconds that following settles for.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from hypothesis import event as note
from hypothesis import given
from hypothesis import strategies as st

from orch_events.errors import Unreachable
from orch_events.follow.cursor import Resume
from orch_events.follow.follower import Follower
from orch_events.follow.scheduler import interleave
from orch_events.job.updates import FollowFailed, JobEnded, NewEvents, OutcomeUnknown, Pause, Update
from orch_events.wire.event import Event, Fetched, PageEnd
from orch_events.wire.records import JobRecord, NodeRecord
from tests.build import event
from tests.fakes import FakeClock
from tests.follow.following import POLICY

SETTLE = 15.0
LATEST = 9.0
"""How many seconds late anything may be: two of these together are less than what is settled for and one poll."""

LATEST_END = 2.5
"""The same of the job's last event: where all else is complete, it is not waited for any longer."""

MOST_REQUESTS = 2_000
"""More than any story takes: whoever asks so often never ends."""

FAIL_ON = {"failed", "errored", "aborted"}


@dataclass
class Story:
    """A job as it was, and how its server tells it.

    Attributes:
        events: each event, when it got its id, and when it becomes visible, in the order of ids.
        nodes: the nodes' names.
        over_at: when the job was over.
        word: what its record says then.
        told_at: when the record says so.
        counts: whether the record has node_states ("always", "over": when the job is over, or "never"), and node_count.
        absent: from when to when no record can be had.
    """

    events: list[tuple[Event, float, float]]
    nodes: list[str]
    over_at: float
    word: str
    told_at: float
    counts: tuple[str, bool]
    absent: tuple[float, float]

    def states(self, now: float) -> dict[str, tuple[str, int]]:
        """Return the state of each node by what has happened, and the id of the event that led to it."""
        found = dict.fromkeys(self.nodes, ("new", 0))
        for one, at, _ in self.events:
            if one.node is not None and at <= now:
                found[one.node] = (one.type.removeprefix("node_"), one.id or 0)
        return found

    @property
    def status(self) -> int:
        """The exit status that the job deserves."""
        if self.word == "stopped" or any(one.type == "job_aborted" for one, *_ in self.events):
            return 3
        return int(any(state in FAIL_ON for state, _ in self.states(math.inf).values()))


@dataclass
class Server:
    """Tells a story; a source."""

    story: Story
    clock: FakeClock
    asked: list[int | None] = field(default_factory=list)

    def fetch(self, job: str, start: int | None) -> Iterator[Fetched | None]:
        self.asked.append(start)
        assert len(self.asked) < MOST_REQUESTS, self.story
        now = self.clock.monotonic()
        yield [one for one, _, seen_at in self.story.events if seen_at <= now and (one.id or 0) >= (start or 0)]
        yield PageEnd(None)

    def record(self, job: str) -> Iterator[JobRecord | None]:
        now, story = self.clock.monotonic(), self.story
        begin, end = story.absent
        if begin <= now < end:
            raise Unreachable("503")
        counted, numbered = story.counts
        counts: dict[str, int] = {}
        for state, _ in story.states(now).values():
            counts[state] = counts.get(state, 0) + 1
        yield JobRecord(
            story.word if now >= story.told_at else "running",
            len(story.nodes) if numbered else None,
            counts if counted == "always" or (counted == "over" and now >= story.told_at) else {},
        )

    def whole(self, job: str, event: Event) -> Iterator[Event]:
        yield event

    def nodes(self, job: str) -> Iterator[Sequence[NodeRecord] | None]:
        now = self.clock.monotonic()
        yield [NodeRecord(name, state, number) for name, (state, number) in self.story.states(now).items()]


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Draw a job and how it is told."""
    seconds = st.floats(0, 20)
    nodes = [f"n{number}" for number in range(draw(st.integers(1, 4)))]
    moments: list[tuple[float, str, str | None]] = []
    for node in nodes:
        begin, took = draw(seconds), draw(seconds)
        moments += [(begin, "node_running", node)]
        moments += [(begin + took, draw(st.sampled_from(["node_finished", "node_failed", "node_errored"])), node)]
    over_at = max(at for at, *_ in moments)
    how = draw(st.sampled_from(["finished", "finished", "finished", "stopped", "2016", "aborted"]))
    if how == "stopped":
        moments.append((draw(st.floats(0, over_at)), "job_stopping", None))
    if how != "2016":
        moments.append((over_at, "job_aborted" if how == "aborted" else "job_finished", None))
    moments.sort(key=lambda one: one[0])
    number, events = 1000, list[tuple[Event, float, float]]()
    for at, kind, who in moments:
        number += draw(st.integers(1, 3))
        late = draw(st.sampled_from([0.0, 0.0, 0.0, draw(st.floats(0, LATEST if who else LATEST_END))]))
        events.append((event(number, kind, who), at, at + late))
    failed = any(kind in ("node_failed", "node_errored") for _, kind, _ in moments)
    word = {"stopped": "stopped", "aborted": "failed"}.get(how, "failed" if failed else "finished")
    begin = draw(st.floats(0, 60))
    absent = draw(st.sampled_from([(0.0, 0.0), (begin, begin + draw(st.floats(0, LATEST))), (0.0, draw(seconds))]))
    return Story(events, nodes, over_at, word, over_at + draw(st.sampled_from([0.0, draw(st.floats(0, LATEST))])),
                 (draw(st.sampled_from(["always", "over", "never"])), draw(st.booleans())), absent)  # fmt: skip


def told(server: Server, stops: list[tuple[float, float]]) -> tuple[list[int], Update]:
    """Follow to the end, stopped at some times and resumed after some; return the ids shown, and the last update."""
    shown: list[int] = []
    resume: Resume | None = None
    clock = server.clock
    for stop, gap in [*stops, (math.inf, 0.0)]:
        follower = Follower("1", server, clock, POLICY, resume=resume, settle_seconds=SETTLE)
        until = clock.monotonic() + stop
        last: Update | None = None
        for last in interleave([follower.follow()], clock):
            if isinstance(last, NewEvents):
                shown += [one.id or 0 for one in last.events]
            if isinstance(last, Pause) and clock.monotonic() >= until:
                break
        else:
            assert last is not None
            return shown, last
        resume = follower.resume or resume
        clock.sleep(gap)
    raise AssertionError


@given(stories(), st.lists(st.tuples(st.floats(0, 30), st.floats(0, 40)), max_size=3))
def test_each_event_is_shown_once_and_the_status_is_the_true_one(
    story: Story, stops: list[tuple[float, float]]
) -> None:
    shown, last = told(Server(story, FakeClock()), stops)
    assert sorted(shown) == [one.id for one, *_ in story.events]
    note(type(last).__name__)
    assert isinstance(last, JobEnded), last
    assert last.outcome.exit_status(FAIL_ON) == story.status


@given(stories())
def test_without_a_record_each_event_is_shown_once_and_no_wrong_status_is_told(story: Story) -> None:
    story.absent = (0.0, math.inf)
    shown, last = told(Server(story, FakeClock()), [])
    queued = max((at for _, at, _ in story.events), default=0.0)
    if not isinstance(last, FollowFailed) and all(gap < SETTLE for gap in _gaps(story)):
        assert sorted(shown) == [one.id for one, *_ in story.events]
    assert isinstance(last, JobEnded | OutcomeUnknown), queued
    if isinstance(last, JobEnded) and all(gap < SETTLE for gap in _gaps(story)):
        assert last.outcome.exit_status(FAIL_ON) == story.status


def _gaps(story: Story) -> list[float]:
    """Return how long nothing becomes visible, each time: without a record, a longer silence may look like the end."""
    seen = sorted(seen_at for *_, seen_at in story.events)
    return [after - before + LATEST for before, after in pairwise(seen)]
