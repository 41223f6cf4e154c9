"""The month's limit of a referrer."""

from __future__ import annotations

from khaya.referrals.model import MOST_A_MONTH, Referrer

BEFORE, AFTER = "2026-11-30T21:59:59.990Z", "2026-11-30T22:00:00.010Z"
"""Around the end of November in South Africa."""


def test_a_month_begins_with_a_count_of_its_own() -> None:
    full = Referrer(user_id="r", month="2026-11", month_count=MOST_A_MONTH)
    assert not full.has_room(BEFORE)
    assert full.has_room(AFTER)
    assert full.with_reward(AFTER, by_itself=True).month_count == 1


def test_a_reward_written_late_counts_in_the_month_that_has_begun() -> None:
    # given a referrer with one reward in December
    referrer = Referrer(user_id="r").with_reward(AFTER, by_itself=True)
    # when one that began in November is written after it
    referrer = referrer.with_reward(BEFORE, by_itself=True)
    # then December's count is not lost
    assert (referrer.month, referrer.month_count) == ("2026-12", 2)
    full = Referrer(user_id="r", month="2026-12", month_count=MOST_A_MONTH)
    assert not full.has_room(BEFORE)
