"""Times, identifiers and amounts of money."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khaya.platform.base import clock, money
from khaya.platform.base.ids import new_id

MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds it


@given(MOMENTS, MOMENTS)
def test_text_order_is_time_order(one: datetime, other: datetime) -> None:
    one, other = (moment.replace(microsecond=moment.microsecond // 1000 * 1000) for moment in (one, other))
    assert (clock.iso(one) < clock.iso(other)) == (one < other)


@given(MOMENTS)
def test_times_survive_a_round_trip(moment: datetime) -> None:
    text = clock.iso(moment)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", text)
    assert clock.iso(clock.parse(text)) == text
    assert timedelta(0) <= moment - clock.parse(text) < timedelta(milliseconds=1)


def test_times_of_other_zones_are_written_in_utc() -> None:
    in_durban = datetime(2026, 11, 21, 10, tzinfo=timezone(timedelta(hours=2)))
    assert clock.iso(in_durban) == "2026-11-21T08:00:00.000Z"


def test_durations_are_added_and_measured() -> None:
    start = "2026-02-28T23:59:59.500Z"
    assert clock.plus(start, days=1) == "2026-03-01T23:59:59.500Z"
    assert clock.plus(start, hours=-24, minutes=1) == "2026-02-28T00:00:59.500Z"
    assert clock.seconds_between(start, clock.plus(start, seconds=1.5)) == 1.5
    assert clock.seconds_between(clock.plus(start, minutes=1), start) == -60
    assert clock.epoch("1970-01-01T00:01:00.999Z") == 60


def test_ids_are_unique_and_ordered_by_creation_time() -> None:
    first = new_id()
    time.sleep(0.002)
    later = [new_id() for _ in range(500)]
    assert all(first < one for one in later)
    assert len({*later}) == 500
    assert all(re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{26}", one) for one in later)


@given(st.integers(0, 10**12), st.integers(0, 100))
def test_a_share_is_rounded_half_up_to_the_cent(cents: int, percent: int) -> None:
    exact = Fraction(cents * percent, 100)
    share = money.share(cents, percent)
    assert -Fraction(1, 2) < share - exact <= Fraction(1, 2)


@pytest.mark.parametrize(("cents", "percent", "share"), [(10, 5, 1), (9, 5, 0), (105_000, 30, 31_500), (1, 50, 1)])
def test_a_share_is_rounded_half_up(cents: int, percent: int, share: int) -> None:
    assert money.share(cents, percent) == share


@pytest.mark.parametrize(
    ("cents", "text"),
    [(5000, "R50"), (123_450, "R1,234.50"), (5, "R0.05"), (0, "R0"), (-2_505, "-R25.05"), (100_000_000, "R1,000,000")],
)
def test_amounts_are_formatted_for_users(cents: int, text: str) -> None:
    assert money.rand(cents) == text
