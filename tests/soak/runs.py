"""One run of the soak: a job of the simulator, followed through faults and restarts of a seed over a real socket."""

from collections import Counter
from dataclasses import dataclass, field
from random import Random

from orch_events.client.client import Client
from orch_events.client.stream import read_ahead
from orch_events.client.url import ServiceUrl
from orch_events.follow.follower import Follower
from orch_events.follow.retry import RetryPolicy
from orch_events.follow.scheduler import interleave
from orch_events.job.updates import JobEnded, NewEvents, Pause, Update
from orch_events.simulator import Api, Fault, Faults, SimulatedTime, Simulator, scripts
from orch_events.times import SystemClock

SPEED = 300
STATUS = {351: 0, 352: 0, 353: 1, 354: 3, 355: 3, 356: 0, 357: 1, 358: 1}
FAULTS = ("status=502", "status=503", "status=500", "status=429", "status=404", "drop", "cut", "cut=500", "cut=1",
          "delay=5ms", "delay=40ms", "trickle=200000", "html", "redirect", "repeat", "late=1s", "late=4s")  # fmt: skip


class FastClock(SystemClock):
    """A clock on which everything is a hundred times as fast."""

    def monotonic(self) -> float:
        return super().monotonic() * 100

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds / 100)


class OnceSeen(Faults):
    """Faults that begin when the job was seen, after each start: before that, some of them are rightly the end."""

    asked = 0

    def start(self) -> None:
        """Let the next two requests be answered well."""
        self.asked = 0

    def pick(self) -> dict[str, Fault]:
        self.asked += 1
        return super().pick() if self.asked > 4 else {}


@dataclass
class Run:
    """What came of a seed.

    Attributes:
        lost, repeated: how many events were not shown, or more than once.
        wrong: what ended it, if that is not the job's own status; "" otherwise.
        stops: how often it was stopped and resumed.
        faults: how many there were of each kind.
    """

    seed: int
    job: int
    events: int = 0
    lost: int = 0
    repeated: int = 0
    wrong: str = ""
    stops: int = 0
    faults: Counter[str] = field(default_factory=Counter)

    @property
    def is_right(self) -> bool:
        """Whether every event was shown once, and the status is the job's."""
        return not (self.lost or self.repeated or self.wrong)


def expected(job: int) -> list[int]:
    return [event.id for event in scripts()[job].events]


def chosen(seed: int) -> list[Fault]:
    chance = Random(seed)
    count = chance.randint(2, 6)
    return [Fault.parse(f"{name}@{chance.uniform(0.02, 0.25):.2f}") for name in chance.sample(FAULTS, count)]


def run(seed: int) -> Run:
    """Follow a job through the faults of a seed, stopped and resumed now and then."""
    chance = Random(seed)
    job = chance.choice(list(STATUS))
    faults, clock = OnceSeen(chosen(seed), seed), FastClock()
    api = Api(SimulatedTime(SystemClock(), SPEED).now, faults=faults)
    shown: list[int] = []
    with (
        Simulator(api) as simulator,
        Client(ServiceUrl.parse(simulator.url), lambda: None, SystemClock(), read_ahead=read_ahead) as client,
    ):
        stops, last = _follow(job, client, clock, chance, faults, shown)
    done = Run(seed, job, len(shown), stops=stops, faults=faults.met)
    done.lost, done.repeated = len(set(expected(job)) - set(shown)), len(shown) - len(set(shown))
    status = last.outcome.exit_status({"failed", "errored", "aborted"}) if isinstance(last, JobEnded) else -1
    done.wrong = "" if status == STATUS[job] else f"{type(last).__name__} {status}"
    return done


def _follow(
    job: int, client: Client, clock: FastClock, chance: Random, faults: OnceSeen, shown: list[int]
) -> tuple[int, Update]:
    """Follow to the end; return how often it was stopped, and the last update."""
    policy = RetryPolicy(retry_seconds=100_000, jitter=chance.random)
    stops, resume = 0, None
    while True:
        faults.start()
        follower = Follower(str(job), client, clock, policy, resume=resume)
        leave_after = chance.randint(1, 6) if stops < 3 and chance.random() < 0.5 else 10**9
        update = _until_stopped(follower, clock, leave_after, shown)
        if update is not None:
            return stops, update
        stops, resume = stops + 1, follower.resume or resume
        clock.sleep(chance.choice([0, 1, 40]))


def _until_stopped(follower: Follower, clock: FastClock, pauses: int, shown: list[int]) -> Update | None:
    """Follow for so many pauses; return the last update if it ended before."""
    update: Update | None = None
    for update in interleave([follower.follow()], clock):
        if isinstance(update, NewEvents):
            shown += [one.id or 0 for one in update.events]
        pauses -= isinstance(update, Pause)
        if pauses <= 0 and follower.unanswered_request_at is None:
            return None
    return update
