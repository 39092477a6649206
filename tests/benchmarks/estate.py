"""What is measured of collecting a whole estate: many jobs at once, catching up, and how often the server is asked."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import NamedTuple

from orch_events.simulator import Api, Estate, Fault, SimulatedTime, Simulator
from orch_events.simulator.api import Answer, Request
from orch_events.times import SystemClock
from tests.benchmarks import pages
from tests.benchmarks.measure import OURS, Row, run

_JOBS_A_DAY = 432_000
"""Each runs for a minute on a hundred nodes: so 300 run at once, on 30,000 nodes, with 1,000 events a second."""

_INTERVAL = 5.0
_RATE = 100
_WARM_UP_SECONDS = 90.0
_SECONDS = 60.0
_FINISHED_JOBS = 2000
_EVENTS_A_JOB = 500


def readings() -> Iterator[tuple[str, Callable[[], list[Row]]]]:
    """Yield a name, and what measures under it."""
    yield "`collect`, 300 jobs at once", _at_once
    yield "`collect`, catching up", _catching_up
    yield "`collect`, requests", _requests


@contextmanager
def _started(*words: str) -> Iterator["subprocess.Popen[str]"]:
    """Run a command until the context ends."""
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate()


def _url(process: "subprocess.Popen[str]") -> str:
    """Return the service-url that a simulator prints, once it has printed all."""
    url = ""
    while process.stdout is not None and (line := process.stdout.readline()):
        url = line.partition("SERVICE_URL=")[2].strip() or url
        if "Ctrl-C" in line:
            break
    return url


class _Usage(NamedTuple):
    """Seconds of processor time of a process, and the most memory that it had, in megabytes."""

    cpu: float
    peak: float


def _usage(pid: int) -> _Usage:
    ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    (peak,) = re.findall(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return _Usage(sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK"), int(peak) / 1024)


def _at_once() -> list[Row]:
    with TemporaryDirectory() as folder, _started(OURS, "simulate", "--estate", str(_JOBS_A_DAY), "--port", "0") as one:
        words = [OURS, "collect", "--archive", folder, "--since", "1s", "--interval", f"{_INTERVAL}s"]
        with _started(*words, "--max-rate", str(_RATE), "--service-url", _url(one)) as process:
            time.sleep(_WARM_UP_SECONDS)
            before, late = _usage(process.pid), list(_lags(Path(folder), _SECONDS))
            after = _usage(process.pid)
    share, percentile = (after.cpu - before.cpu) / _SECONDS, quantiles(late, n=20)[-1]
    name, rate, goal = "`collect`, 300 jobs at once", len(late) / _SECONDS, _INTERVAL + 1
    peaks = f"{after.peak:.0f} MB (at most 120)"
    return [
        Row(f"{name}: processor time", "one core", share, None, 0.6,
            f"{after.cpu - before.cpu:.1f} s / {_SECONDS:.0f} s", peaks, share <= 0.6 and after.peak <= 120),
        Row(f"{name}: from the event to the archive, 95th percentile", "the interval and a second",
            percentile / goal, None, 1, f"{percentile:.1f} s / {goal:.0f} s, {rate:.0f} events a second", "",
            percentile <= goal),
    ]  # fmt: skip


def _lags(folder: Path, seconds: float) -> Iterator[float]:
    """Yield how long after its time each event is in the archive's file; a timestamp has no parts of a second."""
    until, (day,) = time.monotonic() + seconds, folder.glob("*.jsonl")
    with day.open() as file:
        file.seek(0, 2)
        while time.monotonic() < until:
            time.sleep(0.1)
            now = time.time()
            for text in re.findall(r'"id":"\d+","type":"[a-z_]+","timestamp":"([^"]+)"', file.read()):
                yield now - datetime.fromisoformat(text).timestamp() - 0.5


def _catching_up() -> list[Row]:
    """Compare two thousand answers of 500 events with one answer of a million."""
    with TemporaryDirectory() as folder:
        _repeat(pages.shaped(Path(folder, "many"), "long", _EVENTS_A_JOB), Path(folder, "1"), _FINISHED_JOBS)
        server = [sys.executable, "-m", "tests.benchmarks.server", folder, "", str(_FINISHED_JOBS)]
        with _started(*server) as process:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            listed = [OURS, "list", "1", "--json", "--service-url", url]
            run(listed)
            pairs = []
            for place in range(3):
                archive = f"{folder}/archive{place}"
                collected = run([OURS, "collect", "--archive", archive, "--since", "0", "--once", "--max-rate", "1e6",
                                 "--service-url", url, "--quiet"])  # fmt: skip
                pairs.append((collected, run(listed)))
    ours, other = sorted(pairs, key=lambda pair: pair[0].wall / pair[1].wall)[1]
    ratio = ours.wall / other.wall
    return [
        Row(f"`collect`, catching up with {_FINISHED_JOBS:,} finished jobs, 1,000,000 events", "`list --json`", ratio,
            None, 1.6, f"{ours.wall:.1f} s / {other.wall:.1f} s", f"{ours.peak:.0f} / {other.peak:.0f} MB",
            ratio <= 1.6)
    ]  # fmt: skip


def _repeat(page: Path, long: Path, times: int) -> None:
    """Write a page of the same events so many times, each with an id of its own."""
    begin, items, end = re.split(r"(?<=\[ )(.*)(?= \])", page.read_text(), flags=re.DOTALL)
    parts = re.split(r'(?<="id" : ")\d+', items)
    with long.open("w") as file:
        file.write(begin)
        for place in range(times):
            ids = map(str, range(100_000 + place * len(parts), 100_000 + (place + 1) * len(parts)))
            file.write(", " * (place > 0) + parts[0] + "".join([f"{next(ids)}{part}" for part in parts[1:]]))
        file.write(end)


class _Timing(Api):
    """Notes when it is asked."""

    def __init__(self, estate: Estate | None, now: Callable[[], float]) -> None:
        super().__init__(now, estate=estate)
        self.asked: list[float] = []

    def get(self, request: Request, picked: Mapping[str, Fault] | None = None) -> Answer:
        self.asked.append(time.monotonic())
        return super().get(request, picked)


def _requests() -> list[Row]:
    busy = _asked(_Timing(Estate(_JOBS_A_DAY, 0.0), SimulatedTime(SystemClock(), 1).now), "10", seconds=40)
    most = max(len([at for at in busy if first <= at < first + 1]) for first in busy)
    idle = _asked(_Timing(None, lambda: 1e9), "10", seconds=60)
    quiet = [at for at in idle if at > idle[0] + 20]
    intervals = (quiet[-1] - quiet[0]) / _INTERVAL
    return [
        Row("`collect`, requests in a second, at most", "--max-rate", most / 10, None, 1, f"{most} / 10", "",
            most <= 10),
        Row("`collect`, requests with nothing running", "one an interval", (len(quiet) - 1) / intervals, None, 1.02,
            f"{len(quiet) - 1} / {intervals:.0f}", "", len(quiet) - 1 <= 1.02 * intervals),
    ]  # fmt: skip


def _asked(api: _Timing, rate: str, *, seconds: float) -> list[float]:
    """Collect for so long; return when the server was asked."""
    with TemporaryDirectory() as folder, Simulator(api) as simulator:
        words = [OURS, "collect", "--archive", folder, "--service-url", simulator.url, "--since", "0"]
        with _started(*words, "--max-rate", rate, "--interval", f"{_INTERVAL}s"):
            time.sleep(seconds)
    return api.asked
