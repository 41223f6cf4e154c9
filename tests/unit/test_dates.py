"""Dates are `YYYY-MM-DD`, times are RFC 3339; every other form of ISO 8601 is refused."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khaya.platform.base.dates import DATE_PATTERN, TIME_PATTERN, calendar_date, date_or_moment, moment

BAD_DATES = [
    "", "2026", "2026-12", "20261201", "2026-12-1", "2026-1-01", "26-12-01", "2026/12/01", "01-12-2026", "2026-W48-3", "2026W483", "2026-335", "2026335", "0001-01-01", "0000-00-00",
    "1999-12-31", "2201-01-01", "9999-12-31", "+2026-12-01", "-2026-12-01", "02026-12-01", "2026-00-01", "2026-13-01", "2026-12-00", "2026-12-32", "2026-02-29", "2100-02-29", "2026-02-30", "2026-04-31",
    " 2026-12-01", "2026-12-01 ", "2026-12-01\n", "2026\u201312\u201301", "\u0662\u0660\u0662\u0666-12-01", "２０２６-12-01", "2026-12-01Z", "2026-12-01T", "2026-1２-01", "today", "2026-12-01T08:00:00Z\n",
]  # fmt: skip
TIMES = [
    ("2026-12-01T08:00:00Z", "2026-12-01T08:00:00.000Z"), ("2026-12-01t08:00:00z", "2026-12-01T08:00:00.000Z"), ("2026-12-01T08:00:00z", "2026-12-01T08:00:00.000Z"),
    ("2026-12-01t08:00:00.5Z", "2026-12-01T08:00:00.500Z"), ("2026-12-01T08:00:00.123456789Z", "2026-12-01T08:00:00.123Z"), ("2026-12-01T08:00:00.9999Z", "2026-12-01T08:00:00.999Z"),
    ("2026-12-01T10:00:00+02:00", "2026-12-01T08:00:00.000Z"), ("2026-12-01T00:30:00+02:00", "2026-11-30T22:30:00.000Z"), ("2026-12-01T00:00:00-00:00", "2026-12-01T00:00:00.000Z"),
    ("2026-12-01T08:00:00+23:59", "2026-11-30T08:01:00.000Z"), ("2026-12-31T23:59:60Z", "2027-01-01T00:00:00.000Z"), ("2027-01-01T01:59:60+02:00", "2027-01-01T00:00:00.000Z"), ("2028-02-29T12:00:00Z", "2028-02-29T12:00:00.000Z"),
    ("2026-12-01T08:00:00.0000000000000000Z", "2026-12-01T08:00:00.000Z"), ("2000-01-01T00:00:00Z", "2000-01-01T00:00:00.000Z"), ("2200-12-31T23:59:59Z", "2200-12-31T23:59:59.000Z"),
]  # fmt: skip
BAD_TIMES = [
    "", "2026-12-01", "2026-12-01T08:00:00", "2026-12-01T08:00Z", "2026-12-01T08Z", "2026-12-01 08:00:00Z", "20261201T080000Z", "2026-W48-3T08:00:00Z", "2026-335T08:00:00Z", "2026-12-01T08:00:00,5Z",
    "2026-12-01T08:00:00.Z", "2026-12-01T24:00:00Z", "2026-12-01T08:60:00Z", "2026-12-01T08:00:61Z", "2026-12-01T08:00:60Z", "2026-12-01T08:00:00+2:00", "2026-12-01T08:00:00+02", "2026-12-01T08:00:00+0200", "2026-12-01T08:00:00+24:00",
    "2026-12-01T08:00:00+02:60", "2026-12-01T08:00:00+02:00:00", "2026-12-01T08:00:00 Z", " 2026-12-01T08:00:00Z", "2026-12-01T08:00:00Z ", "2026-12-01T08:00:00ZZ", "2026-12-01T08:00:00[Africa/Johannesburg]", "2026-12-01T8:00:00Z",
    "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "1999-12-31T23:59:59Z", "2201-01-01T00:00:00Z", "2000-01-01T00:00:00+02:00", "2026-02-29T08:00:00Z", "2026-13-01T08:00:00Z", "２０２６-12-01T08:00:00Z",
    "2026-12-01T08:00:00\u221202:00", "2026-12-01T08:00:00UTC", "1796112000", "now", "2026-12-01T08:00:00." + "1" * 33 + "Z", "-2026-12-01T08:00:00Z", "2026-12-01T\u0660\u0668:00:00Z",
]  # fmt: skip


@pytest.mark.parametrize("text", BAD_DATES, ids=ascii)
def test_what_is_no_calendar_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be a date"):
        calendar_date(text)
    with pytest.raises(ValueError, match="must be a"):
        date_or_moment(text)
    assert not re.search(DATE_PATTERN, text.replace("\n", "?"))


@given(st.dates(date(2000, 1, 1), date(2200, 12, 31)))
def test_given_a_date_of_the_range_it_is_taken_as_it_is_and_documented(day: date) -> None:
    assert calendar_date(day.isoformat()) == date_or_moment(day.isoformat()) == day.isoformat()
    assert re.search(DATE_PATTERN, day.isoformat())


@pytest.mark.parametrize(("written", "canonical"), TIMES)
def test_a_time_in_any_case_and_offset_becomes_utc_with_milliseconds(written: str, canonical: str) -> None:
    assert moment(written) == date_or_moment(written) == canonical
    assert moment(canonical) == canonical


@pytest.mark.parametrize("text", BAD_TIMES, ids=ascii)
def test_every_other_form_of_a_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be a time"):
        moment(text)


@given(
    st.datetimes(datetime(2001, 1, 1), datetime(2200, 1, 1)),  # noqa: DTZ001 - the offset is added
    st.integers(-1439, 1439),
    st.integers(0, 9),
)
def test_given_any_rfc_3339_time_its_moment_is_kept_to_the_millisecond(
    local: datetime, minutes: int, digits: int
) -> None:
    moment_there = local.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    fraction = f".{moment_there.microsecond:06d}000"[: digits + 1] if digits else ""
    sign, hours = ("-" if minutes < 0 else "+"), abs(minutes)
    text = f"{local:%Y-%m-%dT%H:%M:%S}{fraction}{sign}{hours // 60:02d}:{hours % 60:02d}"
    read = datetime.fromisoformat(moment(text))
    cut = moment_there.replace(microsecond=int((fraction[1:4] or "0").ljust(3, "0")) * 1000)
    assert read == cut.astimezone(UTC)
    assert re.search(TIME_PATTERN, text)


@given(st.from_regex(DATE_PATTERN, fullmatch=True))
def test_given_a_date_that_the_document_describes_it_is_accepted(text: str) -> None:
    assert calendar_date(text.rstrip("\n")) == text.rstrip("\n")


@given(st.from_regex(TIME_PATTERN, fullmatch=True).filter(lambda text: "2001" < text < "2200"))
def test_given_a_time_that_the_document_describes_it_is_accepted(text: str) -> None:
    assert moment(text.rstrip("\n"))
