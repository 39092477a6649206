"""How the collecting of all jobs goes: a line for a log, lines for a terminal, and Prometheus's text for a monitor."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TextIO

from orch_events.job.state import JobState
from orch_events.render.toolkit.streams import BestEffortStream
from orch_events.render.toolkit.terminal import may_draw
from orch_events.render.toolkit.text import cut, escape_control
from orch_events.render.toolkit.theme import Theme
from orch_events.times import format_duration
from orch_events.wire.job_key import spoken
from orch_events.wire.vocabulary import NODE_STATES


class Figures(NamedTuple):
    """How it goes.

    Attributes:
        running: how many jobs are being read.
        waiting: how many are yet to be read for the first time.
        events: how many events were read since the start.
        a_second: how many came in a second, lately.
        requests, failed_requests: how many were made since the start; the second are those without a good answer.
        lag_seconds: how long ago the job was read that was not read for longest; 0 without jobs.
        answer_at: when the last good answer came, in seconds since the epoch; None before.
        answer_age_seconds: how long ago that was; None before.
    """

    running: int
    waiting: int
    events: int
    a_second: float
    requests: int
    failed_requests: int
    lag_seconds: float
    answer_at: float | None
    answer_age_seconds: float | None


def status_line(figures: Figures) -> str:
    """Return one line that says how it goes."""
    parts = [f"{figures.running} job{'s' * (figures.running != 1)} being read"]
    parts += [f"{figures.waiting:,} waiting"] * bool(figures.waiting)
    parts.append(f"{figures.events:,} events so far, {figures.a_second:.0f} a second")
    parts.append(f"lag {format_duration(figures.lag_seconds)}")
    age = figures.answer_age_seconds
    parts.append("no response yet" if age is None else f"last response {format_duration(age)} ago")
    return ", ".join(parts)


def job_line(state: JobState, events: int, theme: Theme) -> str:
    """Return the line of a job: how far it is, its nodes by state, how many events came lately."""
    counts = [
        f"{theme.glyphs[name]} {state.nodes[name]}" if name in theme.glyphs else f"{state.nodes[name]} {name}"
        for name in NODE_STATES.values()
        if state.nodes[name]
    ]
    done = f"{state.over}/{state.total or '?'} done"
    what = state.record.subject or state.record.description if state.record is not None else ""
    words = [spoken(state.job), done, *counts, f"+{events}" * bool(events), escape_control(what)]
    return "  ".join(filter(None, words))


def screen(
    figures: Figures, jobs: Sequence[tuple[JobState, int]], theme: Theme, cells: int, rows: int
) -> Sequence[str]:
    """Return the lines of a screen: how it goes, then the busiest jobs, as many as fit.

    Args:
        figures: how it goes.
        jobs: each job that is being read, and how many events came lately.
        theme: glyphs.
        cells: how much room a line has.
        rows: how many lines there may be.
    """
    busiest = sorted(jobs, key=lambda job: (-job[1], -len(job[0].running)))
    most = max(0, rows - 1)
    shown = busiest if len(busiest) <= most else busiest[: max(0, most - 1)]
    lines = [status_line(figures), *(job_line(state, events, theme) for state, events in shown)]
    lines += [f"and {len(busiest) - len(shown)} more jobs"] * (len(shown) < len(busiest) and most > 0)
    return [cut(line, cells, theme.ellipsis) for line in lines]


class LiveLines:
    """Some lines on a terminal, redrawn in place, and erased by `clear`.

    Args:
        stream: the terminal.
        size: returns its columns and rows.
    """

    def __init__(self, stream: TextIO, size: Callable[[], tuple[int, int]]) -> None:
        self._terminal = stream
        self._stream = BestEffortStream(stream)
        self._size = size
        self._drawn = 0

    def draw(self, lines: Callable[[int, int], Sequence[str]]) -> None:
        """Draw what `lines` returns for the columns and rows that there are."""
        if not may_draw(self._terminal):
            return
        columns, rows = self._size()
        new = lines(columns - 1, rows - 1)
        self._stream.write(self._erase() + "".join(f"{line}\r\n" for line in new))
        self._drawn = len(new)

    def clear(self) -> None:
        """Erase them."""
        if self._drawn and may_draw(self._terminal):
            self._stream.write(self._erase())
        self._drawn = 0

    def _erase(self) -> str:
        up = min(self._drawn, self._size()[1] - 1)
        return f"\r\x1b[{up}A\x1b[J" if up else "\r\x1b[J"


def metrics_text(figures: Figures) -> str:
    """Return the figures in Prometheus's text format."""
    return "".join(_metrics(figures))


def _metrics(figures: Figures) -> Iterator[str]:
    yield _metric(
        "lag_seconds", "gauge", "Age of the last answer about the job unread for longest.", figures.lag_seconds
    )
    if figures.answer_at is not None:
        yield _metric("last_answer_timestamp_seconds", "gauge", "When the server last answered.", figures.answer_at)
    yield _metric("jobs_running", "gauge", "Jobs that are being read.", figures.running)
    yield _metric("jobs_waiting", "gauge", "Jobs that are yet to be read for the first time.", figures.waiting)
    yield _metric("events_total", "counter", "Events that were read.", figures.events)
    yield _metric("requests_total", "counter", "Requests to the server.", figures.requests)
    yield _metric(
        "retries_total", "counter", "Requests without a good answer, which are repeated.", figures.failed_requests
    )


def _metric(name: str, kind: str, text: str, value: float) -> str:
    name = f"orch_events_collect_{name}"
    return f"# HELP {name} {text}\n# TYPE {name} {kind}\n{name} {value:.15g}\n"
