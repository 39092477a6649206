import math
from typing import cast

from orch_events.cli.app import App
from orch_events.cli.collect.watch import Traffic, Watch
from orch_events.cli.options.groups import DisplayOptions
from orch_events.client.client import Exchange
from orch_events.errors import Unreachable
from orch_events.job.updates import ConnectionLost, ConnectionRestored
from orch_events.library.collector import Collector
from tests.fakes import FakeClock

DISPLAY = DisplayOptions(color="never", time="local", ascii=False, quiet=False, verbose=False, no_pager=True)


class Collecting:
    """What a watch looks at of a collector."""

    def __init__(self, *running: str) -> None:
        self.running = dict.fromkeys(running)
        self.waiting = 0
        self.events = 0


def test_requests_without_a_good_answer_are_counted_apart_and_the_server_s_clock_is_known() -> None:
    app = App.from_process()
    app.clock = clock = FakeClock(1000.0)
    traffic = Traffic(app)
    assert traffic.server_now() == 1000.0
    for status, server_at in ((200, 4600.0), (503, 9.0), (None, None)):
        traffic.observe(Exchange("u", status, 0.1, 10, server_at))
    clock.sleep(5)
    assert (traffic.requests, traffic.failed) == (3, 2)
    assert traffic.server_now() == 4605.0
    assert traffic.answer_at == (0.0, 1000.0)


def test_of_the_outages_of_many_jobs_one_is_told_and_that_it_is_over() -> None:
    app = App.from_process()
    app.clock = clock = FakeClock()
    said = list[str]()
    app.stderr.report = lambda update: said.append(type(update).__name__)  # type: ignore[method-assign]
    collector = Collecting("1", "2", "3")
    watch = Watch(app, DISPLAY, cast("Collector", collector), Traffic(app), None)
    error = Unreachable("down")
    for job in "123":
        watch.report(ConnectionLost(job, error, 1, math.inf))
    for job in "12":
        watch.report(ConnectionRestored(job, error, 5))
    assert said == ["ConnectionLost"]
    watch.report(ConnectionRestored("3", error, 5))
    assert said == ["ConnectionLost", "ConnectionRestored"]
    watch.report(ConnectionLost("1", error, 1, math.inf))
    del collector.running["1"]
    clock.sleep(1)
    watch.tick()
    watch.report(ConnectionLost("2", error, 1, math.inf))
    assert said[2:] == ["ConnectionLost", "ConnectionLost"]
