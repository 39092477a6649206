"""Durations and points in time."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.times import (
    Instant,
    format_ago,
    format_clock,
    format_duration,
    format_roughly,
    parse_duration,
    parse_instant,
    parse_timestamp,
    write_duration,
)
from tests.table import each

NOW = 1_462_477_800.0
TEN_YEARS = 10 * 365 * 86400


@each(
    ("text", "seconds"),
    [
        ("500ms", 0.5),
        ("2s", 2),
        ("10m", 600),
        ("1h30m", 5400),
        ("2d", 172_800),
        ("1w", 604_800),
        ("1d2h3m4s5ms", 93_784.005),
        ("1.5h", 5400),
        (".5s", 0.5),
        ("90", 90),
        ("0", 0),
        ("0.25", 0.25),
        ("  10m\n", 600),
    ],
)
def test_a_duration_reads_as_people_write_it(text: str, seconds: float) -> None:
    assert parse_duration(text) == pytest.approx(seconds)


@each(
    "text",
    ["", " ", "x", "-5", "+5", "10 m", "1h30", "1m h", "m10", "5y", "1e3", "nan", "inf", "1_000", "0x10", "٣s", "10M"],
)
def test_what_is_no_duration_is_refused_with_examples(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a duration: use 500ms, 2s, 10m, 1h30m, 7d or a number of seconds$"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["3651d", "9" * 400, "9" * 400 + "s", f"{TEN_YEARS}s1ms"])
def test_a_duration_beyond_ten_years_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is too long: the maximum is 3650d$"):
        parse_duration(text)


@given(st.integers(0, TEN_YEARS * 1000))
def test_a_duration_that_is_written_to_be_typed_again_reads_as_it_was(milliseconds: int) -> None:
    assert parse_duration(write_duration(milliseconds / 1000)) == pytest.approx(milliseconds / 1000, abs=0.0005)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0"), (0.5, "500ms"), (1.5, "1.5s"), (40, "40s"), (90, "1m30s"), (5400, "1h30m")]
)
def test_a_duration_is_written_as_people_write_it(seconds: float, text: str) -> None:
    assert write_duration(seconds) == text


@given(st.integers(0, TEN_YEARS))
def test_a_duration_that_was_written_reads_as_it_was(seconds: int) -> None:
    assert parse_duration(format_duration(seconds).replace(" ", "")) == seconds


@given(st.text(alphabet="0123456789.msh d-", max_size=8))
def test_a_text_is_a_length_of_time_or_is_named_in_the_error(text: str) -> None:
    try:
        assert 0 <= parse_duration(text) <= TEN_YEARS
    except ValueError as error:
        assert str(error).startswith(repr(text.strip()))  # noqa: PT017 - either is right


@each(
    ("seconds", "text"),
    [
        (0, "0s"),
        (-5, "0s"),
        (0.4, "0s"),
        (8, "8s"),
        (59.4, "59s"),
        (59.6, "1m 00s"),
        (134, "2m 14s"),
        (3599.9, "1h 00m 00s"),
        (3725, "1h 02m 05s"),
        (100 * 3600, "100h 00m 00s"),
    ],
)
def test_a_duration_is_written_to_the_second(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


@each(
    ("text", "at"),
    [
        ("10m", NOW - 600),
        ("2h30m", NOW - 9000),
        ("90", NOW - 90),
        ("0", NOW),
        ("1462477808", 1_462_477_808),
        ("1462477808.5", 1_462_477_808.5),
        ("2016-05-05T19:50:08Z", 1_462_477_808),
        ("2016-05-05t19:50:08z", 1_462_477_808),
        ("2016-05-05 19:50:08+00:00", 1_462_477_808),
        ("2016-05-05T21:50:08.5+02:00", 1_462_477_808.5),
        (" 2016-05-05T19:50:08Z ", 1_462_477_808),
    ],
)
def test_an_instant_is_an_age_an_rfc_3339_time_or_an_epoch(text: str, at: float) -> None:
    assert parse_instant(text, NOW) == at


@pytest.mark.usefixtures("new_york")
@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2016-05-05", "2016-05-05T04:00:00+00:00"),
        ("2016-05-05T19:50", "2016-05-05T23:50:00+00:00"),
        ("2016-01-05 19:50:08", "2016-01-06T00:50:08+00:00"),
        ("2016-05-05T19:50:08Z", "2016-05-05T19:50:08+00:00"),
    ],
)
def test_an_instant_without_a_zone_is_local(text: str, utc: str) -> None:
    assert datetime.fromtimestamp(parse_instant(text, NOW), UTC).isoformat() == utc


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "yesterday",
        "-10m",
        "2016-13-01",
        "2016-05-05T25:00",
        "19:50",
        "nan",
        pytest.param("9" * 400, id="400 digits"),
    ],
)
def test_what_is_no_instant_is_refused_with_examples(text: str) -> None:
    with pytest.raises(ValueError, match=r"^'.*' is not a time: use 10m \(ago\), 2016-05-05, "):
        parse_instant(text, NOW)


@given(st.datetimes(datetime(1975, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_an_instant_is_the_same_however_it_is_written(at: datetime) -> None:
    at = at.replace(microsecond=0)
    seconds = at.timestamp()
    assert {parse_instant(at.isoformat(), NOW), parse_instant(f"{at:%Y-%m-%d %H:%M:%SZ}", NOW)} == {seconds}
    assert parse_instant(f"{seconds:.0f}", NOW) == seconds


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2016-05-05T19:50:08Z", "2016-05-05T19:50:08+00:00"),
        ("2016-05-05T19:50:08.25Z", "2016-05-05T19:50:08.250000+00:00"),
        ("2016-05-05T19:50:08", "2016-05-05T19:50:08+00:00"),
        ("2016-05-05T21:50:08+02:00", "2016-05-05T21:50:08+02:00"),
    ],
)
@pytest.mark.usefixtures("new_york")
def test_a_server_s_timestamp_is_utc_unless_it_says_otherwise(text: str, iso: str) -> None:
    at = parse_timestamp(text)
    assert at is not None
    assert at.isoformat() == iso


@pytest.mark.parametrize("text", [None, "", "soon", "2016-05-05T19:50:60Z", "1462477808x", "\ud800"])
def test_a_timestamp_that_is_none_is_none(text: str | None) -> None:
    assert parse_timestamp(text) is None


@each(
    ("seconds", "text"),
    [
        (-5.0, "5s"),
        (33.0, "35s"),
        (59.9, "60s"),
        (60.0, "1m"),
        (1259.0, "21m"),
        (3900.0, "1h 05m"),
        (86_400.0, "24h 00m"),
        (172_800.0, "2d"),
        (1e9, "11,574d"),
    ],
)
def test_a_duration_is_written_roughly(seconds: float, text: str) -> None:
    assert format_roughly(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (90, "1m 30s"), (120, "2m"), (3725, "1h 2m 5s"), (129_600, "1d 12h"), (-3, "0s"), (59.6, "1m")],
)
def test_a_compact_duration_has_no_parts_that_are_zero(seconds: float, text: str) -> None:
    assert format_duration(seconds, compact=True) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "00:00:00"), (134.9, "00:02:14"), (-65, "-00:01:05"), (360_000, "100:00:00")]
)
def test_a_duration_is_written_as_a_clock_counts(seconds: float, text: str) -> None:
    assert format_clock(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (1_462_477_808, "2016-05-05T19:50:08Z"),
        (1_462_477_808.5, "2016-05-05T19:50:08.500000Z"),
        (0, "1970-01-01T00:00:00Z"),
    ],
)
def test_an_instant_writes_itself_as_what_reads_as_the_same(seconds: float, written: str) -> None:
    assert str(Instant(seconds)) == written
    assert parse_instant(written, 0.0) == seconds


@each(
    ("seconds", "text"),
    [
        (-5, "just now"),
        (0.9, "just now"),
        (1, "1 second ago"),
        (59.9, "59 seconds ago"),
        (60, "1 minute ago"),
        (7199, "1 hour ago"),
        (3 * 86_400, "3 days ago"),
        (8 * 86_400, "1 week ago"),
        (40 * 86_400, "1 month ago"),
        (800 * 86_400, "2 years ago"),
    ],
)
def test_how_long_ago_is_told_in_the_largest_unit(seconds: float, text: str) -> None:
    assert format_ago(seconds) == text
