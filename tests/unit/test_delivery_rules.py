"""Quiet hours, delays between attempts, and claims."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khaya.deliveries import quiet
from khaya.deliveries.model import CLAIM_HOURS, Send, wait_seconds
from khaya.platform.base import clock

NOW = "2026-11-21T08:00:00.000Z"
WINTER = "2026-07-01T20:30:00.000Z"


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-21T19:59:59.999Z", None),
        ("2026-11-21T20:00:00.000Z", "2026-11-22T05:00:00.000Z"),
        ("2026-11-21T21:59:59.999Z", "2026-11-22T05:00:00.000Z"),
        ("2026-11-21T22:00:00.000Z", "2026-11-22T05:00:00.000Z"),
        ("2026-11-22T04:59:59.999Z", "2026-11-22T05:00:00.000Z"),
        ("2026-11-22T05:00:00.000Z", None),
        ("2026-12-31T21:00:00.000Z", "2027-01-01T05:00:00.000Z"),
        (WINTER, "2026-07-02T05:00:00.000Z"),
    ],
)
def test_the_quiet_hours_are_from_ten_to_seven_in_south_africa_all_year(now: str, until: str | None) -> None:
    assert quiet.end_of_quiet_hours(now, 22, 7) == until


@given(st.datetimes(timezones=st.just(clock.parse(NOW).tzinfo)))
def test_the_quiet_hours_end_within_nine_hours(moment: object) -> None:
    now = clock.iso(moment)  # type: ignore[arg-type]
    until = quiet.end_of_quiet_hours(now, 22, 7)
    if until is not None:
        assert 0 < clock.seconds_between(now, until) <= 9 * 3600
        assert quiet.end_of_quiet_hours(until, 22, 7) is None


@pytest.mark.parametrize("hour", range(24))
def test_equal_hours_turn_the_quiet_hours_off(hour: int) -> None:
    assert quiet.end_of_quiet_hours(f"2026-11-21T{hour:02}:30:00.000Z", 0, 0) is None


def test_quiet_hours_may_lie_within_a_day() -> None:
    assert quiet.end_of_quiet_hours("2026-11-21T11:00:00.000Z", 12, 14) == "2026-11-21T12:00:00.000Z"
    assert quiet.end_of_quiet_hours("2026-11-21T12:00:00.000Z", 12, 14) is None


def test_the_delay_doubles_with_each_attempt_up_to_an_hour() -> None:
    waits = [wait_seconds(attempt, spread=lambda _low, _high: 1.0) for attempt in range(1, 11)]
    assert waits == [15, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600]


@pytest.mark.parametrize(("asked", "waits"), [(0, 15), (10, 15), (100, 100), (10**9, 6 * 3600)])
def test_the_delay_obeys_retry_after_up_to_six_hours(asked: int, waits: int) -> None:
    assert wait_seconds(1, asked, spread=lambda _low, _high: 1.0) == waits


def test_a_claim_outlasts_all_attempts_of_a_message() -> None:
    longest = sum(wait_seconds(attempt, spread=lambda _low, high: high) for attempt in range(1, 10))
    assert longest + 10 * 180 < CLAIM_HOURS * 3600


@pytest.mark.parametrize(
    ("send", "claimed"),
    [
        (Send(claimed_at=NOW), True),
        (Send(claimed_at=clock.plus(NOW, hours=-CLAIM_HOURS, seconds=1)), True),
        (Send(claimed_at=clock.plus(NOW, hours=-CLAIM_HOURS)), False),
        (Send(claimed_at=NOW, sent_at=NOW), False),
        (Send(claimed_at=NOW, undeliverable_at=NOW), False),
    ],
)
def test_a_claim_holds_for_six_hours_unless_it_is_over(send: Send, claimed: bool) -> None:
    assert send.is_claimed(NOW) is claimed
