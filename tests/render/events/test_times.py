"""The cells of times: as each would be drawn by itself, whatever the zone."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.render.events.times import TimeCells
from orch_events.render.toolkit.timestamps import TimeFormat

_BEGAN = datetime(2016, 5, 5, 19, 50, 7, tzinfo=UTC)
_DRAWN: list[str] = []


def _cells(kind: str) -> TimeCells:
    shown = TimeFormat(kind, lambda job: _BEGAN if job == "1" else None)

    def draw(timestamp: str, job: str) -> tuple[str, str]:
        _DRAWN.append(timestamp)
        date, at = shown.split(timestamp, job)
        return date, f"{date} {at}  "

    return TimeCells(draw)


@pytest.fixture(params=["UTC", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "Africa/Monrovia"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Let this machine be somewhere; Liberia was 44 minutes and 30 seconds behind until 1972."""
    with monkeypatch.context() as patched:
        patched.setenv("TZ", request.param)
        time.tzset()
        yield request.param
    time.tzset()


_TIMES = [
    "2016-05-05T19:50:08Z",
    "2016-05-05T19:50:59Z",
    "2016-05-05T19:51:00Z",
    "2016-10-30T00:59:59Z",
    "2016-10-30T01:00:00Z",
    "1971-12-31T23:59:30Z",
    "1972-01-07T00:44:29Z",
    "1972-01-07T00:44:31Z",
    "2016-05-05T19:50:60Z",
    "2016-05-05 19:50:08Z",
    "2016-05-05T19:50:08+02:00",
    "2016-05-05T19:50:08.5Z",
    "20160505T195008Z",
    "0001-01-01T00:00:01Z",
    "2016-13-05T19:50:08Z",
    "2016-05-05T19:50:\u0660\u0668Z",
    "an exact length :08Z",
    "soon",
    "",
]


@pytest.mark.parametrize("kind", ["utc", "local", "elapsed"])
@pytest.mark.parametrize("job", ["1", "2"])
def test_each_time_is_drawn_as_by_itself(zone: str, kind: str, job: str) -> None:
    cells, alone = _cells(kind), TimeFormat(kind, lambda job: _BEGAN if job == "1" else None)
    for timestamps in (_TIMES, list(reversed(_TIMES))):
        drawn = cells.draw(timestamps, job)
        for timestamp in timestamps:
            date, at = alone.split(timestamp, job)
            assert drawn[timestamp] == (date, f"{date} {at}  "), zone


@given(st.lists(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2100, 1, 1)), max_size=9))  # noqa: DTZ001
def test_any_times_are_drawn_as_by_themselves(moments: list[datetime]) -> None:
    timestamps = [f"{moment:%Y-%m-%dT%H:%M:%S}Z" for moment in moments]
    alone = TimeFormat("local")
    for timestamp, (date, cell) in _cells("local").draw(timestamps, "1").items():
        assert (date, cell) == (alone.split(timestamp)[0], " ".join(alone.split(timestamp)) + "  ")


def test_a_minute_is_drawn_by_its_two_ends_alone() -> None:
    cells = _cells("utc")
    _DRAWN.clear()
    for second in range(60):
        cells.draw([f"2016-05-05T19:50:{second:02}Z"], "1")
    assert _DRAWN == ["2016-05-05T19:50:00Z", "2016-05-05T19:50:59Z"]
    cells.forget()
    cells.draw(["2016-05-05T19:50:08Z"], "1")
    assert len(_DRAWN) == 4
