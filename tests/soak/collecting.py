"""The soak of `collect`: `python -m tests.soak.collecting [--kills N] [--seed N]`.

A server's jobs go on while `collect`, with an archive, standard output and Kafka at once, is killed again and again;
in between the disk is full, the server is down, the token is gone, or brokers are. It prints what there was, and exits
with 1 unless each event of each job is in the archive once, and in the others at least once.
"""

import json
import os
import resource
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import click

from orch_events.simulator import Api, Estate, Fault, Faults, SimulatedTime, Simulator
from orch_events.simulator.script import Script
from orch_events.times import SystemClock
from tests.cli.command import COMMAND
from tests.kafka import TOPIC, MockCluster, mock_cluster

SPEED = 20
_JOBS_A_DAY = 5760.0
_SECONDS_A_KILL = 1.5
_DONE_SECONDS = 240.0
_CLOCK = SystemClock()

Place = tuple[str, int]
"""A job and an event's id."""


@dataclass
class Outcome:
    """What came of it.

    Attributes:
        met: how often there was what.
        jobs, events: how many there were.
        archived, printed, sent: how many events are in the archive, on standard output, in Kafka.
        lost, repeated: of the archive; how many were not there, or more than once.
        lost_elsewhere: how many are missing on standard output or in Kafka.
    """

    met: Counter[str] = field(default_factory=Counter)
    jobs: int = 0
    events: int = 0
    archived: int = 0
    printed: int = 0
    sent: int = 0
    lost: int = 0
    repeated: int = 0
    lost_elsewhere: int = 0
    tracebacks: int = 0

    @property
    def is_right(self) -> bool:
        """Whether nothing was lost, and nothing is in the archive twice."""
        return not (self.lost or self.repeated or self.lost_elsewhere or self.tracebacks)

    def told(self) -> str:
        """Tell it."""
        met = ", ".join(f"{count} {name}" for name, count in sorted(self.met.items()))
        return (
            f"collect: {self.met['SIGKILL']} kills ({met})\n"
            f"collect: {self.jobs} jobs, {self.events} events; archive {self.archived}, lost {self.lost}, "
            f"repeated {self.repeated}; standard output {self.printed}, Kafka {self.sent}, lost {self.lost_elsewhere}; "
            f"{self.tracebacks} tracebacks"
        )


def jobs_of(seed: int, count: int) -> dict[int, Script]:
    """Return so many jobs that begin one after the other, from simulated second 0 on."""
    estate = Estate(_JOBS_A_DAY, 0.0).jobs
    first = estate.numbers(0.0)[-1] + 1 + 37 * seed
    shift = -estate.make(first).states[0][1]
    usual = [number for number in range(first, first + 2 * count) if number % 50][:count]
    return {number: estate.make(number).shifted(shift) for number in usual}


