"""The axis: its ticks, and how points in time are told."""

import re
import time
from collections.abc import Iterator

import pytest

from orch_events.analysis.timeline import Chart
from orch_events.render.timeline.axis import Axis
from tests.table import each

_BERLIN = "CET-1CEST,M3.5.0,M10.5.0/3"
NINETEEN_FIFTY = 1462477800.0
"""2016-05-05T19:50:00Z."""


def axis(seconds: float, time: str = "elapsed", began_at: float | None = NINETEEN_FIFTY) -> Axis:
    return Axis(Chart(began_at, seconds, []), time)


def labels(of: Axis, most: int = 6) -> list[str]:
    return [tick.label for tick in of.ticks(most)]


@pytest.fixture
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Be in the zone that the test is given."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", request.param)
        time.tzset()
        yield
    time.tzset()


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (1, "0s 1s"),
        (43, "0s 10s 20s 30s 40s"),
        (127, "0s 30s 1m 1m30s 2m"),
        (9 * 3600, "0s 2h 4h 6h 8h"),
        (5400, "0s 15m 30m 45m 1h 1h15m 1h30m"),
        (4 * 86_400, "0s 1d 2d 3d 4d"),
        (36 * 3600, "0s 12h 1d 1d12h"),
    ],
)
def test_elapsed_time_is_told_without_what_is_nothing(seconds: float, told: str) -> None:
    found = labels(axis(seconds), 7 if seconds == 5400 else 5)
    assert " ".join(label.replace(" ", "") for label in found) == told


@pytest.mark.parametrize(
    ("seconds", "began_at", "told"),
    [
        (43, NINETEEN_FIFTY + 8, "19:50:10 19:50:20 19:50:30 19:50:40 19:50:50"),
        (600, NINETEEN_FIFTY + 8, "19:52 19:54 19:56 19:58 20:00"),
        (6 * 3600, NINETEEN_FIFTY, "20:00 21:00 22:00 23:00 05-06 01:00"),
        (4 * 86_400, NINETEEN_FIFTY, "05-06 05-07 05-08 05-09"),
    ],
)
def test_clock_times_are_round_for_who_looks_at_a_clock(seconds: float, began_at: float, told: str) -> None:
    assert " ".join(labels(axis(seconds, "utc", began_at))) == told


def test_ticks_stand_where_they_should() -> None:
    assert [tick.second for tick in axis(43, "utc", NINETEEN_FIFTY + 8).ticks(6)] == [2, 12, 22, 32, 42]
    assert [tick.second for tick in axis(43).ticks(6)] == [0, 10, 20, 30, 40]


@pytest.mark.parametrize(
    ("zone", "told", "began"),
    [
        (_BERLIN, ["22:00", "23:00", "05-06"], "2016-05-05 21:50:00 CEST"),
        ("IST-5:30", ["02:00", "03:00", "04:00"], "2016-05-06 01:20:00 IST"),
    ],
    indirect=["zone"],
)
@pytest.mark.usefixtures("zone")
def test_local_times_are_those_of_the_reader(told: list[str], began: str) -> None:
    local = axis(6 * 3600 - 600, "local")
    assert (labels(local)[:3], local.began, local.title) == (told, began, began[:10])


@pytest.mark.parametrize("zone", [_BERLIN], indirect=True)
@pytest.mark.usefixtures("zone")
def test_what_changes_the_clock_changes_the_labels() -> None:
    assert labels(axis(4 * 3600, "local", 1459033200.0), 6) == ["03-27", "01:00", "03:00", "04:00", "05:00"]


@pytest.mark.parametrize("zone", [_BERLIN], indirect=True)
@pytest.mark.parametrize("began_at", [1459000800.0, 1477648800.0], ids=["spring", "autumn"])
@pytest.mark.usefixtures("zone")
def test_midnight_stays_midnight_where_the_clocks_change(began_at: float) -> None:
    found = axis(4 * 86_400, "local", began_at).ticks(5)
    assert [re.fullmatch(r"\d\d-\d\d", tick.label) is not None for tick in found] == [True] * len(found)
    assert len(found) == 4


@pytest.mark.parametrize("zone", [_BERLIN], indirect=True)
@pytest.mark.usefixtures("zone")
def test_two_points_of_the_hour_that_comes_twice_differ() -> None:
    assert [axis(90_000, "local", 1477785600.0).format(second) for second in (1800, 5400)] == [
        "02:30:00+02",
        "02:30:00+01",
    ]


def test_the_date_is_the_title_where_times_are_of_a_day() -> None:
    assert (axis(9, "utc").title, axis(9, "elapsed").title) == ("2016-05-05", "elapsed")
    assert axis(9, "utc").began == axis(9, "elapsed").began == "2016-05-05 19:50:00 UTC"


def test_a_point_is_told_to_the_second() -> None:
    assert [axis(90_000).format(second) for second in (0, 8.4, 90, 3600)] == ["0s", "8s", "1m 30s", "1h"]
    assert [axis(90_000, "utc").format(second) for second in (8, 4 * 3600 + 600)] == ["19:50:08", "05-06 00:00:00"]


@each("began_at", [None, -62135600000.0, 253402300790.0])
@each("time", ["local", "utc", "elapsed"])
def test_times_that_no_calendar_has_are_told_as_elapsed(began_at: float | None, time: str) -> None:
    found = axis(60, time, began_at)
    assert (found.title, found.began, found.format(30)) == ("elapsed", "", "30s")
    assert labels(found)[0] == "0s"
