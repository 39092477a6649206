"""Following through mixed faults, over real sockets, again and again: nothing lost, nothing repeated, the right end."""

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from orch_events.simulator import Api, Fault, Faults, SimulatedTime, Simulator
from orch_events.times import SystemClock
from tests.soak.__main__ import soak, told
from tests.soak.runs import expected

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

RUNS = 150
SECONDS = 20.0
"""How long the soak of the day may take: time finds what a fixed seed does not."""


def test_many_seeded_runs_lose_and_repeat_nothing_and_end_right(capsys: pytest.CaptureFixture[str]) -> None:
    runs = soak(0, 10 * SECONDS, RUNS)
    with capsys.disabled():
        print(f"\n{told(runs)}")
    assert [one for one in runs if not one.is_right] == []


def test_the_seeds_of_the_day_lose_and_repeat_nothing_and_end_right(capsys: pytest.CaptureFixture[str]) -> None:
    runs = soak(datetime.now(UTC).date().toordinal() * 1000, SECONDS)
    with capsys.disabled():
        print(f"\n{told(runs)}")
    assert [one for one in runs if not one.is_right] == []


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
            if b"may be repeated" not in said:
                assert not set(ids) & set(seen)
            allowed |= set(ids) & set(seen)
            seen += ids
    assert kills > 0
    assert status == 0
    assert sorted(set(seen)) == expected(352)
    assert len(seen) - len(set(seen)) <= len(allowed)
