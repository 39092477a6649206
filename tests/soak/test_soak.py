"""Following through mixed faults, over real sockets, again and again: nothing lost, nothing repeated, the right end."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import pytest

from orch_events.client.client import Client
from orch_events.client.stream import read_ahead
from orch_events.client.url import ServiceUrl
from orch_events.follow.follower import Follower
from orch_events.follow.retry import RetryPolicy
from orch_events.follow.scheduler import interleave
from orch_events.job.updates import JobEnded, NewEvents, Update
from orch_events.simulator import Api, Fault, Faults, SimulatedTime, Simulator, scripts
from orch_events.times import SystemClock

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

RUNS = 150
SPEED = 300
STATUS = {353: 1, 354: 3, 355: 3, 356: 0}
FAULTS = ("status=502", "status=503", "status=429", "status=404", "drop", "cut", "cut=500", "delay=5ms",
          "trickle=200000", "html", "repeat", "late=4s")  # fmt: skip


class FastClock(SystemClock):
    """A clock on which everything is a hundred times as fast."""

    def monotonic(self) -> float:
        return super().monotonic() * 100

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds / 100)


class OnceSeen(Faults):
    """Faults that begin when the job was seen: before that, some of them are rightly the end."""

    asked = 0

    def pick(self) -> dict[str, Fault]:
        self.asked += 1
        return super().pick() if self.asked > 2 else {}


def expected(job: int) -> list[int]:
    return [moment.id for moment in scripts()[job].moments]


def chosen(seed: int) -> list[Fault]:
    chance = Random(seed)
    return [Fault.parse(f"{name}@{chance.uniform(0.02, 0.25):.2f}") for name in chance.sample(FAULTS, 4)]


def run(seed: int) -> tuple[int, list[int | None], int, Counter[str]]:
    """Follow one job through the faults of a seed; return what was shown and how it ended."""
    job = list(STATUS)[seed % len(STATUS)]
    faults, clock = OnceSeen(chosen(seed), seed), FastClock()
    api = Api(SimulatedTime(SystemClock(), SPEED).now, faults=faults)
    with (
        Simulator(api) as simulator,
        Client(ServiceUrl.parse(simulator.url), lambda: None, SystemClock(), ahead=read_ahead) as client,
    ):
        policy = RetryPolicy(retry_for=100_000, jitter=Random(seed).random)
        follower = Follower(str(job), client, clock, policy)
        updates: Sequence[Update] = list(interleave([follower.follow()], clock))
    shown = [event.id for one in updates if isinstance(one, NewEvents) for event in one.events]
    last = updates[-1]
    status = last.outcome.exit_status({"failed", "errored", "aborted"}) if isinstance(last, JobEnded) else -1
    return job, shown, status, faults.met


def test_many_seeded_runs_lose_and_repeat_nothing_and_end_right(capsys: pytest.CaptureFixture[str]) -> None:
    lost, repeated, wrong, events, met = 0, 0, list[int](), 0, Counter[str]()
    with ThreadPoolExecutor(6) as pool:
        for seed, (job, shown, status, faults) in enumerate(pool.map(run, range(RUNS))):
            events += len(shown)
            met += faults
            lost += len(set(expected(job)) - set(shown))
            repeated += len(shown) - len(set(shown))
            late = any(fault.name == "late" for fault in chosen(seed))
            if status != STATUS[job] or (shown != expected(job) and not late):
                wrong.append(seed)
    with capsys.disabled():
        kinds = ", ".join(f"{count} {name}" for name, count in sorted(met.items()))
        print(f"\nsoak: {RUNS} runs, {met.total()} faults met ({kinds})")
        print(f"soak: {events} events, lost {lost}, repeated {repeated}")
    assert (lost, repeated, wrong) == (0, 0, [])


@pytest.mark.parametrize("seed", range(3))
def test_killed_at_any_moment_and_resumed_nothing_is_lost(seed: int, tmp_path: Path) -> None:
    chance = Random(seed)
    out, cursor = tmp_path / "out", tmp_path / "cursor"
    faults = Faults([Fault.parse("cut@0.2"), Fault.parse("status=503@0.2")], seed)
    with Simulator(Api(SimulatedTime(SystemClock(), 30).now, faults=faults)) as simulator:
        command = [sys.executable, "-m", "orch_events", "follow", "352", "--service-url", simulator.url,
                   "--interval", "100ms", "--cursor-file", str(cursor), "--json"]  # fmt: skip
        seen, allowed, kills, status = list[int](), set[int](), 0, -signal.SIGKILL
        while status == -signal.SIGKILL:
            with out.open("wb") as file:
                process = subprocess.Popen(command, stdout=file, stderr=subprocess.PIPE, env=os.environ)
            try:
                _, said = process.communicate(timeout=chance.uniform(0.3, 2.0) if kills < 6 else 60)
            except subprocess.TimeoutExpired:
                process.kill()
                _, said = process.communicate()
                kills += 1
            status = process.returncode
            lines = out.read_bytes().split(b"\n")
            ids = [int(json.loads(line)["id"]) for line in lines[:-1]]
            if b"may come again" not in said:
                assert not set(ids) & set(seen)
            allowed |= set(ids) & set(seen)
            seen += ids
    assert kills > 0
    assert status == 0
    assert sorted(set(seen)) == expected(352)
    assert len(seen) - len(set(seen)) <= len(allowed)