class Soak:
    """One soak.

    Args:
        kills: how often to kill it.
        seed: of chance.
        folder: an empty one.
    """

    def __init__(self, kills: int, seed: int, folder: Path, cluster: MockCluster) -> None:
        self._chance = Random(seed)
        self._kills = kills
        self._folder = folder
        self._cluster = cluster
        self._archive, self._printed = folder / "archive", folder / "printed"
        self._token_file, self._said = folder / "token", folder / "said"
        seconds = kills * _SECONDS_A_KILL * SPEED
        self._jobs = jobs_of(seed, max(3, int(seconds / (86_400 / _JOBS_A_DAY))))
        faults = Faults([Fault.parse(text) for text in ("cut@0.02", "status=503@0.02", "late=2s@0.05")], seed)
        self._api = Api(SimulatedTime(_CLOCK, SPEED).now, "token", faults, self._jobs)
        self._token = "token"
        self._outcome = Outcome(jobs=len(self._jobs))

    def run(self) -> Outcome:
        """Do it."""
        self._token_file.write_text(self._token)
        with Simulator(self._api) as simulator, self._printed.open("ab") as printed, self._said.open("ab") as said:
            self._simulator = simulator
            while self._outcome.met["SIGKILL"] < self._kills:
                self._once(printed.fileno(), said.fileno())
            self._finish(printed.fileno(), said.fileno())
        self._count()
        return self._outcome

    def _start(self, printed: int, said: int) -> "subprocess.Popen[bytes]":
        words = ["collect", "--archive", self._archive, "--json", "--kafka", self._cluster.brokers, "--topic", TOPIC,
                 "--since", "0", "--interval", "200ms", "--max-rate", "200", "--service-url", self._simulator.url,
                 "--token-file", self._token_file]  # fmt: skip
        return subprocess.Popen([*COMMAND, *map(str, words)], stdout=printed, stderr=said)

    def _once(self, printed: int, said: int) -> None:
        """Start it, let something go wrong, and kill it."""
        with self._start(printed, said) as process:
            _CLOCK.sleep(self._chance.uniform(0.3, 2.0))
            troubles: list[tuple[str, Callable[[subprocess.Popen[bytes]], None]]] = [
                ("disk full", self._fill_disk), ("server down", self._stop_server), ("token gone", self._expire_token),
                ("a broker down", self._stop_broker), ("all brokers down", self._stop_brokers),
            ]  # fmt: skip
            if self._chance.random() < 0.6:
                name, trouble = self._chance.choice(troubles)
                self._outcome.met[name] += 1
                trouble(process)
                _CLOCK.sleep(self._chance.uniform(0, 0.5))
            name = "SIGTERM" if self._chance.random() < 0.1 else "SIGKILL"
            self._outcome.met[name] += 1
            process.send_signal(getattr(signal, name))

    def _fill_disk(self, process: "subprocess.Popen[bytes]") -> None:
        """Let no file grow beyond a few bytes more than the largest has now; perhaps there is room again later."""
        sizes = [file.stat().st_size for file in self._archive.glob("*")] if self._archive.exists() else [0]
        limit = max(sizes, default=0) + self._chance.randint(0, 20_000)
        with suppress(ProcessLookupError):
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
            self._wait()
            if self._chance.random() < 0.5:
                resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    def _stop_server(self, _: object) -> None:
        self._simulator.down = True
        self._wait()
        self._simulator.down = False

    def _expire_token(self, _: object) -> None:
        self._api.expire_token()
        self._token += ".new"
        self._wait()
        self._token_file.write_text(self._token)

    def _stop_broker(self, _: object) -> None:
        self._cluster.stop(self._chance.choice([1, 2, 3]))
        self._wait()
        self._cluster.start()

    def _stop_brokers(self, _: object) -> None:
        self._cluster.stop(1, 2, 3)
        self._wait()
        self._cluster.start()

    def _wait(self) -> None:
        _CLOCK.sleep(self._chance.uniform(0.2, 1.2))

    def _finish(self, printed: int, said: int) -> None:
        """Let it come to the end of all jobs."""
        until, expected = _CLOCK.monotonic() + _DONE_SECONDS, sum(len(job.events) for job in self._jobs.values())
        with self._start(printed, said) as process:
            while _CLOCK.monotonic() < until and len(set(archived(self._archive))) < expected:
                _CLOCK.sleep(1)
            _CLOCK.sleep(2)  # what is there too often would come now
            process.terminate()

    def _count(self) -> None:
        expected = {(str(number), event.id) for number, job in self._jobs.items() for event in job.events}
        found = archived(self._archive)
        printed = places(self._printed.read_bytes().split(b"\n"))
        sent = places([message.value() or b"" for message in self._cluster.messages()])
        outcome = self._outcome
        outcome.events = len(expected)
        outcome.archived, outcome.printed, outcome.sent = len(found), len(printed), len(sent)
        outcome.lost = len(expected - set(found))
        outcome.repeated = len(found) - len(set(found))
        outcome.lost_elsewhere = len(expected - set(printed)) + len(expected - set(sent))
        outcome.tracebacks = self._said.read_bytes().count(b"Traceback")


def archived(archive: Path) -> list[Place]:
    """Return the events in an archive's files, but for those of plan jobs."""
    files = sorted(archive.glob("*.jsonl")) if archive.exists() else []
    return [place for file in files for place in places(file.read_bytes().split(b"\n"))]


def places(lines: list[bytes]) -> list[Place]:
    """Return the events of jobs in some lines; a kill can leave half a line on standard output."""
    found: list[Place] = []
    for line in lines:
        with suppress(ValueError):
            read: dict[str, Any] = json.loads(line or b"{}")
            if "job" in read and "id" in read:
                found.append((read["job"], int(read["id"])))
    return found


def soak(kills: int, seed: int) -> Outcome:
    """Kill it so often; return what came of it."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        outcome = Soak(kills, seed, folder, stack.enter_context(mock_cluster())).run()
        if not outcome.is_right:
            kept = os.environ.get("ORCH_EVENTS_SOAK_KEEP", "")
            if kept:
                folder.rename(kept)
                folder.mkdir()
        return outcome


@click.command()
@click.option("--kills", default=200, show_default=True, help="How often to kill it.")
@click.option("--seed", default=0, show_default=True, help="The seed of chance.")
def main(kills: int, seed: int) -> None:
    """Kill `collect` again and again."""
    outcome = soak(kills, seed)
    print(outcome.told())
    sys.exit(not outcome.is_right)


if __name__ == "__main__":
    main()
