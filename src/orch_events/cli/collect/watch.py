"""What is said while jobs are collected: a line a minute, live lines on a terminal, metrics in a file.

All jobs have one server, so of its outages one is told, and when it is over.
"""

from collections import Counter, deque
from pathlib import Path
from typing import TYPE_CHECKING

from orch_events.cli.app import App
from orch_events.cli.options.groups import DisplayOptions
from orch_events.errors import LocalFileError
from orch_events.follow.checkpoint import check_replaceable, replace_file
from orch_events.job.updates import ConnectionLost, ConnectionRestored, NewEvents, Update
from orch_events.library.collector import Collector
from orch_events.render.collecting import Figures, LiveLines, metrics_text, screen, status_line
from orch_events.render.toolkit.terminal import DEFAULT_COLUMNS, size

if TYPE_CHECKING:
    from orch_events.client.client import Exchange

_LINE_SECONDS = 60.0
_DRAW_SECONDS = 0.5
_METRICS_SECONDS = 15.0
_RECENT_SECONDS = 10.0
_DEFAULT_ROWS = 24
_OK = 200


class Traffic:
    """Counts requests; called in the threads that make them.

    Attributes:
        requests, failed: how many were answered, or not; the second are those without a good answer.
        answer_at: when the last good answer came, on the monotonic scale and in seconds since the epoch; None before.
    """

    def __init__(self, app: App) -> None:
        self.requests = self.failed = 0
        self.answer_at: tuple[float, float] | None = None
        self._clock = app.clock
        self._ahead_seconds = 0.0

    def observe(self, exchange: "Exchange") -> None:
        """Count a request."""
        self.requests += 1
        if exchange.status != _OK:
            self.failed += 1
            return
        self.answer_at = self._clock.monotonic(), self._clock.now()
        if exchange.server_at is not None:
            self._ahead_seconds = exchange.server_at - self._clock.now()

    def server_now(self) -> float:
        """Return what time it is by the server's clock, as its last answer had it."""
        return self._clock.now() + self._ahead_seconds


class Watch:
    """Says how it goes.

    Args:
        app: stderr and the clock.
        display: colours, glyphs, whether to say anything.
        collector: what there is to say.
        traffic: the same, of requests.
        metrics: the file for Prometheus; None for none.
    """

    def __init__(
        self, app: App, display: DisplayOptions, collector: Collector, traffic: Traffic, metrics: Path | None
    ) -> None:
        self._app = app
        self._collector = collector
        self._traffic = traffic
        self._metrics = metrics
        self._theme = app.theme(app.stderr_stream, display)
        self._live = _live_lines(app, display)
        self._recent: deque[tuple[float, str, int]] = deque()
        self._lost: set[str] = set()
        self._line_at = self._draw_at = app.clock.monotonic() + _DRAW_SECONDS
        self._line_at += _LINE_SECONDS
        self._metrics_at = app.clock.monotonic()
        self._metrics_failed = False
        if self._live is not None:
            app.stderr.make_room = self._live.clear

    def report(self, update: Update) -> None:
        """Take an update: what is to be told is told, of several jobs' outages one."""
        match update:
            case NewEvents(state, events):
                self._recent.append((self._app.clock.monotonic(), state.job, len(events)))
            case ConnectionLost(job):
                if not self._lost:
                    self._app.stderr.report(update)
                self._lost.add(job)
            case ConnectionRestored(job):
                self._lost.discard(job)
                if not self._lost:
                    self._app.stderr.report(update)
            case _:
                self._app.stderr.report(update)

    def tick(self) -> None:
        """Say, draw and write what is due."""
        now = self._app.clock.monotonic()
        self._lost &= self._collector.running.keys() | {""}
        while self._recent and self._recent[0][0] < now - _RECENT_SECONDS:
            self._recent.popleft()
        if self._live is not None and now >= self._draw_at:
            self._draw_at = now + _DRAW_SECONDS
            self._live.draw(self._screen)
        if self._live is None and now >= self._line_at:
            self._line_at = now + _LINE_SECONDS
            self._app.stderr.note(status_line(self.figures))
        if self._metrics is not None and now >= self._metrics_at:
            self._metrics_at = now + _METRICS_SECONDS
            self._write_metrics(self._metrics)

    def finish(self) -> None:
        """Erase the live lines, and say how it went."""
        if self._live is not None:
            self._live.clear()
        self._app.stderr.note(status_line(self.figures))
        if self._metrics is not None:
            self._write_metrics(self._metrics)

    @property
    def figures(self) -> Figures:
        """How it goes."""
        now, answer_at = self._app.clock.monotonic(), self._traffic.answer_at
        running = self._collector.running.values()
        answers = [one.last_answer_at for one in running if one.last_answer_at is not None]
        return Figures(
            len(running),
            self._collector.waiting,
            self._collector.events,
            sum(count for _, _, count in self._recent) / _RECENT_SECONDS,
            self._traffic.requests,
            self._traffic.failed,
            max((now - at for at in answers), default=0.0),
            answer_at[1] if answer_at else None,
            now - answer_at[0] if answer_at else None,
        )

    def _screen(self, columns: int, rows: int) -> list[str]:
        counts = Counter[str]()
        for _, job, count in self._recent:
            counts[job] += count
        jobs = [(follower.state, counts[job]) for job, follower in self._collector.running.items()]
        return list(screen(self.figures, jobs, self._theme, columns, rows))

    def _write_metrics(self, path: Path) -> None:
        try:
            replace_file(path, metrics_text(self.figures).encode(), private=False)
        except (OSError, ValueError) as error:
            if not self._metrics_failed:
                reason = getattr(error, "strerror", None) or "invalid path"
                self._app.stderr.warn(f"{path} can't be written: {reason}; continuing without it")
            self._metrics_failed = True


def check_metrics(path: Path | None) -> None:
    """See that the file can be written, before anything depends on it. Raises LocalFileError."""
    try:
        if path is not None:
            check_replaceable(path)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "invalid path"
        raise LocalFileError(
            f"{path} can't be written: {reason}", "check its permissions and the free disk space"
        ) from None


def _live_lines(app: App, display: DisplayOptions) -> LiveLines | None:
    stream = app.stderr_stream
    if display.quiet or stream is None or not app.acts_on_escapes(stream) or app.environ.get("TERM") == "dumb":
        return None

    def room() -> tuple[int, int]:
        found = size(stream)
        return (found.columns, found.lines) if found else (DEFAULT_COLUMNS, _DEFAULT_ROWS)

    return LiveLines(stream, room)
