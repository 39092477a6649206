"""The axis of a timeline: its ticks, and the format of points in time."""

from datetime import UTC, datetime
from typing import NamedTuple

from orch_events.analysis.timeline import Chart, ticks
from orch_events.render.toolkit.timestamps import clocks_change, offset
from orch_events.times import format_duration


class Tick(NamedTuple):
    """A second of the axis, and its label."""

    second: float
    label: str


class Axis:
    """The axis of a chart, in times of day or in time elapsed.

    Args:
        chart: the chart.
        time: `elapsed`, `local` or `utc`.

    Attributes:
        seconds: its length.
        title: `elapsed`, or the date on which it begins.
        began: its beginning as text, with the time zone; "" if that is not known.
    """

    def __init__(self, chart: Chart, time: str) -> None:
        self.seconds = chart.seconds
        self._zone = UTC if time == "utc" else None
        self._began_at = chart.began_at
        known = self._has(0) and self._has(self.seconds)
        self._by_clock = known and time != "elapsed"
        self.began = f"{self._at(0):%Y-%m-%d %H:%M:%S %Z}" if known else ""
        self.title = f"{self._at(0):%Y-%m-%d}" if self._by_clock else "elapsed"

    def ticks(self, most: int) -> list[Tick]:
        """Return `most` ticks at most, at round times."""
        if not self._by_clock:
            step, seconds = ticks(0.0, self.seconds, most)
            return [Tick(second, self._label(second, step)) for second in seconds]
        step, walls = ticks(_wall(self._at(0)), _wall(self._at(self.seconds)), most)
        places = dict.fromkeys(map(self._second_at, walls))  # once, what falls into the hour that summer time skips
        return [Tick(place, self._label(place, step)) for place in places if 0 <= place <= self.seconds]

    def format(self, second: float) -> str:
        """Format a point of the axis, to the second."""
        if not self._by_clock:
            return format_duration(second, compact=True)
        at = self._at(second)
        changes = self._zone is None and clocks_change(at.date())
        time = f"{at:%H:%M:%S}{offset(at) if changes else ''}"
        return time if f"{at:%Y-%m-%d}" == self.title else f"{at:%m-%d} {time}"

    def _label(self, second: float, step: int) -> str:
        if not self._by_clock:
            return format_duration(second, compact=True)
        at = self._at(second)
        if step > 1 and (at.hour, at.minute, at.second) == (0, 0, 0):
            return f"{at:%m-%d}"
        return f"{at:%H:%M}" if step % 60 == 0 else f"{at:%H:%M:%S}"

    def _at(self, second: float) -> datetime:
        return datetime.fromtimestamp((self._began_at or 0.0) + second, UTC).astimezone(self._zone)

    def _second_at(self, wall: float) -> float:
        """Return the second of the axis at which clocks show a time, whatever their offset is then."""
        shown = datetime.fromtimestamp(wall, UTC)
        at = shown if self._zone is UTC else shown.replace(tzinfo=None).astimezone()
        return at.timestamp() - (self._began_at or 0.0)

    def _has(self, second: float) -> bool:
        """Whether it is in datetime's range: a server can send any time."""
        try:
            return self._began_at is not None and bool(self._at(second))
        except (ValueError, OverflowError, OSError):
            return False


def _wall(at: datetime) -> float:
    """Return local time as seconds, so that ticks are round in local time."""
    return at.replace(tzinfo=UTC).timestamp()
