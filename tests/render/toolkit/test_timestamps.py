"""Points in time, as the table writes them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.render.toolkit.timestamps import TimeFormat
from tests.table import each


@pytest.mark.usefixtures("new_york")
@pytest.mark.parametrize(
    ("timestamp", "utc", "local"),
    [
        ("2016-05-05T19:50:08Z", ("2016-05-05", "19:50:08"), ("2016-05-05", "15:50:08")),
        ("2016-01-05T19:50:08Z", ("2016-01-05", "19:50:08"), ("2016-01-05", "14:50:08")),
        ("2016-05-05T03:59:59Z", ("2016-05-05", "03:59:59"), ("2016-05-04", "23:59:59")),
        ("2016-05-05T21:50:08+02:00", ("2016-05-05", "19:50:08"), ("2016-05-05", "15:50:08")),
        ("2016-05-05T19:50:08.999Z", ("2016-05-05", "19:50:08"), ("2016-05-05", "15:50:08")),
        ("2016-05-05T19:50:08", ("2016-05-05", "19:50:08"), ("2016-05-05", "15:50:08")),
    ],
)
def test_a_server_s_utc_is_written_in_the_zone(timestamp: str, utc: tuple[str, str], local: tuple[str, str]) -> None:
    assert TimeFormat("utc").split(timestamp, "352") == utc
    assert TimeFormat("local").split(timestamp, "352") == local


@pytest.mark.usefixtures("new_york")
@pytest.mark.parametrize(
    ("timestamp", "local"),
    [
        ("2016-11-06T05:30:00Z", "01:30:00-04"),
        ("2016-11-06T06:30:00Z", "01:30:00-05"),
        ("2016-11-06T23:00:00Z", "18:00:00-05"),
        ("2016-11-07T06:30:00Z", "01:30:00"),
        ("2016-03-13T08:00:00Z", "04:00:00-04"),
    ],
)
def test_on_a_day_with_two_offsets_each_time_has_its_own(timestamp: str, local: str) -> None:
    assert TimeFormat("local").split(timestamp)[1] == local
    assert len(TimeFormat("utc").split(timestamp)[1]) == len("19:50:08")


@each("zone", ["utc", "local"])
@each("timestamp", ["", "soon", "2016-05-05T19:50:60Z", "9999-12-31T23:59:59-14:00", "\x1b[31m"])
def test_what_is_no_time_stays_as_it_is_without_a_date(timestamp: str, zone: str) -> None:
    assert TimeFormat(zone).split(timestamp, "352") == ("", timestamp)


@given(st.datetimes(datetime(1000, 1, 1)).map(lambda at: at.isoformat() + "Z"))  # noqa: DTZ001
def test_times_are_written_to_the_second_and_always_as_wide(timestamp: str) -> None:
    date, time_of_day = TimeFormat("utc").split(timestamp, "352")
    assert (date, time_of_day) == (timestamp[:10], timestamp[11:19])


BEGAN = {"352": datetime(2016, 5, 5, 19, 50, tzinfo=UTC), "353": None}


@pytest.mark.parametrize(
    ("timestamp", "elapsed"),
    [
        ("2016-05-05T19:50:00Z", "00:00:00"),
        ("2016-05-05T19:51:08Z", "00:01:08"),
        ("2016-05-05T22:50:09.9+02:00", "01:00:09"),
        ("2016-05-09T19:50:00Z", "96:00:00"),
        ("2016-05-05T19:49:59Z", "-00:00:01"),
        ("soon", "soon"),
        ("", ""),
    ],
)
def test_elapsed_is_what_has_passed_since_the_job_began(timestamp: str, elapsed: str) -> None:
    assert TimeFormat("elapsed", BEGAN.get).split(timestamp, "352") == ("", elapsed)


def test_a_job_of_which_nobody_knows_when_it_began_begins_now() -> None:
    assert TimeFormat("elapsed", BEGAN.get).split("2016-05-05T19:50:00Z", "353") == ("", "00:00:00")
