"""What is measured of following a job that goes on: each once, for it takes as long as the job does."""

import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from statistics import quantiles

from orch_events.simulator import Api, Fault, SimulatedTime, Simulator
from orch_events.simulator.api import Answer, Request
from orch_events.simulator.script import Script, ScriptedEvent
from orch_events.times import SystemClock
from tests.benchmarks import pages
from tests.benchmarks.measure import OURS, Row, run
from tests.benchmarks.shapes import NODES

_SECONDS = 30.0
_IDLE_SECONDS = 60.0
_INTERVAL = 1.0
_COLUMNS = 120


class _Counting(Api):
    """Counts the bytes of the events that it sends."""

    sent = 0

    def get(self, request: Request, picked: Mapping[str, Fault] | None = None) -> Answer:
        answer = super().get(request, picked)
        self.sent += len(answer.body) * ("/events" in request.target)
        return answer


def _job(moments: list[ScriptedEvent], seconds: float) -> Script:
    nodes = tuple(dict.fromkeys(moment.node for moment in moments if moment.node))
    states = (("new", 0.0), ("running", 0.0), ("finished", seconds))
    return Script(1, "deploy", "measured", nodes, tuple(moments), states)


def _arriving(count: int, seconds: float) -> list[ScriptedEvent]:
    """Return so many events, evenly spread; each node begins and ends."""
    last = ScriptedEvent(seconds, count + 2, "job_finished", "")
    return [*(pages.moment(2 + number, number * seconds / count) for number in range(count)), last]


def _follow(url: str, *options: str) -> list[str]:
    return [OURS, "follow", "1", "--service-url", url, "--no-exit-status", *options]


def readings() -> Iterator[tuple[str, Callable[[], list[Row]]]]:
    """Yield a name, and what measures under it."""
    yield "`follow`, 10,000 nodes", _large
    yield "`follow`, idle", _idle
    yield "`follow`, from server to stdout", _latency


def _large() -> list[Row]:
    moments = _arriving(2 * NODES, _SECONDS)
    api = _Counting(SimulatedTime(SystemClock(), 1).now, jobs={1: _job(moments, _SECONDS)})
    with Simulator(api) as simulator:
        followed = run(_follow(simulator.url, "--json", "--quiet"))
        sent, size = api.sent, sum(len(moment.text) for moment in moments)
        listed = run([OURS, "list", "1", "--service-url", simulator.url, "--json"])
    name, cpu = "`follow`, 10,000 nodes", followed.cpu / listed.cpu
    times, peaks = f"{followed.cpu:.2f} s / {listed.cpu:.2f} s", f"{followed.peak:.0f} / {listed.peak:.0f} MB"
    return [
        Row(
            f"{name}: bytes", "of its events", sent / size, None, 1.05, f"{sent:,} / {size:,}", "", sent <= 1.05 * size
        ),
        Row(f"{name}: processor time", "one `list`", cpu, None, 2, times, peaks, cpu <= 2),
    ]


def _idle() -> list[Row]:
    moments = [pages.moment(2, 0.0)]
    with Simulator(Api(lambda: 1.0, jobs={1: _job(moments, 1e9)})) as simulator:
        cost = run(_follow(simulator.url, "--timeout", str(_IDLE_SECONDS)), columns=_COLUMNS, statuses=(124,))
    share = cost.cpu / _IDLE_SECONDS
    times = f"{cost.cpu:.2f} s / {_IDLE_SECONDS:.0f} s"
    return [
        Row("`follow`, idle, live line on", "one core", share, None, 0.01, times, f"{cost.peak:.0f} MB", share <= 0.01)
    ]


def _latency() -> list[Row]:
    moments = _arriving(int(_SECONDS * 20), _SECONDS)
    simulated = SimulatedTime(SystemClock(), 1)
    began = time.monotonic() - simulated.now()
    with Simulator(Api(simulated.now, jobs={1: _job(moments, _SECONDS)})) as simulator:
        words = _follow(simulator.url, "--json", "--interval", f"{_INTERVAL}s")
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            assert process.stdout is not None
            came = [time.monotonic() - began for _ in process.stdout]
    late = [at - moment.at for at, moment in zip(came, moments, strict=True) if moment.at > 1]
    percentile = quantiles(late, n=20)[-1]
    goal = (_INTERVAL + 0.1) / _INTERVAL
    times = f"{percentile * 1000:.0f} ms / {_INTERVAL * 1000:.0f} ms"
    name = "`follow`, from the server to stdout, 95th percentile"
    return [Row(name, "the interval", percentile / _INTERVAL, None, goal, times, "", percentile <= goal * _INTERVAL)]
