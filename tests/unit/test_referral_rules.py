"""A referrer's monthly limit, and codes as they are typed."""

from __future__ import annotations

import pytest

from khaya.referrals.model import MONTHLY_LIMIT, ApplicationRequest, Referrer

BEFORE, AFTER = "2026-11-30T21:59:59.990Z", "2026-11-30T22:00:00.010Z"
"""Around the end of November in South Africa."""


def test_a_new_month_starts_a_new_count() -> None:
    full = Referrer(user_id="r", month="2026-11", month_count=MONTHLY_LIMIT)
    assert not full.is_below_monthly_limit(BEFORE)
    assert full.is_below_monthly_limit(AFTER)
    assert full.with_reward(AFTER, automatic=True).month_count == 1


def test_a_reward_written_late_counts_in_the_new_month() -> None:
    # given a referrer with one reward in December
    referrer = Referrer(user_id="r").with_reward(AFTER, automatic=True)
    # when one that began in November is written after it
    referrer = referrer.with_reward(BEFORE, automatic=True)
    # then December's count is not lost
    assert (referrer.month, referrer.month_count) == ("2026-12", 2)
    full = Referrer(user_id="r", month="2026-12", month_count=MONTHLY_LIMIT)
    assert not full.is_below_monthly_limit(BEFORE)


@pytest.mark.parametrize(
    "typed",
    [
        "BBBBCCCC",
        "bbbb-cccc",
        " BBBB\u00a0CCCC",
        "BBBB\u2013CCCC",
        "B\u200bBBB\u2060CCCC\ufe0f",
        "ＢＢＢＢＣＣＣＣ",
        "BBBB.CCCC",
    ],
)
def test_a_code_is_the_same_however_it_is_typed(typed: str) -> None:
    assert ApplicationRequest.model_validate({"code": typed}).code == "BBBBCCCC"
