"""Collecting all jobs, from the options to the end."""

import math
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from orch_events.archive import open_archive
from orch_events.cli import exit_status
from orch_events.cli.app import App
from orch_events.cli.collect.handover import Handover, NotHandedOverError, Sink
from orch_events.cli.collect.keepers import ArchiveKeeper, StateKeeper
from orch_events.cli.collect.sinks import Kafka, StandardOutput, read_properties
from orch_events.cli.collect.watch import Traffic, Watch, check_metrics
from orch_events.cli.connection import open_server
from orch_events.cli.options.groups import ConnectOptions, DisplayOptions
from orch_events.cli.signals import Detached
from orch_events.client.background import Background
from orch_events.errors import LocalFileError, Unreachable
from orch_events.follow.retry import RetryPolicy
from orch_events.follow.state_file import open_state
from orch_events.job.updates import Pause
from orch_events.library.collector import CollectOptions, Collector
from orch_events.library.servers import OpenServer

_THREADS = 32
_SINCE_SECONDS = 86_400.0
_OVERLAP_SECONDS = 86_400.0
"""How much earlier than the newest job of the last time jobs may have been over to be looked at again."""


class Targets(NamedTuple):
    """Where what is collected goes.

    Attributes:
        archive: the archive's directory; None for none.
        json: whether to write to standard output.
        state: the file that knows what was handed over, where there is no archive; None for none.
        brokers, topic, properties: Kafka's, and the file with librdkafka's own properties; None for none.
        metrics: the file for Prometheus; None for none.
        keep_seconds, compress_after_seconds: how long the archive keeps, and leaves plain, a day's file.
    """

    archive: str | None
    json: bool
    state: str | None
    brokers: str | None
    topic: str | None
    properties: str | None
    metrics: str | None
    keep_seconds: float
    compress_after_seconds: float


class Limits(NamedTuple):
    """What is collected, and how fast; `since` is None for the default, see `CollectOptions`."""

    since: float | None
    types: tuple[str, ...]
    interval_seconds: float
    once: bool
    max_rate: float


def collect(
    app: App, targets: Targets, limits: Limits, connect: ConnectOptions, display: DisplayOptions, policy: RetryPolicy
) -> int:
    """Collect until a signal arrives, or all is read with `once`; return the exit status. Raises OrchEventsError."""
    app.configure_stderr(display)
    traffic = Traffic(app)
    check_metrics(_path(targets.metrics))
    with ExitStack() as stack:
        requested = stack.enter_context(app.signals.gently())
        background = Background(app.clock, threads=_THREADS, rate=limits.max_rate)
        stack.enter_context(background)
        server = stack.enter_context(
            open_server(app, connect, verbose=display.verbose, observe=traffic.observe,
                        read_ahead=background.read_ahead)
        )  # fmt: skip
        keeper = stack.enter_context(_open_keeper(app, targets, server))
        patience = _Patience(app, requested, policy.retry_seconds if limits.once else math.inf)
        handover = Handover(
            list(_sinks(app, targets)), keeper, app.clock, app.stderr.warn, app.stderr.note, patience.goes_on
        )
        options = CollectOptions(
            _since(app, limits, keeper, demo=connect.demo), limits.types, limits.interval_seconds, limits.once
        )
        collector = Collector(server, policy, app.clock, background.wait, traffic.server_now, keeper, handover, options)
        watch = Watch(app, display, collector, traffic, _path(targets.metrics))
        return _Session(app, collector, handover, keeper, watch, patience).run(requested, once=limits.once)


class _Patience:
    """Knows whether to wait for somebody who can't take a batch."""

    def __init__(self, app: App, requested: Callable[[], Detached | None], seconds: float) -> None:
        self._clock = app.clock
        self._requested = requested
        self._seconds = seconds
        self._since_at = math.inf
        self.watch: Callable[[], None] = lambda: None

    def begin(self) -> None:
        """Count from now on."""
        self._since_at = self._clock.monotonic()

    def goes_on(self) -> bool:
        """Whether neither a signal arrived nor the time is over; the watch is kept going meanwhile."""
        self.watch()
        return self._requested() is None and self._clock.monotonic() - self._since_at < self._seconds


class _Session:
    """Reads, hands over, and says how it goes."""

    def __init__(
        self, app: App, collector: Collector, handover: Handover, keeper: ArchiveKeeper | StateKeeper, watch: Watch,
        patience: _Patience,
    ) -> None:  # fmt: skip
        self._app = app
        self._collector = collector
        self._handover = handover
        self._keeper = keeper
        self._watch = watch
        self._patience = patience
        patience.watch = watch.tick

    def run(self, requested: Callable[[], Detached | None], *, once: bool) -> int:
        """Go on until it is over; return the exit status."""
        try:
            self._read(requested)
            self._hand_over()
            if requested() is None:
                self._keeper.finish()
        except NotHandedOverError:
            if requested() is None:
                raise Unreachable("Kafka took no messages", "check the brokers; --retry-for waits longer") from None
            self._app.stderr.warn("what Kafka did not take will be read again at the next start")
        finally:
            self._watch.finish()
        signal = requested()
        if signal is not None:
            return exit_status.SIGINT if signal.exit_status == exit_status.SIGINT else 0
        return exit_status.worst([error.exit_status for error in self._collector.failed.values()]) if once else 0

    def _read(self, requested: Callable[[], Detached | None]) -> None:
        try:
            for update in self._collector.updates():
                self._watch.report(update)
                self._patience.begin()
                self._handover.hand_over_if_due()
                if isinstance(update, Pause):
                    self._watch.tick()
                    self._work()
                if requested() is not None:
                    return
        except Unreachable:
            self._hand_over()
            raise

    def _hand_over(self) -> None:
        self._patience.begin()
        self._handover.hand_over()

    def _work(self) -> None:
        """Do a little of the archive's daily work; what fails is tried again an hour later."""
        try:
            self._keeper.work()
        except LocalFileError as error:
            self._app.stderr.warn(error.message)


@contextmanager
def _open_keeper(app: App, targets: Targets, server: OpenServer) -> Iterator[ArchiveKeeper | StateKeeper]:
    origin = server.url.base if server.url else "demo"
    with ExitStack() as stack:
        if targets.archive is not None:
            archive = stack.enter_context(open_archive(Path(targets.archive), origin, app.clock, app.stderr.warn))
            yield ArchiveKeeper(archive, app.clock, targets.keep_seconds, targets.compress_after_seconds)
        else:
            path = _path(targets.state)
            file = stack.enter_context(open_state(path, origin)) if path is not None else None
            yield StateKeeper(file, app.clock)


def _sinks(app: App, targets: Targets) -> Iterator[Sink]:
    if targets.json:
        yield StandardOutput(app.output, lambda: app.stderr.make_room())  # noqa: PLW0108 - it is set later
    if targets.brokers is not None and targets.topic is not None:
        properties = read_properties(targets.properties)
        yield Kafka(targets.brokers, targets.topic, properties, app.clock, app.stderr.warn, app.stderr.note)


def _since(app: App, limits: Limits, keeper: ArchiveKeeper | StateKeeper, *, demo: bool) -> float:
    """Return since when jobs are collected: since the last time, else of one day; the demo's are of 2016."""
    if limits.since is not None:
        return limits.since
    if demo:
        return -math.inf
    newest_at = keeper.newest_at
    return app.clock.now() - _SINCE_SECONDS if newest_at is None else newest_at - _OVERLAP_SECONDS


def _path(text: str | None) -> Path | None:
    return Path(text) if text is not None else None
