"""The amounts of an escrow: what is due, how it is shared, and what the platform keeps."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khaya.platform.base.errors import Conflict
from khaya.pricing.model import Terms, amounts_of, release_of
from khaya.pricing.provider_fees import check_fee_cents, kept_cents
from khaya.referrals.model import REWARD_CENTS
from khaya.stories.model import REWARD_CENTS as STORY_REWARD_CENTS
from tests.support.template import template

TERMS = Terms()
REFERRAL_REWARDS_CENTS = 2 * REWARD_CENTS
REFERRAL_SUM_CENTS = int(template()["Parameters"]["ReferralCents"]["Default"])

agreed = st.integers(TERMS.min_cents, TERMS.max_cents)


def half_up(value: Fraction) -> int:
    return int((2 * value + 1) // 2)


@pytest.mark.parametrize(
    ("amount", "total", "deposit", "balance", "worker", "platform"),
    [
        (100_000, 105_000, 31_500, 73_500, 95_000, 10_000),
        (20_000, 21_000, 21_000, 0, 19_000, 2_000),
        (49_999, 52_499, 52_499, 0, 47_499, 5_000),
        (50_000, 52_500, 15_750, 36_750, 47_500, 5_000),
        (50_001, 52_501, 15_750, 36_751, 47_501, 5_000),
        (50_010, 52_511, 15_753, 36_758, 47_509, 5_002),
        (5_000_000, 5_250_000, 1_575_000, 3_675_000, 4_750_000, 500_000),
    ],
)
def test_the_amounts_of_a_bid_are_those_of_the_rules(
    amount: int, total: int, deposit: int, balance: int, worker: int, platform: int
) -> None:
    found = amounts_of(amount, TERMS)
    assert (found.buyer_total_cents, found.deposit_cents, found.balance_cents) == (total, deposit, balance)
    assert (found.worker_cents, found.platform_cents) == (worker, platform)


@given(agreed)
def test_the_parts_add_up_for_every_amount(amount: int) -> None:
    found = amounts_of(amount, TERMS)
    assert found.deposit_cents + found.balance_cents == found.buyer_total_cents
    assert found.worker_cents + found.platform_cents == found.buyer_total_cents
    assert found.buyer_total_cents - amount == amount - found.worker_cents == half_up(Fraction(amount * 5, 100))
    if amount < 50_000:
        assert found.balance_cents == 0
    else:
        assert found.deposit_cents == half_up(Fraction(found.buyer_total_cents * 30, 100))


@pytest.mark.parametrize("amount", [0, 1, 19_999, 5_000_001, -20_000])
def test_an_amount_outside_the_limits_is_refused(amount: int) -> None:
    with pytest.raises(Conflict) as refused:
        amounts_of(amount, TERMS)
    assert refused.value.code == "escrow_amount"


def test_a_released_deposit_is_shared_as_the_whole_would_be() -> None:
    split = release_of(31_500, amounts_of(100_000, TERMS))
    assert (split.worker_cents, split.refund_cents, split.platform_cents) == (28_500, 0, 3_000)


@given(agreed, st.data())
def test_a_split_adds_up_to_what_is_held(amount: int, data: st.DataObject) -> None:
    amounts = amounts_of(amount, TERMS)
    held = data.draw(st.integers(0, amounts.buyer_total_cents))
    refund = data.draw(st.integers(0, held))
    split = release_of(held, amounts, refund_cents=refund)
    assert split.cents == held
    assert split.refund_cents == refund
    assert min(split.worker_cents, split.platform_cents) >= 0
    assert split.worker_cents == half_up(Fraction((held - refund) * amounts.worker_cents, amounts.buyer_total_cents))


@given(agreed)
def test_a_full_release_gives_the_worker_the_amount_without_the_fee(amount: int) -> None:
    amounts = amounts_of(amount, TERMS)
    split = release_of(amounts.buyer_total_cents, amounts)
    assert (split.worker_cents, split.platform_cents) == (amounts.worker_cents, amounts.platform_cents)


@pytest.mark.parametrize("refund", [-1, 31_501])
def test_a_refund_of_more_than_is_held_is_refused(refund: int) -> None:
    with pytest.raises(ValueError, match="refund"):
        release_of(31_500, amounts_of(100_000, TERMS), refund_cents=refund)


@given(agreed)
def test_the_platform_keeps_something_after_the_providers_fees(amount: int) -> None:
    assert kept_cents(amounts_of(amount, TERMS), account_check=True) > 0


def least_kept_cents(total: int) -> int:
    """The least that the platform keeps of jobs that add up to `total`: all jobs are of the worst size."""
    sizes = (20_000, 49_999, 50_000, 100_000, 250_000)
    kept = []
    for size in sizes:
        jobs = -(-total // size)
        kept.append(jobs * kept_cents(amounts_of(size, TERMS), account_check=False) - check_fee_cents())
    return min(kept)


def test_the_jobs_of_a_referral_pay_for_its_rewards() -> None:
    assert least_kept_cents(REFERRAL_SUM_CENTS) >= REFERRAL_REWARDS_CENTS


def test_whoever_invents_the_jobs_of_a_referral_and_a_story_pays_more_fees_than_they_get() -> None:
    fees = amounts_of(REFERRAL_SUM_CENTS, TERMS).platform_cents
    assert fees > REFERRAL_REWARDS_CENTS + STORY_REWARD_CENTS
